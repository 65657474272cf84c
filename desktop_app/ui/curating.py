"""Which folders are in the library: adding, the guide, removing with a way back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.domain import Root
from desktop_app.settings import resources_dir
from desktop_app.translation import tr, tr_n
from desktop_app.ui.file_dialogs import folder_dialog
from desktop_app.ui.library import LibraryPane
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.messages import MessageBar
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.words import name_of

NOTE_MS = 15_000
"""How long the hint at what to ask of the guide stays."""
GUIDE = resources_dir() / "sample"
"""The folder of sample documents: Lectern's own guide."""


class Curating(QObject):
    """Connects the library pane with the work on its roots.

    A root that is being removed is hidden at once and leaves when the offer to undo is
    over; one still leaving when the window closes is remembered and leaves next time.
    ``added()`` is emitted when folders are on their way into an open library.
    """

    added = Signal()

    def __init__(
        self,
        work: LibraryWork,
        library: LibraryPane,
        message: MessageBar,
        store: SettingsStore,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._work, self._library, self._message = work, library, message
        self._store = store
        self._leaving: set[str] = set(store.texts("leaving"))
        library.add_requested.connect(self.choose_folder)
        library.remove_requested.connect(self._on_remove_requested)
        work.opened.connect(self._on_opened)
        work.kept.connect(self._leaving.discard)

    def add(self, paths: Sequence[Path]) -> None:
        """Add folders or files; what was leaving stays, and a held run stays held."""
        self._message.settle()
        self._leaving.difference_update(str(path) for path in paths)
        self._work.add(paths)
        if self._work.is_paused:
            self._message.show_note(_waiting_sentence(paths), ms=NOTE_MS)
        if self._work.session is not None:
            self.added.emit()

    def add_guide(self) -> None:
        """Add the guide and say what to ask of it."""
        self.add([GUIDE])
        self._message.show_note(
            # Translators: leave the question in English, as the guide is.
            tr("The guide is in your library. Try: How do I add a folder?"),
            ms=NOTE_MS,
        )

    def choose_folder(self) -> None:
        """Let the user choose a folder in the system's dialog, without blocking anything."""
        dialog = folder_dialog(self._library, tr("Add a folder to your library"))
        dialog.filesSelected.connect(self._on_folders_chosen)
        dialog.open()

    def show_roots(self, roots: tuple[Root, ...]) -> None:
        """Show the roots but those that are leaving."""
        self._leaving.intersection_update(root.path for root in roots)
        self._library.show_roots(roots, hidden=self._leaving)

    def close(self) -> None:
        """Remember what is still leaving."""
        self._store.put("leaving", tuple(sorted(self._leaving)))

    def _on_opened(self) -> None:
        for path in self._leaving:
            self._work.remove(path)

    def _on_folders_chosen(self, folders: list[str]) -> None:
        self.add([Path(each) for each in folders])

    def _on_remove_requested(self, root: Root) -> None:
        self._message.offer_undo(
            tr_n(
                "“{folder}” leaves your library with {count} file. The files themselves stay where "
                "they are; adding the folder again means reading it again.",
                "“{folder}” leaves your library with {count} files. The files themselves stay "
                "where they are; adding the folder again means reading it again.",
                root.documents,
                folder=name_of(root.path),
            ),
            undo=lambda: self._stay(root.path),
            do=lambda: self._leave(root.path),
        )
        self._leaving.add(root.path)
        self._library.show_roots(self._library.roots, hidden=self._leaving)

    def _stay(self, path: str) -> None:
        self._leaving.discard(path)
        self._work.refresh()

    def _leave(self, path: str) -> None:
        if path in self._leaving:
            self._work.remove(path)


def _waiting_sentence(paths: Sequence[Path]) -> str:
    if len(paths) == 1:
        return tr(
            "“{name}” is in your library. It is read when indexing is resumed.",
            name=name_of(str(paths[0])),
        )
    return tr_n(
        "{count} item is in your library. It is read when indexing is resumed.",
        "{count} items are in your library. They are read when indexing is resumed.",
        len(paths),
    )
