"""Speed and size of the library with synthetic passages; one JSON line on stdout.

Usage: ``python tests/bench/store.py [PASSAGES [DIMENSION [sparse]]]``, 50,000 x 384 unless
said otherwise. Words follow a Zipf-like law, as in real text.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import (
    Document,
    DocumentStatus,
    Embeddings,
    Locator,
    Passage,
    SparseVector,
    VectorSpace,
)
from desktop_app.store.library import Library, open_library

_PASSAGES_A_DOCUMENT = 25
_DOCUMENTS_A_GROUP = 20
_VECTORS_A_GROUP = 512
_WORDS_A_PASSAGE = 120
_QUERIES = 40


def main(count: int, dimension: int, *, has_sparse: bool) -> None:
    """Fill a library, measure it, and print the figures."""
    rng = np.random.default_rng(0)
    space = VectorSpace("bench", "bench", dimension, has_sparse, frozenset())
    figures: dict[str, float | int] = {"passages": count, "dimension": dimension}
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder, "library")
        library = open_library(directory)
        started = time.perf_counter()
        slowest = 0.0
        for group in _groups(rng, count):
            passages = [each for _, texts in group for each in texts]
            before = time.perf_counter()
            library.put_passages(passages)
            library.put_documents([document for document, _ in group])
            slowest = max(slowest, time.perf_counter() - before)
        figures["text_s"] = time.perf_counter() - started
        figures["text_slowest_group_s"] = slowest
        _say(f"text stored in {figures['text_s']:.1f} s")
        figures.update(_percentiles("fulltext_while_indexing", _ask_words(library, rng)))

        before = time.perf_counter()
        missing = library.missing_vectors(space)
        figures["missing_vectors_s"] = time.perf_counter() - before
        put = 0.0
        for start in range(0, len(missing), _VECTORS_A_GROUP):
            ids = missing[start : start + _VECTORS_A_GROUP]
            embeddings = _embeddings(rng, len(ids), space)
            before = time.perf_counter()
            library.put_vectors(space, ids, embeddings)
            put += time.perf_counter() - before
        figures["vectors_s"] = put
        _say(f"vectors stored in {put:.1f} s")

        before = time.perf_counter()
        library.maintain(is_cancelled=lambda: False)
        figures["maintain_s"] = time.perf_counter() - before
        _say(f"maintained in {figures['maintain_s']:.1f} s")
        before = time.perf_counter()
        library.maintain(is_cancelled=lambda: False)
        figures["maintain_again_s"] = time.perf_counter() - before

        figures.update(_percentiles("fulltext", _ask_words(library, rng)))
        dense = _embeddings(rng, _QUERIES, space).dense
        figures.update(
            _percentiles("dense", [_dense(library, space, each, None) for each in dense])
        )
        hashes = [each.content_hash for each in library.documents()]
        half = frozenset(hashes[: len(hashes) // 2])
        one = frozenset(hashes[:1])
        for name, within in (("one", one), ("half", half)):
            asks = [_dense(library, space, each, within) for each in dense]
            figures.update(_percentiles(f"dense_within_{name}", asks))
        if has_sparse:
            queries = _embeddings(rng, _QUERIES, space).sparse or ()
            asks = [_sparse(library, space, each) for each in queries]
            figures.update(_percentiles("sparse", asks))
        figures["bytes"] = int(library.statistics()["bytes"])
        library.close()
        before = time.perf_counter()
        library = open_library(directory)
        figures["open_clean_s"] = time.perf_counter() - before
        before = time.perf_counter()
        library.coverage(space)
        figures["first_coverage_s"] = time.perf_counter() - before
        library.close()
        (directory / "unclean").touch()
        before = time.perf_counter()
        open_library(directory).close()
        figures["open_after_crash_s"] = time.perf_counter() - before
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def _groups(rng: np.random.Generator, count: int) -> Iterator[list[tuple[Document, list[Passage]]]]:
    vocabulary = np.array([f"word{each}" for each in range(60_000)])
    group = []
    for number in range(count // _PASSAGES_A_DOCUMENT):
        name = hashlib.blake2b(str(number).encode(), digest_size=32).hexdigest()
        ranks = np.minimum(rng.zipf(1.25, (_PASSAGES_A_DOCUMENT, _WORDS_A_PASSAGE)), 60_000) - 1
        texts = [" ".join(row) for row in vocabulary[ranks]]
        group.append(
            (_document(name, number), [_passage(name, *each) for each in enumerate(texts)])
        )
        if len(group) == _DOCUMENTS_A_GROUP:
            yield group
            group = []
    if group:
        yield group


def _document(content_hash: str, number: int) -> Document:
    return Document(
        root="/bench",
        path=f"{number % 100}/{number}.pdf",
        content_hash=content_hash,
        size=1,
        mtime_ns=1,
        media_type="application/pdf",
        title=f"Document {number}",
        languages=("en",),
        page_count=1,
        status=DocumentStatus.INDEXED,
        reason_code="",
        reason="",
        parser="",
        parser_version=1,
        chunker_version=1,
        passages=_PASSAGES_A_DOCUMENT,
        seconds=0.1,
        indexed_at=datetime.now(UTC),
    )


def _passage(content_hash: str, ordinal: int, text: str) -> Passage:
    identity = f"{content_hash}{ordinal}".encode()
    return Passage(
        passage_id=hashlib.blake2b(identity, digest_size=16).hexdigest(),
        content_hash=content_hash,
        ordinal=ordinal,
        text=text,
        title="A title",
        heading=("A heading",),
        language="en",
        locator=Locator(1, (), 0, len(text)),
    )


def _embeddings(rng: np.random.Generator, count: int, space: VectorSpace) -> Embeddings:
    dense = rng.standard_normal((count, space.dimension)).astype(np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    if not space.has_sparse:
        return Embeddings(dense)
    ids = np.minimum(rng.zipf(1.25, (count, 100)), 200_000)
    sparse = []
    for row in ids:
        tokens = np.unique(row).astype(np.int32)
        sparse.append(SparseVector(tokens, rng.uniform(0.02, 0.35, len(tokens)).astype(np.float32)))
    return Embeddings(dense, tuple(sparse))


def _ask_words(library: Library, rng: np.random.Generator) -> list[Callable[[], object]]:
    ranks = rng.integers(0, 20_000, (_QUERIES, 6))
    texts = [" ".join(f"word{each}" for each in row) + " word1 word0" for row in ranks]
    return [lambda text=text: library.search_fulltext(text, k=100) for text in texts]


def _dense(
    library: Library, space: VectorSpace, vector: NDArray[np.float32], within: frozenset[str] | None
) -> Callable[[], object]:
    return lambda: library.search_dense(space, vector, k=100, within=within)


def _sparse(library: Library, space: VectorSpace, query: SparseVector) -> Callable[[], object]:
    return lambda: library.search_sparse(space, query, k=100)


def _percentiles(name: str, asks: list[Callable[[], object]]) -> dict[str, float]:
    asks[0]()
    times = []
    for ask in asks:
        before = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - before))
    _say(f"{name}: p50 {np.percentile(times, 50):.1f} ms, p95 {np.percentile(times, 95):.1f} ms")
    return {
        f"{name}_ms_p50": float(np.percentile(times, 50)),
        f"{name}_ms_p95": float(np.percentile(times, 95)),
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(
        int(sys.argv[1]) if len(sys.argv) > 1 else 50_000,
        int(sys.argv[2]) if len(sys.argv) > 2 else 384,
        has_sparse="sparse" in sys.argv[3:],
    )
