"""The tables' columns, and domain values as rows of them and back.

Paths are kept as bytes, since Arrow strings refuse the surrogate escapes that stand for
names which are not valid UTF-8; other texts have such characters replaced by U+FFFD.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

import numpy as np

from desktop_app.domain import (
    Box,
    Document,
    DocumentStatus,
    Locator,
    Passage,
    VectorSpace,
    context_of,
)
from desktop_app.store.lance import pa

DOCUMENTS = "documents"
PASSAGES = "passages"
VECTORS_PREFIX = "vectors_"

DOCUMENT_SCHEMA = pa.schema(
    [
        pa.field("row_key", pa.string(), nullable=False),
        pa.field("root", pa.binary(), nullable=False),
        pa.field("path", pa.binary(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
        pa.field("mtime_ns", pa.int64(), nullable=False),
        pa.field("media_type", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("languages", pa.list_(pa.string()), nullable=False),
        pa.field("page_count", pa.int32()),
        pa.field("status", pa.string(), nullable=False),
        pa.field("reason_code", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
        pa.field("parser", pa.string(), nullable=False),
        pa.field("parser_version", pa.int32(), nullable=False),
        pa.field("chunker_version", pa.int32(), nullable=False),
        pa.field("passages", pa.int32(), nullable=False),
        pa.field("seconds", pa.float64(), nullable=False),
        pa.field("indexed_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)

# ``searched`` is the context line, a line feed and the text: one column for the full-text
# index, from which the text is cut again, so that nothing is stored twice.
PASSAGE_SCHEMA = pa.schema(
    [
        pa.field("passage_id", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        pa.field("ordinal", pa.int32(), nullable=False),
        pa.field("searched", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("heading", pa.list_(pa.string()), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("page", pa.int32()),
        pa.field("boxes", pa.list_(pa.float32()), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("end", pa.int64(), nullable=False),
    ]
)

_BOX_FIELDS = 5
_SURROGATES = re.compile("[\ud800-\udfff]")
_HEX = {32: re.compile(r"[0-9a-f]{32}"), 64: re.compile(r"[0-9a-f]{64}")}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_SPACE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def vector_schema(space: VectorSpace) -> pa.Schema:
    """Lay out the table of one vector space; sparse columns only where the space has them.

    ``tokens`` repeats each token id by its quantized weight, for the candidates' index.
    """
    columns = [
        pa.field("passage_id", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        pa.field("language", pa.string(), nullable=False),
        pa.field("dense", pa.list_(pa.float16(), space.dimension), nullable=False),
    ]
    if space.has_sparse:
        columns += [
            pa.field("token_ids", pa.list_(pa.int32()), nullable=False),
            pa.field("weights", pa.list_(pa.float32()), nullable=False),
            pa.field("tokens", pa.string(), nullable=False),
        ]
    return pa.schema(columns)


def vector_table_name(space: VectorSpace) -> str:
    """Name the table of a space; raises ValueError for a key that is no plain name."""
    if not _SPACE_KEY.fullmatch(space.key):
        raise ValueError(f"not the key of a vector space: {space.key!r}")
    return VECTORS_PREFIX + space.key


def is_in(column: str, values: Collection[str]) -> str:
    """Write the SQL condition that a column holds one of these ids, hashes or languages.

    Raises ValueError for a value that is neither hex nor a language code, so that no
    other text can ever get into SQL. No values give a condition that is never true.
    """
    if not values:
        return "false"
    pattern = {"passage_id": _HEX[32], "row_key": _HEX[32], "content_hash": _HEX[64]}.get(
        column, _LANGUAGE
    )
    for value in values:
        if not pattern.fullmatch(value):
            raise ValueError(f"not a value of {column}: {value!r}")
    return f"{column} IN ('" + "','".join(values) + "')"


def clean(text: str) -> str:
    """Replace each character that UTF-8 cannot hold (lone surrogates) by U+FFFD."""
    return text if text.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def row_key(root: str, path: str) -> str:
    """Give a ledger row its key: 32 hex digits over root and path."""
    return hashlib.blake2b(_to_bytes(root) + b"\0" + _to_bytes(path), digest_size=16).hexdigest()


def document_rows(documents: Sequence[Document]) -> pa.Table:
    """Turn ledger rows into Arrow; times are kept to the microsecond in UTC."""
    rows = [
        {
            "row_key": row_key(each.root, each.path),
            "root": _to_bytes(each.root),
            "path": _to_bytes(each.path),
            "content_hash": each.content_hash,
            "size": each.size,
            "mtime_ns": each.mtime_ns,
            "media_type": each.media_type,
            "title": clean(each.title),
            "languages": list(each.languages),
            "page_count": each.page_count,
            "status": each.status.value,
            "reason_code": each.reason_code,
            "reason": clean(each.reason),
            "parser": each.parser,
            "parser_version": each.parser_version,
            "chunker_version": each.chunker_version,
            "passages": each.passages,
            "seconds": each.seconds,
            "indexed_at": each.indexed_at.astimezone(UTC),
        }
        for each in documents
    ]
    return pa.Table.from_pylist(rows, schema=DOCUMENT_SCHEMA)


def documents_from(table: pa.Table) -> tuple[Document, ...]:
    """Turn rows of the ``documents`` table into domain values, in their order."""
    names = [name for name in DOCUMENT_SCHEMA.names if name != "row_key"]
    columns = dict(zip(names, (table[name].to_pylist() for name in names), strict=True))
    columns["root"] = [_from_bytes(each) for each in columns["root"]]
    columns["path"] = [_from_bytes(each) for each in columns["path"]]
    columns["status"] = [DocumentStatus(each) for each in columns["status"]]
    columns["languages"] = [tuple(each) for each in columns["languages"]]
    # Python's zone object for UTC, so that values compare and pickle like fresh ones.
    columns["indexed_at"] = [each.replace(tzinfo=UTC) for each in columns["indexed_at"]]
    return tuple(
        Document(**dict(zip(names, values, strict=True)))
        for values in zip(*(columns[name] for name in names), strict=True)
    )


def passage_rows(passages: Sequence[Passage]) -> pa.Table:
    """Turn passages into Arrow; boxes are kept as float32 (page, x0, y0, x1, y1)."""
    return pa.Table.from_pylist([_passage_row(each) for each in passages], PASSAGE_SCHEMA)


def _passage_row(passage: Passage) -> dict[str, Any]:
    passage = replace(
        passage,
        text=clean(passage.text),
        title=clean(passage.title),
        heading=tuple(clean(part) for part in passage.heading),
    )
    context = passage.context
    return {
        "passage_id": passage.passage_id,
        "content_hash": passage.content_hash,
        "ordinal": passage.ordinal,
        "searched": f"{context}\n{passage.text}" if context else passage.text,
        "title": passage.title,
        "heading": list(passage.heading),
        "language": passage.language,
        "page": passage.locator.page,
        "boxes": [
            value
            for box in passage.locator.boxes
            for value in (box.page, box.x0, box.y0, box.x1, box.y1)
        ],
        "start": passage.locator.start,
        "end": passage.locator.end,
    }


def passages_from(table: pa.Table) -> tuple[Passage, ...]:
    """Turn rows of the ``passages`` table into domain values, in their order."""
    return tuple(_passage_from(row) for row in table.to_pylist())


def _passage_from(row: dict[str, Any]) -> Passage:
    flat = row["boxes"]
    boxes = tuple(
        Box(int(flat[at]), *flat[at + 1 : at + _BOX_FIELDS])
        for at in range(0, len(flat), _BOX_FIELDS)
    )
    context = context_of(row["title"], row["heading"])
    return Passage(
        passage_id=row["passage_id"],
        content_hash=row["content_hash"],
        ordinal=row["ordinal"],
        text=row["searched"][len(context) + 1 if context else 0 :],
        title=row["title"],
        heading=tuple(row["heading"]),
        language=row["language"],
        locator=Locator(row["page"], boxes, row["start"], row["end"]),
    )


def dense_column(dense: np.ndarray[Any, np.dtype[np.float32]]) -> pa.Array:
    """Turn float32 [n, dim] into a column of fixed-size float16 lists."""
    flat = pa.array(np.ascontiguousarray(dense, dtype=np.float16).ravel())
    return pa.FixedSizeListArray.from_arrays(flat, dense.shape[1])


def _to_bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogatepass")


def _from_bytes(path: bytes) -> str:
    return path.decode("utf-8", "surrogatepass")
