"""The tables ``vectors_<space>``: append-only, one for each embedder."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import Embeddings, Run, SparseVector, VectorSpace
from desktop_app.store.indexes import DENSE, key_chore, vector_chore
from desktop_app.store.lance import begin, pa, question
from desktop_app.store.lexical import (
    TOKENS,
    has_index,
    repeated_tokens,
    token_index,
    token_query,
)
from desktop_app.store.narrowing import Scope
from desktop_app.store.passages import conditions, ranked
from desktop_app.store.schema import dense_column, vector_schema
from desktop_app.store.standing import Standing
from desktop_app.store.tidier import Tidier
from desktop_app.store.upkeep import TableUpkeep

Vector: TypeAlias = NDArray[np.float32]

_PROBES = 32
_MOST_PROBES = 4_096
_ROWS_TO_COMPARE = 10_000
_LEAST_SHARE = 0.25
# The index's one-bit codes choose this many rows at least, whose vectors are then compared, which
# is most of what a search costs. Recall@100 of questions at 200,000 rows, all and those in English
# only: .976 and .954 with 500, .989 and .974 with 700, .995 and .986 with 1,000, and .999 and .996
# with 2,000, which take 5 ms of a processor more; more probes change nothing.
_REFINED_ROWS = 1_000
_LEAST_REFINE = 5
_FEWEST_CANDIDATES = 500


class VectorTable:
    """Dense vectors (float16) and learned sparse weights (float32) of one space.

    One table handle is shared by all threads; a commit is seen by every query that
    starts after it. ``upkeep`` removes what tidying replaced.
    """

    def __init__(self, table: Any, *, is_writable: bool, tidier: Tidier | None = None) -> None:
        self._table = table
        self.upkeep = TableUpkeep(table, is_writable=is_writable, tidier=tidier)
        self._standing = Standing(table, is_writable=is_writable)
        self.has_sparse = TOKENS in table.schema.names
        self.dimension = int(table.schema.field("dense").type.list_size)
        if is_writable and self.has_sparse and not has_index(table, TOKENS):
            table.create_index(TOKENS, config=token_index())

    def count(self) -> int:
        """Count the vectors. Any thread."""
        return self._standing.count()

    def ids(self) -> frozenset[str]:
        """Return the ids of all passages that have a vector. Any thread."""
        return frozenset(self.id_column().to_pylist())

    def id_column(self) -> Any:
        """Return the same as Arrow's column, which takes a third of the memory. Any thread."""
        return self._table.search().select(["passage_id"]).limit(None).to_arrow()["passage_id"]

    def put(
        self,
        space: VectorSpace,
        passage_ids: Sequence[str],
        embeddings: Embeddings,
        labels: Mapping[str, tuple[str, str]],
    ) -> None:
        """Append vectors in one commit; ``labels`` as of ``PassageTable.labels``.

        Leaves out ids that have no label (their passage is gone) and ids that have a
        vector already. Raises ValueError when shapes do not match. Index thread.
        """
        if embeddings.dense.shape != (len(passage_ids), space.dimension):
            raise ValueError(f"dense vectors of shape {embeddings.dense.shape}")
        present = self.present(passage_ids)
        new = {
            passage_id: at
            for at, passage_id in enumerate(passage_ids)
            if passage_id in labels and passage_id not in present
        }
        if not new:
            return
        columns: dict[str, Any] = {
            "passage_id": list(new),
            "content_hash": [labels[each][0] for each in new],
            "language": [labels[each][1] for each in new],
            "dense": dense_column(embeddings.dense[list(new.values())]),
        }
        if self.has_sparse:
            if embeddings.sparse is None:
                raise ValueError("this space needs sparse weights")
            sparse = [embeddings.sparse[at] for at in new.values()]
            columns["token_ids"] = [each.token_ids for each in sparse]
            columns["weights"] = [each.weights for each in sparse]
            columns["tokens"] = [repeated_tokens(each) for each in sparse]
        try:
            self._table.add(pa.Table.from_pydict(columns, schema=vector_schema(space)))
            self._standing.note_change()
            self.upkeep.note(len(new))
        finally:
            self._standing.note_change()

    def remove(self, column: str, values: Collection[str]) -> None:
        """Delete by ``content_hash`` or by ``passage_id``. Index thread."""
        try:
            for condition in conditions(column, values):
                self._table.delete(condition)
        finally:
            self._standing.note_change()

    def get(self, passage_ids: Collection[str]) -> dict[str, Vector]:
        """Return dense vectors, float32 [dim], by passage id. Any thread."""
        found: dict[str, Vector] = {}
        for condition in conditions("passage_id", passage_ids):
            query = self._table.search().where(condition)
            rows = query.select(["passage_id", "dense"]).limit(None).to_arrow()
            rows = rows.combine_chunks()
            if rows.num_rows:
                flat = rows["dense"].chunk(0).flatten().to_numpy(zero_copy_only=False)
                matrix = flat.reshape(rows.num_rows, -1).astype(np.float32)
                found.update(zip(rows["passage_id"].to_pylist(), matrix, strict=True))
        return found

    def begin_dense(
        self,
        vector: Vector,
        *,
        k: int,
        scope: Scope,
        then: Callable[[Sequence[str]], None] | None = None,
    ) -> Callable[[], Run]:
        """Begin to rank by cosine, -1 to 1; what is returned waits for it. Any thread.

        Exact below 50,000 rows or in a narrow scope. ``then`` gets the ids as soon as they are
        there, on the thread of LanceDB's event loop.
        """
        if k < 1 or scope.is_empty:
            return partial(Run, "dense", (), ())

        def tell(rows: Any) -> None:
            if then is not None:
                then(_cosines(rows, scope).passage_ids[:k])

        depth = scope.deeper(k, least_share=_LEAST_SHARE) if self._is_indexed() else None
        if depth is None:
            rows = begin(self._nearest_in(scope, vector, k), tell)
            return lambda: _cosines(rows(), scope)
        rows = begin(self._nearest(vector, depth, scope.loose, share=1.0), tell)

        def wait() -> Run:
            run = _cosines(rows(), scope)
            if len(run.passage_ids) >= k:
                return Run("dense", run.passage_ids[:k], run.scores[:k])
            return _cosines(begin(self._nearest_in(scope, vector, k))(), scope)

        return wait

    def _is_indexed(self) -> bool:
        return self._standing.has_index(DENSE)

    def _nearest_in(self, scope: Scope, vector: Vector, k: int) -> Any:
        condition = scope.condition
        is_narrow = condition and scope.rows <= _ROWS_TO_COMPARE
        return self._nearest(vector, k, condition, share=None if is_narrow else scope.share)

    def _nearest(self, vector: Vector, k: int, condition: str, *, share: float | None) -> Any:
        """Ask for the k nearest; ``share`` is what part of all rows passes, None for few.

        Comparing the vectors of few rows is quick, and an IVF index would miss some of them.
        """
        query = question(self._table).nearest_to(np.asarray(vector, dtype=np.float32))
        query = query.column(DENSE).distance_type("dot").limit(k)
        query = query.select(["passage_id", "content_hash", "_distance"])
        if condition:
            query = query.where(condition)
        if share is None or not self._is_indexed():
            return query.bypass_vector_index()
        probes = min(_MOST_PROBES, math.ceil(_PROBES / share))
        refine = max(_LEAST_REFINE, math.ceil(_REFINED_ROWS / k))
        return query.nprobes(probes).maximum_nprobes(0).refine_factor(refine)

    def search_sparse(self, query: SparseVector, *, k: int, scope: Scope) -> Run:
        """Rank by the exact dot product of the learned weights. Any thread.

        Candidates (at least 500) come from a full-text index over the token ids; passages
        that share no token with the query are not ranked.
        """
        asked = token_query(query) if self.has_sparse and k > 0 else None
        if asked is None or scope.is_empty:
            return Run("sparse", (), ())
        search = question(self._table).nearest_to_text(asked)
        search = search.select(["passage_id", "token_ids", "weights", "_score"])
        search = search.limit(max(k, _FEWEST_CANDIDATES))
        if scope.condition:
            search = search.where(scope.condition)
        rows = begin(search.fast_search() if self.upkeep.has_many_new() else search)()
        run = ranked("sparse", rows["passage_id"].to_pylist(), _dot_products(rows, query))
        return Run("sparse", run.passage_ids[:k], run.scores[:k])

    def tidy(self) -> None:
        """Compact, bring indexes up to date, build the IVF index where due. Index thread."""
        try:
            self.upkeep.tidy(key_chore, vector_chore)
        finally:
            self._standing.note_change()

    def present(self, passage_ids: Sequence[str]) -> frozenset[str]:
        """Return those of these ids that have a vector. Any thread."""
        found: set[str] = set()
        for condition in conditions("passage_id", passage_ids):
            query = self._table.search().where(condition).select(["passage_id"]).limit(None)
            found.update(query.to_arrow()["passage_id"].to_pylist())
        return frozenset(found)


