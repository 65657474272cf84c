"""The rate is that of lately, and the time left follows from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.acquisition.meter import Meter
from desktop_app.domain import PackPhase


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_steady_stream_has_its_rate_and_its_end():
    clock = Clock()
    meter = Meter("tiny", 10_000, clock=clock)
    for _ in range(50):
        clock.now += 0.1
        meter.add(100)
    step = meter.progress(PackPhase.DOWNLOADING)
    assert step.rate == pytest.approx(1000, rel=0.05)
    assert step.seconds_left == pytest.approx(5, rel=0.05)


def test_what_was_here_before_says_nothing_of_the_rate():
    meter = Meter("tiny", 10_000, clock=Clock())
    meter.have(5000)
    step = meter.progress(PackPhase.DOWNLOADING)
    assert (step.bytes_done, step.rate, step.seconds_left) == (5000, 0.0, None)


def test_a_pause_does_not_slow_what_comes_after_it():
    clock = Clock()
    meter = Meter("tiny", 100_000, clock=clock)
    for pause in (0.1, 60.0):
        clock.now += pause
        for _ in range(20):
            clock.now += 0.1
            meter.add(100)
    assert meter.progress(PackPhase.DOWNLOADING).rate == pytest.approx(1000, rel=0.1)


@given(st.lists(st.integers(-1000, 1000), max_size=50))
def test_progress_never_goes_back_and_never_beyond_the_end(counts: list[int]):
    clock = Clock()
    meter = Meter("tiny", 5000, clock=clock)
    seen = [0]
    for count in counts:
        clock.now += 0.3
        meter.add(count)
        seen.append(meter.progress(PackPhase.DOWNLOADING).bytes_done)
    assert seen == sorted(seen)
    assert seen[-1] <= 5000
