"""Folders and files that the system asks a running program to open (macOS)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """``received`` is emitted with a tuple of one path for each that Finder hands over.

    macOS starts no second process with arguments; it sends events to the one that runs.
    They are taken here, since a filter on the application would see every event of every
    widget.
    """

    received = Signal(object)

    def __init__(self, arguments: Sequence[str]) -> None:
        super().__init__(list(arguments))

    def event(self, event: QEvent) -> bool:
        """Take what asks to open a local file, and pass everything else on."""
        path = path_to_open(event)
        if path is None:
            return super().event(event)
        self.received.emit((path,))
        return True


def path_to_open(event: QEvent) -> Path | None:
    """Name the local file or folder that an event asks to open, if it does that."""
    if isinstance(event, QFileOpenEvent) and event.file():
        return Path(event.file())
    return None
