"""Everything about the files of the ledger that costs a look at each, made beforehand.

A table of 100,000 files that is sorted when its header is clicked blocks the window for as
long as computing and comparing the keys takes. So both orders of every column are made with
the list itself, on the thread that reads it; the UI thread only picks from them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from heapq import merge
from itertools import chain
from types import MappingProxyType
from typing import Any

from desktop_app.domain import Document, DocumentStatus

_SORTED_AT_ONCE = 2048
"""``sorted`` lets no other thread run until it is done; this many strings take a millisecond."""


class Column(IntEnum):
    """The columns of the ledger from left to right."""

    NAME = 0
    FOLDER = 1
    STATUS = 2
    REASON = 3
    PAGES = 4
    PASSAGES = 5
    READ_ON = 6


@dataclass(frozen=True, slots=True)
class Order:
    """The places of all files as a column orders them; equal ones stand as in the ledger."""

    ascending: Sequence[int]
    descending: Sequence[int]


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of the ledger, ready to be narrowed and sorted without a look at each.

    ``keys`` name the files; ``texts`` are path and title without case, for the filter;
    ``statuses`` and ``roots`` stand beside the documents so that they need not be asked.
    ``names`` are the keys as a set. All sequences are of one length; a place is an index into
    each of them.
    """

    documents: Sequence[Document]
    keys: Sequence[tuple[str, str]]
    names: frozenset[tuple[str, str]]
    texts: Sequence[str]
    statuses: Sequence[DocumentStatus]
    roots: Sequence[str]
    counts: Mapping[DocumentStatus, int]
    orders: Mapping[Column, Order]
    needing_recognition: int

    def of_status(self, statuses: Collection[DocumentStatus]) -> tuple[Document, ...]:
        """List all files of some statuses."""
        return tuple(
            self.documents[place]
            for place, status in enumerate(self.statuses)
            if status in statuses
        )


_STATUS_ORDER = (
    DocumentStatus.FAILED,
    DocumentStatus.PARTIAL,
    DocumentStatus.SKIPPED,
    DocumentStatus.INDEXED,
)


def _by_folder(document: Document) -> tuple[str, str]:
    folder, _, name = document.path.rpartition("/")
    return f"{document.root}/{folder}".casefold(), name.casefold()


_KEYS: Mapping[Column, Callable[[Document], Any]] = MappingProxyType(
    {
        Column.NAME: lambda document: document.path.rpartition("/")[2].casefold(),
        Column.FOLDER: _by_folder,
        Column.STATUS: lambda document: _STATUS_ORDER.index(document.status),
        Column.REASON: lambda document: document.reason.casefold(),
        Column.PAGES: lambda document: document.page_count or 0,
        Column.PASSAGES: lambda document: document.passages,
        Column.READ_ON: lambda document: document.indexed_at.timestamp(),
    }
)


def list_files(documents: Sequence[Document]) -> Listing:
    """Prepare files for the table; 100,000 take about a second. Any thread but the UI thread.

    Other threads get a turn every millisecond or so.
    """
    statuses = [each.status for each in documents]
    keys = [(each.root, each.path) for each in documents]
    return Listing(
        documents=documents,
        keys=keys,
        names=frozenset(keys),
        texts=[f"{each.root}/{each.path}\n{each.title}".casefold() for each in documents],
        statuses=statuses,
        roots=[each.root for each in documents],
        counts=Counter(statuses),
        orders={column: _order(map(key, documents)) for column, key in _KEYS.items()},
        needing_recognition=sum(each.needs_ocr for each in documents),
    )


def _order(keys: Iterable[Hashable]) -> Order:
    places: dict[Any, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    distinct = _sorted(list(places))
    return Order(
        ascending=list(chain.from_iterable(places[key] for key in distinct)),
        descending=list(chain.from_iterable(places[key] for key in reversed(distinct))),
    )


def _sorted(keys: list[Any]) -> list[Any]:
    starts = range(0, len(keys), _SORTED_AT_ONCE)
    return list(merge(*(sorted(keys[start : start + _SORTED_AT_ONCE]) for start in starts)))


EMPTY = list_files(())
