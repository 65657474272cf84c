"""Who asks the model next: one caller at a time, questions before batches. Starts no thread."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class Rank(IntEnum):
    """Who goes first when several wait for their turn."""

    CLOSE = 0
    QUERY = 1
    RERANK = 2
    PASSAGES = 3


class Turnstile:
    """Lets one caller through at a time: the best rank first, then who came first."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._tickets: list[tuple[Rank, int]] = []
        self._numbers = itertools.count()
        self._is_taken = False

    @contextmanager
    def turn(self, rank: Rank) -> Iterator[None]:
        """Wait for the turn, and give it up at the end."""
        with self._condition:
            ticket = (rank, next(self._numbers))
            heapq.heappush(self._tickets, ticket)
            self._condition.wait_for(lambda: not self._is_taken and self._tickets[0] == ticket)
            heapq.heappop(self._tickets)
            self._is_taken = True
        try:
            yield
        finally:
            with self._condition:
                self._is_taken = False
                self._condition.notify_all()
