"""Printed lines to paragraphs, headings, list items, tables and code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from desktop_app.domain import Block, BlockKind, Box, Line
from desktop_app.parsing.cleaning import clean_cell
from desktop_app.parsing.pdf_lines import PrintedLine
from desktop_app.parsing.pdf_order import Row
from desktop_app.parsing.tables import SEPARATOR

_BULLET = re.compile(
    r"^(?:[\u2022\u2023\u25aa\u25ab\u25cf\u25cb\u25e6\u2043\u2219\u27a2\u2713\u2756\uf0b7\uf0a7\u00b7\u2013\u2014*-]"
    r"|\(?\d{1,2}[.)]|\(?[a-zA-Z][.)]|\([ivx]{1,4}\))\s+\S"
)
_LONE_BULLET = re.compile(r"^[\u2022\u2023\u25aa\u25ab\u25cf\u25cb\u25e6\u2043\u2219\uf0b7\uf0a7\u00b7]$")
_SENTENCE_END = re.compile(r"[.!?:;,\u3002\uff0c\u3001\uff1b]$")
_NUMBERED = re.compile(r"^(?:\d+\.?)+(?:\s|$)")
# Scripts that are written without spaces between words: no space where a line ends.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u3000-\u303f\uff00-\uffef\u0e00-\u0eff\u1780-\u17ff]")
_HYPHENATED = re.compile(r"[^\W\d_]{2}[-\u2010]$")
_LOWER_START = re.compile(r"^[^\W\d_]+")
# Gaps between lines of one paragraph, in heights of the line.
_PARAGRAPH_GAP = 0.75
_SIZE_CHANGE = 0.08
_HEADING_SIZE = 1.12
_LONGEST_HEADING = 160
_MOST_HEADING_LINES = 3
# Cells stand further apart than words: in heights of the line.
_CELL_GAP = 0.9
_FEWEST_TABLE_ROWS = 3


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
    index = 0
    while index < len(rows):
        count = _table_length(rows, index)
        if count:
            yield _table(rows[index : index + count], page)
        else:
            count = _paragraph_length(rows, index, typography)
            yield from _paragraph(rows[index : index + count], page, typography)
        index += count


def _cells_of(row: Row) -> list[list[PrintedLine]]:
    cells: list[list[PrintedLine]] = []
    for line in row.lines:
        if cells and line.x0 - cells[-1][-1].x1 < _CELL_GAP * line.height:
            cells[-1].append(line)
        else:
            cells.append([line])
    if len(cells) > 1 and len(cells[0]) == 1 and _is_marker(cells[0][0].text):
        cells[0:2] = [cells[0] + cells[1]]
    return cells


def _is_marker(text: str) -> bool:
    return bool(_LONE_BULLET.match(text) or _BULLET.match(text + " x") or _NUMBERED.match(text))


def _table_length(rows: Sequence[Row], start: int) -> int:
    """Return how many rows from ``start`` on form a table, 0 for none.

    A table begins and ends with a row of cells; a single line between two such rows
    (a cell that goes on, a group's name) does not end it.
    """
    end, full, lonely = start, 0, 0
    for index in range(start, len(rows)):
        if len(_cells_of(rows[index])) > 1:
            full += 1
            lonely = 0
            end = index + 1
        else:
            lonely += 1
            if not full or lonely > 1 or len(rows[index].first.text) > _LONGEST_HEADING // 2:
                break
    return end - start if full >= _FEWEST_TABLE_ROWS else 0


def _table(rows: Sequence[Row], page: int) -> Block:
    text = ""
    lines: list[Line] = []
    for row in rows:
        text += "\n" if text else ""
        for number, cell in enumerate(_cells_of(row)):
            text += SEPARATOR if number else ""
            for count, line in enumerate(cell):
                text += " " if count else ""
                start = len(text)
                text += clean_cell(line.text)
                lines.append(Line(start, len(text), _box(line, page)))
    return Block(BlockKind.TABLE, text, page=page, lines=tuple(lines))


def _paragraph_length(rows: Sequence[Row], start: int, typography: Typography) -> int:
    end = start + 1
    while end < len(rows) and not _table_length(rows, end):
        if not _goes_on(rows[end - 1], rows[end], rows[start], typography):
            break
        end += 1
    return end - start


def _goes_on(above: Row, below: Row, start: Row, typography: Typography) -> bool:
    upper, lower = above.first, below.first
    if upper.is_upright != lower.is_upright:
        return False
    if not upper.is_upright:
        return upper.group == lower.group
    if abs(upper.size - lower.size) > _SIZE_CHANGE * max(upper.size, lower.size):
        return False
    if upper.is_mono != lower.is_mono:
        return False
    if upper.is_bold != lower.is_bold and (upper.group != lower.group or _is_short(above, below)):
        return False
    if _is_marker_start(below):
        return False
    gap = below.y0 - above.y1
    height = max(upper.height, lower.height)
    if gap > _PARAGRAPH_GAP * height:
        return False
    if normalize_heading(_words(above)) in typography.outline and above is start:
        return False
    # A last line that ends short of its column, before a line that is set in.
    is_set_in = below.x0 > above.x0 + height and above.x0 - start.x0 < height
    return not (is_set_in and upper.group != lower.group and _is_short(above, below))


def _is_short(above: Row, below: Row) -> bool:
    return above.x1 < below.x1 - 2 * above.first.height


def _is_marker_start(row: Row) -> bool:
    text = row.first.text
    return bool(_BULLET.match(text) or (len(row.lines) > 1 and _is_marker(text)) or
                _LONE_BULLET.match(text))


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
    elif _is_marker_start(rows[0]):
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
            lines.append(Line(start, len(text), _box(line, page)))
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
        if number:
            above = printed[number - 1]
            if above.ends_soft:
                pass
            elif _is_broken_word(text, line.text, compounds):
                text = text[:-1]
                last = lines[-1]
                lines[-1] = Line(last.start, len(text), last.box)
            elif not (
                _is_hyphenated(text)
                or (_UNSPACED.match(text[-1]) and _UNSPACED.match(line.text[0]))
            ):
                text += " "
        start = len(text)
        text += line.text
        lines.append(Line(start, len(text), _box(line, page)))
    return text, tuple(lines)


def _is_hyphenated(text: str) -> bool:
    return bool(_HYPHENATED.search(text, max(0, len(text) - 3)))


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
    return sum(character.isalpha() for character in text) > 1


def _box(line: PrintedLine, page: int) -> Box:
    return Box(page, round(line.x0, 2), round(line.y0, 2), round(line.x1, 2), round(line.y1, 2))
