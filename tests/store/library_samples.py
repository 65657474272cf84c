"""Synthetic documents, passages and vectors for the library's tests."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import numpy as np

from desktop_app.domain import (
    Box,
    Document,
    DocumentStatus,
    Embeddings,
    Locator,
    Passage,
    SparseVector,
    VectorSpace,
)
from desktop_app.store.library import Library

SPACE = VectorSpace("test1", "test", 8, has_sparse=False, languages=frozenset())
SPARSE_SPACE = VectorSpace("test2", "test", 8, has_sparse=True, languages=frozenset())


def make_hash(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=32).hexdigest()


def make_passage(name: str, ordinal: int, text: str, **changes) -> Passage:
    fields: dict[str, Any] = {
        "title": f"Title of {name}",
        "heading": ("Part one", "Chapter two"),
        "language": "en",
        "locator": Locator(3, (Box(3, 1.5, 2.5, 100.25, 50.75),), 10, 10 + len(text)),
    } | changes
    content_hash = make_hash(name)
    identity = f"{content_hash}{ordinal}{fields['title']}{text}".encode("utf-8", "surrogatepass")
    return Passage(
        passage_id=hashlib.blake2b(identity, digest_size=16).hexdigest(),
        content_hash=content_hash,
        ordinal=ordinal,
        text=text,
        **fields,
    )


def make_passages(name: str, count: int = 3, **changes) -> list[Passage]:
    return [
        make_passage(name, each, f"Text {each} of document {name}.", **changes)
        for each in range(count)
    ]


def make_document(name: str, path: str | None = None, root: str = "/docs", **changes) -> Document:
    fields: dict[str, Any] = {
        "content_hash": make_hash(name),
        "size": 1234,
        "mtime_ns": 1_700_000_000_123_456_789,
        "media_type": "application/pdf",
        "title": f"Title of {name}",
        "languages": ("en", "de"),
        "page_count": 7,
        "status": DocumentStatus.INDEXED,
        "reason_code": "",
        "reason": "",
        "parser": "pymupdf 2.0",
        "parser_version": 1,
        "chunker_version": 2,
        "passages": 3,
        "seconds": 0.25,
        "indexed_at": datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC),
    } | changes
    return Document(root=root, path=path or f"{name}.pdf", **fields)


def make_embeddings(count: int, *, seed: int = 0, is_sparse: bool = False) -> Embeddings:
    rng = np.random.default_rng(seed)
    dense = rng.standard_normal((count, 8)).astype(np.float32)
    dense /= np.linalg.norm(dense, axis=1, keepdims=True)
    sparse = tuple(
        SparseVector(
            np.sort(rng.choice(500, 12, replace=False)).astype(np.int32),
            rng.uniform(0.01, 0.4, 12).astype(np.float32),
        )
        for _ in range(count)
    )
    return Embeddings(dense, sparse if is_sparse else None)


def weights_of(embeddings: Embeddings) -> tuple[SparseVector, ...]:
    assert embeddings.sparse is not None
    return embeddings.sparse


def add(library: Library, name: str, *texts: str, path: str | None = None, **changes) -> list[str]:
    """Index one document as the indexer does; returns its passage ids."""
    passages = [make_passage(name, at, text, **changes) for at, text in enumerate(texts)]
    library.put_passages(passages)
    library.put_documents([make_document(name, path, passages=len(passages))])
    return [each.passage_id for each in passages]
