from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest
from PySide6.QtCore import QThread

from desktop_app.errors import Cancelled, DiskFull, LecternError
from desktop_app.ui.tasks import TaskRunner
from tests.ui.gates import Gate


def _nothing(*_):
    return None


def test_work_runs_on_its_lane_and_the_result_comes_back_to_the_ui_thread(qtbot, tasks):
    seen: list[object] = []
    tasks.submit(
        "search",
        lambda: threading.current_thread().name,
        lambda name: seen.append((name, QThread.isMainThread())),
    )
    qtbot.waitUntil(lambda: seen == [("lectern-search", True)])


def test_a_lane_does_one_thing_after_the_other_and_lanes_do_not_wait(qtbot, tasks):
    gate, done = Gate(), []
    gate.shut()
    tasks.submit("index", gate.wait, lambda _: done.append("first"))
    tasks.submit("index", _nothing, lambda _: done.append("second"))
    tasks.submit("search", _nothing, lambda _: done.append("other lane"))
    qtbot.waitUntil(lambda: done == ["other lane"])
    gate.open()
    qtbot.waitUntil(lambda: done == ["other lane", "first", "second"])


def test_the_result_of_cancelled_work_is_dropped(qtbot, tasks):
    gate = Gate()
    seen: list[object] = []
    gate.shut()
    handle = tasks.submit("search", gate.wait, lambda _: seen.append("cancelled"))
    qtbot.waitUntil(lambda: gate.arrivals == 1)
    handle.cancel()
    gate.open()
    tasks.submit("search", _nothing, lambda _: seen.append("next"))
    qtbot.waitUntil(lambda: seen == ["next"])


def test_cancelled_work_that_has_not_begun_never_begins(qtbot, tasks):
    gate, begun, seen = Gate(), [], []
    gate.shut()
    tasks.submit("search", gate.wait, _nothing)
    waiting = tasks.submit("search", lambda: begun.append(1), _nothing)
    waiting.cancel()
    gate.open()
    tasks.submit("search", _nothing, lambda _: seen.append(1))
    qtbot.waitUntil(lambda: seen == [1])
    assert not begun


def test_work_with_the_same_key_supersedes_the_earlier(qtbot, tasks):
    gate = Gate()
    seen: list[object] = []
    gate.shut()
    tasks.submit("search", gate.wait, lambda _: seen.append("old"), key="question")
    tasks.submit("search", _nothing, lambda _: seen.append("new"), key="question")
    gate.open()
    qtbot.waitUntil(lambda: seen == ["new"])


def test_an_expected_error_reaches_its_callback(qtbot, tasks):
    def fail():
        raise DiskFull

    seen: list[object] = []
    tasks.submit("index", fail, _nothing, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert isinstance(seen[0], DiskFull)


def test_a_bug_is_logged_and_told_without_its_text_and_the_lane_lives_on(qtbot, tasks, caplog):
    def fail():
        raise ValueError("secret text")

    told: list[object] = []
    seen: list[object] = []
    tasks.failed.connect(told.append)
    tasks.submit("index", fail, _nothing)
    tasks.submit("index", _nothing, lambda _: seen.append(1))
    qtbot.waitUntil(lambda: seen == [1])
    assert isinstance(told[0], LecternError)
    assert "secret" not in str(told[0])
    assert caplog.records[0].levelname == "ERROR"


def test_cancelled_is_not_an_error(qtbot, tasks):
    def withdraw():
        raise Cancelled

    told: list[object] = []
    seen: list[object] = []
    tasks.submit("search", withdraw, _nothing, told.append)
    tasks.submit("search", _nothing, lambda _: seen.append(1))
    qtbot.waitUntil(lambda: seen == [1])
    assert not told


def test_a_stream_shows_its_last_item_before_it_is_done(qtbot, tasks):
    events: list[int | str] = []
    tasks.stream(
        "index",
        lambda _: iter(range(1000)),
        events.append,
        lambda: events.append("done"),
    )
    qtbot.waitUntil(lambda: bool(events) and events[-1] == "done")
    assert events[-2] == 999
    assert events[:-1] == sorted(each for each in events if isinstance(each, int))


def test_a_stream_calls_back_no_more_often_than_asked(qtbot, tasks):
    gate, times, done = Gate(), [], []

    def items(_):
        for number in range(60):
            gate._open.wait(0.005)
            yield number
            gate._open.clear()

    tasks.stream(
        "index",
        items,
        lambda _: times.append(time.monotonic()),
        lambda: done.append(1),
        interval_ms=60,
    )
    qtbot.waitUntil(lambda: done == [1])
    gaps = [later - earlier for earlier, later in pairwise(times[:-1])]
    assert gaps
    assert min(gaps) >= 0.055


def test_the_newest_item_is_shown_even_while_the_stream_stands_still(qtbot, tasks):
    gate = Gate()
    seen: list[object] = []

    def items(is_cancelled):
        yield "first"
        yield "second"
        gate.shut()
        gate.wait(is_cancelled)

    handle = tasks.stream("index", items, seen.append, _nothing, interval_ms=50)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] == "second")
    handle.cancel()


