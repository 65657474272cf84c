"""Rich Text files, by striprtf: BSD, no dependencies, maintained; it knows the code pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from desktop_app.domain import Block, ParsedDocument
from desktop_app.errors import CorruptFile
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.plain import prose_blocks
from desktop_app.parsing.tables import tabulate

_TITLE = re.compile(
    r"\{\\info\b.{0,2000}?\{\\title ?((?:\\'[0-9a-f]{2}|[^{}\\]){1,300})\}", re.DOTALL
)
_HEX = re.compile(r"\\'([0-9a-f]{2})")
# striprtf writes a cell's end as "|", which a row ends with.
_ROW_END = "|"


def parse_rtf(content: bytes, media_type: str) -> ParsedDocument:
    """Read a Rich Text file as paragraphs, list items and tables; raises CorruptFile."""
    source = content.decode("latin-1")
    text = rtf_text(source)
    title = _TITLE.search(source)
    return ParsedDocument(
        media_type,
        clean_line(_HEX.sub(_character, title.group(1))) if title else "",
        tuple(_blocks(text)),
        parser="striprtf",
    )


def rtf_text(source: str) -> str:
    """Return the characters of RTF; raises CorruptFile."""
    # striprtf puts the addresses of links into the text, by a pattern that is quadratic
    # on long lines; a space that means nothing keeps it from matching.
    source = source.replace("{\\field{", "{\\field {")
    try:
        return str(rtf_to_text(source, errors="replace"))
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise CorruptFile from error


def _character(found: re.Match[str]) -> str:
    return bytes.fromhex(found.group(1)).decode("cp1252", "replace")


def _blocks(text: str) -> Iterator[Block]:
    """Cut at rows: runs of them are tables, and every other line is a paragraph."""
    rows: list[list[str]] = []
    for line in text.split("\n"):
        if line.rstrip().endswith(_ROW_END):
            rows.append(line.rstrip().removesuffix(_ROW_END).split(_ROW_END))
            continue
        yield from tabulate(rows)
        rows = []
        yield from prose_blocks([line] if line.strip() else [])
    yield from tabulate(rows)
