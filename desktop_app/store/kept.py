"""Passages that were read, kept for the next who asks for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from desktop_app.domain import Passage
from desktop_app.store.schema import passages_from

MOST_KEPT = 2_000


class KeptPassages:
    """Passages of one version of the table, by id, and those that are being read. Any thread.

    Holds the 2,000 that were read last: a question asks for 200, and the steps of one question
    and the keys of one that is typed for much the same.
    """

    def __init__(self, version: int) -> None:
        self.version = version
        self.passages: dict[str, Passage] = {}
        self._coming: dict[str, Callable[[], Any]] = {}
        self._searches: set[object] = set()
        self._deferred: deque[Callable[[], None]] = deque()

    def missing(self, passage_ids: Iterable[str]) -> list[str]:
        """Return those that are neither here nor being read."""
        here, coming = self.passages, self._coming
        return [each for each in passage_ids if each not in here and each not in coming]

    def taking(self) -> Callable[[Any], None]:
        """Return what takes the rows of a search that is about to begin."""
        search = object()
        self._searches.add(search)

        def take(rows: Any) -> None:
            self.take(rows)
            self._searches.discard(search)
            self._go_on()

        return take

    def after_searches(self, read: Callable[[], None]) -> None:
        """Do this once no search is under way that reads passages: it may find the same."""
        self._deferred.append(read)
        self._go_on()

    def _go_on(self) -> None:
        while not self._searches:
            try:
                read = self._deferred.popleft()
            except IndexError:  # another thread may take the last one
                return
            read()

    def take(self, rows: Any) -> dict[str, Passage]:
        """Keep rows of the table, and return them by id."""
        found = {each.passage_id: each for each in passages_from(rows)}
        self.passages.update(found)
        for each in found:
            self._coming.pop(each, None)
        for each in list(islice(self.passages, max(0, len(self.passages) - MOST_KEPT))):
            self.passages.pop(each, None)
        return found

    def expect(self, passage_ids: Iterable[str], wait: Callable[[], Any]) -> None:
        """Take note that these are being read until ``wait`` returns."""
        for each in passage_ids:
            self._coming[each] = wait
            if each in self.passages:  # they came meanwhile
                self._coming.pop(each, None)

    def find(self, passage_ids: Iterable[str]) -> dict[str, Passage]:
        """Return those that are here, waiting for those that are being read.

        What the reading of them raises is raised here, once.
        """
        found: dict[str, Passage] = {}
        waited: set[Callable[[], Any]] = set()
        for each in passage_ids:
            wait = self._coming.pop(each, None)
            if wait is not None and wait not in waited:
                waited.add(wait)
                wait()
            passage = self.passages.get(each)
            if passage is not None:
                found[each] = passage
        return found