def _recorded(pulled):
    def items(_):
        for number in range(3):
            pulled.append(number)
            yield number

    return items


def test_a_paused_stream_is_not_pulled_until_it_is_resumed(qtbot, tasks):
    pulled, done = [], []
    gate = Gate()
    gate.shut()

    def items(_):
        for number in range(5):
            pulled.append(number)
            gate.wait()
            yield number

    handle = tasks.stream("index", items, _nothing, lambda: done.append(1))
    qtbot.waitUntil(lambda: pulled == [0])
    handle.pause()
    gate.open()
    other: list[object] = []
    tasks.submit("search", _nothing, other.append)
    qtbot.waitUntil(lambda: bool(other))
    assert handle.is_paused()
    assert pulled == [0]
    handle.resume()
    qtbot.waitUntil(lambda: done == [1])
    assert pulled == [0, 1, 2, 3, 4]


def test_a_stream_that_begins_paused_pulls_nothing_until_it_is_resumed(qtbot, tasks):
    pulled: list[int] = []
    handle = tasks.stream("index", _recorded(pulled), _nothing, _nothing, is_paused=True)
    other: list[object] = []
    tasks.submit("search", lambda: None, other.append)
    qtbot.waitUntil(lambda: bool(other))
    assert pulled == []
    handle.resume()
    qtbot.waitUntil(lambda: pulled == [0, 1, 2])


def test_a_stream_that_is_cancelled_before_it_began_never_begins(qtbot, tasks):
    pulled: list[int] = []
    handle = tasks.stream("index", _recorded(pulled), _nothing, _nothing, is_paused=True)
    handle.cancel()
    other: list[object] = []
    tasks.submit("index", lambda: None, other.append)
    qtbot.waitUntil(lambda: bool(other))
    assert pulled == []


def test_cancelling_wakes_a_paused_stream_and_lets_it_end_by_itself(qtbot, tasks):
    ended: list[str] = []
    seen: list[str] = []
    items_seen: list[int] = []

    def items(is_cancelled):
        while not is_cancelled():
            yield 1
        ended.append("consistent")

    handle = tasks.stream("index", items, items_seen.append, lambda: seen.append("done"))
    handle.pause()
    handle.cancel()
    after: list[object] = []
    tasks.submit("index", _nothing, after.append)
    qtbot.waitUntil(lambda: bool(after))
    assert ended in (["consistent"], [])  # [] when it was cancelled before it began
    assert not seen


def test_closing_ends_every_thread_and_then_runs_the_last_work(qapp):
    runner = TaskRunner()
    ran = []

    def items(is_cancelled):
        while not is_cancelled():
            yield 1

    runner.stream("index", items, _nothing, _nothing)
    runner.submit("search", _nothing, _nothing)
    assert runner.close(last=lambda: ran.append(threading.current_thread().name))
    assert ran == ["lectern-last"]


def test_closing_waits_no_longer_than_it_was_told(qtbot):
    runner = TaskRunner()
    gate = Gate()
    gate.shut()
    runner.submit("index", gate.wait, _nothing)
    qtbot.waitUntil(lambda: gate.arrivals == 1)
    began = time.monotonic()
    assert not runner.close(seconds=0.2)
    assert time.monotonic() - began < 2.0
    gate.open()
    runner._threads[0].join(5.0)


def test_the_last_work_of_closing_gets_its_time_and_may_free_a_lane_that_waits(qtbot):
    runner = TaskRunner()
    gate = Gate()
    gate.shut()
    runner.submit("preview", gate.wait, _nothing)
    qtbot.waitUntil(lambda: gate.arrivals == 1)
    assert runner.close(seconds=1.0, last=gate.open)


def test_nothing_is_accepted_or_delivered_after_closing(qapp):
    runner = TaskRunner()
    seen: list[object] = []
    runner.submit("search", _nothing, lambda _: seen.append("late"))
    runner.close()
    handle = runner.submit("search", _nothing, lambda _: seen.append("refused"))
    assert handle.is_cancelled()
    qapp.processEvents()
    assert not seen


@pytest.mark.parametrize("lane", ["index", "search", "preview", "open"])
def test_lanes_are_named_after_their_work(qtbot, tasks, lane):
    seen: list[object] = []
    tasks.submit(lane, lambda: threading.current_thread().name, seen.append)
    qtbot.waitUntil(lambda: seen == [f"lectern-{lane}"])
