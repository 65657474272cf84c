"""What is laid over a page: amber where hits stand, what was found, what is selected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from desktop_app.domain import Box
from desktop_app.ui.preview_marks import Mark
from desktop_app.ui.theme import Role, Scheme, Theme, color_of

_BAR = 2.0
"""Points: how wide the bar beside another hit is; narrower than what is left free around it."""
_FOUND_ALPHA, _SELECTED_ALPHA = 0.42, 0.3
_FOUND_MARGIN = 1.0


class Ink:
    """Lays areas of pages, in points, over where a page stands in the view, in pixels."""

    def __init__(self, theme: Theme, painter: QPainter, scale: float) -> None:
        self._theme = theme
        self._painter = painter
        self._scale = scale

    def lay_marks(self, page: QRectF, marks: Iterable[Mark]) -> None:
        """Lay the current hit and its sentence over a page, and a bar beside each other hit."""
        for mark in marks:
            rect = self.place(page, mark.box)
            if not mark.is_current:
                # No ground: a page full of hits would be all amber, and none of them stand out.
                rect.setWidth(max(1.0, _BAR * self._scale))
                self._painter.fillRect(rect, self._theme.color(Role.HIGHLIGHT_EDGE))
                continue
            self._painter.fillRect(rect, self._theme.color(Role.HIGHLIGHT))
            # The passage's own box is below its sentence, so the print has the amber twice.
            if not mark.is_sentence:
                self._outline(rect, self._theme.color(Role.HIGHLIGHT_EDGE))

    def lay_found(self, page: QRectF, boxes: Sequence[Box], *, is_current: bool) -> None:
        """Lay what was found over a page; the current place has an edge besides its color."""
        for box in boxes:
            rect = self.place(page, box).adjusted(-_FOUND_MARGIN, 0, _FOUND_MARGIN, 0)
            self._painter.fillRect(rect, _on_paper(Role.HIGHLIGHT_EDGE, _FOUND_ALPHA))
            if is_current:
                self._outline(rect, _on_paper(Role.ACCENT))

    def lay_selected(self, page: QRectF, boxes: Iterable[Box]) -> None:
        """Lay the selected words over a page."""
        path = QPainterPath()
        # Filled as one, or lines that overlap would have darker stripes.
        path.setFillRule(Qt.FillRule.WindingFill)
        for box in boxes:
            path.addRect(self.place(page, box))
        self._painter.fillPath(path, _on_paper(Role.ACCENT, _SELECTED_ALPHA))

    def place(self, page: QRectF, box: Box) -> QRectF:
        """Give where an area of a page stands in the view."""
        return place_on(page, box, self._scale)

    def _outline(self, rect: QRectF, color: QColor) -> None:
        self._painter.setPen(QPen(color, 1.5))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(rect)


def _on_paper(role: Role, alpha: float = 1.0) -> QColor:
    """Give the color of the light scheme, since paper is white in every one."""
    color = color_of(role, Scheme.LIGHT)
    color.setAlphaF(alpha)
    return color


def place_on(page: QRectF, box: Box, scale: float) -> QRectF:
    """Give where an area of a page stands, when the page stands at ``page``, in pixels."""
    return QRectF(
        page.left() + box.x0 * scale,
        page.top() + box.y0 * scale,
        (box.x1 - box.x0) * scale,
        (box.y1 - box.y0) * scale,
    )
