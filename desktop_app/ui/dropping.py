"""Drags over the window: what is being dragged is told, and dropped things are handed on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.ui.drop import DropOverlay, Dropped, paths_in, sort_dropped
from desktop_app.ui.tasks import TaskRunner

_LONGEST_TEXT = 10_000
"""As many characters as the question box holds."""


class Dropping(QObject):
    """Shows the overlay while something is dragged; ``dropped(Dropped)``, ``asked(str)``.

    Files and folders are dropped, text is asked, from wherever it is dragged. The look at the
    disk may hang with a network drive, so it is on the "desk" lane.
    """

    dropped = Signal(object)
    asked = Signal(str)

    def __init__(self, overlay: DropOverlay, tasks: TaskRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._overlay, self._tasks = overlay, tasks

    def begin(self, window: QWidget) -> None:
        """Take what is dropped anywhere on the window."""
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        for field in window.findChildren(QLineEdit):
            # A field would take a dropped folder as text; the whole window takes it as one.
            field.setAcceptDrops(False)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Follow what is dragged over the window."""
        if isinstance(event, QDragEnterEvent):
            self.enter(event)
        elif isinstance(event, QDragLeaveEvent):
            self.leave()
            event.accept()
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self.drop(event)
        else:
            return False
        return True

    def enter(self, event: QDragEnterEvent) -> None:
        """Say what dropping would do."""
        paths = self._accepted(event)
        if paths:
            self._overlay.present()
            self._sort(paths, self._on_dragged)
        elif event.isAccepted():
            self._overlay.offer_search()

    def leave(self) -> None:
        """Take the offer back."""
        self._overlay.hide()

    def drop(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self._overlay.hide()
        paths = self._accepted(event)
        if paths:
            self._sort(paths, self.dropped.emit)
        elif event.isAccepted():
            question = " ".join(event.mimeData().text()[:_LONGEST_TEXT].split())
            if question:
                self.asked.emit(question)

    @staticmethod
    def _accepted(event: QDropEvent) -> tuple[Path, ...]:
        # What comes from this window's own list is in the library already.
        mime = event.mimeData()
        paths = () if event.source() is not None else paths_in(mime)
        is_text = mime.hasText() and not mime.hasUrls()
        # Never moved: that would take it away from where it is.
        is_copied = bool(event.possibleActions() & Qt.DropAction.CopyAction)
        if is_copied and (paths or is_text):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
        return paths

    def _sort(self, paths: tuple[Path, ...], show: Callable[[Dropped], None]) -> None:
        self._tasks.submit("desk", lambda: sort_dropped(paths), show)

    def _on_dragged(self, dropped: Dropped) -> None:
        if self._overlay.isVisible():
            self._overlay.name(dropped)
