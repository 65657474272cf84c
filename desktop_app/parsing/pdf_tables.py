"""Tables in print: rows of cells that stand under each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from statistics import median

from desktop_app.domain import Block, BlockKind, Line
from desktop_app.parsing.cleaning import clean_cell
from desktop_app.parsing.pdf_lines import PrintedLine
from desktop_app.parsing.pdf_order import Row
from desktop_app.parsing.tables import SEPARATOR

_BULLET = re.compile(
    r"^(?:[\u2022\u2023\u25aa\u25ab\u25cf\u25cb\u25e6\u2043\u2219\u27a2\u2713\u2756\u00b7\u2013\u2014*-]"
    r"|\(?\d{1,2}[.)]|\(?[a-zA-Z][.)]|\([ivx]{1,4}\))\s+\S"
)
_NUMBERED = re.compile(r"^(?:\d+\.?)+(?:\s|$)")
# Cells stand further apart than words: in heights of the line ...
_CELL_GAP = 0.9
# ... and this far where one begins as those of other rows do.
_COLUMN_GAP = 0.3
# So many rows are looked at for where columns begin.
_COLUMN_ROWS = 12
# The lines of one cell are closer to each other than rows are, by this share of their height.
_WRAPPED_NEARER = 0.3
_FEWEST_TABLE_ROWS = 3
# A single line between rows of cells is part of the table up to this many characters.
_LONGEST_LONELY = 80
# Cells are under each other when their edges differ by less than this, in points.
_SAME_EDGE = 4.0
_ALIGNED_SHARE = 0.5
_LONGEST_NUMBER = 16
_LONGEST_ITEM_NUMBER = 2

_Cell = list[PrintedLine]


def starts_item(row: Row) -> bool:
    """Say whether a row begins a list item: with a bullet, a number or a letter."""
    text = row.first.text
    return (
        bool(_BULLET.match(text)) or _is_bullet(text) or (len(row.lines) > 1 and _is_marker(text))
    )


def _columns_of(rows: Sequence[Row]) -> frozenset[int]:
    """Return the left edges at which lines other than the first begin in several rows."""
    counts = Counter(edge for row in rows for edge in {_edge(line) for line in row.lines[1:]})
    return frozenset(edge for edge, count in counts.items() if count >= _FEWEST_TABLE_ROWS)


def _edge(line: PrintedLine) -> int:
    return round(line.x0 / _SAME_EDGE)


def _cells_of(row: Row, columns: Collection[int] = ()) -> list[_Cell]:
    cells: list[_Cell] = []
    for line in row.lines:
        gap = _COLUMN_GAP if _edge(line) in columns else _CELL_GAP
        if cells and line.x0 - cells[-1][-1].x1 < gap * line.height:
            cells[-1].append(line)
        else:
            cells.append([line])
    if len(cells) > 1 and len(cells[0]) == 1 and _is_marker(cells[0][0].text):
        cells[0:2] = [cells[0] + cells[1]]
    return cells


def _is_bullet(text: str) -> bool:
    return len(text) == 1 and bool(_BULLET.match(text + " x"))


def _is_marker(text: str) -> bool:
    if text.isdecimal() and len(text) > _LONGEST_ITEM_NUMBER:
        return False  # a year, a number of a part
    return bool(_BULLET.match(text + " x") or _NUMBERED.match(text))


def table_length(rows: Sequence[Row], start: int) -> int:
    """Return how many rows from ``start`` on form a table, 0 for none.

    A table begins and ends with a row of cells, of which one may go on below it; a single line
    between two such rows (a cell that goes on, a group's name) does not end it.
    """
    if len(rows[start].lines) == 1:
        return 0  # most rows; what follows would come to the same
    columns = _columns_of(rows[start : start + _COLUMN_ROWS])
    end, full, lonely = start, 0, 0
    for index in range(start, len(rows)):
        if len(_cells_of(rows[index], columns)) > 1:
            full += 1
            lonely = 0
            end = index + 1
        else:
            lonely += 1
            if not full or lonely > 1 or len(rows[index].first.text) > _LONGEST_LONELY:
                break
    if full < _FEWEST_TABLE_ROWS or not _are_aligned(rows[start:end]):
        return 0
    while _goes_on(rows[start : end + 1], end - start):
        end += 1
    return end - start


def _goes_on(rows: Sequence[Row], length: int) -> bool:
    """Say whether the row after a table of this length is the rest of one of its last cells."""
    if len(rows) == length or len(_cells_of(rows[length])) > 1 or starts_item(rows[length]):
        return False
    *_, last = _unwrapped(rows[:length])
    if _is_over(last[0], [rows[length].first]):
        return False  # a note below the table, rather
    *_, now = _unwrapped(rows)
    return len(now) == len(last) and sum(map(len, now)) > sum(map(len, last))


def _are_aligned(rows: Sequence[Row]) -> bool:
    """Tell cells from the wide spaces of justified prose: cells have edges in common."""
    edges: list[set[tuple[str, int]]] = []
    for row in rows:
        cells = _cells_of(row)[1:]
        if cells:
            edges.append(
                {("left", round(cell[0].x0 / _SAME_EDGE)) for cell in cells}
                | {("right", round(cell[-1].x1 / _SAME_EDGE)) for cell in cells[:-1]}
                | {
                    ("end", round(cells[-1][-1].x1 / _SAME_EDGE))
                    if _is_short(cells[-1])
                    else ("left", round(cells[-1][0].x0 / _SAME_EDGE))
                }
            )
    shared = Counter(edge for row in edges for edge in row)
    aligned = sum(any(shared[edge] > 1 for edge in row) for row in edges)
    return aligned >= _ALIGNED_SHARE * len(edges)


def _is_short(cell: Sequence[PrintedLine]) -> bool:
    # Prose ends at the same right edge, too; only numbers are set against it.
    return len(cell) == 1 and len(cell[0].text) <= _LONGEST_NUMBER


def build_table(rows: Sequence[Row], page: int) -> Block:
    """Return rows as one table block, a row a line, with the box of every cell's line.

    What is wrapped within its cell is put together.
    """
    text = ""
    lines: list[Line] = []
    for cells in _unwrapped(rows):
        text += "\n" if text else ""
        for number, cell in enumerate(cells):
            text += SEPARATOR if number else ""
            for count, line in enumerate(cell):
                text += " " if count else ""
                start = len(text)
                text += clean_cell(line.text)
                lines.append(Line(start, len(text), line.box(page)))
    return Block(BlockKind.TABLE, text, page=page, lines=tuple(lines))


def _unwrapped(rows: Sequence[Row]) -> Iterator[list[_Cell]]:
    """Yield the cells of each row of a table, those of lines that only go on put to them.

    A line goes on with cells of the row above where it begins none in the first column and
    is nearer to what is above it than rows that do. What is set in below the first cell goes
    on with it where that had no room for more, else it is a row of its own. Rows that are set
    solid stay as they are printed, since a first cell may also be empty or stand for several.
    """
    columns = _columns_of(rows)
    found = [_cells_of(row, columns) for row in rows]
    gaps = [below.y0 - above.y1 for above, below in pairwise(rows)]
    edges = Counter(_edge(cells[0][0]) for cells in found)
    left = min((edge for edge, count in edges.items() if count > 1), default=min(edges))
    between = [gap for gap, cells in zip(gaps, found[1:], strict=True) if _begins(cells, left)]
    usual = median(between) if between else 0.0
    held = found[0]
    for gap, cells in zip(gaps, found[1:], strict=True):
        is_near = gap < usual - _WRAPPED_NEARER * cells[0][0].height
        places = _places_in(held, cells) if is_near and not _begins(cells, left) else ()
        if places and (
            0 not in places or (len(places) < len(held) and _has_no_room(held[0], cells[0], found))
        ):
            for place, cell in zip(places, cells, strict=True):
                held[place].extend(cell)
        else:
            yield held
            held = cells
    yield held


def _places_in(above: Sequence[_Cell], cells: Sequence[_Cell]) -> tuple[int, ...]:
    """Return which cell of the row above stands over each of these, () where one has none."""
    places = [[at for at, each in enumerate(above) if _is_over(each, cell)] for cell in cells]
    is_clear = all(len(each) == 1 for each in places)
    return tuple(each[0] for each in places) if is_clear else ()


def _is_over(above: _Cell, below: _Cell) -> bool:
    return (
        below[0].x0 < max(line.x1 for line in above)
        and min(line.x0 for line in above) < below[-1].x1
    )


def _has_no_room(above: _Cell, below: _Cell, found: Sequence[Sequence[_Cell]]) -> bool:
    """Say whether the first word of a cell would not have fitted into the one above."""
    first = below[0]
    word = (first.x1 - first.x0) * (len(first.text.split()[0]) + 1) / len(first.text)
    widest = max(
        cell[-1].x1
        for cells in found
        for cell in cells
        if _is_over(cell, above) and sum(_is_over(cell, each) for each in cells) == 1
    )
    return above[-1].x1 + word > widest


def _begins(cells: Sequence[_Cell], left: int) -> bool:
    return _edge(cells[0][0]) <= left + 1
