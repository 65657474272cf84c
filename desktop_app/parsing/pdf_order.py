"""Reading order: which printed lines are columns, which are rows, and what comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from desktop_app.parsing.pdf_lines import PrintedLine

# A gutter between columns of prose is at least this wide, in points ...
_NARROWEST_GUTTER = 7.0
# ... has at least this many lines on either side ...
_FEWEST_COLUMN_LINES = 4
# ... and these are long enough to be prose rather than cells of a table, in characters.
_PROSE_LENGTH = 22
# Lines belong to one row when they overlap by this share of the lower one's height.
_ROW_OVERLAP = 0.6
# Deeper nesting of columns in bands in columns is not printed.
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Row:
    """The lines that stand side by side at one height, left to right."""

    lines: tuple[PrintedLine, ...]

    @property
    def first(self) -> PrintedLine:
        """The leftmost line."""
        return self.lines[0]

    @property
    def x0(self) -> float:
        """Left edge in points."""
        return min(line.x0 for line in self.lines)

    @property
    def x1(self) -> float:
        """Right edge in points."""
        return max(line.x1 for line in self.lines)

    @property
    def y0(self) -> float:
        """Upper edge in points."""
        return min(line.y0 for line in self.lines)

    @property
    def y1(self) -> float:
        """Lower edge in points."""
        return max(line.y1 for line in self.lines)


def order(lines: Sequence[PrintedLine]) -> list[list[Row]]:
    """Return the page's regions in reading order, each as its rows from top to bottom.

    Recursive XY-cut (Nagy and Seth, 1984) that prefers gutters; lines that are not
    horizontal come last, in the order in which they were drawn.
    """
    upright = [line for line in lines if line.is_upright]
    others = [line for line in lines if not line.is_upright]
    regions = [rows_of(region) for region in _cut(upright, 0)]
    if others:
        regions.append([Row((line,)) for line in others])
    return regions


def rows_of(lines: Sequence[PrintedLine]) -> list[Row]:
    """Return lines as rows: those at the same height together, from top to bottom."""
    rows: list[list[PrintedLine]] = []
    for line in sorted(lines, key=lambda each: (each.y0 + each.y1, each.x0)):
        if rows and _is_beside(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [Row(tuple(sorted(row, key=lambda each: each.x0))) for row in rows]


def _is_beside(row: list[PrintedLine], line: PrintedLine) -> bool:
    last = row[-1]
    overlap = min(last.y1, line.y1) - max(last.y0, line.y0)
    if overlap < _ROW_OVERLAP * min(last.height, line.height):
        return False
    return all(line.x0 >= each.x1 - 2 or line.x1 <= each.x0 + 2 for each in row)


def _cut(lines: list[PrintedLine], depth: int) -> list[list[PrintedLine]]:
    if len(lines) < 2 * _FEWEST_COLUMN_LINES or depth >= _DEEPEST:
        return [lines] if lines else []
    gutter = _gutter_of(lines)
    if gutter is not None:
        left = [line for line in lines if line.x1 <= gutter]
        right = [line for line in lines if line.x1 > gutter]
        return [*_cut(left, depth + 1), *_cut(right, depth + 1)]
    bands = _bands_of(lines)
    if len(bands) == 1:
        return [lines]
    regions: list[list[PrintedLine]] = []
    flat: list[PrintedLine] = []
    for band in bands:
        parts = _cut(band, depth + 1)
        if len(parts) == 1:
            flat.extend(band)
            continue
        if flat:
            regions.append(flat)
            flat = []
        regions.extend(parts)
    if flat:
        regions.append(flat)
    return regions


def _gutter_of(lines: Sequence[PrintedLine]) -> float | None:
    """Return the middle of the widest vertical gap that separates columns of prose."""
    best: tuple[float, float] | None = None
    reach = 0.0
    ordered = sorted(lines, key=lambda line: line.x0)
    reach = ordered[0].x1
    for index, line in enumerate(ordered[1:], start=1):
        gap = line.x0 - reach
        if (
            gap >= _NARROWEST_GUTTER
            and (best is None or gap > best[0])
            and _is_column(ordered[:index])
            and _is_column(ordered[index:])
        ):
            best = gap, reach + gap / 2
        reach = max(reach, line.x1)
    return best[1] if best else None


def _is_column(lines: Sequence[PrintedLine]) -> bool:
    if len(lines) < _FEWEST_COLUMN_LINES:
        return False
    return sum(len(line.text) for line in lines) >= _PROSE_LENGTH * len(lines)


def _bands_of(lines: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    """Return runs of lines from top to bottom, cut where a line spans a gutter below or above.

    A heading over two columns hides their gutter: lines much wider than most are bands
    of their own, and what stands between two of them is looked at again.
    """
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    middle = (left + right) / 2
    is_across = {
        id(line): line.x0 < middle - _NARROWEST_GUTTER and line.x1 > middle + _NARROWEST_GUTTER
        for line in lines
    }
    across = sum(is_across.values())
    # Where most lines span the middle there are no columns to find.
    if not across or across > len(lines) // 2:
        return [list(lines)]
    bands: list[list[PrintedLine]] = [[]]
    ordered = sorted(lines, key=lambda line: line.y0)
    for previous, line in pairwise([ordered[0], *ordered]):
        if bands[-1] and is_across[id(line)] != is_across[id(previous)]:
            bands.append([])
        bands[-1].append(line)
    return bands
