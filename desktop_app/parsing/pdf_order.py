"""Reading order: which printed lines are columns, which are rows, and what comes first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desktop_app.parsing.pdf_lines import PrintedLine

# A gutter between columns is at least this wide, in points ...
_NARROWEST_GUTTER = 6.0
# ... with at least this many rows of text on either side ...
_FEWEST_COLUMN_ROWS = 4
# ... that are on average long enough to be prose rather than cells, in characters.
_PROSE_LENGTH = 14
# Lines that the file itself draws side by side must be longer to be more than cells.
_SIDE_BY_SIDE_LENGTH = 24
# Columns stand beside each other for this share of the shorter one's height.
_SIDE_BY_SIDE = 0.5
# Rows of one column differ by at least this much in height, in points.
_ROW_GRID = 5.0
# More places for a gutter than this are a table or a drawing.
_MOST_CANDIDATES = 40
# Lines belong to one row when they overlap by this share of the lower one's height.
_ROW_OVERLAP = 0.6
# Deeper nesting of columns in bands in columns is not printed.
_DEEPEST = 6


class Row(NamedTuple):
    """The lines that stand side by side at one height, left to right, and their box."""

    lines: tuple[PrintedLine, ...]
    first: PrintedLine
    x0: float
    y0: float
    x1: float
    y1: float


def row_of(lines: Sequence[PrintedLine]) -> Row:
    """Return lines, from left to right, as a row."""
    first = lines[0]
    if len(lines) == 1:
        return Row((first,), first, first.x0, first.y0, first.x1, first.y1)
    return Row(
        tuple(lines),
        first,
        min([line.x0 for line in lines]),
        min([line.y0 for line in lines]),
        max([line.x1 for line in lines]),
        max([line.y1 for line in lines]),
    )


def order(lines: Sequence[PrintedLine]) -> list[list[Row]]:
    """Return the page's regions in reading order, each as its rows from top to bottom.

    A variant of the XY-cut (Nagy and Seth, 1984): the gutter that most of the text stands
    beside is found first, and what crosses it (a title, a wide figure's legend) divides
    the page into bands. What MuPDF groups as a block is never taken apart, except where
    the file draws two columns line by line. Lines that are not horizontal come last.
    """
    upright = [line for line in lines if line.is_upright]
    others = [line for line in lines if not line.is_upright]
    regions = [
        rows_of([line for atom in region for line in atom.lines])
        for region in _cut(_atoms_of(upright), 0)
    ]
    if others:
        regions.append([row_of((line,)) for line in others])
    return regions


def rows_of(lines: Sequence[PrintedLine]) -> list[Row]:
    """Return lines as rows: those at the same height together, from top to bottom."""
    rows: list[list[PrintedLine]] = []
    for line in sorted(lines, key=lambda each: (each.y0 + each.y1, each.x0)):
        if rows and _is_beside(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [row_of(sorted(row, key=_left) if len(row) > 1 else row) for row in rows]


def _left(line: PrintedLine) -> float:
    return line.x0


def _is_beside(row: list[PrintedLine], line: PrintedLine) -> bool:
    last = row[-1]
    overlap = min(last.y1, line.y1) - max(last.y0, line.y0)
    if overlap < _ROW_OVERLAP * min(last.height, line.height):
        return False
    return all(line.x0 >= each.x1 - 2 or line.x1 <= each.x0 + 2 for each in row)


class _Atom(NamedTuple):
    """Lines that stay together, and their box."""

    lines: tuple[PrintedLine, ...]
    x0: float
    y0: float
    x1: float
    y1: float


def _atoms_of(lines: Sequence[PrintedLine]) -> list[_Atom]:
    groups: dict[int, list[PrintedLine]] = {}
    for line in lines:
        groups.setdefault(line.group, []).append(line)
    atoms: list[_Atom] = []
    for group in groups.values():
        gutter = _gutter_within(group)
        if gutter is None:
            atoms.append(_atom(group))
        else:
            atoms.append(_atom([line for line in group if line.x0 < gutter]))
            atoms.append(_atom([line for line in group if line.x0 >= gutter]))
    return atoms


def _atom(lines: Sequence[PrintedLine]) -> _Atom:
    return _Atom(
        tuple(lines),
        min(line.x0 for line in lines),
        min(line.y0 for line in lines),
        max(line.x1 for line in lines),
        max(line.y1 for line in lines),
    )


def _gutter_within(lines: Sequence[PrintedLine]) -> float | None:
    """Return where a block that holds two columns line by line is to be taken apart."""
    if len(lines) < 2 * _FEWEST_COLUMN_ROWS:
        return None
    ordered = sorted(lines, key=lambda line: line.x0)
    reach = ordered[0].x1
    for index, line in enumerate(ordered[1:], start=1):
        if line.x0 - reach >= _NARROWEST_GUTTER and all(
            len(side) >= _FEWEST_COLUMN_ROWS
            and sum(len(each.text) for each in side) >= _SIDE_BY_SIDE_LENGTH * len(side)
            for side in (ordered[:index], ordered[index:])
        ):
            return line.x0
        reach = max(reach, line.x1)
    return None


def _cut(atoms: list[_Atom], depth: int) -> list[list[_Atom]]:
    """Return the atoms in regions in reading order."""
    if len(atoms) < 2 or depth >= _DEEPEST:  # noqa: PLR2004 (one atom has no order)
        return [atoms] if atoms else []
    ordered = sorted(atoms, key=lambda atom: (atom.y0, atom.x0))
    edges = sorted({round(atom.x0, 1) for atom in atoms})[1:]
    if len(edges) > _MOST_CANDIDATES:
        return [ordered]
    gutter = max(edges, key=lambda edge: _gain(ordered, edge), default=0.0)
    if not edges or not _gain(ordered, gutter):
        return [ordered]
    regions: list[list[_Atom]] = []
    flat: list[_Atom] = []
    for band in _bands(ordered, gutter):
        left, right = _sides(band, gutter)
        if not _are_columns(left, right):
            flat.extend(band)
            continue
        if flat:
            regions.extend(_cut(flat, depth + 1))
            flat = []
        regions.extend(_cut(left, depth + 1))
        regions.extend(_cut(right, depth + 1))
    if flat:
        regions.extend(_cut(flat, depth + 1))
    return regions


def _gain(ordered: Sequence[_Atom], gutter: float) -> int:
    """Return how many lines stand in columns when the page is cut at ``gutter``."""
    return sum(
        sum(len(atom.lines) for atom in band)
        for band in _bands(ordered, gutter)
        if _are_columns(*_sides(band, gutter))
    )


def _bands(ordered: Sequence[_Atom], gutter: float) -> list[list[_Atom]]:
    """Return what is between the atoms that cross the gutter, and these, from the top."""
    bands: list[list[_Atom]] = []
    was_across = False
    for atom in ordered:
        is_across = atom.x0 < gutter - 1 and atom.x1 > gutter - _NARROWEST_GUTTER
        if not bands or is_across != was_across:
            bands.append([])
        bands[-1].append(atom)
        was_across = is_across
    return bands


def _sides(band: Sequence[_Atom], gutter: float) -> tuple[list[_Atom], list[_Atom]]:
    left = [atom for atom in band if atom.x0 < gutter - 1]
    right = [atom for atom in band if atom.x0 >= gutter - 1]
    return left, right


def _are_columns(left: Sequence[_Atom], right: Sequence[_Atom]) -> bool:
    if not left or not right:
        return False
    gap = min(atom.x0 for atom in right) - max(atom.x1 for atom in left)
    if gap < _NARROWEST_GUTTER:
        return False
    tops = [min(atom.y0 for atom in side) for side in (left, right)]
    ends = [max(atom.y1 for atom in side) for side in (left, right)]
    shared = min(ends) - max(tops)
    shorter = min(end - top for top, end in zip(tops, ends, strict=True))
    return shared >= _SIDE_BY_SIDE * shorter and _is_prose(left) and _is_prose(right)


def _is_prose(atoms: Sequence[_Atom]) -> bool:
    lines = [line for atom in atoms for line in atom.lines]
    rows = len({round(line.y1 / _ROW_GRID) for line in lines})
    return rows >= _FEWEST_COLUMN_ROWS and (
        sum(len(line.text) for line in lines) >= _PROSE_LENGTH * rows
    )
