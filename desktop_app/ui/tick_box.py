"""A check box in the theme's own colors, with one line that ends where its room ends."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from desktop_app.ui.side import Side
from desktop_app.ui.theme import Role, Space, Theme

BOX = 16
_HEIGHT = 24
_CORNER = 4


class TickBox(QCheckBox):
    """Fusion's own box is dark on dark; this one has an edge that reaches 3:1 (WCAG 1.4.11)."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = text
        # An ampersand would underline the letter after it.
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(text)

    def sizeHint(self) -> QSize:
        """Ask for a line."""
        width = QFontMetrics(self.font()).horizontalAdvance(self._words)
        return QSize(BOX + Space.S + width, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Ask for no more width than the box has."""
        return QSize(BOX, _HEIGHT)

    def hitButton(self, point: QPoint) -> bool:
        """Take a click on the words for one on the box."""
        return self.rect().contains(point)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the box, its tick, the focus and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = Side(self.rect(), self.layoutDirection())
        top = (self.height() - BOX) / 2
        box = side.place(QRectF(0.75, top + 0.75, BOX - 1.5, BOX - 1.5))
        is_marked = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(self._theme.color(Role.ACCENT if is_marked else Role.MUTED), 1.5))
        fill = Role.ACCENT if self.isChecked() else Role.RAISED
        painter.setBrush(self._theme.color(fill))
        painter.drawRoundedRect(box, _CORNER, _CORNER)
        if self.isChecked():
            ratio = self.devicePixelRatioF()
            tick = self._theme.pixmap("check", Role.ACCENT_TEXT, BOX, ratio)
            painter.drawPixmap(side.place(QRect(0, round(top), BOX, BOX)).topLeft(), tick)
        left = BOX + Space.S
        room = self.rect().adjusted(left, 0, 0, 0)
        shown = QFontMetrics(self.font()).elidedText(
            self._words, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.setPen(self._theme.color(Role.TEXT))
        side.write(painter, room, shown)
        if self.hasFocus():
            width = min(room.width(), QFontMetrics(self.font()).horizontalAdvance(shown))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.color(Role.ACCENT), 1))
            ring = side.place(QRectF(left - 3.5, 1.5, width + 7, self.height() - 3))
            painter.drawRoundedRect(ring, _CORNER, _CORNER)
        painter.end()
