"""Which files the ledger shows and in which order; plain Python, quick at 100,000 rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from desktop_app.domain import Document, DocumentStatus


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
class Selection:
    """What is shown: statuses (empty: all), a root ("" : all), and words in path or title."""

    statuses: frozenset[DocumentStatus] = frozenset()
    root: str = ""
    text: str = ""


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


class LedgerRows:
    """All files and the ones chosen among them; knows nothing of Qt."""

    def __init__(self) -> None:
        self._documents: Sequence[Document] = ()
        self._haystack: list[str] | None = None
        self._selection = Selection()
        self._column: Column | None = None
        self._is_descending = False
        self._rows: list[int] = []
        self.counts: Counter[DocumentStatus] = Counter()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int) -> Document:
        return self._documents[self._rows[row]]

    @property
    def total(self) -> int:
        """How many files there are in all."""
        return len(self._documents)

    @property
    def selection(self) -> Selection:
        """What is shown."""
        return self._selection

    def set_documents(self, documents: Sequence[Document]) -> None:
        """Replace all files; selection and order stay."""
        self._documents = documents
        self._haystack = None
        self.counts = Counter(document.status for document in documents)
        self._choose()

    def select(self, selection: Selection) -> None:
        """Show other files in the same order."""
        self._selection = selection
        self._choose()

    def sort(self, column: Column, *, is_descending: bool) -> None:
        """Order by a column; equal files keep the order of the ledger."""
        self._column = column
        self._is_descending = is_descending
        self._choose()

    def source(self, row: int) -> int:
        """Give the place of a shown file among all files, which no sorting changes."""
        return self._rows[row]

    def rows_of(self, sources: Sequence[int]) -> list[int]:
        """Give the rows that show these places; every one must be shown."""
        if not sources:
            return []
        rows = {source: row for row, source in enumerate(self._rows)}
        return [rows[source] for source in sources]

    def of_status(self, statuses: Collection[DocumentStatus]) -> tuple[Document, ...]:
        """List all files of some statuses, shown or not."""
        return tuple(each for each in self._documents if each.status in statuses)

    def _choose(self) -> None:
        rows = range(len(self._documents))
        chosen: Sequence[int] = rows
        wanted = self._selection
        documents = self._documents
        if wanted.statuses:
            chosen = [row for row in chosen if documents[row].status in wanted.statuses]
        if wanted.root:
            chosen = [row for row in chosen if documents[row].root == wanted.root]
        for word in wanted.text.casefold().split():
            haystack = self._searchable()
            chosen = [row for row in chosen if word in haystack[row]]
        if self._column is not None:
            key = _KEYS[self._column]
            chosen = sorted(
                chosen, key=lambda row: key(documents[row]), reverse=self._is_descending
            )
        self._rows = list(chosen)

    def _searchable(self) -> list[str]:
        if self._haystack is None:
            self._haystack = [
                f"{each.root}/{each.path}\n{each.title}".casefold() for each in self._documents
            ]
        return self._haystack
