"""Gates instead of delays: a worker waits until a test lets it on."""

from __future__ import annotations

import threading

from desktop_app.domain import IsCancelled, never_cancelled

_PATIENCE = 20.0
"""Seconds after which a gate that a test forgot to open gives way."""


class Gate:
    """Holds a worker back until a test lets it on; open unless ``shut`` was called."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._open.set()
        self.arrivals = 0
        self._last = 0

    def shut(self) -> None:
        """Hold back whoever comes next."""
        self._open.clear()

    def shut_after(self, arrivals: int) -> None:
        """Let this many on from now, and hold back whoever comes then."""
        self._last = self.arrivals + arrivals
        self._open.set()

    def open(self) -> None:
        """Let everyone on."""
        self._last = 0
        self._open.set()

    def wait(self, is_cancelled: IsCancelled = never_cancelled) -> None:
        """Wait here (on a worker thread) until opened or cancelled."""
        self.arrivals += 1
        if self._last and self.arrivals > self._last:
            self._open.clear()
        for _ in range(int(_PATIENCE / 0.01)):
            if self._open.wait(0.01) or is_cancelled():
                return
