from __future__ import annotations

import contextlib
import io
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic
from typing import Any

import psutil
import pytest

from desktop_app.domain import ParseFailure
from desktop_app.domain.shortfalls import FILE_OVER_LIMIT
from desktop_app.errors import (
    EncryptedFile,
    FileTooLarge,
    ParserCrashed,
    ParserTimeout,
    ReaderNotStarted,
)
from desktop_app.parsing import serving
from desktop_app.parsing import slot as slot_module
from desktop_app.parsing.confinement import LAST
from desktop_app.parsing.pool import ParserPool
from desktop_app.parsing.replies import UntrustedReply, read_reply
from desktop_app.translation import Worded, worded
from tests.unit.parsing import hostile

LONG = 60.0
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def pool():
    pool = ParserPool(hostile.work, processes=2, memory_mb=1024)
    yield pool
    pool.close()


@pytest.fixture
def own_pool():
    pool = ParserPool(hostile.work, processes=2, memory_mb=1024)
    yield pool
    pool.close()


def codes(results):
    return {
        request: result.code if isinstance(result, ParseFailure) else result
        for request, result in results
    }


def test_every_request_gets_its_own_answer_whatever_the_others_do(pool):
    requests = [
        ("echo a", LONG), ("exit", LONG), ("echo b", LONG), ("loop", 0.5), ("refuse", LONG),
        ("segfault", LONG), ("break", LONG), ("recurse", LONG), ("unpicklable", LONG),
        ("echo c", LONG),
    ]  # fmt: skip
    assert codes(pool.map_unordered(requests)) == {
        "echo a": "a",
        "echo b": "b",
        "echo c": "c",
        "exit": "crashed",
        "segfault": "crashed",
        "loop": "timeout",
        "refuse": "encrypted",
        "break": "crashed",
        "recurse": "corrupt",
        "unpicklable": "crashed",
    }


def test_a_failure_never_carries_the_text_of_an_exception(pool):
    ((_, failure),) = pool.map_unordered([("break", LONG)])
    assert "document" not in failure.title + failure.hint


def test_a_refusal_keeps_its_parts_for_the_window_s_language(pool):
    ((_, failure),) = pool.map_unordered([("too-large", LONG)])
    assert type(failure.title) is str
    assert failure.title == "The file has 1,200 MB; files of this type are read up to 300 MB."
    with pytest.raises(FileTooLarge) as error:
        pool.call("too-large", seconds=LONG)
    assert isinstance(error.value.title, Worded)
    assert error.value.title.template == FILE_OVER_LIMIT
    assert error.value.title.values == {"size": 1200, "largest": 300}


def test_a_reader_cannot_send_a_template_of_its_own(pool):
    reply = pickle.dumps(worded("{bomb:>9}", bomb=""), protocol=pickle.HIGHEST_PROTOCOL)
    with pytest.raises(UntrustedReply):
        read_reply(reply)


def test_endless_allocation_ends_at_the_cap_and_is_reported(pool):
    assert codes(pool.map_unordered([("allocate", LONG)])) == {"allocate": "too-large"}


def test_an_answer_of_fifty_megabytes_arrives_whole(pool):
    ((_, answer),) = pool.map_unordered([("big", LONG)])
    assert len(answer) == hostile.BIG


def test_big_answers_do_not_time_out_while_the_consumer_is_slow(pool):
    requests = [(f"big {n}", LONG) for n in range(2)] + [("echo end", LONG)]
    answers = []
    for request, answer in pool.map_unordered(requests):
        assert not isinstance(answer, ParseFailure), request
        answers.append(request)
    assert sorted(answers) == ["big 0", "big 1", "echo end"]


def test_an_answer_that_waits_beyond_its_deadline_is_still_an_answer(pool, monkeypatch):
    list(pool.map_unordered([("echo warm", LONG), ("echo up", LONG)]))
    results = pool.map_unordered([(f"echo {number}", LONG) for number in range(4)])
    answers = dict([next(results)])
    for slot in pool._slots:
        assert slot.request is None or slot.connection.poll(LONG)
    # The consumer was away for longer than every deadline, the children were not.
    monkeypatch.setattr(slot_module, "monotonic", lambda: monotonic() + 2 * LONG)
    answers.update(next(results) for _ in range(len(pool._slots) - 1))
    monkeypatch.undo()
    answers.update(results)
    assert answers == {f"echo {number}": str(number) for number in range(4)}


def test_a_reader_that_the_computer_holds_up_is_not_late_yet(own_pool, tmp_path, monkeypatch):
    own_pool.call("echo warm", seconds=LONG)
    list(own_pool.map_unordered([("echo a", LONG), ("echo b", LONG)]))
    passed = 0.0
    monkeypatch.setattr(slot_module, "monotonic", lambda: monotonic() + passed)
    results = own_pool.stream(
        [(f"await {tmp_path / 'a'}", LONG), (f"await {tmp_path / 'b'}", LONG)]
    )
    assert next(results) is None
    passed = 1.5 * LONG
    assert [next(results) for _ in range(5)] == [None] * 5
    (tmp_path / "a").touch()
    assert next(each for each in results if each is not None)[1] == "done"
    # What waits for ever, as for a drive that does not answer, ends all the same.
    passed = serving.PATIENCE * LONG
    ((_, failure),) = [each for each in results if each is not None]
    assert isinstance(failure, ParseFailure)
    assert failure.code == ParserTimeout.code


