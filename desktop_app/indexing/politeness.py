"""Hold indexing back while the computer needs its power for something else."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator

import psutil

from desktop_app.domain import IndexPhase, IndexProgress, IsCancelled
from desktop_app.settings import Settings

ON_POWER = "on power"
ALWAYS = "always"

_LOOK_SECONDS = 5.0
_TICK_SECONDS = 0.2
_LONGEST_REST_SECONDS = 2.0
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
    most. With ``index_when`` "on power", and wherever the processor is about to overheat,
    nothing is pulled until that is over; ``notice`` says so meanwhile. Cancelling ends a
    rest within a fifth of a second.
    """
    looked_at = float("-inf")
    last: IndexProgress | None = None
    while True:
        if last is not None and clock() - looked_at >= _LOOK_SECONDS:
            while (why := reason_to_wait(settings)) and not is_cancelled():
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


def reason_to_wait(settings: Settings) -> str:
    """Return why indexing is to wait, as a sentence, or "" where it need not."""
    if settings.index_when == ON_POWER:
        battery = psutil.sensors_battery()
        if battery is not None and not battery.power_plugged:
            return "Indexing waits until the computer is plugged in."
    if _is_hot():
        return "Indexing waits until the processor has cooled down."
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
