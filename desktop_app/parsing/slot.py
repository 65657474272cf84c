"""A place for one disposable process: its child, its pipe, and how long a file may take."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from time import monotonic
from typing import Generic

import psutil

from desktop_app.errors import ParseError, ParserCrashed, ParserTimeout, ReaderNotStarted
from desktop_app.parsing.confinement import (
    Allowance,
    kill_group,
    make_scratch,
    measures,
    processor_seconds,
    resident_bytes,
    run_confined,
)
from desktop_app.parsing.replies import (
    Inbox,
    Reply,
    Request,
    Result,
    UntrustedReply,
    failure_of,
    read_message,
    too_much_memory,
)
from desktop_app.parsing.serving import PATIENCE, serve

_log = logging.getLogger(__name__)

# How often a wait looks up to see whether it was cancelled.
TICK_SECONDS = 0.1
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


class Slot(Generic[Request, Result]):
    """One child process, its pipe and the request that it is working on.

    Arguments as in ``pool.ParserPool``. ``request`` is None while the child is free. One thread
    at a time.
    """

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
        """The end of the pipe to wait at; only where ``has_connection``."""
        assert self._connection is not None, "asked only while a child is there"
        return self._connection

    @property
    def inbox(self) -> Inbox:
        """What has come through the pipe; only where ``has_connection``."""
        assert self._inbox is not None, "asked only while a child is there"
        return self._inbox

    @property
    def pid(self) -> int | None:
        """The child's number in the system, None where there is no child."""
        return self._process.pid if self._process is not None else None

    def submit(self, request: Request, seconds: float) -> None:
        """Give the child a request and so many seconds for it; starts one where there is none."""
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
        self._arriving += min(since, 2 * TICK_SECONDS)
        return self._arriving >= _ARRIVAL_SECONDS

    def _is_held_up(self, now: float) -> bool:
        if not self._is_ready or now >= self._deadline + (PATIENCE - 1) * self._seconds:
            return False
        return processor_seconds(self._child) - self._used < _OWN_SHARE * self._seconds

    def kill(self) -> None:
        """End the child and what it started, and forget its request."""
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
