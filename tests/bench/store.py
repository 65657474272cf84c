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
from functools import partial
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
    figures: dict[str, float] = {"passages": count, "dimension": dimension}
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder, "library")
        library = open_library(directory)
        figures |= _measure_text(library, rng, count)
        figures |= _measure_vectors(library, rng, space)
        for name in ("maintain_s", "maintain_again_s"):
            figures[name] = _seconds(lambda: library.maintain(is_cancelled=lambda: False))
        _say(f"maintained in {figures['maintain_s']:.1f} s")
        figures |= _measure_search(library, rng, space)
        figures["bytes"] = int(library.statistics()["bytes"])
        library.close()
        figures |= _measure_opening(directory, space)
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def _measure_text(library: Library, rng: np.random.Generator, count: int) -> dict[str, float]:
    times = []
    for group in _groups(rng, count):
        passages = [each for _, texts in group for each in texts]
        documents = [document for document, _ in group]
        before = time.perf_counter()
        library.put_passages(passages)
        library.put_documents(documents)
        times.append(time.perf_counter() - before)
    _say(f"text stored in {sum(times):.1f} s")
    return {
        "text_s": sum(times),
        "text_group_s_p50": float(np.median(times)),
        "text_group_s_max": max(times),
    } | _percentiles("fulltext_while_indexing", _ask_words(library, rng))


def _measure_vectors(
    library: Library, rng: np.random.Generator, space: VectorSpace
) -> dict[str, float]:
    before = time.perf_counter()
    missing = library.missing_vectors(space)
    figures = {"missing_vectors_s": time.perf_counter() - before}
    times = []
    for start in range(0, len(missing), _VECTORS_A_GROUP):
        ids = missing[start : start + _VECTORS_A_GROUP]
        embeddings = _embeddings(rng, len(ids), space)
        before = time.perf_counter()
        library.put_vectors(space, ids, embeddings)
        times.append(time.perf_counter() - before)
    _say(f"vectors stored in {sum(times):.1f} s")
    return figures | {
        "vectors_s": sum(times),
        "vectors_group_s_p50": float(np.median(times)),
        "vectors_group_s_max": max(times),
    }


def _measure_search(
    library: Library, rng: np.random.Generator, space: VectorSpace
) -> dict[str, float]:
    figures = _percentiles("fulltext", _ask_words(library, rng))
    queries = _embeddings(rng, _QUERIES, space)
    hashes = [each.content_hash for each in library.documents()]
    for name, within in (
        ("dense", None),
        ("dense_within_one", frozenset(hashes[:1])),
        ("dense_within_half", frozenset(hashes[: len(hashes) // 2])),
    ):
        asks = [_dense(library, space, each, within) for each in queries.dense]
        figures |= _percentiles(name, asks)
    if queries.sparse is not None:
        asks = [_sparse(library, space, each) for each in queries.sparse]
        figures |= _percentiles("sparse", asks)
    return figures


def _measure_opening(directory: Path, space: VectorSpace) -> dict[str, float]:
    before = time.perf_counter()
    library = open_library(directory)
    figures = {"open_clean_s": time.perf_counter() - before}
    figures["first_coverage_s"] = _seconds(lambda: library.coverage(space))
    library.close()
    (directory / "unclean").touch()
    figures["open_after_crash_s"] = _seconds(lambda: open_library(directory).close())
    return figures


def _seconds(act: Callable[[], object]) -> float:
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


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
    return [partial(library.search_fulltext, text, k=100) for text in texts]


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
