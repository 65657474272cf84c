from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import psutil
import pytest

from desktop_app.domain import IndexPhase, IndexProgress
from desktop_app.indexing import politeness
from desktop_app.indexing.idleness import OtherWork
from desktop_app.indexing.politeness import ON_POWER, WHEN_IDLE, politely, yield_the_disk
from desktop_app.settings import Settings


class Desk:
    """A computer with a clock, a battery and a processor of the test's own."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        self.worked = self.rested = 0.0
        self.plugged: bool | None = True
        self.celsius = 50.0
        self.on_rest = lambda: None
        self.alone: float | None = 1000.0
        self.others = 0.0
        monkeypatch.setattr(politeness, "seconds_since_input", lambda: self.alone)
        monkeypatch.setattr(OtherWork, "share", lambda _: self.others)
        monkeypatch.setattr(psutil, "sensors_battery", self._battery)
        monkeypatch.setattr(psutil, "sensors_temperatures", self._heat, raising=False)

    def _battery(self):
        return None if self.plugged is None else SimpleNamespace(power_plugged=self.plugged)

    def _heat(self):
        return {"coretemp": [SimpleNamespace(current=self.celsius, critical=100.0)]}

    def steps(self, count):
        for number in range(count):
            self.now += 0.1
            self.worked += 0.1
            yield IndexProgress(IndexPhase.READING, files_done=number)
        yield IndexProgress(IndexPhase.DONE)

    def sleep(self, seconds):
        self.now += seconds
        self.rested += seconds
        self.on_rest()

    def index(self, *, count=100, is_cancelled=lambda: False, **chosen):
        return politely(
            self.steps(count),
            Settings(**chosen),
            is_cancelled=is_cancelled,
            clock=lambda: self.now,
            sleep=self.sleep,
        )


@pytest.fixture
def desk(monkeypatch):
    return Desk(monkeypatch)


def test_by_default_nothing_rests_and_every_step_passes(desk):
    assert len(list(desk.index())) == 101
    assert desk.rested == 0


@pytest.mark.parametrize("percent", [25, 50, 80])
def test_the_chosen_share_of_the_time_is_worked(desk, percent):
    list(desk.index(cpu_percent=percent))
    assert desk.worked / (desk.worked + desk.rested) == pytest.approx(percent / 100, abs=0.01)


def test_on_battery_indexing_waits_for_the_plug_and_says_so(desk):
    steps = desk.index(index_when=ON_POWER)
    next(steps)
    desk.plugged = False
    desk.now += 10
    waiting = next(steps)
    assert "plugged in" in waiting.notice
    assert next(steps).notice == waiting.notice
    before = desk.worked
    desk.plugged = True
    assert next(steps).notice == ""
    assert desk.worked > before


@pytest.mark.parametrize("plugged", [True, None])
def test_a_computer_on_power_or_without_a_battery_does_not_wait(desk, plugged):
    desk.plugged = plugged
    assert not any(step.notice for step in desk.index(index_when=ON_POWER))


def test_on_battery_indexing_goes_on_where_that_was_chosen(desk):
    desk.plugged = False
    assert not any(step.notice for step in desk.index())


def test_a_processor_about_to_overheat_is_let_cool_down(desk):
    steps = desk.index()
    next(steps)
    desk.celsius, desk.now = 96.0, 10.0
    assert "cooled down" in next(steps).notice
    desk.celsius = 80.0
    assert next(steps).notice == ""


def test_cancelling_ends_a_wait_at_once(desk):
    cancelled: list[int] = []
    steps = desk.index(index_when=ON_POWER, is_cancelled=lambda: bool(cancelled))
    next(steps)
    desk.plugged, desk.now = False, 10.0
    next(steps)
    desk.on_rest = lambda: cancelled.append(1)
    before = desk.now
    next(steps)
    assert desk.now - before < 1


def test_indexing_waits_until_nobody_uses_the_computer(desk):
    steps = desk.index(index_when=WHEN_IDLE)
    next(steps)
    desk.alone, desk.now = 3.0, 10.0
    assert "nobody has used the computer" in next(steps).notice
    desk.alone = 121.0
    assert next(steps).notice == ""


def test_where_nothing_tells_of_the_user_other_programs_do(desk):
    steps = desk.index(index_when=WHEN_IDLE)
    next(steps)
    desk.alone, desk.others, desk.now = None, 0.8, 10.0
    assert "other programs" in next(steps).notice
    desk.others = 0.1
    assert next(steps).notice == ""


def test_when_idle_does_not_mean_on_the_battery(desk):
    steps = desk.index(index_when=WHEN_IDLE)
    next(steps)
    desk.plugged, desk.now = False, 10.0
    assert "plugged in" in next(steps).notice


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of the disk per thread: Linux")
def test_the_thread_that_indexes_yields_the_disk_and_no_other_does():
    def yielding() -> tuple[int, int]:
        yield_the_disk()
        mine = psutil.Process(threading.get_native_id()).ionice()
        return int(mine.ioclass), int(mine.value)

    before = psutil.Process().ionice()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(yielding).result() == (psutil.IOPRIO_CLASS_BE, 7)
    assert psutil.Process().ionice() == before
