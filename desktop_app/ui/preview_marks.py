"""Where the amber boxes of a page stand: the printed lines of a passage, joined to areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop_app.domain import Box, Hit

_PADDING = 3.0
"""Points between the print and its box, so that the line is drawn around it, not on it."""
_LEAST_LINES = 2
_LEAST_SHARE = 0.25
"""A line of which the sentence has less than this share is not marked."""
_GAP_SHARE = 1.6
"""Lines further apart than this share of a line's height stand in areas of their own."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An area on a page, in PDF points: a hit's, or its answering sentence's."""

    box: Box
    is_current: bool
    is_sentence: bool = False


def marks_of(hits: Iterable[Hit], current: Hit) -> tuple[Mark, ...]:
    """Give the areas of several hits of one document; the current one's are drawn last."""
    marks: list[Mark] = []
    for hit in hits:
        if hit.passage.passage_id != current.passage.passage_id:
            marks += [Mark(area, is_current=False) for area in areas_of(hit.passage.locator.boxes)]
    marks += [Mark(area, is_current=True) for area in areas_of(current.passage.locator.boxes)]
    marks += [Mark(box, is_current=True, is_sentence=True) for box in lines_of_sentence(current)]
    return tuple(marks)


def spans_of(hit: Hit) -> tuple[tuple[int, int], ...]:
    """Give what is marked in a hit's text: its sentence as a whole, and words outside it."""
    if hit.sentence is None:
        return hit.highlights
    first, last = hit.sentence
    outside = [(start, end) for start, end in hit.highlights if end <= first or start >= last]
    return tuple(sorted([*outside, hit.sentence]))


def is_refined(before: Hit | None, hit: Hit) -> bool:
    """Say whether a hit is the one before with its sentence, which comes a moment later."""
    return (
        before is not None
        and before.passage.passage_id == hit.passage.passage_id
        and before.sentence != hit.sentence
    )


def lines_of_sentence(hit: Hit) -> tuple[Box, ...]:
    """Give the printed lines on which a hit's sentence stands, cut to its share of them.

    Boxes are of lines, not of characters, so a character's place is estimated: the text is
    spread over the lines in proportion to their widths. Empty where boxes are no lines.
    """
    boxes = hit.passage.locator.boxes
    if hit.sentence is None or len(boxes) < _LEAST_LINES:
        return ()
    heights = sorted(box.y1 - box.y0 for box in boxes)
    if heights[-1] > _GAP_SHARE * max(heights[len(heights) // 2], 1.0):
        return ()
    width = sum(box.x1 - box.x0 for box in boxes)
    start, end = (at / len(hit.passage.text) * width for at in hit.sentence)
    lines = []
    before = 0.0
    for box in boxes:
        after = before + box.x1 - box.x0
        shared = min(end, after) - max(start, before)
        if shared > _LEAST_SHARE * (after - before):
            lines.append(box)
        before = after
    return tuple(lines)


def areas_of(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Join the boxes of lines that follow each other in one column, and pad the areas.

    A line in another column, on another page or far below begins a new area.
    """
    areas: list[Box] = []
    for box in boxes:
        if areas and _continues(areas[-1], box):
            areas[-1] = areas[-1].united(box)
        else:
            areas.append(box)
    return tuple(
        Box(
            area.page,
            area.x0 - _PADDING,
            area.y0 - _PADDING,
            area.x1 + _PADDING,
            area.y1 + _PADDING,
        )
        for area in areas
    )


def _continues(area: Box, line: Box) -> bool:
    height = line.y1 - line.y0
    return (
        area.page == line.page
        and line.x0 < area.x1
        and line.x1 > area.x0
        and line.y1 >= area.y1 - height
        and line.y0 - area.y1 <= _GAP_SHARE * max(height, 1.0)
    )
