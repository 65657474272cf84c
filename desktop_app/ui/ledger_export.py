"""The list of files as a table for a spreadsheet; plain Python, off the UI thread."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from desktop_app.domain import Document
from desktop_app.domain.shortfalls import SHORTFALLS
from desktop_app.retelling import retell
from desktop_app.translation import mark, tr, without_isolates
from desktop_app.ui.ledger_model import STATUS_WORDS
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.saving import save

_REFUSAL = mark("The list could not be saved as “{name}”.")
# Translators: the columns of a table of files.
_TITLES = (
    mark("Name"), mark("Folder"), mark("Status"), mark("Reason"), mark("Pages"), mark("Passages"),
    mark("Size in bytes"), mark("Read on"),
)  # fmt: skip
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), also in full
width, as some spreadsheets in East Asia do."""


def table_of(documents: Sequence[Document]) -> str:
    """Write documents as CSV (RFC 4180), dates as ISO 8601 in UTC, words as the window says them.

    A text that a spreadsheet would compute gets an apostrophe in front, which marks text.
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow([without_isolates(tr(title)) for title in _TITLES])
    for each in documents:
        path = each.full_path
        writer.writerow(
            (
                safe_cell(path.name),
                safe_cell(str(path.parent)),
                tr(STATUS_WORDS[each.status].word),
                safe_cell(without_isolates(retell(each.reason, SHORTFALLS))),
                each.page_count if each.page_count is not None else "",
                each.passages,
                max(0, each.size),
                each.indexed_at.isoformat(timespec="seconds"),
            )
        )
    return lines.getvalue()


def save_table(documents: Sequence[Document], path: Path) -> None:
    """Write the table in one step.

    In UTF-8 with a byte order mark: without one, Excel takes it for the system's old
    encoding and breaks every name that is not English. Raises LecternError where the disk
    refuses.
    """
    save(table_of(documents).encode("utf-8-sig"), path, refusal=_REFUSAL)


def safe_cell(text: str) -> str:
    """Give a cell that no spreadsheet computes and that every encoding can write."""
    shown = drawable(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown
