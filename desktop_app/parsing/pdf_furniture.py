"""What is printed on every page and belongs to none: running heads, feet, page numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from desktop_app.parsing.pdf_lines import PrintedLine

# Share of the page's height at the top and at the bottom where furniture stands.
_MARGIN = 0.12
# A head that changes with the chapter still repeats on this many pages.
_FEWEST_REPEATS = 3
_FEWEST_NUMBER_REPEATS = 2
# Where heads and feet stand at no fixed height (a page made from a web page), the first
# or last line of this share of all pages is one.
_OUTERMOST_SHARE = 0.4
# The same line drifts by less than this between pages, in points.
_SAME_HEIGHT = 6.0
_NUMBERS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"^\W*(?:\w{1,9}\.?\s+)?(?:#|[ivxlc]{1,7})(?:\s*(?:/|-|\w{1,4})\s*#)?\W*$", re.IGNORECASE
)

_Places = Sequence[tuple[str, int]]


def remove_furniture(
    pages: Sequence[list[PrintedLine]], heights: Sequence[float]
) -> list[list[PrintedLine]]:
    """Return the pages' lines without those that repeat in the margins.

    A line goes when the same words, numbers aside, stand at the same height on three
    pages or more; a bare page number already on two. A page never loses all its lines.
    """
    places: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    placed: list[list[_Places]] = []
    outermost: Counter[str] = Counter()
    for index, (lines, height) in enumerate(zip(pages, heights, strict=True)):
        outermost.update({_words_of(line) for line in _outermost(lines)})
        placed.append([_places_of(line, height) for line in lines])
        for found in placed[-1]:
            for place in found:
                places[place].add(index)
    needed = max(_FEWEST_REPEATS, _OUTERMOST_SHARE * len(pages))
    kept: list[list[PrintedLine]] = []
    for number, (lines, found_places) in enumerate(zip(pages, placed, strict=True), start=1):
        outer = {
            line.text
            for line in _outermost(lines)
            if outermost[_words_of(line)] >= needed or line.text.strip("- ") == str(number)
        }
        rest = [
            line
            for line, found in zip(lines, found_places, strict=True)
            if line.text not in outer and not (found and _is_repeated(line, found, places))
        ]
        kept.append(rest or lines)
    return kept


def _outermost(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    if not lines:
        return []
    return [min(lines, key=lambda line: line.y0), max(lines, key=lambda line: line.y1)]


def _words_of(line: PrintedLine) -> str:
    return _NUMBERS.sub("#", line.text)


def _places_of(line: PrintedLine, height: float) -> _Places:
    """Return the line's words with its height on two interleaved grids, or nothing.

    Two grids, so that heights that are close never fall into different cells of both.
    """
    if _MARGIN * height <= line.y0 and line.y1 <= (1 - _MARGIN) * height:
        return ()
    words = _words_of(line)
    # From the nearer edge, since pages may differ in size.
    at = line.y0 if line.y0 < height / 2 else line.y1 - height
    cell = 2 * _SAME_HEIGHT
    return [(words, 2 * round(at / cell)), (words, 2 * round((at + _SAME_HEIGHT) / cell) + 1)]


def _is_repeated(
    line: PrintedLine, found: _Places, places: dict[tuple[str, int], set[int]]
) -> bool:
    needed = _FEWEST_NUMBER_REPEATS if _PAGE_NUMBER.match(_words_of(line)) else _FEWEST_REPEATS
    return max(len(places[place]) for place in found) >= needed
