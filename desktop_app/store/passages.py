"""The ``passages`` table: keyed by content, complete for a content or absent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from desktop_app.domain import Passage, Run, Spellings
from desktop_app.store.commonness import Commonness, count_words
from desktop_app.store.indexes import key_chore
from desktop_app.store.kept import KeptPassages
from desktop_app.store.lance import begin, pc, question
from desktop_app.store.lexical import (
    SEARCHED,
    affordable,
    has_index,
    spelling_query,
    word_index,
    word_query,
)
from desktop_app.store.narrowing import Scope
from desktop_app.store.schema import PASSAGE_SCHEMA, is_in, passage_rows, passages_from
from desktop_app.store.standing import Standing
from desktop_app.store.tidier import Tidier
from desktop_app.store.upkeep import TableUpkeep

_VALUES_A_CONDITION = 5_000
_FEW = 20
_LEAST_SHARE = 0.08
"""Ranking 2,000 rows instead of 100 costs Lance 10 ms; a condition that leaves out so many
contents of a large library costs more."""


class PassageTable:
    """Texts of all contents and their full-text index.

    One table handle is shared by all threads (LanceDB's handles are safe for that); a
    commit is seen by every query that starts after it. ``upkeep`` removes what tidying
    replaced.
    """

    def __init__(self, table: Any, *, is_writable: bool, tidier: Tidier | None = None) -> None:
        self._table = table
        self.upkeep = TableUpkeep(table, is_writable=is_writable, tidier=tidier)
        self._standing = Standing(table, is_writable=is_writable)
        self._kept = KeptPassages(-1)
        if is_writable and not has_index(table, SEARCHED):
            table.create_index(SEARCHED, config=word_index())

    @property
    def version(self) -> int:
        """A number that is another after each change. Any thread."""
        return self._standing.version

    def count(self) -> int:
        """Count the passages. Any thread."""
        return self._standing.count()

    def put(self, passages: Sequence[Passage]) -> frozenset[str]:
        """Store whole contents in one commit, replacing what they held. Index thread.

        Returns the ids that these contents held before and do not hold any more.
        """
        fresh = {each.passage_id: each for each in passages}
        if not fresh:
            return frozenset()
        hashes = {each.content_hash for each in fresh.values()}
        before = frozenset(self.ids_of(hashes))
        rows = passage_rows(tuple(fresh.values()))
        try:
            if before:
                # One commit, so that a crash leaves either the old or the new passages.
                merge = self._table.merge_insert("passage_id")
                merge = merge.when_matched_update_all().when_not_matched_insert_all()
                merge = merge.when_not_matched_by_source_delete(is_in("content_hash", hashes))
                merge.execute(rows)
            else:
                self._table.add(rows)
            self._standing.note_change()
            self.upkeep.note(len(fresh))
        finally:
            self._standing.note_change()
        return before - fresh.keys()

    def remove(self, content_hashes: Collection[str]) -> None:
        """Delete the passages of these contents. Index thread."""
        try:
            for condition in conditions("content_hash", content_hashes):
                self._table.delete(condition)
        finally:
            self._standing.note_change()

    def of_content(self, content_hash: str) -> tuple[Passage, ...]:
        """Return a content's passages in order. Any thread."""
        query = self._table.search().where(is_in("content_hash", (content_hash,)))
        passages = passages_from(query.limit(None).to_arrow())
        return tuple(sorted(passages, key=lambda each: each.ordinal))

    def get(self, passage_ids: Collection[str]) -> dict[str, Passage]:
        """Return passages by id; unknown ids are left out. Any thread.

        The steps of one question ask for much the same passages, and finding 70 by their ids
        takes 12 ms of a processor, so they are kept until the next commit; so are those that
        a search for words found, where reading them whole takes 4 ms more for 100.
        """
        kept = self._keep()
        found = kept.find(passage_ids)
        missing = [each for each in passage_ids if each not in found]
        for condition in conditions("passage_id", missing) if missing else ():
            found |= kept.take(begin(question(self._table).where(condition))())
        return found

    def begin_get(self, passage_ids: Iterable[str]) -> None:
        """Begin to read passages that somebody will ``get``. Any thread."""
        self._read_ahead(self._keep(), passage_ids)

    def reader_ahead(self) -> Callable[[Iterable[str]], None]:
        """Return the same for the thread of LanceDB's event loop. Any thread."""
        # There nothing may be asked of the table, not even its version.
        return partial(self._read_ahead, self._keep())

    def _read_ahead(self, kept: KeptPassages, passage_ids: Iterable[str]) -> None:
        def read() -> None:
            missing = kept.missing(passage_ids)
            if missing:
                query = question(self._table).where(is_in("passage_id", missing))
                kept.expect(missing, begin(query, kept.take))

        kept.after_searches(read)

    def _keep(self) -> KeptPassages:
        version, kept = self._standing.version, self._kept
        if kept.version != version:
            self._kept = kept = KeptPassages(version)
        return kept

    def ids_of(self, content_hashes: Collection[str]) -> list[str]:
        """Return the ids of these contents' passages. Any thread."""
        return [
            passage_id
            for condition in conditions("content_hash", content_hashes)
            for passage_id in self._column("passage_id", condition)
        ]

    def ids(self) -> list[str]:
        """Return all passage ids in the order of insertion. Any thread."""
        return self._column("passage_id")

    def id_column(self) -> Any:
        """Return the same as Arrow's column, which takes a third of the memory. Any thread."""
        return self._arrow("passage_id")

    def content_hashes(self) -> frozenset[str]:
        """Return the contents that have passages. Any thread."""
        return frozenset(pc.unique(self._arrow("content_hash")).to_pylist())

    def labels(self, passage_ids: Collection[str]) -> dict[str, tuple[str, str]]:
        """Return (content hash, language) by passage id. Any thread."""
        found: dict[str, tuple[str, str]] = {}
        for condition in conditions("passage_id", passage_ids):
            query = self._table.search().where(condition)
            query = query.select(["passage_id", "content_hash", "language"]).limit(None)
            for row in query.to_arrow().to_pylist():
                found[row["passage_id"]] = (row["content_hash"], row["language"])
        return found

    def begin_search(
        self,
        words: Sequence[tuple[str, float]],
        *,
        phrases: Sequence[str],
        k: int,
        scope: Scope,
        is_whole: bool = True,
    ) -> Callable[[], Run]:
        """Begin to rank by BM25 over title, headings and text; what is returned waits for it.

        ``words`` come with weights, as of ``Commonness.groups``. Passages are read whole for who
        will ``get`` them, unless told otherwise. Where more than 5,000 are new, those wait for
        the next tidying. Any thread; never an exception.
        """
        asked = word_query(words, phrases)
        if asked is None or k < 1 or scope.is_empty:
            return partial(Run, "fulltext", (), ())
        wait = self._ask(asked, k, scope, is_whole=is_whole)
        return lambda: _summed("fulltext", (wait,))

    def begin_spellings(
        self, spellings: Sequence[Spellings], *, k: int, scope: Scope
    ) -> Callable[[], Run]:
        """Begin to rank by the sum of BM25 over all spellings; what is returned waits for it.

        Any thread; never an exception.
        """
        if not spellings or scope.is_empty:
            return partial(Run, "spellings", (), ())
        # One question with several clauses takes Lance three times as long as these.
        asked = [spelling_query(each) for each in affordable(spellings, self.count())]
        waiting = [
            self._ask(each, k, scope, is_whole=k <= _FEW) for each in asked if each is not None
        ]
        return lambda: _summed("spellings", waiting)

    def _ask(
        self, asked: Any, k: int, scope: Scope, *, is_whole: bool
    ) -> Callable[[], dict[str, float]]:
        """Begin to ask for scores by id; passages that are read whole are kept for the asker."""
        depth = scope.deeper(k, least_share=_LEAST_SHARE)
        if depth is None:
            rows = self._begin_rows(asked, k, scope.condition, is_whole=is_whole)
            return lambda: _scores(rows(), scope)
        loose = self._begin_rows(asked, depth, scope.loose, is_whole=False)

        def wait() -> dict[str, float]:
            rows = loose()
            found = _scores(rows, scope)
            # Fewer than asked for: everything that matches was seen.
            if len(found) >= k or rows.num_rows < depth:
                return dict(list(found.items())[:k])
            rows = self._begin_rows(asked, k, scope.condition, is_whole=is_whole)()
            return _scores(rows, scope)

        return wait

    def _begin_rows(
        self, asked: Any, k: int, condition: str, *, is_whole: bool
    ) -> Callable[[], Any]:
        columns = PASSAGE_SCHEMA.names if is_whole else ["passage_id", "content_hash"]
        query = question(self._table).nearest_to_text(asked).limit(k)
        query = query.select([*columns, "_score"])
        if condition:
            query = query.where(condition)
        if self.upkeep.has_many_new():
            query = query.fast_search()
        if not is_whole:
            return begin(query)
        kept = self._keep()
        # What finds a few only is no reason to wait.
        return begin(query, kept.taking() if k > _FEW else kept.take)

    def count_words(self) -> Commonness:
        """Count how common words are in each language; index thread, about half a second."""
        return count_words(self._table, SEARCHED)

    def tidy(self) -> None:
        """Compact and bring the indexes up to date. Index thread."""
        try:
            self.upkeep.tidy(key_chore)
        finally:
            self._standing.note_change()

    def _column(self, name: str, condition: str | None = None) -> list[str]:
        return list(self._arrow(name, condition).to_pylist())

    def _arrow(self, name: str, condition: str | None = None) -> Any:
        query = self._table.search().select([name]).limit(None)
        if condition is not None:
            query = query.where(condition)
        return query.to_arrow()[name]


def without(ids: Any, others: Any) -> list[str]:
    """Return what is in the one column of Arrow's and not in the other, in its order.

    A million ids and as many others take 80 MB so, 280 as texts of Python.
    """
    return list(ids.filter(pc.invert(pc.is_in(ids, value_set=others))).to_pylist())


def conditions(column: str, values: Collection[str]) -> Iterator[str]:
    """Split a long list of values into SQL conditions of bounded length."""
    listed = list(dict.fromkeys(values))
    for start in range(0, len(listed), _VALUES_A_CONDITION):
        yield is_in(column, listed[start : start + _VALUES_A_CONDITION])


def _scores(rows: Any, scope: Scope) -> dict[str, float]:
    """Return the best score of each passage that passes, in the order of the rows."""
    found: dict[str, float] = {}
    # Where a table is being rewritten, Lance may name a row twice.
    for passage_id, content_hash, score in zip(
        *(rows[name].to_pylist() for name in ("passage_id", "content_hash", "_score")), strict=True
    ):
        if scope.accepts(content_hash):
            found[passage_id] = max(score, found.get(passage_id, score))
    return found


def _summed(name: str, waiting: Iterable[Callable[[], dict[str, float]]]) -> Run:
    total: dict[str, float] = {}
    for wait in waiting:
        for passage_id, score in wait().items():
            total[passage_id] = total.get(passage_id, 0.0) + score
    return ranked(name, list(total), list(total.values()))


def ranked(name: str, passage_ids: Sequence[str], scores: Sequence[float]) -> Run:
    """Order by falling score, then by id, so that equal scores rank the same every time."""
    best: dict[str, float] = {}
    for passage_id, score in zip(passage_ids, scores, strict=True):
        best[passage_id] = max(score, best.get(passage_id, score))
    ordered = sorted(best.items(), key=lambda each: (-each[1], each[0]))
    return Run(name, tuple(each for each, _ in ordered), tuple(each for _, each in ordered))
