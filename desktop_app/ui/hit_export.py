"""Chosen passages as a table, Markdown or citations; plain Python, off the UI thread."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from desktop_app.domain import Hit
from desktop_app.translation import mark, tr, without_isolates
from desktop_app.ui.ledger_export import safe_cell
from desktop_app.ui.results_wording import drawable, page_label, title_of
from desktop_app.ui.saving import save

_REFUSAL = mark("The passages could not be saved as “{name}”.")
# Translators: the columns of a table of passages.
_TITLES = (
    mark("Rank"), mark("Score"), mark("Title"), mark("File"), mark("Page"), mark("Heading"),
    mark("Passage"), mark("Also in"),
)  # fmt: skip
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|"})


def table_of(hits: Sequence[Hit]) -> str:
    """Write hits as CSV (RFC 4180); what a spreadsheet would compute is marked as text.

    The first row is in the window's language, figures are as every program reads them.
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow([without_isolates(tr(title)) for title in _TITLES])
    for hit in hits:
        page = hit.passage.locator.page
        writer.writerow(
            (
                hit.rank,
                f"{hit.score:.3f}",
                safe_cell(title_of(hit)),
                safe_cell(str(hit.document.full_path)),
                page if page is not None else "",
                safe_cell(" > ".join(hit.passage.heading)),
                safe_cell(hit.passage.text),
                safe_cell("\n".join(map(str, hit.copies))),
            )
        )
    return lines.getvalue()


def markdown_of(hits: Sequence[Hit]) -> str:
    """Write hits as quotations with their sources; marks of Markdown in them stay letters."""
    return "\n".join(
        f"> {_quoted(hit).translate(_MARKS)}\n>\n> — {_source(hit).translate(_MARKS)}\n"
        for hit in hits
    )


def citations_of(hits: Sequence[Hit]) -> str:
    """Write a line a hit: the quoted text, file and page."""
    lines = (
        # Translators: a passage as it is cited in a text, and where it stands.
        tr("“{passage}” ({source})", passage=_quoted(hit), source=_source(hit))
        for hit in hits
    )
    return "".join(f"{without_isolates(line)}\n" for line in lines)


FORMATS: Mapping[str, tuple[str, Callable[[Sequence[Hit]], str]]] = MappingProxyType(
    {
        # Translators: a kind of file, in a dialog that saves one.
        "csv": (mark("Table"), table_of),
        # Translators: a kind of file; the name of a format.
        "md": (mark("Markdown"), markdown_of),
        # Translators: a kind of file, in a dialog that saves one.
        "txt": (mark("Citations"), citations_of),
    }
)
"""By file suffix: how a save dialog names it, and what writes it."""


def save_hits(hits: Sequence[Hit], path: Path) -> None:
    """Write hits in the format of the path's suffix, in one step; a table without a known one.

    A table begins with a byte order mark, for Excel. Raises LecternError where the disk
    refuses.
    """
    suffix = path.suffix[1:].lower()
    _, write = FORMATS.get(suffix, FORMATS["csv"])
    encoding = "utf-8-sig" if write is table_of else "utf-8"
    save(write(hits).encode(encoding, errors="replace"), path, refusal=_REFUSAL)


def _quoted(hit: Hit) -> str:
    return drawable(" ".join(hit.passage.text.split()))


def _source(hit: Hit) -> str:
    page = page_label(hit.document.media_type, hit.passage.locator.page)
    name = drawable(hit.document.full_path.name)
    return without_isolates(tr("{title}, {page}", title=name, page=page)) if page else name
