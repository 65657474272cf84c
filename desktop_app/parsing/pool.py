"""Disposable processes for files that may hang, crash or eat the machine.

``ProcessPoolExecutor`` is wrong for hostile files: one crash fails every pending file
without naming the culprit, and a running task cannot be stopped. Here every slot is one
spawned process and one pipe, so that a late or dead child names its file and takes
nothing else with it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable
from multiprocessing.connection import wait
from typing import Generic

from desktop_app.domain import IsCancelled, ParseFailure, never_cancelled
from desktop_app.errors import ParserCrashed
from desktop_app.parsing.confinement import NICENESS, sweep_scratch
from desktop_app.parsing.replies import Request, Result, error_of
from desktop_app.parsing.slot import TICK_SECONDS, Slot


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
        def slot() -> Slot[Request, Result]:
            return Slot(work, memory_mb, needs_program, niceness)

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

    def give_to(self, slot: Slot[Request, Result]) -> None:
        if self._ahead is not None:
            slot.submit(*self._ahead)
            self._ahead = next(self._rest, None)


def _wait_for(slots: list[Slot[Request, Result]]) -> bool:
    """Wait up to a tenth of a second; say whether a child has an answer, or has died."""
    if connections := [slot.connection for slot in slots if slot.has_connection]:
        return bool(wait(connections, timeout=TICK_SECONDS))
    time.sleep(TICK_SECONDS)
    return False
