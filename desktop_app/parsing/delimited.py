"""Comma, semicolon and tab separated values as tables."""

from __future__ import annotations

import csv
import io

from desktop_app.domain import ParsedDocument
from desktop_app.domain.shortfalls import FIRST_CELLS
from desktop_app.errors import CorruptFile
from desktop_app.parsing.encoding import decode
from desktop_app.parsing.limits import MOST_CELLS
from desktop_app.parsing.tables import tabulate
from desktop_app.translation import mark, worded

_SNIFFED_LINES = 50
_DELIMITERS = ",;\t|"
_LARGEST_FIELD = 1 << 20


def parse_delimited(content: bytes, media_type: str) -> ParsedDocument:
    """Read delimited values as one table; the delimiter is the one used most evenly."""
    text = decode(content)
    csv.field_size_limit(_LARGEST_FIELD)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter_of(text))
    kept: list[list[str]] = []
    cells = 0
    shortfall = ""
    try:
        for row in rows:
            cells += len(row)
            if cells > MOST_CELLS:
                shortfall = worded(FIRST_CELLS, most=MOST_CELLS)
                break
            kept.append(row)
    except csv.Error as error:
        raise CorruptFile(mark("The table has a field that never ends.")) from error
    return ParsedDocument(
        media_type, "", tuple(tabulate(kept)), shortfall=shortfall, parser="delimited"
    )


def _delimiter_of(text: str) -> str:
    """Return the delimiter that splits the first lines into the same number of fields.

    ``csv.Sniffer`` takes letters for delimiters on prose and is quadratic on quotes.
    """
    lines = [line for line in text[:65536].split("\n")[:_SNIFFED_LINES] if line.strip()]

    def evenness(delimiter: str) -> tuple[float, int]:
        counts = [len(row) - 1 for row in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(counts), key=counts.count, default=0)
        return (counts.count(usual) / len(counts) if usual else 0.0), usual

    try:
        return max(_DELIMITERS, key=evenness)
    except csv.Error:
        return ","
