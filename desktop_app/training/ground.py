"""The library in which wrong answers are sought: searched as the application searches."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import (
    Document,
    DocumentStatus,
    Embeddings,
    IsCancelled,
    Passage,
    Run,
)
from desktop_app.indexing.embedding import Embedder
from desktop_app.search.fusion import DEPTH, fuse
from desktop_app.search.query import plain_query
from desktop_app.search.retrieval import (
    knows_question,
    retrieve_dense,
    retrieve_fulltext,
    retrieve_sparse,
)
from desktop_app.store.library import Library, open_library

if TYPE_CHECKING:
    from desktop_app.inference.packs import Pack
    from desktop_app.inference.worker import ModelProcess

_ROOT = "training"
_GROUP = 1000
_COMPLETE = "texts-complete"


class Ground:
    """Passages with vectors, and the first stage of a search over them.

    Made in ``folder``, where a later call finds what an earlier one stored: a half-stored text
    is stored again from the start, since BM25 depends on how the index grew, vectors go on where
    they ended. ``passages`` stay in memory, their vectors in half precision. Use on one thread;
    raises StoreError and ModelError. The model process belongs to the caller.
    """

    def __init__(self, folder: Path, passages: Sequence[Passage], pack: Pack) -> None:
        self._folder = folder
        self._pack = pack
        self.passages: Mapping[str, Passage] = {each.passage_id: each for each in passages}
        if not (folder / _COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            with closing(open_library(folder)) as library:
                store_passages(library, passages)
            (folder / _COMPLETE).touch()
        self._library = open_library(folder)
        self._rows: dict[str, int] = {}
        self._vectors: NDArray[np.float16] = np.zeros((0, pack.dimension), np.float16)

    def embed(
        self,
        model: ModelProcess,
        known: Mapping[str, NDArray[np.float32]],
        *,
        is_cancelled: IsCancelled,
    ) -> Iterator[int]:
        """Give every passage its vector, those ``known`` first; yields how many have one."""
        missing = self._library.missing_vectors(model.space)
        lent = [each for each in missing if each in known]
        for start in range(0, len(lent), _GROUP):
            group = lent[start : start + _GROUP]
            rows = np.stack([known[each] for each in group])
            self._library.put_vectors(model.space, group, Embeddings(rows))
        done = len(self.passages) - len(missing) + len(lent)
        embedder = Embedder(self._library, model, None)
        for _ in embedder.embed(is_cancelled=is_cancelled):
            yield done + embedder.embedded
        ids = list(self.passages)
        rows_of: list[NDArray[np.float16]] = []
        for start in range(0, len(ids), _GROUP):
            found = self._library.vectors_of(model.space, ids[start : start + _GROUP])
            for each, vector in found.items():
                self._rows[each] = len(rows_of)
                rows_of.append(vector.astype(np.float16))
        if rows_of:
            self._vectors = np.stack(rows_of)

    def ask(self, question: str, model: ModelProcess) -> tuple[Run, NDArray[np.float32] | None]:
        """Return the fused run for a question, and its vector where the embedder knows it.

        Quotes and filters in it are words; of one without words the run is empty.
        """
        query = plain_query(question)
        if query is None:
            return Run("fused", (), ()), None
        words, _ = retrieve_fulltext(self._library, query, k=DEPTH, within=None)
        weights = self._pack.fusion_weights
        runs = [(words, weights.get("fulltext", 0.0))]
        vector = None
        if knows_question(model.space, query):
            found = model.embed_query(question)
            vector = found.dense[0]
            for name, retrieve in (("dense", retrieve_dense), ("sparse", retrieve_sparse)):
                run = retrieve(self._library, query, model.space, found, k=DEPTH, within=None)
                runs.append((run, weights.get(name, 0.0)))
        return fuse(runs), vector

    def vectors(self, passage_ids: Sequence[str]) -> NDArray[np.float32]:
        """Return vectors, float32 [n, dim]; zeros where the embedder could not read one."""
        found = np.zeros((len(passage_ids), self._vectors.shape[1]), np.float32)
        for row, each in enumerate(passage_ids):
            if each in self._rows:
                found[row] = self._vectors[self._rows[each]]
        return found

    def close(self) -> None:
        """Give the library back."""
        self._library.close()


def store_passages(library: Library, passages: Sequence[Passage]) -> None:
    """Store passages, each with a row of its document, and bring the indexes up to date."""
    by_content: dict[str, list[Passage]] = defaultdict(list)
    for each in passages:
        by_content[each.content_hash].append(each)
    group: list[Passage] = []
    for content_hash in sorted(by_content):
        group += by_content[content_hash]
        if len(group) >= _GROUP:
            _put(library, group)
            group = []
    if group:
        _put(library, group)
    library.maintain()


def _put(library: Library, passages: Sequence[Passage]) -> None:
    library.put_passages(passages)
    counts: dict[str, int] = defaultdict(int)
    for each in passages:
        counts[each.content_hash] += 1
    library.put_documents([_document(each, count) for each, count in counts.items()])


def _document(content_hash: str, passages: int) -> Document:
    return Document(
        root=_ROOT,
        path=content_hash,
        content_hash=content_hash,
        size=0,
        mtime_ns=0,
        media_type="text/plain",
        title="",
        languages=(),
        page_count=None,
        status=DocumentStatus.INDEXED,
        reason_code="",
        reason="",
        parser="training",
        parser_version=0,
        chunker_version=0,
        passages=passages,
        seconds=0.0,
        indexed_at=datetime.now(UTC),
    )
