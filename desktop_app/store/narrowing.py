"""What a search is narrowed to: contents and languages, and how Lance is told.

One question asks the tables several times with the same filters, and a filter may pass tens
of thousands of contents, so what is known of the last ones is kept.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from desktop_app.domain import Document, Filters
from desktop_app.store.documents import Ledger
from desktop_app.store.schema import is_in

_LONG_LIST = 1_000
"""Contents named in a condition, from which on Lance reads the condition longer than it ranks:
7 us each, in every search."""
_MOST_RECENT = 3
"""Of a filter, the same narrowed to files that are named in the question, and one before."""
_MOST_SELECTED = 8
_SPARE = 1.5
_SPARE_ROWS = 50


class _Contents:
    """A set of contents, beside those that the ledger holds."""

    def __init__(self, held: Mapping[str, Sequence[Document]], within: frozenset[str]) -> None:
        self.held = held
        self.within = within
        self.passages = sum(held[each][0].passages for each in within if each in held)
        self._listed: Collection[str] = within
        self._is_inverted = False
        # A filter that leaves most of a large library is shorter by what it leaves out.
        if 2 * len(within) > len(held):
            others = held.keys() - within
            self._is_inverted = len(others) < len(within)
            self._listed = others if self._is_inverted else within
        self.listed = len(self._listed)
        self.readable: int | None = None
        self._condition: str | None = None

    @property
    def condition(self) -> str:
        """SQL; "" where every content passes."""
        if self._condition is None:
            condition = is_in("content_hash", self._listed)
            if self._is_inverted:
                condition = f"NOT ({condition})" if self._listed else ""
            self._condition = condition
        return self._condition


class Scope:
    """What one search may find. Any thread.

    ``rows`` is how many passages pass at most, and ``share`` what part of all that is (0 to
    1), both by the ledger, which may be a moment behind.
    """

    def __init__(self, contents: _Contents | None, spoken: str, *, rows: int, total: int) -> None:
        self._contents = contents
        self._spoken = spoken
        self.rows = rows
        self.share = rows / total if total else 1.0

    @property
    def is_empty(self) -> bool:
        """Say whether nothing can pass, so that a search need not begin."""
        return self._spoken == _NOTHING or (
            self._contents is not None and not self._contents.within
        )

    @property
    def condition(self) -> str:
        """Everything as SQL; "" where every passage passes."""
        contents = self._contents.condition if self._contents else ""
        return " AND ".join(each for each in (contents, self._spoken) if each)

    @property
    def loose(self) -> str:
        """The same without the contents, for who looks ``deeper`` and leaves out afterwards."""
        return self._spoken

    def deeper(self, k: int, *, least_share: float) -> int | None:
        """Return how many rows to rank so that k of them very likely pass; None if too many.

        The first k that pass of a longer ranking are the same as the k best of those that
        pass, and where the list of contents is long they are found sooner.
        """
        if self._contents is None or self._contents.listed < _LONG_LIST:
            return None
        return (
            None if self.share < least_share else math.ceil(_SPARE * k / self.share) + _SPARE_ROWS
        )

    def accepts(self, content_hash: str) -> bool:
        """Say whether a content passes."""
        return self._contents is None or content_hash in self._contents.within


class Narrowing:
    """Scopes over the contents and languages of one library. Any thread.

    Follows the ledger; what it keeps is replaced as a whole, as in ``documents``.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._recent: tuple[_Contents, ...] = ()
        self._selected: tuple[object, dict[Filters, frozenset[str] | None]] = (None, {})
        self._awaited: frozenset[str] = frozenset()

    def note(self, languages: Collection[str]) -> None:
        """Count on passages in these languages, whose row may still come. Index thread."""
        if not self._awaited.issuperset(languages):
            self._awaited = self._awaited.union(languages)

    def scope(self, within: frozenset[str] | None, languages: Collection[str]) -> Scope:
        """Leave these contents and languages; None and () stand for all.

        Comparing languages costs Lance time for every row, so what the ledger knows of them
        is used first.
        """
        overview = self._ledger.overview()
        rows = overview.passages
        spoken = ""
        if languages:
            # Rows do not name passages without a language.
            known = {*overview.languages, *self._awaited, "und"}
            is_in("language", languages)  # raises where one is no code, also if none has it
            wanted = known.intersection(languages)
            if wanted != known:
                spoken = is_in("language", sorted(wanted))
                if "und" not in wanted:
                    rows = min(rows, sum(overview.languages.get(each, 0) for each in wanted))
        contents = None
        if within is not None:
            contents = self._look(within)
            rows = min(rows, contents.passages)
        return Scope(contents, spoken, rows=rows, total=overview.passages)

    def select(self, filters: Filters) -> frozenset[str] | None:
        """Return the contents of documents that pass, as the ledger does.

        Looking at 10,000 files takes 8 ms, and a question with filters is asked at every key.
        """
        held, selected = self._ledger.held(), self._selected
        if selected[0] is not held or len(selected[1]) > _MOST_SELECTED:
            self._selected = selected = (held, {})
        if filters not in selected[1]:
            selected[1][filters] = self._ledger.select(filters)
        return selected[1][filters]

    def count_readable(self, within: frozenset[str]) -> int:
        """Count the files with these contents that have passages to search."""
        contents = self._look(within)
        if contents.readable is None:
            contents.readable = self._ledger.count_readable(within)
        return contents.readable

    def _look(self, within: frozenset[str]) -> _Contents:
        held = self._ledger.held()
        recent = [each for each in self._recent if each.held is held]
        found = next((each for each in recent if each.within == within), None)
        if found is None:
            found = _Contents(held, within)
            self._recent = (found, *recent[: _MOST_RECENT - 1])
        return found


_NOTHING = is_in("language", ())