sends_halves = pytest.mark.skipif(
    sys.platform == "win32", reason="on Windows a message arrives whole or not at all"
)


@sends_halves
def test_half_an_answer_holds_nobody_past_its_time(own_pool, monkeypatch):
    list(own_pool.map_unordered([("echo warm", LONG), ("echo up", LONG)]))
    monkeypatch.setattr(slot_module, "_ARRIVAL_SECONDS", 0.5)
    requests = [("send half: 1000", LONG), ("echo a", LONG), ("echo b", LONG)]
    began = monotonic()
    answers = codes(own_pool.map_unordered(requests))
    assert answers == {"send half: 1000": "timeout", "echo a": "a", "echo b": "b"}
    assert monotonic() - began < LONG / 2


@sends_halves
@pytest.mark.parametrize("announced", [-1, 2_000_000_000])
def test_an_answer_longer_than_a_reader_s_memory_is_none(own_pool, announced):
    request = f"send half: {announced}"
    assert codes(own_pool.map_unordered([(request, LONG)])) == {request: "crashed"}


def test_closing_ends_a_call_of_another_thread_and_those_that_wait(own_pool):
    assert own_pool.call("echo warm", seconds=LONG) == "warm"
    ended = []

    def ask():
        try:
            own_pool.call("loop", seconds=LONG)
        except ParserCrashed as error:
            ended.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    while own_pool._caller.request is None:
        pass
    own_pool.close()
    for thread in threads:
        thread.join(LONG)
    # A thread that came only after the closing would still be at work.
    own_pool.close()
    assert own_pool.pids == []
    assert len(ended) == 2
    assert own_pool.call("echo again", seconds=LONG) == "again"


def spawned_as(monkeypatch, *targets):
    """Let the next children be these functions instead, and the later ones real."""
    real, rest = slot_module.Slot._spawn, list(targets)

    def spawn(slot, **kwargs):
        with monkeypatch.context() as patch:
            if rest:
                target = rest.pop(0)
                if isinstance(target, OSError):
                    raise target
                patch.setattr(slot_module, "run_confined", target)
            real(slot, **kwargs)

    monkeypatch.setattr(slot_module.Slot, "_spawn", spawn)
    return rest


def test_a_reader_that_comes_up_too_late_is_replaced_and_its_file_read(own_pool, monkeypatch):
    spawned_as(monkeypatch, hostile.never_come_up)
    passed = 0.0
    monkeypatch.setattr(slot_module, "monotonic", lambda: monotonic() + passed)
    answers, first = [], 0
    for answer in own_pool.stream([("echo a", LONG)]):
        if answer is not None:
            answers.append(answer)
        elif not first:
            (first,) = own_pool.pids
            passed = slot_module._START_SECONDS
    assert answers == [("echo a", "a")]
    assert first not in own_pool.pids
    assert not psutil.pid_exists(first)


def test_a_reader_that_dies_before_it_was_given_the_file_says_nothing_about_it(
    own_pool, monkeypatch
):
    spawned_as(monkeypatch, hostile.die_at_birth, hostile.die_at_birth)
    assert codes(own_pool.map_unordered([("echo a", LONG)])) == {"echo a": "a"}


def test_a_system_that_makes_no_process_is_asked_again(own_pool, monkeypatch):
    monkeypatch.setattr(slot_module, "_PAUSE_SECONDS", 0.0)
    spawned_as(monkeypatch, BlockingIOError(), OSError(24, "too many files"))
    assert codes(own_pool.map_unordered([("echo a", LONG)])) == {"echo a": "a"}
    spawned_as(monkeypatch, BlockingIOError())
    assert own_pool.call("echo b", seconds=LONG) == "b"


def test_the_computer_is_named_where_no_reader_ever_comes_up(monkeypatch):
    small = ParserPool(hostile.work, processes=1, memory_mb=1024)
    rest = spawned_as(monkeypatch, *[hostile.die_at_birth] * 4)
    try:
        requests = [("echo a", LONG), ("echo b", LONG), ("echo c", LONG)]
        answers = small.map_unordered(requests)
        _, failure = next(answers)
        assert isinstance(failure, ParseFailure)
        assert failure.code == ReaderNotStarted.code
        assert "This computer" in failure.title
        # The next file is not made to wait as long as the first one.
        assert codes(answers) == {"echo b": ReaderNotStarted.code, "echo c": "c"}
        assert rest == []
    finally:
        small.close()


class OneRequestPipe:
    """Hands out one request and notes what is sent back."""

    def __init__(self, happened):
        self.requests = [("echo a", LONG)]
        self.happened = happened

    def recv(self):
        if not self.requests:
            raise EOFError
        return self.requests.pop()

    def send_bytes(self, _):
        self.happened.append("sent")


