"""Gives the parts of a window the style sheet: what is seen at once, what is hidden by and by.

A sheet of the whole application dresses all widgets in one go, hidden pages too: with every page
visited that took the UI thread 140 ms. Qt keeps what it knows of a sheet by the widget that has
it, so each part has the sheet itself.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class Dressing(QObject):
    """Knows the parts and the sheet; a hidden part is dressed in a turn of its own.

    A part whose size nobody has asked for yet waits until somebody does. Lives on the UI
    thread.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet = ""
        self._parts: dict[int, QWidget] = {}
        self._undressed: list[QWidget] = []
        self._next = QTimer(self)
        self._next.setObjectName("dressing")
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._dress_next)

    def add(self, part: QWidget) -> None:
        """Dress a part from now on, until it is destroyed with its window."""
        key = id(part)
        self._parts[key] = part
        self._undressed.append(part)
        part.destroyed.connect(lambda: self._forget(key))
        part.installEventFilter(self)
        if part.isVisible():
            self._dress(part)

    def undress(self) -> None:
        """Take the sheet from what is seen.

        Before colors change: where there is a sheet, Qt tells each widget of them by itself.
        """
        for part in self._parts.values():
            if part.isVisible():
                part.setStyleSheet("")

    def dress(self, sheet: str) -> None:
        """Give the sheet to what is seen now, and to the others one after the other."""
        self._sheet = sheet
        self._undressed = list(self._parts.values())
        for part in self._parts.values():
            if part.isVisible():
                self._dress(part)
        self._next.start(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Dress a part before it is laid out for the first time, and before it is shown."""
        if event.type() in (QEvent.Type.Polish, QEvent.Type.Show) and watched in self._undressed:
            self._dress(watched)
        return super().eventFilter(watched, event)

    def _forget(self, key: int) -> None:
        part = self._parts.pop(key)
        self._undressed = [each for each in self._undressed if each is not part]

    def _dress(self, part: QWidget) -> None:
        self._undressed.remove(part)
        part.setStyleSheet(self._sheet)

    def _dress_next(self) -> None:
        for part in self._undressed:
            # One that is still to be laid out has nothing on.
            if part.styleSheet():
                self._dress(part)
                self._next.start(0)
                return
