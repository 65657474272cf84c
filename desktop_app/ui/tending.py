"""The pages for settings and folder rules between the window and the session."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.domain import Root
from desktop_app.domain.folders import RootRules
from desktop_app.domain.preferences import Preferences, Surroundings
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.translation import tr
from desktop_app.ui.file_dialogs import folder_dialog
from desktop_app.ui.habits import KeptHabits
from desktop_app.ui.keeping import Keeping
from desktop_app.ui.ledger import LedgerView
from desktop_app.ui.library import LibraryPane
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.messages import MessageBar
from desktop_app.ui.pages import Pages
from desktop_app.ui.rules_page import RulesPage
from desktop_app.ui.settings_page import SettingsPage
from desktop_app.ui.tasks import TaskHandle, TaskRunner
from desktop_app.ui.theme import Theme
from desktop_app.ui.words import name_of, say_error


class Tending(QObject):
    """Owns both pages; every method returns at once."""

    def __init__(
        self,
        theme: Theme,
        tasks: TaskRunner,
        work: LibraryWork,
        habits: KeptHabits,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._tasks, self._work = tasks, work
        self.settings = SettingsPage(theme, window)
        self.settings.habits.show_habits(habits.now)
        self.settings.habits.changed.connect(habits.choose)
        self.rules = RulesPage(theme, window)
        self._counting: TaskHandle | None = None
        work.opened.connect(self.look)
        self.settings.changed.connect(self.choose)
        self.settings.looked.connect(self.look)
        self.settings.data_requested.connect(self._choose_data)
        self.rules.counted.connect(self._on_count)
        self.rules.saved.connect(self._on_saved)

    def serve(
        self,
        pages: Pages,
        library: LibraryPane,
        ledger: LedgerView,
        message: MessageBar,
        *,
        keeping: Keeping,
    ) -> None:
        """Connect the parts of the window that lead here."""
        self._pages, self._message = pages, message
        for page in (self.settings, self.rules):
            page.closed.connect(pages.leave)
        library.rules_requested.connect(self.show_rules)
        library.settings_requested.connect(self.toggle_settings)
        ledger.scans_requested.connect(self.show_scans)
        self.settings.backup_requested.connect(keeping.choose_target)
        self.settings.restore_requested.connect(keeping.choose_backup)
        self.settings.repair_requested.connect(keeping.repair)
        self.settings.show_care(is_possible=keeping.can_restore)

    def close(self) -> None:
        """Count no more."""
        self.rules.close_down()
        if self._counting is not None:
            self._counting.cancel()

    # Settings

    def toggle_settings(self) -> None:
        """Visit the settings, or leave them."""
        self.look()
        self._pages.toggle(self.settings)

    def show_scans(self) -> None:
        """Visit what is about scanned pages in the settings."""
        self.look()
        self._pages.visit(self.settings)
        self.settings.show_scans()

    def look(self, _: object = None) -> None:
        """Read what is chosen, and what this computer has."""
        session = self._work.session
        if session is None:
            return

        def read() -> tuple[Preferences, Surroundings]:
            return session.choices.preferences(), session.choices.surroundings()

        self._tasks.submit("desk", read, self._on_read, self._on_failed, key="choices")

    def choose(self, chosen: Preferences) -> None:
        """Keep these choices; a run of indexing goes on with them."""

        def on_error(error: LecternError) -> None:
            self.look()
            self._on_failed(error)

        self._work.write(lambda session: session.choices.choose(chosen), on_error, self.look)

    def use_data(self, folder: Path) -> None:
        """Recognize text with the language data in a folder."""
        session = self._work.session
        if session is None:
            return

        def change(session: Session) -> None:
            chosen = session.choices.preferences()
            session.choices.choose(replace(chosen, ocr=True, tessdata_dir=str(folder)))

        if not name_of(str(folder)):
            return
        self._tasks.submit(
            "desk",
            lambda: any(folder.glob("*.traineddata")),
            lambda is_there: (
                self._work.write(change, self._on_failed, self.look)
                if is_there
                else self.settings.show_error(
                    tr(
                        "“{folder}” holds no file ending in .traineddata.",
                        folder=name_of(str(folder)),
                    )
                )
            ),
            self._on_failed,
        )

    def _on_read(self, read: tuple[Preferences, Surroundings]) -> None:
        self.settings.show_choices(*read)

    def _on_failed(self, error: LecternError) -> None:
        self.settings.show_error(say_error(error))

    def _choose_data(self) -> None:
        dialog = folder_dialog(self.settings, tr("Choose a folder with language data"))
        dialog.fileSelected.connect(lambda chosen: self.use_data(Path(chosen)))
        dialog.open()

    # Folder rules

    def show_rules(self, root: Root) -> None:
        """Visit the rules of a root."""
        session = self._work.session
        if session is None:
            return
        path = root.path

        def show(rules: RootRules) -> None:
            self.rules.show_rules(path, rules)
            self._pages.visit(self.rules)

        self._tasks.submit(
            "desk", lambda: session.root_rules(path), show, self._message.show_error, key="rules"
        )

    def _on_count(self, rules: RootRules) -> None:
        session, root = self._work.session, self.rules.root
        if session is None or not root:
            return
        self._counting = self._tasks.stream(
            "desk",
            lambda is_cancelled: session.left_out(root, rules, is_cancelled=is_cancelled),
            self.rules.show_outcome,
            lambda: None,
            lambda error: self.rules.show_error(say_error(error)),
            key="left-out",
            interval_ms=200,
        )

    def _on_saved(self, rules: RootRules) -> None:
        session, root = self._work.session, self.rules.root
        if session is None:
            return

        before = self.rules.before

        def change(session: Session) -> None:
            session.set_root_rules(root, rules)

        def on_done() -> None:
            self._pages.leave(self.rules)
            self._message.offer(
                tr(
                    "The rules of “{folder}” are in force. What they leave out leaves your "
                    "library; the files themselves stay where they are.",
                    folder=name_of(root),
                ),
                tr("Undo"),
                lambda: self._work.write(lambda session: session.set_root_rules(root, before)),
            )

        self._work.write(change, lambda error: self.rules.show_error(say_error(error)), on_done)
