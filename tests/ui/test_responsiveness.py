"""The promise that the window answers within 50 ms while everything runs at full load."""

from __future__ import annotations

import os
import sys
import threading
import time

import psutil
import pytest
from PySide6.QtCore import QTimer

from desktop_app.domain import never_cancelled
from desktop_app.ui.application import SWITCH_SECONDS
from tests.ui.fakes import FakeSession

STALL_SECONDS = 0.050
TRIES = 4
BEATS = 150


class Heartbeat:
    """Measures the longest time between two turns of the event loop, in seconds.

    ``longest_work`` is the processor time that the UI thread itself used in one turn, which
    does not depend on what else the machine does; ``longest`` is by the clock on the wall.
    """

    def __init__(self):
        self._timer = QTimer()
        self._timer.setInterval(2)
        self._timer.timeout.connect(self._on_beat)
        self.beats, self.longest, self.longest_work = 0, 0.0, 0.0
        self._last, self._last_work = time.perf_counter(), time.thread_time()
        self._timer.start()

    def _on_beat(self):
        now, work = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self._last)
        self.longest_work = max(self.longest_work, work - self._last_work)
        self._last, self._last_work = now, work
        self.beats += 1

    def stop(self):
        self._timer.stop()


@pytest.fixture
def _quick_hand_overs():
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    yield
    sys.setswitchinterval(before)


def _is_machine_free():
    return psutil.getloadavg()[0] < (os.cpu_count() or 1)


class BusySession(FakeSession):
    """Yields some hundred times a second, computing in Python between the items.

    The real session yields ten times a second and mostly waits for its child processes.
    """

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self._child = threading.Event()

    def index(self, paths=(), *, is_cancelled=never_cancelled):
        for progress in super().index(paths, is_cancelled=is_cancelled):
            yield progress
            sum(range(20_000))
            self._child.wait(0.001)

    def download_pack(self, name, *, is_cancelled=never_cancelled):
        for progress in super().download_pack(name, is_cancelled=is_cancelled):
            yield progress
            sum(range(20_000))
            self._child.wait(0.001)

    def search(self, question, *, limit=50, rerank=True, is_cancelled=never_cancelled):
        for _ in range(40):
            sum(range(20_000))
            self._child.wait(0.001)
            yield from super().search(
                question, limit=limit, rerank=rerank, is_cancelled=is_cancelled
            )


@pytest.mark.usefixtures("_quick_hand_overs")
def test_the_ui_thread_answers_within_50_ms_while_indexing_and_searching(qtbot, make_window):
    session = BusySession(steps=10_000_000)
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: "of 1,020 files" in window.status.sentence)
    hearts = []
    for number in range(TRIES):
        window.top.question.put(f"energy {number}")
        qtbot.keyClick(window.top.question.edit, "\r")
        heart = Heartbeat()
        qtbot.waitUntil(lambda heart=heart: heart.beats >= BEATS, timeout=20_000)
        heart.stop()
        hearts.append(heart)
    assert window.work.is_indexing
    window.work.stop()
    # The first turn loads the fonts of four scripts; what comes after has no such excuse.
    assert min(heart.longest_work for heart in hearts) <= STALL_SECONDS / 2
    assert max(heart.longest_work for heart in hearts) <= 2 * STALL_SECONDS
    if _is_machine_free():
        assert min(heart.longest for heart in hearts) <= STALL_SECONDS


@pytest.mark.usefixtures("_quick_hand_overs")
def test_the_ui_thread_answers_within_50_ms_while_a_model_is_downloaded_and_shown(
    qtbot, make_window
):
    session = BusySession(steps=10_000_000)
    session.pack_steps = 10_000_000
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: "of 1,020 files" in window.status.sentence)
    window.keys["models"].trigger()
    qtbot.waitUntil(lambda: "bge-m3" in window.models.packs)
    window.choosing.packs.download("bge-m3")
    card = window.models.card("bge-m3")
    qtbot.waitUntil(lambda: "of 4.6 GB" in card.choices.sentences)
    hearts = []
    for _ in range(TRIES):
        heart = Heartbeat()
        qtbot.waitUntil(lambda heart=heart: heart.beats >= BEATS, timeout=20_000)
        heart.stop()
        hearts.append(heart)
    assert window.choosing.packs.job_of("bge-m3") is not None
    window.work.stop()
    window.choosing.close()
    assert min(heart.longest_work for heart in hearts) <= STALL_SECONDS / 2
    assert max(heart.longest_work for heart in hearts) <= 2 * STALL_SECONDS
    if _is_machine_free():
        assert min(heart.longest for heart in hearts) <= STALL_SECONDS