def test_a_child_ends_itself_while_it_works_and_not_while_its_consumer_pauses(monkeypatch):
    happened = []
    monkeypatch.setattr(serving, "end_after", lambda *_: happened.append("timed"))
    monkeypatch.setattr(serving, "stay", lambda: happened.append("untimed"))
    pipe: Any = OneRequestPipe(happened)
    serving.serve(io.StringIO(), pipe, pickle.dumps(hostile.work), "")
    assert happened == ["sent", "timed", "untimed", "sent"]


def test_requests_are_pulled_only_as_slots_come_free(pool):
    pulled = []

    def requests():
        for number in range(50):
            pulled.append(number)
            yield f"echo {number}", LONG

    results = pool.map_unordered(requests())
    next(results)
    assert len(pulled) <= 5
    results.close()


def test_cancelling_kills_the_children_at_work_at_once(own_pool):
    list(own_pool.map_unordered([("echo a", LONG), ("echo b", LONG)]))
    asked = iter([False, False, True])
    began = monotonic()
    results = own_pool.map_unordered(
        [("loop", LONG), ("loop 2", LONG)], is_cancelled=lambda: next(asked)
    )
    assert list(results) == []
    assert monotonic() - began < LONG / 10
    assert own_pool.pids == []


def test_abandoning_the_results_kills_the_children_at_work(own_pool):
    results = own_pool.map_unordered([("echo a", LONG), ("loop", LONG), ("loop", LONG)])
    assert next(results)[1] == "a"
    results.close()
    assert own_pool.pids == []


def test_a_call_returns_its_result_or_raises_the_error_of_its_file(pool):
    assert pool.call("echo x", seconds=LONG) == "x"
    with pytest.raises(EncryptedFile):
        pool.call("refuse", seconds=LONG)
    with pytest.raises(ParserCrashed):
        pool.call("exit", seconds=LONG)
    with pytest.raises(ParserTimeout):
        pool.call("loop", seconds=0.3)
    assert pool.call("echo again", seconds=LONG) == "again"


def test_a_slow_file_leaves_time_to_tell_progress_ten_times_a_second(own_pool):
    list(own_pool.map_unordered([("echo a", LONG), ("echo b", LONG)]))
    results = own_pool.stream([("loop", LONG)])
    began = monotonic()
    pauses = [next(results) for _ in range(20)]
    took = monotonic() - began
    results.close()
    assert set(pauses) == {None}
    assert took < 20.0  # two seconds, but for a busy machine


def test_calls_from_many_threads_do_not_mix_up_their_answers(pool):
    answers = {}

    def ask(number):
        answers[number] = pool.call(f"echo {number}", seconds=LONG)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: str(number) for number in range(8)}


def test_children_cannot_use_the_network_or_the_terminal_and_ignore_ctrl_c(pool, capfd):
    answers = codes(pool.map_unordered([("connect", LONG), ("write", LONG), ("interrupt", LONG)]))
    assert answers == {"connect": "NetworkRefused", "write": "wrote", "interrupt": "still here"}
    printed = capfd.readouterr()
    assert "NOISE" not in printed.out + printed.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has priority classes instead")
def test_children_stand_back_behind_other_programs(pool):
    last = ParserPool(hostile.work, processes=1, memory_mb=1024, niceness=LAST)
    try:
        assert last.call("niceness", seconds=LONG) > pool.call("niceness", seconds=LONG) > 0
    finally:
        last.close()


def test_a_child_is_replaced_after_its_share_of_files(monkeypatch):
    monkeypatch.setattr(slot_module, "_FILES_PER_CHILD", 2)
    small = ParserPool(hostile.work, processes=1, memory_mb=1024)
    try:
        pids = [pid for _, pid in small.map_unordered([("pid", LONG)] * 4)]
    finally:
        small.close()
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_a_reader_of_pdf_loads_no_store_no_model_and_no_window(pool, tmp_path):
    import pymupdf

    path = tmp_path / "a.pdf"
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "Some words")
        document.save(path)
    assert pool.call(f"imported {path}", seconds=LONG) == []


def test_closing_leaves_no_process_behind(own_pool):
    list(own_pool.map_unordered([("echo a", LONG), ("echo b", LONG)]))
    own_pool.call("echo c", seconds=LONG)
    pids = own_pool.pids
    own_pool.close()
    assert len(pids) == 3
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


@pytest.mark.parametrize("requests", ["('echo a', 60),", "('echo a', 60), ('loop', 60)"])
def test_children_end_when_their_parent_is_killed(tmp_path, requests):
    script = tmp_path / "parent.py"
    script.write_text(
        "import sys\n"
        f"sys.path[:0] = [{str(ROOT)!r}]\n"
        "from tests.unit.parsing import hostile\n"
        "from desktop_app.parsing.pool import ParserPool\n"
        "if __name__ == '__main__':\n"
        "    pool = ParserPool(hostile.work, processes=1, memory_mb=1024)\n"
        f"    results = pool.map_unordered([{requests}])\n"
        "    next(results)\n"
        "    print(*pool.pids, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    with contextlib.suppress(psutil.TimeoutExpired):
        child.wait(timeout=10)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
