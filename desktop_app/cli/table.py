"""The ledger as a table that a spreadsheet opens."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TextIO

from desktop_app.domain import Document

_COLUMNS = (
    "path",
    "status",
    "reason",
    "pages",
    "passages",
    "size_bytes",
    "changed",
    "seconds",
    "parser",
    "title",
    "languages",
    "read_at",
)
# A spreadsheet takes a cell that begins with one of these for a formula, which could send
# what is in other cells elsewhere (OWASP, "CSV Injection"); the apostrophe makes it text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_SECOND_NS = 1_000_000_000


def write_csv(documents: Sequence[Document], file: TextIO) -> None:
    """Write one line a file, with a line of names first; times are ISO 8601 in UTC."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in documents:
        cells = (
            str(row.full_path),
            row.status.value,
            row.reason,
            row.page_count,
            row.passages,
            row.size,
            _time(row.mtime_ns),
            f"{row.seconds:.3f}",
            row.parser,
            row.title,
            " ".join(row.languages),
            row.indexed_at.isoformat(timespec="seconds"),
        )
        writer.writerow([_plain(cell) if isinstance(cell, str) else cell for cell in cells])


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _time(mtime_ns: int) -> str:
    # Not fromtimestamp: Windows has no date for times before 1970.
    seconds = timedelta(seconds=mtime_ns // _SECOND_NS)
    return (datetime(1970, 1, 1, tzinfo=UTC) + seconds).isoformat(timespec="seconds")