def _cosines(rows: Any, scope: Scope) -> Run:
    ids, hashes = rows["passage_id"].to_pylist(), rows["content_hash"].to_pylist()
    # Lance's dot distance is 1 - dot, and the vectors have length 1.
    found = [
        (passage_id, 1.0 - distance)
        for passage_id, content_hash, distance in zip(
            ids, hashes, rows["_distance"].to_pylist(), strict=True
        )
        if scope.accepts(content_hash)
    ]
    return ranked("dense", [each for each, _ in found], [each for _, each in found])


def _dot_products(rows: Any, query: SparseVector) -> list[float]:
    if not rows.num_rows or not len(query.token_ids):
        return [0.0] * rows.num_rows
    rows = rows.combine_chunks()
    lists = rows["token_ids"].chunk(0)
    lengths = np.diff(lists.offsets.to_numpy())
    tokens = lists.flatten().to_numpy()
    weights = rows["weights"].chunk(0).flatten().to_numpy()
    order = np.argsort(query.token_ids)
    known, wanted = query.token_ids[order], query.weights[order]
    at = np.minimum(np.searchsorted(known, tokens), len(known) - 1)
    products = np.where(known[at] == tokens, wanted[at] * weights, np.float32(0))
    owner = np.repeat(np.arange(rows.num_rows), lengths)
    sums = np.bincount(owner, weights=products, minlength=rows.num_rows)
    return [float(each) for each in sums]
