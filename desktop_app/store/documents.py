"""The ledger: one row for every file seen, held in memory as well.

Readers see immutable snapshots, which the one writer replaces as a whole after each
commit; that is why any thread may read without a lock while the index thread writes.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop_app.domain import Document, DocumentStatus, Filters
from desktop_app.store.failures import reading
from desktop_app.store.filtering import SeenFile, Sieve, seen_file
from desktop_app.store.schema import document_rows, documents_from, is_in, row_key
from desktop_app.store.tidier import Tidier
from desktop_app.store.upkeep import TableUpkeep

MOST_OWNERS = 8
"""Files of one content that are named; who has more copies does not read them all."""
_KEYS_A_DELETE = 5_000

_COMMON = 0.05
"""Share of the passages from which on questions are likely in their language."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    version: int
    by_key: Mapping[tuple[str, str], Document]
    by_hash: Mapping[str, Sequence[Document]]

    def changed(
        self, changes: Mapping[tuple[str, str], Document | None], *, version: int
    ) -> _Snapshot:
        """Return the state with some rows put (or taken out: None); this one stays as it is.

        Looks at the contents of these rows only: a commit of some rows must not cost more
        the more rows there are.
        """
        by_key = dict(self.by_key)
        touched: dict[str, dict[tuple[str, str], Document]] = {}

        def holders(content_hash: str) -> dict[tuple[str, str], Document]:
            if content_hash not in touched:
                rows = self.by_hash.get(content_hash, ())
                touched[content_hash] = {(row.root, row.path): row for row in rows}
            return touched[content_hash]

        for key, row in changes.items():
            before = by_key.pop(key, None)
            if before is not None:
                holders(before.content_hash).pop(key, None)
            if row is not None:
                by_key[key] = row
                holders(row.content_hash)[key] = row
        by_hash = dict(self.by_hash)
        for content_hash, rows in touched.items():
            if rows and content_hash:
                by_hash[content_hash] = tuple(rows.values())
            else:
                by_hash.pop(content_hash, None)
        return _Snapshot(version, by_key, by_hash)


@dataclass(frozen=True, slots=True)
class Overview:
    """The ledger in numbers, of rows but for ``passages``, which every content counts once.

    ``languages`` are those of any row, "und" left out, each with the passages of the contents
    that hold some in it.
    """

    documents: int
    searchable: int
    needs_attention: int
    needs_ocr: int
    passages: int
    languages: Mapping[str, int]

    @property
    def common_languages(self) -> frozenset[str]:
        """Return those of more than a twentieth of the passages."""
        fewest = _COMMON * sum(self.languages.values())
        return frozenset(each for each, count in self.languages.items() if count > fewest)


