"""Printed lines to paragraphs, headings, list items, tables and code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from desktop_app.domain import Block, BlockKind, Line
from desktop_app.parsing.pdf_lines import PrintedLine
from desktop_app.parsing.pdf_order import Row
from desktop_app.parsing.pdf_tables import build_table, starts_item, table_length

_SENTENCE_END = re.compile(r"[.!?:;,\u3002\uff0c\u3001\uff1b]$")
# Scripts that are written without spaces between words: no space where a line ends.
_UNSPACED = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\u3000-\u303f\uff00-\uffef\u0e00-\u0eff\u1780-\u17ff]"
)
_HYPHENATED = re.compile(r"[^\W\d_]{2}[-\u2010]$")
_HYPHENS = "-\u2010"
_LOWER_START = re.compile(r"^[^\W\d_]+")
# Gaps between lines of one paragraph, in heights of the line.
_PARAGRAPH_GAP = 0.75
_SIZE_CHANGE = 0.08
_LONGEST_HEADING = 160
_MOST_HEADING_LINES = 3


@dataclass(frozen=True, slots=True)
class Typography:
    """What a document's print tells: body size in points, heading sizes, largest first.

    ``compounds`` are the words that the document writes with a hyphen within a line.
    ``outline`` maps a heading's words, case and spaces aside, to its level.
    """

    body_size: float
    heading_sizes: tuple[float, ...]
    compounds: Collection[str]
    outline: dict[str, int]


def normalize_heading(text: str) -> str:
    """Return what two spellings of one heading have in common."""
    return "".join(text.casefold().split())


def build_blocks(rows: Sequence[Row], *, page: int, typography: Typography) -> Iterator[Block]:
    """Yield the blocks of one region, whose rows are in reading order."""
    index, in_table = 0, _table_length(rows, 0)
    while index < len(rows):
        if in_table:
            end = index + in_table
            yield build_table(rows[index:end], page)
            in_table = _table_length(rows, end)
        else:
            end, in_table = _end_of_paragraph(rows, index, typography)
            yield from _paragraph(rows[index:end], page, typography)
        index = end


def _table_length(rows: Sequence[Row], start: int) -> int:
    return table_length(rows, start) if start < len(rows) else 0


def _end_of_paragraph(rows: Sequence[Row], start: int, typography: Typography) -> tuple[int, int]:
    """Return the row after a paragraph, and how many from there on form a table."""
    end = start + 1
    while not (in_table := _table_length(rows, end)) and end < len(rows):
        if not _goes_on(rows[end - 1], rows[end], rows[start], typography):
            break
        end += 1
    return end, in_table


def _goes_on(above: Row, below: Row, start: Row, typography: Typography) -> bool:
    """Say whether a row belongs to the paragraph that began with ``start``."""
    upper, lower = above.first, below.first
    if upper.is_upright != lower.is_upright or not upper.is_upright:
        return upper.is_upright == lower.is_upright and upper.group == lower.group
    height = max(upper.height, lower.height)
    is_other_print = (
        abs(upper.size - lower.size) > _SIZE_CHANGE * max(upper.size, lower.size)
        or upper.is_mono != lower.is_mono
        or (
            upper.is_bold != lower.is_bold
            and (upper.group != lower.group or _is_short(above, below))
        )
    )
    if is_other_print or below.y0 - above.y1 > _PARAGRAPH_GAP * height:
        return False
    is_heading = (
        above is start
        and bool(typography.outline)
        and normalize_heading(_words(above)) in typography.outline
    )
    # A last line that ends short of its column, before a line that is set in.
    is_set_in = (
        below.x0 > above.x0 + height
        and above.x0 - start.x0 < height
        and upper.group != lower.group
        and _is_short(above, below)
    )
    return not (is_heading or is_set_in or starts_item(below))


def _is_short(above: Row, below: Row) -> bool:
    return above.x1 < below.x1 - 2 * above.first.height


def _words(row: Row) -> str:
    return " ".join(line.text for line in row.lines)


def _paragraph(rows: Sequence[Row], page: int, typography: Typography) -> Iterator[Block]:
    printed = [line for row in rows for line in row.lines]
    is_code = all(line.is_mono for line in printed)
    if is_code and len(rows) > 1:
        text, lines = _set_as_code(rows, page)
        yield Block(BlockKind.CODE, text, page=page, lines=lines)
        return
    text, lines = join_lines(printed, page=page, compounds=typography.compounds)
    level = _heading_level(rows, text, typography)
    if level:
        yield Block(BlockKind.HEADING, text, level=level, page=page, lines=lines)
    elif starts_item(rows[0]):
        yield Block(BlockKind.LIST_ITEM, text, level=1, page=page, lines=lines)
    else:
        yield Block(BlockKind.PARAGRAPH, text, page=page, lines=lines)


def _set_as_code(rows: Sequence[Row], page: int) -> tuple[str, tuple[Line, ...]]:
    left = min(row.x0 for row in rows)
    text = ""
    lines: list[Line] = []
    for row in rows:
        # A typewriter's letter is about 0.6 of its size wide.
        indent = round((row.x0 - left) / (0.6 * row.first.size or 1.0))
        text += ("\n" if text else "") + " " * min(indent, 40)
        for count, line in enumerate(row.lines):
            text += "  " if count else ""
            start = len(text)
            text += line.text
            lines.append(Line(start, len(text), line.box(page)))
    return text, tuple(lines)


def join_lines(
    printed: Sequence[PrintedLine], *, page: int, compounds: Collection[str]
) -> tuple[str, tuple[Line, ...]]:
    """Return the running text of printed lines and where each of them stands in it.

    A hyphen at a line's end goes when a small letter follows, unless the document
    writes that word with a hyphen elsewhere ("well-known").
    """
    text = ""
    lines: list[Line] = []
    for number, line in enumerate(printed):
        if number and not printed[number - 1].ends_soft:
            kept, glue = _seam(text, line.text, compounds)
            if kept < len(text):
                lines[-1] = replace(lines[-1], end=kept)
            text = text[:kept] + glue if kept < len(text) else text + glue
        start = len(text)
        text += line.text
        lines.append(Line(start, len(text), line.box(page)))
    return text, tuple(lines)


def goes_on_in(above: Block, below: Block) -> bool:
    """Say whether the sentence of one block goes on in the next column of its page."""
    return (
        above.kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM}
        and below.kind is BlockKind.PARAGRAPH
        and above.page == below.page
        and below.text[0].islower()
        and not _SENTENCE_END.search(above.text)
        and len(above.lines) > 1
    )


def join_blocks(above: Block, below: Block, compounds: Collection[str]) -> Block:
    """Return two blocks as one, with the boxes of both."""
    kept, glue = _seam(above.text, below.text, compounds)
    head = above.text[:kept] + glue
    lines = [*above.lines[:-1], replace(above.lines[-1], end=min(kept, above.lines[-1].end))]
    lines.extend(
        replace(line, start=line.start + len(head), end=line.end + len(head))
        for line in below.lines
    )
    return replace(above, text=head + below.text, lines=tuple(lines))


def _seam(text: str, below: str, compounds: Collection[str]) -> tuple[int, str]:
    """Return how much of a text stays when another line follows, and what goes between."""
    if _is_broken_word(text, below, compounds):
        return len(text) - 1, ""
    if _is_hyphenated(text) or (_UNSPACED.match(text[-1]) and _UNSPACED.match(below[0])):
        return len(text), ""
    return len(text), " "


def _is_hyphenated(text: str) -> bool:
    return text[-1] in _HYPHENS and bool(_HYPHENATED.search(text, max(0, len(text) - 3)))


def _is_broken_word(text: str, below: str, compounds: Collection[str]) -> bool:
    if not _is_hyphenated(text):
        return False
    follows = _LOWER_START.match(below)
    if not follows or not follows.group()[0].islower():
        return False
    before = re.split(r"[^\w-]", text[-80:-1])[-1]
    return f"{before}-{follows.group()}".casefold() not in compounds


def _heading_level(rows: Sequence[Row], text: str, typography: Typography) -> int:
    if len(rows) > _MOST_HEADING_LINES or len(text) > _LONGEST_HEADING or not _has_letters(text):
        return 0
    if typography.outline:
        from_outline = typography.outline.get(normalize_heading(text), 0)
        if from_outline:
            return from_outline
    first = rows[0].first
    if not first.is_upright or _SENTENCE_END.search(text):
        return 0
    for rank, size in enumerate(typography.heading_sizes, start=1):
        if abs(first.size - size) <= _SIZE_CHANGE * size:
            return min(rank, 6)
    is_bold = all(line.is_bold for row in rows for line in row.lines)
    if is_bold and first.size >= typography.body_size * (1 - _SIZE_CHANGE) and len(rows) == 1:
        return min(len(typography.heading_sizes) + 1, 6)
    return 0


def _has_letters(text: str) -> bool:
    return len(list(islice(filter(str.isalpha, text), 2))) > 1
