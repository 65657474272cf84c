"""Disposable processes for files that may hang, crash or eat the machine.

``ProcessPoolExecutor`` is wrong for hostile files: one crash fails every pending file
without naming the culprit, and a running task cannot be stopped. Here every slot is one
spawned process and one pipe, so that a late or dead child names its file and takes
nothing else with it.
"""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import shutil
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Any, Generic, TextIO, TypeVar

import psutil

from desktop_app.domain import IsCancelled, ParseFailure, never_cancelled
from desktop_app.errors import (
    CorruptFile,
    FileTooLarge,
    ParseError,
    ParserCrashed,
    ParserTimeout,
)
from desktop_app.parsing.confinement import (
    Allowance,
    empty,
    end_after,
    end_now,
    kill_group,
    make_scratch,
    measures,
    run_confined,
    stay,
    sweep_scratch,
)
from desktop_app.parsing.replies import UntrustedReply, read_reply

_log = logging.getLogger(__name__)

Request = TypeVar("Request")
Result = TypeVar("Result")

# How often a wait looks up to see whether it was cancelled.
_TICK_SECONDS = 0.1
# Libraries leak; a child that has read this many files has paid for its start-up, which is
# a second of processor time or that of 60 files.
_FILES_PER_CHILD = 1000
# From spawn to the first file; a cold disk or a virus scanner can take this long.
_START_SECONDS = 60.0
# The child ends by itself this long after its deadline when nobody is left to end it and
# a library never gives the interpreter back, so that it cannot notice.
_GRACE_SECONDS = 10.0
_JOIN_SECONDS = 5.0
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class _Reply(Generic[Result]):
    result: Result | ParseFailure
    is_spent: bool


def _never(_: object) -> bool:
    return False


