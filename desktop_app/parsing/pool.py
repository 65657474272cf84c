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
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from time import monotonic
from typing import Generic

import psutil

from desktop_app.domain import IsCancelled, ParseFailure, never_cancelled
from desktop_app.errors import (
    ParseError,
    ParserCrashed,
    ParserTimeout,
    ReaderNotStarted,
)
from desktop_app.parsing.confinement import (
    NICENESS,
    Allowance,
    kill_group,
    make_scratch,
    measures,
    processor_seconds,
    resident_bytes,
    run_confined,
    sweep_scratch,
)
from desktop_app.parsing.replies import (
    Inbox,
    Reply,
    Request,
    Result,
    UntrustedReply,
    error_of,
    failure_of,
    read_message,
    too_much_memory,
)
from desktop_app.parsing.serving import PATIENCE, serve

_log = logging.getLogger(__name__)

# How often a wait looks up to see whether it was cancelled.
_TICK_SECONDS = 0.1
# Libraries leak; a child that has read this many files has paid for its start-up, which is
# a second of processor time or that of 60 files.
_FILES_PER_CHILD = 1000
# From spawn to the first file; a cold disk or a virus scanner can take this long. A machine
# that is busier gets twice as long with every further try.
_START_SECONDS = 60.0
_MOST_STARTS = 3
_PAUSE_SECONDS = 1.0
_JOIN_SECONDS = 5.0
# A child that a busy computer has given less of its processor than this is not late yet.
_OWN_SHARE = 0.5
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
    directory of its own, emptied after every file, and stands back by ``niceness`` (0 to 19).
    Children are spawned when first needed. One that does not come up is started again; in
    the end its request fails as ReaderNotStarted: its file was never opened.

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
        niceness: int = NICENESS,
    ) -> None:
        def slot() -> _Slot[Request, Result]:
            return _Slot(work, memory_mb, needs_program, niceness)

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

        The float beside a request is its deadline in seconds; a child that the computer gave
        little of its processor has up to three times as long. Requests are pulled only
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
                if not _wait_for(busy):
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
                    _wait_for([self._caller])
            finally:
                if self._caller.request is not None:
                    self._caller.kill()
        if not isinstance(outcome.result, ParseFailure):
            return outcome.result
        raise error_of(outcome.result)

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


def _wait_for(slots: list[_Slot[Request, Result]]) -> bool:
    """Wait up to a tenth of a second; say whether a child has an answer, or has died."""
    if connections := [slot.connection for slot in slots if slot.has_connection]:
        return bool(wait(connections, timeout=_TICK_SECONDS))
    time.sleep(_TICK_SECONDS)
    return False


class _Slot(Generic[Request, Result]):
    """One child process, its pipe and the request that it is working on."""

    def __init__(
        self,
        work: Callable[[Request], Result],
        memory_mb: int,
        needs_program: Callable[[Request], bool],
        niceness: int,
    ) -> None:
        self._work = work
        self._memory_mb = memory_mb
        self._most_bytes = memory_mb * _MEGABYTE
        self._needs_program = needs_program
        self._niceness = niceness
        self._may_start_programs = False
        self._scratch = ""
        self._child: psutil.Process | None = None
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        self._inbox: Inbox | None = None
        self._is_ready = False
        self._missed_starts = self._served = 0
        self._seconds = self._deadline = self._used = self._looked_at = self._arriving = 0.0
        self.request: Request | None = None

    @property
    def has_connection(self) -> bool:
        """Whether there is a child to wait for; the system may have refused to make one."""
        return self._connection is not None

    @property
    def connection(self) -> Connection:
        assert self._connection is not None, "asked only while a child is there"
        return self._connection

    @property
    def inbox(self) -> Inbox:
        assert self._inbox is not None, "asked only while a child is there"
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
            try:
                self._spawn(may_start_programs=needs_program)
            except OSError as error:
                # No memory, processes or handles left: tried again after a pause.
                _log.warning("no parser process can be started: %s", type(error).__name__)
                self.kill()
        self.request = request
        self._seconds = seconds
        if self._connection is None:
            self._deadline = monotonic() + _PAUSE_SECONDS
            return
        # Starting the interpreter does not count against the file.
        self._used = processor_seconds(self._child)
        patience = _START_SECONDS * 2 ** min(self._missed_starts, _MOST_STARTS - 1)
        self._deadline = monotonic() + (seconds if self._is_ready else patience)
        with suppress(OSError):  # a child that has just died is found by the next poll
            self.connection.send((request, seconds))

    def poll(self) -> Reply[Result] | None:
        """Return the answer, or a failure in its place, or None while the child works."""
        if self._connection is None:
            return self._start_again() if monotonic() >= self._deadline else None
        try:
            # Before the deadline: a slow consumer must not look like a slow parser.
            received = self._received()
            if received is not None:
                message = read_message(received)
                if message is None:
                    self._is_ready = True
                    self._missed_starts = 0
                    self._deadline = monotonic() + self._seconds
                    self._used = processor_seconds(self._child)
                    return None
                self.request = None
                self._served += 1
                if message.is_spent or self._served >= _FILES_PER_CHILD:
                    self.kill()
                return message
        except (EOFError, OSError, UntrustedReply):
            return self._blame(ParserCrashed())
        if self._is_late():
            return self._blame(ParserTimeout())
        is_too_large = resident_bytes(self._child) > self._most_bytes
        return self._blame(too_much_memory()) if is_too_large else None

    def _blame(self, error: ParseError) -> Reply[Result] | None:
        """End the child; the file is not to blame for one that never came up."""
        return self._give_up(error) if self._is_ready else self._start_again()

    def _start_again(self) -> Reply[Result] | None:
        """Offer the file to another child."""
        request = self.request
        assert request is not None, "polled only while a request is in flight"
        self._missed_starts += 1
        _log.warning("a parser process did not come up, for the %d. time", self._missed_starts)
        if self._missed_starts >= _MOST_STARTS:
            return self._give_up(ReaderNotStarted())
        self.kill()
        self.submit(request, self._seconds)
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
            return now >= self._deadline and not self._is_held_up(now)
        self._arriving += min(since, 2 * _TICK_SECONDS)
        return self._arriving >= _ARRIVAL_SECONDS

    def _is_held_up(self, now: float) -> bool:
        if not self._is_ready or now >= self._deadline + (PATIENCE - 1) * self._seconds:
            return False
        return processor_seconds(self._child) - self._used < _OWN_SHARE * self._seconds

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
        self._scratch, self._is_ready, self._served = "", False, 0

    def _spawn(self, *, may_start_programs: bool) -> None:
        self._scratch = make_scratch()
        self._may_start_programs = may_start_programs
        allowance = Allowance(self._memory_mb, self._scratch, may_start_programs, self._niceness)
        _log.debug("a parser process starts; beside its limits hold: %s", measures())
        # Never fork: the parent has threads and has loaded lance (see the design).
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        # No reader that keeps within its memory can send more than that.
        self._inbox = Inbox(self._connection.fileno(), self._most_bytes)
        self._process = context.Process(
            target=run_confined,
            args=(
                *(allowance, serve.__module__, serve.__name__),
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

    def _give_up(self, error: ParseError) -> Reply[Result]:
        self.kill()
        return Reply(failure_of(error), is_spent=True)
