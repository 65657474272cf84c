from __future__ import annotations

import pytest

from desktop_app.domain import DocumentStatus, IndexPhase
from desktop_app.indexing.outlook import Outlook
from desktop_app.indexing.progress import ProgressMeter


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def meter(clock):
    meter = ProgressMeter(clock)
    for _ in range(100):
        meter.find(1000)
    meter.begin(IndexPhase.READING)
    return meter


def read(meter, clock, files, seconds):
    for _ in range(files):
        meter.finish(1000, DocumentStatus.INDEXED)
    clock.now += seconds


def test_a_snapshot_is_due_ten_times_a_second(meter, clock):
    assert meter.is_due()
    meter.snapshot()
    assert not meter.is_due()
    clock.now += 0.11
    assert meter.is_due()


def test_time_left_follows_the_measured_speed(meter, clock):
    meter.snapshot()
    read(meter, clock, 40, 4.0)
    snapshot = meter.snapshot()
    assert snapshot.rate == pytest.approx(10.0)
    assert snapshot.seconds_left == pytest.approx(6.0)
    assert (snapshot.files_done, snapshot.indexed) == (40, 40)


def test_time_left_is_unknown_at_first(meter, clock):
    meter.snapshot()
    read(meter, clock, 10, 0.5)
    assert meter.snapshot().seconds_left is None


def test_a_pause_does_not_slow_the_speed(meter, clock):
    meter.snapshot()
    read(meter, clock, 20, 2.0)
    meter.leave()
    clock.now += 3600.0
    meter.enter()
    read(meter, clock, 20, 2.0)
    assert meter.snapshot().rate == pytest.approx(10.0)


def test_speed_is_that_of_the_last_seconds(meter, clock):
    meter.snapshot()
    for _ in range(40):
        read(meter, clock, 1, 1.0)
        meter.snapshot()
    read(meter, clock, 40, 4.0)
    assert meter.snapshot().rate > 2.0


def test_in_a_long_phase_a_moment_of_haste_or_rest_changes_the_time_left_little(meter, clock):
    meter.begin(IndexPhase.EMBEDDING)
    meter.tokens_left = 3000.0

    def embed(count, seconds):
        meter.tokens_done += count
        meter.tokens_left -= count
        clock.now += seconds
        return meter.snapshot().seconds_left

    meter.snapshot()
    for _ in range(1000):
        embed(1, 1.0)
    assert embed(0, 60.0) == pytest.approx(2000, rel=0.2)
    assert embed(120, 1.0) == pytest.approx(1880, rel=0.2)


def test_embedding_counts_passages(meter, clock):
    meter.begin(IndexPhase.EMBEDDING)
    meter.passages_total = 100
    meter.tokens_left = 1000
    meter.snapshot()
    meter.passages_embedded = 25
    meter.tokens_done, meter.tokens_left = 100, 900
    clock.now += 5.0
    snapshot = meter.snapshot()
    assert snapshot.rate == pytest.approx(5.0)
    # By tokens: those that come are longer than those that were.
    assert snapshot.seconds_left == pytest.approx(45.0)


def test_what_comes_after_reading_is_part_of_the_time_left(meter, clock):
    meter.outlook = Outlook(tokens_per_second=lambda: 10.0)
    meter.outlook.add_tokens(200)
    meter.snapshot()
    read(meter, clock, 40, 4.0)
    assert meter.snapshot().seconds_left == pytest.approx(6.0 + 20.0)
    meter.outlook = Outlook(tokens_per_second=lambda: 0.0)
    meter.outlook.add_tokens(200)
    assert meter.snapshot().seconds_left is None


def test_the_first_seconds_of_embedding_are_seen_beside_what_is_known_of_the_model(meter, clock):
    meter.outlook = Outlook(tokens_per_second=lambda: 100.0)
    meter.begin(IndexPhase.EMBEDDING)
    meter.tokens_left = 10_000.0
    assert meter.snapshot().seconds_left == pytest.approx(100)
    clock.now += 3.0
    meter.tokens_done, meter.tokens_left = 30.0, 9_970.0
    # A tenth as fast: alone these seconds would say 1,000.
    assert 100 < meter.snapshot().seconds_left < 150
    clock.now += 57.0
    meter.tokens_done, meter.tokens_left = 600.0, 9_400.0
    assert meter.snapshot().seconds_left == pytest.approx(940)


def test_a_name_that_is_no_text_can_be_shown(meter):
    meter.current = "caf\udce9.txt"
    assert meter.snapshot().current == "caf?.txt"
