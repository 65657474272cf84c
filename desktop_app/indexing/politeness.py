"""Hold indexing back while the computer needs its power for something else."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from desktop_app.domain import IndexPhase, IndexProgress, IsCancelled
from desktop_app.indexing.idleness import OtherWork, seconds_since_input
from desktop_app.settings import Settings
from desktop_app.translation import mark

ON_POWER = "on power"
WHEN_IDLE = "when idle"
IDLE_SECONDS = 120.0
"""Nobody uses a computer that was left alone for so long."""
MOST_OTHER_WORK = 0.25
"""Where nothing tells of the user, other programs may take this share of the processor."""

_LOOK_SECONDS = 5.0
_TICK_SECONDS = 0.2
_LONGEST_REST_SECONDS = 2.0
_LEAST_PRIORITY = 7
"""Of eight within the "best effort" class: the idle class could starve the one writer."""
_MARGIN_CELSIUS = 5.0
"""So far below the temperature at which the processor calls itself in danger it is too hot."""


def politely(
    steps: Iterator[IndexProgress],
    settings: Settings,
    *,
    is_cancelled: IsCancelled,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[IndexProgress]:
    """Pull the steps of indexing, resting between them as the settings ask. Index thread.

    ``cpu_percent`` is the share of the time that is worked; a rest lasts two seconds at
    most. With ``index_when`` "on power" or "when idle", and wherever the processor is about
    to overheat, nothing is pulled until that is over; ``notice`` says so meanwhile.
    Cancelling ends a rest within a fifth of a second. The thread yields the disk to others.
    """
    yield_the_disk()
    others = OtherWork()
    looked_at = float("-inf")
    last: IndexProgress | None = None
    while True:
        if last is not None and clock() - looked_at >= _LOOK_SECONDS:
            while (why := reason_to_wait(settings, others)) and not is_cancelled():
                yield dataclasses.replace(last, notice=why, seconds_left=None)
                _rest(_LOOK_SECONDS, is_cancelled, clock, sleep)
            looked_at = clock()
        began = clock()
        last = next(steps, None)
        if last is None:
            return
        worked = clock() - began
        yield last
        if 0 < settings.cpu_percent < 100 and last.phase is not IndexPhase.DONE:  # noqa: PLR2004
            rest = worked * (100 / settings.cpu_percent - 1)
            _rest(min(rest, _LONGEST_REST_SECONDS), is_cancelled, clock, sleep)


def yield_the_disk() -> None:
    """Let the disk serve every other thread first, on systems that can; this thread only.

    Linux: lowest of the "best effort" class (ioprio_set(2)). macOS: the throttled tier
    (setiopolicy_np(3)). Windows knows it for whole processes only, which would slow down
    answers; there the parsers alone have it.
    """
    with suppress(OSError, psutil.Error):
        if sys.platform == "darwin":
            _throttle_thread()
        elif sys.platform == "linux":
            thread = int(Path("/proc/thread-self").readlink().name)
            psutil.Process(thread).ionice(psutil.IOPRIO_CLASS_BE, _LEAST_PRIORITY)


def _throttle_thread() -> None:
    import ctypes

    disk, thread, throttled = 0, 1, 3  # IOPOL_TYPE_DISK, IOPOL_SCOPE_THREAD, IOPOL_THROTTLE
    ctypes.CDLL(None).setiopolicy_np(disk, thread, throttled)


def reason_to_wait(settings: Settings, others: OtherWork) -> str:
    """Return why indexing is to wait, as a sentence, or "" where it need not."""
    if settings.index_when in {ON_POWER, WHEN_IDLE}:
        battery = psutil.sensors_battery()
        if battery is not None and not battery.power_plugged:
            return mark("Indexing waits until the computer is plugged in.")
    if settings.index_when == WHEN_IDLE:
        alone = seconds_since_input()
        if alone is None and others.share() > MOST_OTHER_WORK:
            return mark("Indexing waits until other programs have less to do.")
        if alone is not None and alone < IDLE_SECONDS:
            return mark("Indexing waits until nobody has used the computer for two minutes.")
    if _is_hot():
        return mark("Indexing waits until the processor has cooled down.")
    return ""


def _is_hot() -> bool:
    # Linux and FreeBSD only; elsewhere psutil has no such function.
    read = getattr(psutil, "sensors_temperatures", None)
    sensors = read() if read is not None else {}
    return any(
        each.critical and each.current >= each.critical - _MARGIN_CELSIUS
        for name in ("coretemp", "k10temp", "zenpower", "cpu_thermal")
        for each in sensors.get(name, ())
    )


def _rest(
    seconds: float,
    is_cancelled: IsCancelled,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    until = clock() + seconds
    while (left := until - clock()) > 0 and not is_cancelled():
        sleep(min(left, _TICK_SECONDS))
