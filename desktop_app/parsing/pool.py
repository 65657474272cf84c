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
import sys
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Generic, TextIO

import psutil

from desktop_app.domain import IsCancelled, ParseFailure, never_cancelled
from desktop_app.errors import (
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
from desktop_app.parsing.replies import (
    Inbox,
    Reply,
    Request,
    Result,
    UntrustedReply,
    answer,
    error_of,
    failure_of,
    read_message,
    too_much_memory,
)

_log = logging.getLogger(__name__)

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
# An answer that has begun within its deadline gets this long to arrive, counted only while
# somebody looks: the consumer may pause between two looks.
_ARRIVAL_SECONDS = 10.0
_MEGABYTE = 1 << 20


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
        self._closings = 0
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
        """Return the result of one request; raises the ParseError that it failed with.

        A pool that is closed meanwhile ends it as ParserCrashed.
        """
        closings = self._closings
        with self._calls:
            if closings != self._closings:
                raise ParserCrashed
            self._caller.submit(request, seconds)
            try:
                while (outcome := self._caller.poll()) is None:
                    if closings != self._closings:
                        raise ParserCrashed
                    wait([self._caller.connection], timeout=_TICK_SECONDS)
            finally:
                if self._caller.request is not None:
                    self._caller.kill()
        if isinstance(outcome.result, ParseFailure):
            raise error_of(outcome.result)
        return outcome.result

    @property
    def pids(self) -> list[int]:
        """The process ids of the children that are running now."""
        pids = (slot.pid for slot in (*self._slots, self._caller))
        return [pid for pid in pids if pid is not None]

    def close(self) -> None:
        """Kill every child; the pool starts new ones if it is used again.

        Calls of other threads end within a tenth of a second; ``stream`` must have ended.
        """
        self._closings += 1
        for slot in self._slots:
            slot.kill()
        with self._calls:
            self._caller.kill()


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
        self._most_bytes = memory_mb * _MEGABYTE
        self._needs_program = needs_program
        self._may_start_programs = False
        self._scratch = ""
        self._child: psutil.Process | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._inbox: Inbox | None = None
        self._looked_at = self._arriving = 0.0
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
    def inbox(self) -> Inbox:
        assert self._inbox is not None, "asked only while a request is in flight"
        return self._inbox

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

    def poll(self) -> Reply[Result] | None:
        """Return the answer, or a failure in its place, or None while the child works."""
        try:
            # Before the deadline: a slow consumer must not look like a slow parser.
            received = self._received()
            if received is not None:
                message = read_message(received)
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
        if self._is_late():
            return self._give_up(ParserTimeout())
        if self._resident_bytes() > self._memory_mb * _MEGABYTE:
            return self._give_up(too_much_memory())
        return None

    def _received(self) -> bytes | None:
        if sys.platform == "win32":
            return self.connection.recv_bytes(self._most_bytes) if self.connection.poll() else None
        return self.inbox.take()

    def _is_late(self) -> bool:
        now = monotonic()
        since, self._looked_at = now - self._looked_at, now
        if not self.inbox.is_within:
            self._arriving = 0.0
            return now >= self._deadline
        self._arriving += min(since, 2 * _TICK_SECONDS)
        return self._arriving >= _ARRIVAL_SECONDS

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
        self._process = self._child = self._connection = self._inbox = self.request = None
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
        # No reader that keeps within its memory can send more than that.
        self._inbox = Inbox(self._connection.fileno(), self._most_bytes)
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

    def _give_up(self, error: ParseError) -> Reply[Result]:
        self.kill()
        return Reply(failure_of(error), is_spent=True)


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
        message = answer(request, work)
        empty(scratch)
        # Before sending, which lasts as long as the consumer pauses; a parent that is gone
        # ends it without the timer.
        stay()
        try:
            connection.send_bytes(message)
        except OSError:
            return


def _end_with_parent(scratch: str) -> None:
    """End this process as soon as its parent is gone, also in the middle of a large file."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        empty(scratch)
        end_now()
