"""The library: the only class of this folder that others use.

Threads: one thread of one process writes (``put_``, ``add_``, ``remove_``, ``maintain``,
``close``; the index thread), any thread reads at the same time. All share one handle per
table, so a read that starts after a write sees it; rows of the ledger are immutable
snapshots, replaced as a whole. A library that is not writable looks for the other
process's commits at every read, and needs no lock.

Order of commits: passages, complete for a content, before the document row that names
it; vectors after passages; removal of the row before its passages and vectors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import (
    Coverage,
    Document,
    DocumentStatus,
    Embeddings,
    Filters,
    IsCancelled,
    Passage,
    Root,
    Run,
    SparseVector,
    Spellings,
    VectorSpace,
    never_cancelled,
)
from desktop_app.store.ahead import Ahead
from desktop_app.store.documents import Ledger
from desktop_app.store.failures import reading, translated
from desktop_app.store.folders import Folders, count_root
from desktop_app.store.names import FileNames
from desktop_app.store.narrowing import Narrowing
from desktop_app.store.passages import PassageTable, without
from desktop_app.store.seen import SeenWords
from desktop_app.store.spaces import Spaces
from desktop_app.store.tables import Tables, open_tables


def open_library(directory: Path, *, is_writable: bool = True) -> Library:
    """Open the library in a directory; a writable one is created where there is none.

    Opening for writing takes the lock and repairs what a crash left; opening for reading
    does neither, and works while another process writes. Raises LibraryLocked,
    LibraryTooNew, LibraryCorrupt, LibraryReadOnly, DiskFull, or StoreError when there is
    no library to read. Any thread, but not the UI thread.
    """
    with translated():
        return Library(open_tables(directory, is_writable=is_writable))


class Library:
    """Documents, passages and vectors in one directory. See the module for threads.

    Every method may raise LibraryCorrupt; those that write also DiskFull and
    LibraryReadOnly. Ids and hashes that are not hex raise ValueError.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._ledger: Ledger = tables.ledger
        self._passages: PassageTable = tables.passages
        self.spaces = Spaces(tables)
        self.folders = Folders(tables)
        self.names = FileNames(self._ledger)
        self.seen = SeenWords(lambda: self._passages.version)
        self._narrowing = Narrowing(self._ledger)
        self.ahead = Ahead(tables, self._narrowing)
        self._awaiting_rows: set[str] = set()

    @property
    def directory(self) -> Path:
        """Where the library lives."""
        return self._tables.directory

    @reading
    def documents(self, status: DocumentStatus | None = None) -> tuple[Document, ...]:
        """Return the ledger, or its rows of one status, ordered by root and path."""
        rows = self._ledger.rows()
        return tuple(rows[key] for key in sorted(rows) if status in (None, rows[key].status))

    @reading
    def documents_of(self, root: str) -> dict[str, Document]:
        """Return the rows of one root by relative path."""
        return {path: row for (each, path), row in self._ledger.rows().items() if each == root}

    @reading
    def documents_of_contents(
        self, content_hashes: Iterable[str], *, filters: Filters | None = None
    ) -> dict[str, tuple[Document, ...]]:
        """Return some rows of each content: readable files that are still there first.

        With ``filters`` (their languages apart, as in ``select_contents``) only rows that
        pass count. Contents without a row are left out.
        """
        return self._ledger.owners(content_hashes, filters or Filters())

    @reading
    def rows_of_content(self, content_hash: str) -> Sequence[Document]:
        """Return every row of one content, without a look at the disk or at the others."""
        return self._ledger.held().get(content_hash, ())

    @translated()
    def put_documents(self, rows: Sequence[Document]) -> None:
        """Insert or replace rows by (root, path), after their passages were stored.

        Where a row is replaced and its old content is not held any more, the old
        passages and vectors are removed.
        """
        with self._tables.writing():
            self._drop_contents(self._ledger.put(rows))
            self._awaiting_rows.difference_update(row.content_hash for row in rows)

    @translated()
    def remove_documents(self, keys: Sequence[tuple[str, str]]) -> None:
        """Remove rows by (root, path), then passages and vectors that no row holds now."""
        with self._tables.writing():
            self._drop_contents(self._ledger.remove(keys))

    @property
    def languages(self) -> frozenset[str]:
        """Return the languages of all files, "und" left out. Any thread."""
        return frozenset(self._ledger.overview().languages)

    @property
    def common_languages(self) -> frozenset[str]:
        """Return the languages that a question is likely to be in. Any thread."""
        return self._ledger.overview().common_languages

    @reading
    def contents(self) -> dict[str, tuple[int, int, int]]:
        """Return (parser version, chunker version, passages) of each stored content.

        Only contents with a readable row count: these are stored completely.
        """
        found: dict[str, tuple[int, int, int]] = {}
        for content_hash, rows in self._ledger.held().items():
            # Of several rows the newest tells which versions wrote the passages.
            row = max(rows, key=lambda each: each.indexed_at)
            if row.status.is_readable:
                found[content_hash] = (row.parser_version, row.chunker_version, row.passages)
        return found

    @translated()
    def select_contents(self, filters: Filters) -> frozenset[str] | None:
        """Return the content hashes of documents that pass; None if nothing narrows.

        The filter by language is about passages and is given to the searches instead.
        """
        return self._narrowing.select(filters)

    @translated()
    def roots(self) -> tuple[Root, ...]:
        """Return the indexed folders in the order they were added, with their counts."""
        by_root: dict[str, list[Document]] = {
            path: [] for path, _ in self._tables.read_manifest().roots
        }
        for row in self._ledger.rows().values():
            if row.root in by_root:
                by_root[row.root].append(row)
        return tuple(count_root(path, rows) for path, rows in by_root.items())

    @translated()
    def add_root(self, path: str) -> None:
        """Remember a folder; one that is there already stays as it is."""
        self._tables.write_manifest(self._tables.read_manifest().with_root(path))

    @translated()
    def remove_root(self, path: str) -> None:
        """Forget a folder and everything that only it holds."""
        self.remove_documents([(path, each) for each in self.documents_of(path)])
        self._tables.write_manifest(self._tables.read_manifest().without_root(path))
        self.folders.forget(path)

    @translated()
    def move_root(self, path: str, *, into: str) -> None:
        """Make a folder part of another root that holds it; nothing is read or embedded again.

        Its rows get the other root before the old ones go, so that no content is ever
        without a row. Raises ValueError where ``path`` is not inside ``into``.
        """
        inside = PurePath(path).relative_to(into)
        rows = self.documents_of(path)
        self.put_documents(
            [
                replace(row, root=into, path=(inside / relative).as_posix())
                for relative, row in rows.items()
            ]
        )
        self.remove_root(path)

    @translated()
    def put_passages(self, passages: Sequence[Passage]) -> None:
        """Store all passages of one or more contents in one commit, replacing theirs.

        Hand over hundreds at a time. They can be found at once, also while no document
        row names them; without a row the next start removes them.
        """
        with self._tables.writing():
            self._awaiting_rows.update(each.content_hash for each in passages)
            self._narrowing.note({each.language for each in passages})
            vanished = self._passages.put(passages)
            for space in self._tables.spaces() if vanished else ():
                space.remove("passage_id", vanished)

    @reading
    def passages_of(self, content_hash: str) -> tuple[Passage, ...]:
        """Return a content's passages in order; empty when there are none."""
        return self._passages.of_content(content_hash)

    @reading
    def get_passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return passages by id; unknown ids are left out."""
        return self._passages.get(ids)

    @reading
    def missing_vectors(self, space: VectorSpace) -> tuple[str, ...]:
        """Return ids of passages that have no vector in this space, oldest first.

        Those that its embedder could not read are left out. Reads all ids (about 0.3 s for
        200,000): ask once, not for every batch.
        """
        rejected = frozenset(self.spaces.rejected(space))
        ids, table = self._passages.id_column(), self._tables.space(space)
        missing = without(ids, table.id_column()) if table else ids.to_pylist()
        return tuple(each for each in missing if each not in rejected)

    @translated()
    def put_vectors(
        self, space: VectorSpace, passage_ids: Sequence[str], embeddings: Embeddings
    ) -> None:
        """Append the vectors of these passages in one commit; hand over hundreds at a time.

        Ids whose passage is gone, or that have a vector already, are left out.
        """
        with self._tables.writing():
            table = self._tables.make_space(space)
            table.put(space, passage_ids, embeddings, self._passages.labels(passage_ids))

    @translated()
    def reject_passages(self, space: VectorSpace, passage_ids: Sequence[str]) -> None:
        """Remember passages that the embedder of this space cannot read."""
        self.spaces.reject(space, passage_ids)

    @reading
    def vectors_of(
        self, space: VectorSpace, passage_ids: Sequence[str]
    ) -> dict[str, NDArray[np.float32]]:
        """Return dense vectors, float32 [dim], by id; ids without one are left out."""
        table = self._tables.space(space)
        return table.get(passage_ids) if table else {}

    @reading
    def embedded(self, space: VectorSpace, passage_ids: Sequence[str]) -> frozenset[str]:
        """Return those of these passages, by id, that have a vector in this space."""
        table = self._tables.space(space)
        return table.present(passage_ids) if table else frozenset()

    def search_fulltext(
        self,
        text: str,
        *,
        phrases: Sequence[str] = (),
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
        language: str = "",
    ) -> Run:
        """Rank at most k passages by BM25 of any of the words, with all of the phrases.

        ``within`` are content hashes, ``languages`` codes; both apply before the top k.
        ``language`` is the text's own, by which its words are weighed. Any text is allowed; one
        without words gives an empty run.
        """
        return self.ahead.fulltext(
            text, phrases=phrases, k=k, within=within, languages=languages, language=language
        )()

    def search_spellings(
        self,
        spellings: Sequence[Spellings],
        *,
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
    ) -> Run:
        """Rank passages by BM25 of any of these words, at most k for each of ``spellings``.

        The more passages there are, the fewer words are looked for in other spellings.
        """
        return self.ahead.spellings(spellings, k=k, within=within, languages=languages)()

    def search_dense(
        self,
        space: VectorSpace,
        vector: NDArray[np.float32],
        *,
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
    ) -> Run:
        """Rank at most k passages by the cosine (-1 to 1) with a normalized vector [dim]."""
        return self.ahead.dense(space, vector, k=k, within=within, languages=languages)()

    @reading
    def search_sparse(
        self,
        space: VectorSpace,
        query: SparseVector,
        *,
        k: int,
        within: frozenset[str] | None = None,
        languages: Collection[str] = (),
    ) -> Run:
        """Rank at most k passages by the exact dot product of learned token weights."""
        table = self._tables.space(space)
        if table is None:
            return Run("sparse", (), ())
        return table.search_sparse(query, k=k, scope=self._narrowing.scope(within, languages))

    @reading
    def coverage(self, space: VectorSpace | None, within: frozenset[str] | None = None) -> Coverage:
        """Count what can be searched, within contents; without a space nothing is embedded."""
        overview = self._ledger.overview()
        table = self._tables.space(space) if space else None
        rejected = self.spaces.rejected(space) if space else ()
        return Coverage(
            documents=overview.documents,
            searchable=overview.searchable,
            needs_attention=overview.needs_attention,
            passages=self._passages.count(),
            embedded=table.count() if table else 0,
            rejected=len(self._passages.labels(rejected)),
            needs_ocr=overview.needs_ocr,
            passing=None if within is None else self._narrowing.count_readable(within),
        )

    @translated()
    def maintain(self, *, is_cancelled: IsCancelled = never_cancelled) -> None:
        """Compact tables, bring indexes up to date, prune old versions. Index thread.

        Builds the IVF index above 50,000 vectors (minutes at 200,000). Large tables in a
        process (``tidier``) that ends when cancelled; small ones are tidied to their end.
        """
        with self.heeding(is_cancelled):
            for table in self._tables.all():
                if is_cancelled():
                    return
                # Each for itself: what one replaced goes before the next is written anew.
                with self._tables.writing():
                    table.tidy()
            self._tables.count_words()

    def heeding(self, is_cancelled: IsCancelled) -> AbstractContextManager[None]:
        """End the tidying that a write brings about when this says so. Index thread."""
        return self._tables.tidier.heeding(is_cancelled)

    @translated()
    def prune(self) -> None:
        """Give back the disk that old versions take once nobody can be reading them."""
        self._tables.prune()

    @translated()
    def settle(self) -> None:
        """Note that every folder has been read: what mending kept and nobody wants may go."""
        self._tables.settle()

    @reading
    def statistics(self) -> dict[str, int | str]:
        """Return counts and sizes for ``doctor``, by name."""
        return self._tables.statistics()

    @translated()
    def close(self) -> None:
        """Note the orderly end and release the lock; nothing else may be called afterwards.

        Passages whose document row never came (cancelled) are removed at the next start.
        Closing twice is harmless.
        """
        self._tables.close(is_complete=not self._awaiting_rows)

    def _drop_contents(self, content_hashes: frozenset[str]) -> None:
        if content_hashes:
            self._passages.remove(content_hashes)
            for space in self._tables.spaces():
                space.remove("content_hash", content_hashes)
