"""Tables in print: rows of cells that stand under each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

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
# Cells stand further apart than words: in heights of the line.
_CELL_GAP = 0.9
_FEWEST_TABLE_ROWS = 3
# A single line between rows of cells is part of the table up to this many characters.
_LONGEST_LONELY = 80
# Cells are under each other when their edges differ by less than this, in points.
_SAME_EDGE = 4.0
_ALIGNED_SHARE = 0.5
_LONGEST_NUMBER = 16


def starts_item(row: Row) -> bool:
    """Say whether a row begins a list item: with a bullet, a number or a letter."""
    text = row.first.text
    return (
        bool(_BULLET.match(text)) or _is_bullet(text) or (len(row.lines) > 1 and _is_marker(text))
    )


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


def _is_bullet(text: str) -> bool:
    return len(text) == 1 and bool(_BULLET.match(text + " x"))


def _is_marker(text: str) -> bool:
    return bool(_BULLET.match(text + " x") or _NUMBERED.match(text))


def table_length(rows: Sequence[Row], start: int) -> int:
    """Return how many rows from ``start`` on form a table, 0 for none.

    A table begins and ends with a row of cells; a single line between two such rows
    (a cell that goes on, a group's name) does not end it.
    """
    if len(rows[start].lines) == 1:
        return 0  # most rows; what follows would come to the same
    end, full, lonely = start, 0, 0
    for index in range(start, len(rows)):
        if len(_cells_of(rows[index])) > 1:
            full += 1
            lonely = 0
            end = index + 1
        else:
            lonely += 1
            if not full or lonely > 1 or len(rows[index].first.text) > _LONGEST_LONELY:
                break
    is_table = full >= _FEWEST_TABLE_ROWS and _are_aligned(rows[start:end])
    return end - start if is_table else 0


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
    """Return rows as one table block, a row a line, with the box of every cell's line."""
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
                lines.append(Line(start, len(text), line.box(page)))
    return Block(BlockKind.TABLE, text, page=page, lines=tuple(lines))
