"""The narrow strip beside a scroll bar: where in the document hits and found words stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop_app.translation import tr
from desktop_app.ui.theme import Role, Space, Theme

STRIP_WIDTH = 10
"""Wide enough to be hit with a mouse, narrow enough not to look like a second scroll bar."""
_REACH = Space.S
"""A press this far from a tick still means the tick."""
_TICK, _CURRENT_TICK = 3.0, 5.0
_DOT, _DIAMOND = 4.0, 9.0
_LEAST_VIEW = 14.0
_ALL = 0.999


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hit begins, as a share (0 to 1) of the document's height."""

    share: float
    is_current: bool


class HitStrip(QWidget):
    """Paints a bar for every hit and a dot for every place at which words were found.

    ``chosen(float)`` gives the share that was pressed, ``found_chosen(int)`` besides which of
    the found places is meant. It takes no focus: with the keyboard F3 goes from one to the next.
    """

    chosen = Signal(float)
    found_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._places: tuple[Place, ...] = ()
        self._found: Sequence[float] = ()
        self._found_now: float | None = None
        self._dots: dict[int, int] = {}
        self._dots_height = -1
        self._view = (0.0, 0.0)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tr("Where the passages stand in this document"))
        self.setAccessibleName(tr("Places of the passages"))
        theme.changed.connect(self.update)

    def make_room(self, area: QAbstractScrollArea) -> None:
        """Keep a margin of the area free, on the side where its scroll bar is."""
        # Qt moves the scroll bar to the left for right-to-left, but no margin of the viewport.
        is_mirrored = area.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left, right = (STRIP_WIDTH, 0) if is_mirrored else (0, STRIP_WIDTH)
        area.setViewportMargins(left, 0, right, 0)

    def settle(self, area: QAbstractScrollArea) -> None:
        """Stand in the margin of the area, which has another size now."""
        view = area.viewport().geometry()
        is_mirrored = area.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = view.left() - STRIP_WIDTH if is_mirrored else view.left() + view.width()
        self.setGeometry(left, view.top(), STRIP_WIDTH, view.height())

    @property
    def places(self) -> tuple[Place, ...]:
        """The places shown."""
        return self._places

    def show_places(self, places: Sequence[Place]) -> None:
        """Show other places; the current ones are painted last and larger."""
        shown = tuple(sorted(places, key=lambda place: (place.is_current, place.share)))
        if shown != self._places:
            self._places = shown
            self.update()

    def show_found(self, shares: Sequence[float], current: float | None = None) -> None:
        """Show where words were found, as shares (0 to 1) of the document's height."""
        if shares or self._found:
            self._found, self._found_now = shares, current
            self._dots_height = -1
            self.update()

    def show_found_now(self, current: float | None) -> None:
        """Show another of the found places as the one that is read."""
        if current != self._found_now:
            for share in (self._found_now, current):
                if share is not None:
                    self.update(self._diamond(share).boundingRect().toAlignedRect())
            self._found_now = current

    def show_view(self, top: float, bottom: float) -> None:
        """Show which part of the document (shares, 0 to 1) is in view; all of it is no part.

        For a view whose scroll bar cannot say it.
        """
        if (top, bottom) != self._view:
            self._view = top, bottom
            self.update()

    @property
    def view_rect(self) -> QRectF:
        """Where the part in view stands, never lower than can be seen; empty without one."""
        top, bottom = self._view
        if bottom <= top or bottom - top >= _ALL:
            return QRectF()
        height = max(_LEAST_VIEW, (bottom - top) * self.height())
        return QRectF(0, min(top * self.height(), self.height() - height), self.width(), height)

    @property
    def dots(self) -> dict[int, int]:
        """The rows of dots that are taken, each with the first of the found places there.

        A row is as high as a dot, so however much was found, painting it costs no more.
        """
        if self._dots_height != self.height():
            self._dots_height = self.height()
            count = max(1.0, self.height() // _DOT)
            rows = [int(min(count - 1, share * count)) for share in self._found]
            # The first of a row counts, so it comes last.
            self._dots = dict(zip(reversed(rows), reversed(range(len(rows))), strict=True))
        return self._dots

    def dot_rect(self, row: int) -> QRectF:
        """Give where the dot of a row stands: on the side of the scroll bar, all in sight."""
        left = 0.0 if self.isRightToLeft() else self.width() - _DOT
        return QRectF(left, row * self.height() / max(1.0, self.height() // _DOT), _DOT, _DOT)

    def tick_rect(self, place: Place) -> QRectF:
        """Give where a place's tick stands, whole within the strip."""
        height = _CURRENT_TICK if place.is_current else _TICK
        inset = 1.0 if place.is_current else 2.0
        top = min(max(0.0, place.share * self.height() - height / 2), self.height() - height)
        return QRectF(inset, top, self.width() - 2 * inset, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ticks on the ground of the pages."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color(Role.SUNKEN))
        painter.fillRect(self.view_rect, self._theme.color(Role.TRACK))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        edge = self._theme.color(Role.HIGHLIGHT_EDGE)
        for place in self._places:
            # The current place differs in size and in colour, for those who see one of them.
            painter.setBrush(self._theme.color(Role.ACCENT) if place.is_current else edge)
            painter.drawRoundedRect(self.tick_rect(place), 1, 1)
        painter.setBrush(self._theme.color(Role.TEXT))
        changed = event.rect().toRectF()
        for dot in map(self.dot_rect, self.dots):
            if changed.intersects(dot):
                painter.drawEllipse(dot)
        if self._found_now is not None:
            painter.drawPolygon(self._diamond(self._found_now))

    def _diamond(self, share: float) -> QPolygonF:
        middle, half = self.width() / 2, _DIAMOND / 2
        y = min(max(half, share * self.height()), self.height() - half)
        corners = ((middle, y - half), (middle + half, y), (middle, y + half), (middle - half, y))
        return QPolygonF([QPointF(*corner) for corner in corners])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the nearest place, or where no place is near, to that height."""
        if event.button() != Qt.MouseButton.LeftButton or not self.height():
            super().mousePressEvent(event)
            return
        y = event.position().y()
        near = [
            (abs(self.tick_rect(place).center().y() - y), place.share, -1) for place in self._places
        ]
        near += [
            (abs(self.dot_rect(row).center().y() - y), self._found[at], at)
            for row, at in self.dots.items()
        ]
        distance, share, at = min(near, default=(_REACH + 1.0, 0.0, -1))
        is_near = distance <= _REACH
        self.chosen.emit(share if is_near else y / self.height())
        if is_near and at >= 0:
            self.found_chosen.emit(at)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a press here, so that it is no click on what lies behind."""
        event.accept()
