"""The promise that the window answers within 50 ms while everything runs at full load."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer

from tests.ui.fakes import FakeSession

STALL_SECONDS = 0.050
TRIES = 4
BEATS = 150


class Heartbeat:
    """Measures the longest time between two turns of the event loop, in seconds."""

    def __init__(self):
        self._timer = QTimer()
        self._timer.setInterval(2)
        self._timer.timeout.connect(self._on_beat)
        self.beats, self.longest = 0, 0.0
        self._last = time.perf_counter()
        self._timer.start()

    def _on_beat(self):
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now
        self.beats += 1

    def stop(self):
        self._timer.stop()


class BusySession(FakeSession):
    """Yields as fast as a thread can, burning the interpreter lock between the items."""

    def index(self, paths=(), *, is_cancelled):
        for progress in super().index(paths, is_cancelled=is_cancelled):
            yield progress
            sum(range(2000))

    def search(self, question, *, limit=50, rerank=True, is_cancelled):
        for _ in range(40):
            yield from super().search(
                question, limit=limit, rerank=rerank, is_cancelled=is_cancelled
            )


def test_the_ui_thread_answers_within_50_ms_while_indexing_and_searching(qtbot, make_window):
    session = BusySession(steps=10_000_000)
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: "of 1,020 files" in window.status.sentence)
    stalls = []
    # A machine shared with others may halt us at any time, so the best of a few tries counts.
    for number in range(TRIES):
        window.top.question.put(f"energy {number}")
        qtbot.keyClick(window.top.question._edit, "\r")
        heart = Heartbeat()
        qtbot.waitUntil(lambda heart=heart: heart.beats >= BEATS, timeout=20_000)
        heart.stop()
        stalls.append(heart.longest)
        if heart.longest <= STALL_SECONDS:
            break
    assert window._work.is_indexing
    window._work.stop()
    assert min(stalls) <= STALL_SECONDS, [round(stall, 3) for stall in stalls]