class Ledger:
    """The ``documents`` table and its rows in memory.

    ``is_shared`` says that another process may write: then each look first asks the
    table for its version and reads it again when it has changed. ``upkeep`` removes what
    tidying replaced.
    """

    def __init__(self, table: Any, *, is_shared: bool, tidier: Tidier | None = None) -> None:
        self._table = table
        self._is_shared = is_shared
        self.upkeep = TableUpkeep(table, is_writable=not is_shared, tidier=tidier)
        # Read now, on one thread: a reader that began later could put an older state in the
        # place of what the writer has just committed.
        self._snapshot = self._read()
        self._overview = (self._snapshot, _overview(self._snapshot))
        self._files: tuple[_Snapshot, Sequence[SeenFile]] | None = None

    def rows(self) -> Mapping[tuple[str, str], Document]:
        """Return all rows by (root, relative path). Any thread."""
        return self._look().by_key

    def held(self) -> Mapping[str, Sequence[Document]]:
        """Return all contents that some row holds, with these rows. Any thread."""
        return self._look().by_hash

    def overview(self) -> Overview:
        """Return the counts of all rows, made anew only after a commit. Any thread."""
        snapshot, known = self._look(), self._overview
        if known[0] is not snapshot:
            self._overview = known = (snapshot, _overview(snapshot))
        return known[1]

    def count_readable(self, content_hashes: Iterable[str]) -> int:
        """Count the files with these contents that have passages to search. Any thread."""
        held = self.held()
        rows = (row for each in content_hashes for row in held.get(each, ()))
        return sum(row.status.is_readable for row in rows)

    def owners(
        self, content_hashes: Iterable[str], filters: Filters
    ) -> dict[str, tuple[Document, ...]]:
        """Return the rows of each content that pass: readable, on disk first. Any thread.

        At most ``MOST_OWNERS``, since each look at the disk costs time. Contents without a
        row are left out.
        """
        held = self.held()
        sieve = Sieve(filters)
        found: dict[str, tuple[Document, ...]] = {}
        for content_hash in content_hashes:
            passing = filter(sieve.accepts, held.get(content_hash, ()))
            rows = tuple(itertools.islice(passing, MOST_OWNERS))
            if rows:
                found[content_hash] = (
                    rows if len(rows) == 1 else tuple(sorted(rows, key=_rank_of_owner))
                )
        return found

    def put(self, documents: Sequence[Document]) -> frozenset[str]:
        """Insert or replace rows by (root, path) in one commit. Index thread.

        Of several rows for one path the last counts. Returns the content hashes that
        were held before and are not held any more.
        """
        fresh = {(each.root, each.path): each for each in documents}
        if not fresh:
            return frozenset()
        before = self._look()
        merge = self._table.merge_insert("row_key")
        merge = merge.when_matched_update_all().when_not_matched_insert_all()
        merge.execute(document_rows(tuple(fresh.values())))
        self.upkeep.note(len(fresh))
        self._snapshot = before.changed(fresh, version=self._table.version)
        return self._let_go(before, fresh)

    def remove(self, keys: Iterable[tuple[str, str]]) -> frozenset[str]:
        """Delete rows by (root, path); returns the hashes not held any more. Index thread."""
        before = self._look()
        gone: dict[tuple[str, str], None] = dict.fromkeys(
            key for key in keys if key in before.by_key
        )
        names = [row_key(*key) for key in gone]
        for start in range(0, len(names), _KEYS_A_DELETE):
            self._table.delete(is_in("row_key", names[start : start + _KEYS_A_DELETE]))
        if gone:
            self.upkeep.note(len(gone))
            self._snapshot = before.changed(gone, version=self._table.version)
        return self._let_go(before, gone)

    def select(self, filters: Filters) -> frozenset[str] | None:
        """Return the content hashes of rows that pass the filters. Any thread.

        None when no field of the documents narrows. Folders and types are compared
        without regard to case; days are local and inclusive.
        """
        if not filters.narrows_documents:
            return None
        return frozenset(each.content_hash for each in Sieve(filters).sift(self._look_at_files()))

    def tidy(self) -> None:
        """Compact the table and remove old versions. Index thread."""
        self.upkeep.tidy()

    @reading
    def _look(self) -> _Snapshot:
        if self._is_shared and self._table.version != self._snapshot.version:
            self._snapshot = self._read()
        return self._snapshot

    def _look_at_files(self) -> Sequence[SeenFile]:
        snapshot, known = self._look(), self._files
        if known is None or known[0] is not snapshot:
            rows = snapshot.by_key.values()
            self._files = known = (snapshot, [seen_file(row) for row in rows if row.content_hash])
        return known[1]

    def _read(self) -> _Snapshot:
        version = self._table.version
        rows = documents_from(self._table.search().limit(None).to_arrow())
        by_key = {(row.root, row.path): row for row in rows}
        return _Snapshot(version, by_key, _by_hash(by_key.values()))

    def _let_go(self, before: _Snapshot, changed: Iterable[tuple[str, str]]) -> frozenset[str]:
        held = self._look().by_hash
        rows = (before.by_key.get(key) for key in changed)
        return frozenset(
            row.content_hash
            for row in rows
            if row is not None and row.content_hash and row.content_hash not in held
        )


def _overview(snapshot: _Snapshot) -> Overview:
    rows = snapshot.by_key.values()
    statuses = Counter(row.status for row in rows)
    contents = [held[0] for held in snapshot.by_hash.values()]
    languages: Counter[str] = Counter(
        dict.fromkeys({each for row in rows for each in row.languages}, 0)
    )
    for row in contents:
        languages.update(dict.fromkeys(row.languages, row.passages))
    return Overview(
        documents=len(rows),
        searchable=sum(statuses[each] for each in DocumentStatus if each.is_readable),
        needs_attention=statuses[DocumentStatus.PARTIAL] + statuses[DocumentStatus.FAILED],
        needs_ocr=sum(row.needs_ocr for row in rows),
        passages=sum(row.passages for row in contents),
        languages={each: count for each, count in languages.items() if each != "und"},
    )


def _by_hash(rows: Iterable[Document]) -> Mapping[str, Sequence[Document]]:
    by_hash: dict[str, list[Document]] = {}
    for row in rows:
        if row.content_hash:
            by_hash.setdefault(row.content_hash, []).append(row)
    return by_hash


def _rank_of_owner(row: Document) -> tuple[bool, bool, str, str]:
    return (not row.status.is_readable, not row.full_path.exists(), row.root, row.path)
