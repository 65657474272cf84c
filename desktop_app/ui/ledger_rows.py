"""Which files the ledger shows and in which order; plain Python, quick at 100,000 rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

from desktop_app.domain import Document, DocumentStatus
from desktop_app.ui.ledger_listing import EMPTY, Column, Listing


@dataclass(frozen=True, slots=True)
class Selection:
    """What is shown: statuses (empty: all), a root ("" : all), and words in path or title."""

    statuses: frozenset[DocumentStatus] = frozenset()
    root: str = ""
    text: str = ""


class LedgerRows:
    """All files and the ones chosen among them; knows nothing of Qt. UI thread.

    Looks at no document but those asked for: all else is in the listing.
    """

    def __init__(self) -> None:
        self._listing = EMPTY
        self._selection = Selection()
        self._column: Column | None = None
        self._is_descending = False
        self._rows: Sequence[int] = ()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int) -> Document:
        return self._listing.documents[self._rows[row]]

    @property
    def listing(self) -> Listing:
        """All files, shown or not."""
        return self._listing

    @property
    def selection(self) -> Selection:
        """What is shown."""
        return self._selection

    def set_listing(self, listing: Listing) -> None:
        """Replace all files; selection and order stay."""
        self._listing = listing
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

    def place(self, row: int) -> int:
        """Give the place of a shown file in the listing, which no sorting changes."""
        return self._rows[row]

    def rows_of(self, places: Collection[int]) -> list[int]:
        """Give the rows that show these places, of which there are few; all must be shown."""
        return [self._rows.index(place) for place in places]

    def mark(self, stretches: Collection[tuple[int, int]]) -> bytes:
        """Mark the files shown in stretches of rows (first, last): a 1 at each place."""
        count = len(self._listing.documents)
        if len(self._rows) == count and (0, count - 1) in stretches:
            return b"\1" * count
        marks = bytearray(count)
        for top, end in stretches:
            for place in self._rows[top : end + 1]:
                marks[place] = 1
        return bytes(marks)

    def names(self, marks: bytes) -> frozenset[tuple[str, str]]:
        """Name the marked files, by which another listing may have them elsewhere."""
        if marks and 0 not in marks:
            return self._listing.names
        return frozenset(compress(self._listing.keys, marks)) if 1 in marks else frozenset()

    def find(self, names: Collection[tuple[str, str]]) -> bytes:
        """Mark the files with these names."""
        return bytes(map(names.__contains__, self._listing.keys)) if names else b""

    def stretches(self, marks: bytes) -> Iterator[tuple[int, int]]:
        """Yield the stretches of rows (first, last) that show marked files."""
        if 1 not in marks:
            return
        is_marked = bytes(map(marks.__getitem__, self._rows))
        start = is_marked.find(1)
        while start >= 0:
            end = is_marked.find(0, start)
            end = len(is_marked) if end < 0 else end
            yield start, end - 1
            start = is_marked.find(1, end)

    def _choose(self) -> None:
        listing, wanted = self._listing, self._selection
        rows: Sequence[int] = range(len(listing.documents))
        if self._column is not None:
            order = listing.orders[self._column]
            rows = order.descending if self._is_descending else order.ascending
        if wanted.statuses:
            rows = _only(rows, [status in wanted.statuses for status in listing.statuses])
        if wanted.root:
            rows = _only(rows, [root == wanted.root for root in listing.roots])
        for word in wanted.text.casefold().split():
            # All texts in the order in which they lie in memory: half the time of any other.
            rows = _only(rows, [word in text for text in listing.texts])
        self._rows = rows


def _only(rows: Sequence[int], fits: Sequence[bool]) -> Sequence[int]:
    return list(compress(rows, map(fits.__getitem__, rows)))
