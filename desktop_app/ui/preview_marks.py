"""Where the amber boxes of a page stand: the printed lines of a passage, joined to areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop_app.domain import Box, Hit

_PADDING = 3.0
"""Points between the print and its box, so that the line is drawn around it, not on it."""
_GAP_SHARE = 1.6
"""Lines further apart than this share of a line's height stand in areas of their own."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An area on a page, in PDF points; the current passage's or another hit's."""

    box: Box
    is_current: bool


def marks_of(hits: Iterable[Hit], current: Hit) -> tuple[Mark, ...]:
    """Give the areas of several hits of one document; the current one's are drawn last."""
    marks: list[Mark] = []
    for hit in hits:
        if hit.passage.passage_id != current.passage.passage_id:
            marks += [Mark(area, is_current=False) for area in areas_of(hit.passage.locator.boxes)]
    marks += [Mark(area, is_current=True) for area in areas_of(current.passage.locator.boxes)]
    return tuple(marks)


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