class ParserPool(Generic[Request, Result]):
    """Run one function over many requests in confined child processes.

    ``work`` is a top-level function that is importable without side effects; requests
    and results are picklable. ``memory_mb`` caps each child (see ``confinement``). A child
    runs no other program, but for requests of which ``needs_program`` says that they need
    one; such a child is a new one, and the next one too. Each child writes only to a
    directory of its own, emptied after every file. Children are spawned when first needed.
    ``stream`` and ``map_unordered`` belong to one thread at a time; ``call`` may come from
    any thread and has a child of its own.
    """

    def __init__(
        self,
        work: Callable[[Request], Result],
        *,
        processes: int,
        memory_mb: int,
        needs_program: Callable[[Request], bool] = _never,
    ) -> None:
        def slot() -> _Slot[Request, Result]:
            return _Slot(work, memory_mb, needs_program)

        self._slots = [slot() for _ in range(max(1, processes))]
        self._caller = slot()
        self._calls = threading.Lock()
        sweep_scratch()

    def map_unordered(
        self,
        requests: Iterable[tuple[Request, float]],
        *,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Generator[tuple[Request, Result | ParseFailure]]:
        """Yield what ``stream`` does, without its pauses."""
        for each in self.stream(requests, is_cancelled=is_cancelled):
            if each is not None:
                yield each

    def stream(
        self,
        requests: Iterable[tuple[Request, float]],
        *,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Generator[tuple[Request, Result | ParseFailure] | None]:
        """Yield each request with its result or failure, in the order they finish.

        The float beside a request is its deadline in seconds. Requests are pulled only
        as slots come free, and one ahead. When cancelled or abandoned, the children at
        work are killed and what they were doing is not reported. Yields None about ten
        times a second while no child has an answer, so that progress can be told.
        """
        source: _Source[Request, Result] = _Source(requests)
        try:
            while True:
                for slot in self._slots:
                    if slot.request is None:
                        source.give_to(slot)
                busy = [slot for slot in self._slots if slot.request is not None]
                if not busy or is_cancelled():
                    return
                if not wait([slot.connection for slot in busy], timeout=_TICK_SECONDS):
                    yield None
                for slot in busy:
                    request = slot.request
                    outcome = slot.poll()
                    if outcome is None or request is None:
                        continue
                    # Before the answer is handed out, so that the child works on while the
                    # consumer writes.
                    source.give_to(slot)
                    yield request, outcome.result
        finally:
            for slot in self._slots:
                if slot.request is not None:
                    slot.kill()

    def call(self, request: Request, *, seconds: float) -> Result:
        """Return the result of one request; raises the ParseError that it failed with."""
        with self._calls:
            self._caller.submit(request, seconds)
            try:
                while (outcome := self._caller.poll()) is None:
                    wait([self._caller.connection], timeout=_TICK_SECONDS)
            finally:
                if self._caller.request is not None:
                    self._caller.kill()
        if isinstance(outcome.result, ParseFailure):
            raise _error_of(outcome.result)
        return outcome.result

    @property
    def pids(self) -> list[int]:
        """The process ids of the children that are running now."""
        pids = (slot.pid for slot in (*self._slots, self._caller))
        return [pid for pid in pids if pid is not None]

    def close(self) -> None:
        """Kill every child; the pool starts new ones if it is used again."""
        for slot in (*self._slots, self._caller):
            slot.kill()


class _Source(Generic[Request, Result]):
    """Requests with their deadlines, pulled one ahead of the slots."""

    def __init__(self, requests: Iterable[tuple[Request, float]]) -> None:
        self._rest = iter(requests)
        self._ahead = next(self._rest, None)

    def give_to(self, slot: _Slot[Request, Result]) -> None:
        if self._ahead is not None:
            slot.submit(*self._ahead)
            self._ahead = next(self._rest, None)


class _Slot(Generic[Request, Result]):
    """One child process, its pipe and the request that it is working on."""

    def __init__(
        self,
        work: Callable[[Request], Result],
        memory_mb: int,
        needs_program: Callable[[Request], bool],
    ) -> None:
        self._work = work
        self._memory_mb = memory_mb
        self._needs_program = needs_program
        self._may_start_programs = False
        self._scratch = ""
        self._child: psutil.Process | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._is_ready = False
        self._served = 0
        self._seconds = 0.0
        self._deadline = 0.0
        self.request: Request | None = None

    @property
    def connection(self) -> Connection:
        assert self._connection is not None, "asked only while a request is in flight"
        return self._connection

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def submit(self, request: Request, seconds: float) -> None:
        needs_program = self._needs_program(request)
        if self._process is not None and not self._process.is_alive():
            self._forget()
        if self._process is None or needs_program != self._may_start_programs:
            self.kill()
            self._spawn(may_start_programs=needs_program)
        self.request = request
        self._seconds = seconds
        # Starting the interpreter does not count against the file.
        self._deadline = monotonic() + (seconds if self._is_ready else _START_SECONDS)
        with suppress(OSError):  # a child that has just died is found by the next poll
            self.connection.send((request, seconds))

    def poll(self) -> _Reply[Result] | None:
        """Return the answer, or a failure in its place, or None while the child works."""
        try:
            # Before the deadline: a slow consumer must not look like a slow parser.
            if self.connection.poll():
                message = _read_message(self.connection.recv_bytes())
                if message is None:
                    self._is_ready = True
                    self._deadline = monotonic() + self._seconds
                    return None
                self.request = None
                self._served += 1
                if message.is_spent or self._served >= _FILES_PER_CHILD:
                    self.kill()
                return message
        except (EOFError, OSError, UntrustedReply):
            return self._give_up(ParserCrashed())
        if monotonic() >= self._deadline:
            return self._give_up(ParserTimeout())
        if self._resident_bytes() > self._memory_mb * _MEGABYTE:
            return self._give_up(_too_much_memory())
        return None

    def kill(self) -> None:
        if self._process is not None:
            if self._process.pid is not None:
                kill_group(self._process.pid)
            self._process.kill()
            self._process.join(_JOIN_SECONDS)
        self._forget()

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._process = self._child = self._connection = self.request = None
        self._scratch = ""
        self._is_ready = False
        self._served = 0

    def _spawn(self, *, may_start_programs: bool) -> None:
        self._scratch = make_scratch()
        self._may_start_programs = may_start_programs
        allowance = Allowance(self._memory_mb, self._scratch, may_start_programs)
        _log.debug("a parser process starts; beside its limits hold: %s", measures())
        # Never fork: the parent has threads and has loaded lance (see the design).
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=run_confined,
            args=(
                *(allowance, __name__, serve.__name__),
                # The work itself is imported by the child when it is confined.
                *(theirs, pickle.dumps(self._work), self._scratch),
            ),
            name="lectern-parser",
            daemon=True,
        )
        self._process.start()
        theirs.close()
        with suppress(psutil.Error):
            self._child = psutil.Process(self._process.pid)

    def _resident_bytes(self) -> int:
        if self._child is None:
            return 0
        try:
            return int(self._child.memory_info().rss)
        except psutil.Error:
            return 0

    def _give_up(self, error: ParseError) -> _Reply[Result]:
        self.kill()
        return _Reply(_failure_of(error), is_spent=True)


def _read_message(message: bytes) -> _Reply[Any] | None:
    """Return a reply, or None for a child that is ready; raises UntrustedReply."""
    value = read_reply(message)
    if value is not None and not isinstance(value, _Reply):
        raise UntrustedReply
    return value


def serve(sink: TextIO, connection: Connection, pickled_work: bytes, scratch: str) -> None:
    """Answer requests until the parent closes the pipe. Runs in the child, confined."""
    threading.Thread(target=_end_with_parent, args=(scratch,), daemon=True).start()
    work = pickle.loads(pickled_work)  # noqa: S301 (from our own parent)
    connection.send_bytes(pickle.dumps(None))
    while True:
        try:
            request, seconds = connection.recv()
        except (EOFError, OSError):
            return
        end_after(seconds + _GRACE_SECONDS, sink)
        answer = _answer(request, work)
        empty(scratch)
        # Before sending, which lasts as long as the consumer pauses; a parent that is gone
        # ends it without the timer.
        stay()
        try:
            connection.send_bytes(answer)
        except OSError:
            return


def _end_with_parent(scratch: str) -> None:
    """End this process as soon as its parent is gone, also in the middle of a large file."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        empty(scratch)
        end_now()


def _answer(request: Request, work: Callable[[Request], Result]) -> bytes:
    reply: _Reply[Result]
    try:
        reply = _Reply(work(request), is_spent=False)
        return pickle.dumps(reply, protocol=pickle.HIGHEST_PROTOCOL)
    except ParseError as error:
        reply = _Reply(_failure_of(error), is_spent=False)
    except MemoryError:
        reply = _Reply(_failure_of(_too_much_memory()), is_spent=True)
    except RecursionError:
        reply = _Reply(_failure_of(CorruptFile("The file is nested too deeply.")), is_spent=True)
    except Exception:  # noqa: BLE001 (a process border: whatever it was, only this file fails)
        reply = _Reply(_failure_of(ParserCrashed()), is_spent=True)
    return pickle.dumps(reply, protocol=pickle.HIGHEST_PROTOCOL)


def _too_much_memory() -> ParseError:
    return FileTooLarge("The file needs more memory than a reader may use.")


def _failure_of(error: ParseError) -> ParseFailure:
    return ParseFailure(code=error.code, title=error.title, hint=error.hint)


def _error_of(failure: ParseFailure) -> ParseError:
    kinds = {kind.code: kind for kind in ParseError.__subclasses__()}
    return kinds.get(failure.code, ParseError)(failure.title, failure.hint)
