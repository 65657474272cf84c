"""A heart for a window: how long its thread keeps events waiting, where, and for what."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import psutil
from PySide6.QtCore import QObject, Qt, QTimer

_SAMPLES_A_BEAT = 8
_FRAMES = 12


@dataclass(frozen=True, slots=True)
class Late:
    """A beat that came late, in milliseconds by the clock.

    ``work_ms`` is the processor time of the thread meanwhile, ``queued_ms`` what it was ready
    and had no processor (0 where the system does not tell; Linux does). What is left it
    slept: for its turn in the interpreter, a lock or a disk. ``stack`` is where it was seen most
    often, innermost first; ``beside`` what the other threads did then, a line each.
    ``is_free``: whether the computer had a processor to spare.
    """

    gap_ms: float
    work_ms: float
    queued_ms: float
    stack: str
    beside: tuple[str, ...]
    is_free: bool

    @property
    def slept_ms(self) -> float:
        """What was neither work nor waiting for a processor."""
        return max(0.0, self.gap_ms - self.work_ms - self.queued_ms)


class Heart(QObject):
    """Measures how long the UI thread keeps its events waiting, and says where it was.

    ``beats`` are milliseconds between two turns of a timer of ``interval_ms``, with the
    processor time of the thread among them; ``late`` are those over ``late_ms``, looked at
    by a thread beside it meanwhile.
    """

    def __init__(self, interval_ms: int = 5, *, late_ms: float) -> None:
        super().__init__()
        self._late_ms = late_ms
        self.beats: list[tuple[float, float]] = []
        self.late: list[Late] = []
        self._thread = threading.get_ident()
        self._queue = _Queue(threading.get_native_id())
        self._beat = self._work = self._queued = 0.0
        self._seen: Counter[str] = Counter()
        self._beside: tuple[str, ...] = ()
        self._is_ending = threading.Event()
        self._timer = QTimer(self)
        self._timer.setInterval(interval_ms)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_beat)
        self._watcher = threading.Thread(target=self._watch, name="heart", daemon=True)

    def start(self) -> None:
        """Begin to measure."""
        self._beat, self._work = time.perf_counter(), time.thread_time()
        self._queued = self._queue.waited_ms()
        self._timer.start()
        self._watcher.start()

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()
        self._is_ending.set()
        self._watcher.join()
        self._queue.close()

    def _on_beat(self) -> None:
        now, work, queued = time.perf_counter(), time.thread_time(), self._queue.waited_ms()
        gap, worked = (now - self._beat) * 1000, (work - self._work) * 1000
        self.beats.append((gap, worked))
        if gap > self._late_ms:
            is_free = psutil.getloadavg()[0] < (os.cpu_count() or 1)
            seen = self._seen.most_common(1)
            self.late.append(
                Late(
                    gap,
                    worked,
                    queued - self._queued,
                    seen[0][0] if seen else "",
                    self._beside,
                    is_free,
                )
            )
        self._beat, self._work, self._queued = now, work, queued
        self._seen, self._beside = Counter(), ()

    def _watch(self) -> None:
        while not self._is_ending.wait(self._late_ms / 1000 / _SAMPLES_A_BEAT):
            gap = (time.perf_counter() - self._beat) * 1000
            if gap > self._late_ms / 2:
                stacks = _stacks()
                self._seen[stacks[self._thread]] += 1
                self._beside = tuple(
                    stack.partition("\n")[0]
                    for thread, stack in stacks.items()
                    if thread not in (self._thread, threading.get_ident())
                )


class _Queue:
    """How long a thread was ready to run and waited for a processor; Linux alone tells."""

    def __init__(self, thread: int) -> None:
        self._file = -1
        schedule = Path(f"/proc/self/task/{thread}/schedstat")
        if schedule.exists():
            self._file = os.open(schedule, os.O_RDONLY)

    def waited_ms(self) -> float:
        """Give the milliseconds since the thread began."""
        if self._file < 0:
            return 0.0
        # "time on the processor, time waiting for it, turns", in nanoseconds (proc(5)).
        return int(os.pread(self._file, 128, 0).split()[1]) / 1e6

    def close(self) -> None:
        """Give the file back."""
        if self._file >= 0:
            os.close(self._file)


def _stacks() -> dict[int, str]:
    """Say where each thread is, innermost first.

    Nothing here reads a file, and no frame is kept: it could outlive a paint and keep its
    painter alive.
    """
    return {thread: _stack_of(frame) for thread, frame in sys._current_frames().items()}


def _stack_of(frame: FrameType | None) -> str:
    places: list[str] = []
    while frame is not None and len(places) < _FRAMES:
        code = frame.f_code
        places.append(f"{code.co_filename}:{frame.f_lineno} in {code.co_name}")
        frame = frame.f_back
    return "\n".join(places)
