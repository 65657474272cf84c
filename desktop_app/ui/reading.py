"""From the answer to the page, the file, its folder and the clipboard."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from desktop_app.domain import Hit
from desktop_app.errors import LecternError
from desktop_app.ui.desktop import cite, open_file, reveal_file
from desktop_app.ui.messages import MessageBar
from desktop_app.ui.panes import Panes
from desktop_app.ui.preview import PreviewPane
from desktop_app.ui.results import ResultsView


class Reading(QObject):
    """Connects results and preview with what can be done with a hit."""

    def __init__(
        self,
        results: ResultsView,
        preview: PreviewPane,
        panes: Panes,
        message: MessageBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._results, self._preview, self._panes = results, preview, panes
        self._message = message
        results.hit_selected.connect(self._on_selected)
        results.hit_activated.connect(self._on_activated)
        panes.preview_closed.connect(self._on_preview_closed)
        preview.hit_changed.connect(self._on_hit_changed)
        for view in (results, preview):
            view.open_requested.connect(self._open)
            view.reveal_requested.connect(self._reveal)
            view.copy_requested.connect(self._copy)

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
        """Put the current hit with its source on the clipboard."""
        hit = self._results.current_hit()
        if hit is not None:
            self._copy(hit)

    def open_path(self, path: Path) -> None:
        """Open a file or folder, saying so where that is not possible."""
        try:
            open_file(path)
        except LecternError as error:
            self._message.show_error(error)

    def reveal_path(self, path: Path) -> None:
        """Show a file in its folder, saying so where that is not possible."""
        try:
            reveal_file(path)
        except LecternError as error:
            self._message.show_error(error)

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
        self.open_path(hit.document.full_path)

    def _reveal(self, hit: Hit) -> None:
        self.reveal_path(hit.document.full_path)

    def _copy(self, hit: Hit) -> None:
        QGuiApplication.clipboard().setText(cite(hit))
        self._message.show_note("Copied the passage with its source.", ms=3000)
