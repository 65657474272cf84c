"""Ctrl+C in a terminal and the end of the user's desktop close the window in order."""

from __future__ import annotations

import signal
from types import FrameType

from PySide6.QtCore import QObject, QTimer, Signal

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_LOOK_MS = 500


class Interrupts(QObject):
    """Takes the signals that ask a program to end until ``close``; main thread.

    ``received()`` is emitted on the UI thread, half a second later at most.
    """

    received = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = {each: signal.signal(each, self._on_signal) for each in _SIGNALS}
        # Python runs a signal's function between two of its own instructions, and there are
        # none while Qt waits: https://docs.python.org/3/library/signal.html
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(lambda: None)
        self._timer.start()

    def close(self) -> None:
        """Let the signals do what they did before."""
        self._timer.stop()
        for each, before in self._before.items():
            signal.signal(each, before)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.received.emit()
