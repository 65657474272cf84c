"""The one window: composes the panes and turns their wishes into work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from desktop_app.domain import Coverage, Root
from desktop_app.errors import LecternError
from desktop_app.session import LibraryCare, Session
from desktop_app.translation import tr
from desktop_app.ui.actions import make_actions
from desktop_app.ui.asking import Asking
from desktop_app.ui.choosing import Choosing
from desktop_app.ui.curating import GUIDE, Curating
from desktop_app.ui.drop import DropOverlay, Dropped
from desktop_app.ui.dropping import Dropping
from desktop_app.ui.first_run import FirstRun
from desktop_app.ui.following import Following
from desktop_app.ui.frame import Frame
from desktop_app.ui.freshness import Freshness
from desktop_app.ui.habits import KeptHabits
from desktop_app.ui.help_sheet import HelpSheet
from desktop_app.ui.judging import Judging
from desktop_app.ui.keeping import Errand, Keeping
from desktop_app.ui.language_choice import LanguageChoice
from desktop_app.ui.launcher import Launcher
from desktop_app.ui.ledger import LedgerView
from desktop_app.ui.library import LibraryPane
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.machine_page import MachinePage
from desktop_app.ui.messages import FailurePage, MessageBar
from desktop_app.ui.models_page import ModelsPage
from desktop_app.ui.pages import Pages
from desktop_app.ui.panes import Panes
from desktop_app.ui.preview import PreviewPane
from desktop_app.ui.reading import Reading
from desktop_app.ui.recalling import Recalling
from desktop_app.ui.remembering import Remembering
from desktop_app.ui.reporting import Reporting
from desktop_app.ui.results import ResultsView
from desktop_app.ui.results_states import ResultsState
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.showing import Showing
from desktop_app.ui.status import StatusLine
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.tending import Tending
from desktop_app.ui.theme import Scheme, Theme
from desktop_app.ui.top_row import TopRow
from desktop_app.ui.tray import Tray
from desktop_app.ui.visiting import Visiting

_LEAST_WIDTH, _LEAST_HEIGHT = 480, 400


class MainWindow(QMainWindow):
    """Shows itself at once and opens the session on the "open" lane.

    Until the session is there the question box accepts typing and what was asked or
    dropped waits. ``closed()`` is emitted when the user has closed the window; ending the
    threads and the session is the caller's.
    """

    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        tasks: TaskRunner,
        store: SettingsStore,
        open_session: Callable[[], Session],
        *,
        care: LibraryCare | None = None,
    ) -> None:
        super().__init__()
        theme.dress_apart(self)
        self._theme, self._tasks, self._store = theme, tasks, store
        self.work = LibraryWork(tasks, open_session, self)
        self._asking = Asking(tasks, self)
        self._habits = KeptHabits(store, self)
        self.setWindowTitle("Lectern")
        self.setMinimumSize(_LEAST_WIDTH, _LEAST_HEIGHT)

        self.top = TopRow(theme, self)
        self.message = MessageBar(theme, self)
        self.library = LibraryPane(theme, self, names={str(GUIDE): tr("The Lectern guide")})
        self.results = ResultsView(theme, self)
        self.ledger = LedgerView(theme, self)
        self.models = ModelsPage(theme, self)
        self.machine = MachinePage(theme, tasks, self)
        self.judging = Judging(theme, tasks, self.work, self)
        self.tending = Tending(theme, tasks, self.work, self._habits, self)
        self.preview = PreviewPane(theme, tasks, lambda: self.work.session, self)
        self.answer = QStackedWidget(self)
        pages: tuple[QWidget, ...] = (self.results, self.ledger, self.models, self.machine)
        for page in (*pages, self.judging.page, self.tending.settings, self.tending.rules):
            self.answer.addWidget(page)
        self.panes = Panes(theme, self.library, self.answer, self.preview, self)
        self.first_run = FirstRun(theme, self)
        self.failure = FailurePage(self)
        self.body = QStackedWidget(self)
        for whole in (self.panes, self.first_run, self.failure):
            self.body.addWidget(whole)
        self.pages = Pages(self.body, self.answer, self.panes, self.results, top=self.top)
        self.status = StatusLine(theme, self)
        self.setCentralWidget(Frame(self.top, self.body, self.status, self, message=self.message))
        self.overlay = DropOverlay(theme, self)
        self._dropping = Dropping(self.overlay, tasks, self)
        self.recalling = Recalling(
            theme,
            store,
            self._habits,
            self.top,
            self,
            library=self.library,
            message=self.message,
        )
        self.help = HelpSheet(theme, self)
        self._curating = Curating(self.work, self.library, self.message, store, self)
        self.choosing = Choosing(self.work, tasks, store, self.pages, self)
        self._reporting = Reporting(self.work, self.status, self.choosing, self)
        self._launcher = Launcher(self.work, self)
        self.tray = Tray(self, self.work, self.status, self._habits)
        self._following = Following(self.work, tasks, self.message.show_note, self)
        self.choosing.serve(
            self.models,
            self.library,
            self.results,
            self.first_run,
            status=self.status,
            message=self.message,
        )
        self.keeping = Keeping(
            self.work,
            tasks,
            self,
            status=self.status,
            message=self.message,
            failure=self.failure,
            care=care,
        )
        self.tending.serve(
            self.pages, self.library, self.ledger, self.message, keeping=self.keeping
        )
        self.judging.serve(self.pages, self.library, self.results, self.message)
        self._reading = Reading(self.results, self.preview, self.panes, self.message, tasks=tasks)
        self.keys = make_actions(self, self._callbacks())
        self.top.fill_menu(self.keys, store.text("look"))
        self._connect()
        self._remembering = Remembering(
            store,
            self._habits,
            self,
            top=self.top,
            panes=self.panes,
            results=self.results,
            library=self.library,
        )
        self._remembering.restore(self.work, self._asking)
        self.pages.give_room()

    @property
    def session(self) -> Session | None:
        """The opened session, None until there is one."""
        return self.work.session

    def open(self, errand: Errand | None = None) -> None:
        """Show the window, then do the errand and open the library behind it."""
        self._theme.dress(
            *(self.top, self.message, self.status, self.library, self.preview, self.panes.back),
            *(self.first_run, self.failure, self.help, self.recalling.sheet),
            # It lies over the window when it is shown, outside of the list that it is made by.
            self.results.list.reasons,
            *filter(None, map(self.answer.widget, range(self.answer.count()))),
        )
        self._dropping.begin(self)
        self.show()
        self.status.show_opening()
        if errand is None:
            self.work.open()
        else:
            self.keeping.run(errand)

    def take_paths(self, paths: Sequence[Path]) -> None:
        """Come to the front and add what a start, a second start or a drop named.

        Without any, somebody wants to ask: the cursor goes into the question box.
        """
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        if paths:
            self._curating.add(paths)
        else:
            self.top.question.focus()

    def quit(self) -> None:
        """Close, also where closing only hides the window."""
        self.tray.release()
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window and let the caller end the work, or go on in the tray."""
        self._remembering.save()
        is_followed = self.language.is_followed or self.keeping.errand is not None
        if not is_followed and self.tray.keep():
            event.ignore()
            return
        self.tray.close()
        self._curating.close()
        self.choosing.close()
        self._following.close()
        self._launcher.clear()
        self.keeping.close()
        self.tending.close()
        self._store.close()
        self._asking.withdraw()
        event.accept()
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let what covers the window go on covering it."""
        super().resizeEvent(event)
        for cover in (self.overlay, self.help):
            cover.setGeometry(self.rect())

    def _on_dropped(self, dropped: Dropped) -> None:
        if dropped.others:
            self.take_paths(dropped.others)
        if dropped.packs:
            self.choosing.take(dropped.packs)

    def _callbacks(self) -> dict[str, Callable[[], object]]:
        return {
            "ask": self.top.question.focus,
            "save": self.recalling.save_present,
            "back": self._go_back,
            "add-folder": self._curating.choose_folder,
            "scan": self.work.index,
            "pause": self._reporting.toggle_pause,
            "ledger": lambda: self.pages.toggle(self.ledger),
            "models": lambda: self.pages.toggle(self.models),
            "machine": lambda: self.pages.toggle(self.machine),
            "own": lambda: self.pages.toggle(self.judging.page),
            "settings": self.tending.toggle_settings,
            "library": self.panes.toggle_library,
            "guide": self._ask_the_guide,
            "help": self.help.present,
            "quit": self.quit,
            "open": self._reading.open_current,
            "reveal": self._reading.reveal_current,
            "copy": self._reading.copy_current,
            "next-in-document": self.preview.next_hit,
            "previous-in-document": self.preview.previous_hit,
        }

    def _connect(self) -> None:
        work = self.work
        work.opened.connect(self._on_opened)
        work.open_failed.connect(self._on_open_failed)
        work.roots_changed.connect(self._on_roots_changed)
        Freshness(work, self.results).asked_again.connect(self._ask_again)
        # What is shown may stand in the folder that is gone.
        work.left.connect(self._ask_again)
        self._tasks.failed.connect(self.message.show_error)
        Showing(
            self._asking,
            self.results,
            self.panes,
            self.pages,
            self.choosing,
            preview=self.preview,
        )
        top = self.top
        top.typed.connect(self._asking.foresee)
        top.question.asked.connect(self._ask)
        top.question.cleared.connect(self._on_cleared)
        top.question.left_downwards.connect(self.results.setFocus)
        for used in (self.results.hit_activated, self.results.copy_requested):
            used.connect(self.recalling.note_present)
        top.narrowing.changed.connect(self._ask)
        top.look_chosen.connect(self._on_look_chosen)
        top.library_toggled.connect(self.panes.toggle_library)
        library = self.library
        library.root_chosen.connect(top.narrow_to_folder)
        library.scan_requested.connect(work.index)
        library.reveal_requested.connect(self._reading.open_path)
        library.machine_requested.connect(lambda: self.pages.visit(self.machine))
        self._curating.added.connect(lambda: self.pages.go_home(self.panes))
        self.choosing.switched.connect(self._ask_again)
        self._dropping.dropped.connect(self._on_dropped)
        self._dropping.asked.connect(lambda text: top.ask_again(text, top.narrowing.narrowing))
        settings = self.tending.settings
        settings.look_chosen.connect(self._on_look_chosen)
        settings.show_look(self._store.text("look"))
        self.language = LanguageChoice(self._store, settings, self.message, self)
        self.language.wait_for(self.keeping, self.choosing.packs, self.machine.gpu)
        settings.habits.offer(stays=self.tray.is_possible, tells=self.tray.can_tell)
        self.machine.closed.connect(self.pages.leave)
        self.ledger.closed.connect(self.pages.leave)
        self.machine.said.connect(self.message.show_note)
        self.first_run.add_requested.connect(self._curating.choose_folder)
        self.first_run.guide_requested.connect(self._ask_the_guide)
        self.failure.retry_requested.connect(self._on_retry)
        self.results.add_folder_requested.connect(self._curating.choose_folder)
        Visiting(
            self.pages,
            self.ledger,
            work,
            self._reading,
            status=self.status,
            results=self.results,
            library=library,
        )
        self.tray.pause_requested.connect(self._reporting.toggle_pause)
        self.tray.quit_requested.connect(self.quit)
        self.tray.summoned.connect(lambda: self.take_paths(()))

    # What the session says

    def _on_opened(self, session: Session) -> None:
        self.pages.go_home(self.panes)
        self.machine.use_session(session)
        self._asking.use_session(session)
        self._ask_again()

    def _on_open_failed(self, error: LecternError) -> None:
        self.failure.show_error(error)
        self.pages.leave_for(self.failure)
        self.status.show_closed()

    def _on_retry(self) -> None:
        self.status.show_opening()
        self.work.open()

    def _on_roots_changed(self, roots: tuple[Root, ...], coverage: Coverage) -> None:
        self._curating.show_roots(roots)
        is_empty = not roots and not self.work.is_adding
        self.pages.go_home(self.first_run if is_empty else self.panes)
        self._reporting.use_coverage(coverage)

    # Asking

    def _ask(self, *_: object) -> None:
        if self._ask_again():
            self.pages.show_answer()

    def _ask_again(self) -> bool:
        """Ask without taking the user from the list of files; False when nothing is asked."""
        question = self.top.full_question(datetime.now().astimezone().date())
        if question:
            self._asking.ask(question)
        return bool(question)

    def _on_cleared(self) -> None:
        self._asking.withdraw()
        self.results.show_state(ResultsState.READY)
        self.preview.clear()
        self.pages.give_room()

    def _go_back(self) -> None:
        if self.help.isVisible():
            self.help.dismiss()
        elif self.recalling.dismiss() or self.panes.close_preview() or self.pages.leave():
            return
        elif self.message.isVisible():
            self.message.settle()
        else:
            self.top.question.focus()

    # The library

    def _ask_the_guide(self) -> None:
        self._curating.add_guide()
        self.top.question.focus()

    def _on_look_chosen(self, look: str) -> None:
        self._theme.choose(Scheme(look) if look else None)
        self._store.put("look", look)
        self.tending.settings.show_look(look)
        self.top.show_look(look)
