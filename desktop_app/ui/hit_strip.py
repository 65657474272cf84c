"""The narrow strip beside a scroll bar: where in the document its hits stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desktop_app.translation import tr
from desktop_app.ui.theme import Role, Space, Theme

STRIP_WIDTH = 10
"""Wide enough to be hit with a mouse, narrow enough not to look like a second scroll bar."""
_REACH = Space.S
"""A press this far from a tick still means the tick."""
_TICK, _CURRENT_TICK = 3.0, 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hit begins, as a share (0 to 1) of the document's height."""

    share: float
    is_current: bool


class HitStrip(QWidget):
    """Paints a tick for every place; ``chosen(float)`` gives the share that was pressed.

    It takes no focus: with the keyboard F3 goes from hit to hit.
    """

    chosen = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._places: tuple[Place, ...] = ()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tr("Where the passages stand in this document"))
        self.setAccessibleName(tr("Places of the passages"))
        theme.changed.connect(self.update)

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

    def tick_rect(self, place: Place) -> QRectF:
        """Give where a place's tick stands, whole within the strip."""
        height = _CURRENT_TICK if place.is_current else _TICK
        inset = 1.0 if place.is_current else 2.0
        top = min(max(0.0, place.share * self.height() - height / 2), self.height() - height)
        return QRectF(inset, top, self.width() - 2 * inset, height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the ticks on the ground of the pages."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color(Role.SUNKEN))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        edge = self._theme.color(Role.HIGHLIGHT_EDGE)
        for place in self._places:
            # The current place differs in size and in colour, for those who see one of them.
            painter.setBrush(self._theme.color(Role.ACCENT) if place.is_current else edge)
            painter.drawRoundedRect(self.tick_rect(place), 1, 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the nearest place, or where no place is near, to that height."""
        if event.button() != Qt.MouseButton.LeftButton or not self.height():
            super().mousePressEvent(event)
            return
        y = event.position().y()
        near = [
            (abs(self.tick_rect(place).center().y() - y), place.share) for place in self._places
        ]
        distance, share = min(near, default=(_REACH + 1.0, 0.0))
        self.chosen.emit(share if distance <= _REACH else y / self.height())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a press here, so that it is no click on what lies behind."""
        event.accept()
