"""PDF: text with the box of every line, so that a passage can be shown on its page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from desktop_app.domain import Block, ParsedDocument
from desktop_app.domain.shortfalls import DAMAGED_PAGES, FIRST_PAGES
from desktop_app.errors import CorruptFile, EmptyFile, ParseError
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.limits import MOST_OUTLINE_ENTRIES, MOST_PAGES
from desktop_app.parsing.mupdf import MUPDF_VERSION, opened_pdf, translated
from desktop_app.parsing.page_texts import PageState, PageText
from desktop_app.parsing.pdf_furniture import remove_furniture
from desktop_app.parsing.pdf_lines import PrintedLine, is_scan, read_lines, recognized_lines
from desktop_app.parsing.pdf_order import order
from desktop_app.parsing.pdf_paragraphs import (
    Typography,
    build_blocks,
    goes_on_in,
    join_blocks,
    normalize_heading,
)
from desktop_app.parsing.titles import clean_title
from desktop_app.translation import listed, worded

# From where a word begins: from each letter of a line without spaces it would take seconds.
_COMPOUND = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}(?:-[^\W\d_]{2,})+")
_HEADING_SIZE = 1.12
# More sizes than this above the body's are decoration, not structure.
_MOST_HEADING_SIZES = 4


def parse_pdf(
    path: Path, media_type: str, recognized: Mapping[int, PageText] = MappingProxyType({})
) -> ParsedDocument:
    """Read a PDF; raises EncryptedFile, CorruptFile, or EmptyFile when no page shows anything.

    Boxes are in points of the page as it is shown, rotation and crop box applied. Pages
    that hold no text have that of ``recognized``, by page number from 1.
    """
    with opened_pdf(path) as document:
        pages: list[list[PrintedLine]] = []
        heights: list[float] = []
        empty: list[int] = []
        damaged: list[int] = []
        count = min(document.page_count, MOST_PAGES)
        for number in range(1, count + 1):
            try:
                lines, height, is_empty = _read_page(document, number, recognized)
            except CorruptFile:
                damaged.append(number)
                lines, height, is_empty = [], 0.0, False
            pages.append(lines)
            heights.append(height)
            if is_empty:
                empty.append(number)
        if len(damaged) == count:
            raise CorruptFile
        title = _title_of(document)
        outline = _outline_of(document)
        page_count = document.page_count
    if not any(pages) and not empty and not recognized:
        raise EmptyFile
    blocks = build_document(pages, heights, outline)
    return ParsedDocument(
        media_type,
        title,
        blocks,
        page_count=page_count,
        empty_pages=tuple(empty),
        shortfall=_shortfall(damaged, page_count),
        parser=f"mupdf {MUPDF_VERSION}",
    )


def _read_page(
    document: Any, number: int, recognized: Mapping[int, PageText]
) -> tuple[list[PrintedLine], float, bool]:
    with translated():
        page = document.load_page(number - 1)
        lines = read_lines(page)
        is_empty = is_scan(page, lines)
        height = float(page.rect.height)
    # Asked for scans only, which are numbered by being asked for (see ``members``).
    text = recognized.get(number) if is_empty else None
    if text is not None:
        if text.state is PageState.READ:
            lines = recognized_lines(text)
        is_empty = text.state in (PageState.FAILED, PageState.NOISE)
    return lines, height, is_empty


def build_document(
    pages: Sequence[list[PrintedLine]], heights: Sequence[float], outline: dict[str, int]
) -> tuple[Block, ...]:
    """Make blocks of the lines of all pages: ``heights`` in points, levels by ``outline``."""
    kept = remove_furniture(pages, heights)
    typography = _typography_of(kept, outline)
    blocks: list[Block] = []
    for number, lines in enumerate(kept, start=1):
        for region in order(lines):
            found = list(build_blocks(region, page=number, typography=typography))
            if blocks and found and goes_on_in(blocks[-1], found[0]):
                # A sentence that began in the column before.
                found[0] = join_blocks(blocks.pop(), found[0], typography.compounds)
            blocks.extend(found)
    return tuple(blocks)


def _typography_of(pages: Iterable[list[PrintedLine]], outline: dict[str, int]) -> Typography:
    sizes: Counter[float] = Counter()
    compounds: set[str] = set()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
            if "-" in line.text:
                compounds.update(word.casefold() for word in _COMPOUND.findall(line.text))
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    larger: list[float] = []
    for size in sorted((size for size in sizes if size > body * _HEADING_SIZE), reverse=True):
        if not larger or size < larger[-1] / _HEADING_SIZE:
            larger.append(size)
    return Typography(body, tuple(larger[:_MOST_HEADING_SIZES]), compounds, outline)


def _outline_of(document: Any) -> dict[str, int]:
    try:
        with translated():
            entries = document.get_toc(simple=True)[:MOST_OUTLINE_ENTRIES]
    except ParseError:
        return {}  # a damaged outline costs levels, not text
    return {
        normalize_heading(clean_line(title)): max(1, min(level, 6)) for level, title, _ in entries
    }


def _title_of(document: Any) -> str:
    try:
        with translated():
            return clean_title(str((document.metadata or {}).get("title") or ""))
    except ParseError:
        return ""


def _shortfall(damaged: Sequence[int], page_count: int) -> str:
    if page_count > MOST_PAGES:
        return worded(FIRST_PAGES, most=MOST_PAGES)
    if damaged:
        return worded(DAMAGED_PAGES, pages=listed(map(str, damaged[:10])))
    return ""
