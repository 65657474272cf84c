"""From the answer to the page, the file, its folder, the clipboard and a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from desktop_app.domain import Document, Hit
from desktop_app.errors import LecternError
from desktop_app.translation import tr, tr_n
from desktop_app.ui.desktop import cite, open_file, require_file, reveal_file
from desktop_app.ui.file_dialogs import saving_dialog
from desktop_app.ui.hit_export import FORMATS, save_hits
from desktop_app.ui.ledger_export import save_table
from desktop_app.ui.messages import MessageBar
from desktop_app.ui.panes import Panes
from desktop_app.ui.preview import PreviewPane
from desktop_app.ui.results import ResultsView
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.saving import name_filter
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.viewers import ViewerCall, viewer_at_page

NOTE_MS = 5_000
"""How long it is said that a table was saved."""


class Reading(QObject):
    """Connects results and preview with what can be done with a hit."""

    def __init__(
        self,
        results: ResultsView,
        preview: PreviewPane,
        panes: Panes,
        message: MessageBar,
        *,
        tasks: TaskRunner,
    ) -> None:
        super().__init__(results)
        self._tasks = tasks
        self._results, self._preview, self._panes = results, preview, panes
        self._message = message
        results.hit_selected.connect(self._on_selected)
        results.hit_activated.connect(self._on_activated)
        panes.preview_closed.connect(self._on_preview_closed)
        preview.hit_changed.connect(self._on_hit_changed)
        results.export_requested.connect(self.export_hits)
        results.copy_requested.connect(self.copy_current)
        preview.copy_requested.connect(lambda hit: self._copy((hit,)))
        preview.text_copied.connect(self._copy_text)
        for view in (results, preview):
            view.open_requested.connect(self._open)
            view.reveal_requested.connect(self._reveal)

    def open_current(self) -> None:
        """Open the current hit's file in its own program."""
        hit = self._results.current_hit()
        if hit is not None:
            self._open(hit)

    def reveal_current(self) -> None:
        """Show the current hit's file in its folder."""
        hit = self._results.current_hit()
        if hit is not None:
            self._reveal(hit)

    def copy_current(self) -> None:
        """Put the chosen hits with their sources on the clipboard."""
        hits = self._results.selected_hits()
        if hits:
            self._copy(hits)

    def open_path(self, path: Path) -> None:
        """Open a file or folder, saying so where that is not possible."""
        self._with_file(path, open_file)

    def reveal_path(self, path: Path) -> None:
        """Show a file in its folder, saying so where that is not possible."""
        self._with_file(path, reveal_file)

    def export_table(self, documents: tuple[Document, ...]) -> None:
        """Let the user choose where to save a table of these files."""
        name = tr("Files in Lectern")
        dialog = saving_dialog(
            self._results,
            tr("Save the list of files"),
            f"{name}.csv",
            {name_filter(tr("Table"), "csv"): "csv"},
        )
        dialog.filesSelected.connect(lambda chosen: self.save_table(documents, Path(chosen[0])))
        dialog.open()

    def save_table(self, documents: tuple[Document, ...], path: Path) -> None:
        """Save a table of files and say so."""
        said = tr_n(
            "Saved {count} file as “{name}”.",
            "Saved {count} files as “{name}”.",
            len(documents),
            name=drawable(path.name),
        )
        self._save(lambda: save_table(documents, path), said)

    def export_hits(self) -> None:
        """Let the user choose where to save the chosen hits, and in which format."""
        hits = self._results.selected_hits()
        dialog = saving_dialog(
            self._results,
            tr("Export the chosen passages"),
            tr("Passages from Lectern"),
            {name_filter(tr(kind), suffix): suffix for suffix, (kind, _) in FORMATS.items()},
        )
        dialog.filesSelected.connect(lambda chosen: self.save_hits(hits, Path(chosen[0])))
        dialog.open()

    def save_hits(self, hits: tuple[Hit, ...], path: Path) -> None:
        """Save these hits in the format of the path's suffix and say so."""
        said = tr_n(
            "Saved {count} passage as “{name}”.",
            "Saved {count} passages as “{name}”.",
            len(hits),
            name=drawable(path.name),
        )
        self._save(lambda: save_hits(hits, path), said)

    def _save(self, work: Callable[[], object], said: str) -> None:
        self._tasks.submit(
            "desk",
            work,
            lambda _: self._message.show_note(said, ms=NOTE_MS),
            self._message.show_error,
        )

    def _with_file(self, path: Path, act: Callable[[Path], None]) -> None:
        def on_there(_: object) -> None:
            try:
                act(path)
            except LecternError as error:
                self._message.show_error(error)

        # The look at the disk may hang with a network drive; the window must not.
        self._tasks.submit(
            "desk", lambda: require_file(path), on_there, self._message.show_error, key="opening"
        )

    def _on_selected(self, hit: Hit) -> None:
        self._preview.show_hit(hit, self._results.hits)

    def _on_activated(self, hit: Hit) -> None:
        self._preview.show_hit(hit, self._results.hits)
        self._panes.open_preview()
        self._preview.setFocus()

    def _on_preview_closed(self, had_focus: bool) -> None:  # noqa: FBT001 - from a signal
        if had_focus:
            self._results.setFocus()

    def _on_hit_changed(self, hit: Hit) -> None:
        self._results.select_hit(hit)

    def _open(self, hit: Hit) -> None:
        path, page = hit.document.full_path, hit.passage.locator.page
        if page is None or hit.document.media_type != "application/pdf":
            self.open_path(path)
            return

        def look() -> ViewerCall | None:
            require_file(path)
            return viewer_at_page(path, page)

        def show(viewer: ViewerCall | None) -> None:
            try:
                open_file(path, viewer)
            except LecternError as error:
                self._message.show_error(error)

        self._tasks.submit("desk", look, show, self._message.show_error, key="opening")

    def _reveal(self, hit: Hit) -> None:
        self.reveal_path(hit.document.full_path)

    def _copy_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        said = tr_n("Copied {count} word.", "Copied {count} words.", len(text.split()))
        self._message.show_note(said, ms=3000)

    def _copy(self, hits: tuple[Hit, ...]) -> None:
        QGuiApplication.clipboard().setText("\n\n".join(map(cite, hits)))
        said = tr_n(
            "Copied the passage with its source.",
            "Copied {count} passages with their sources.",
            len(hits),
        )
        self._message.show_note(said, ms=3000)
