"""Where things lie in what is painted: reckoned from the left, mirrored where that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

_Rect = TypeVar("_Rect", QRect, QRectF)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The area that is painted and its direction; a right-to-left one begins at the right."""

    area: QRect
    direction: Qt.LayoutDirection

    def place(self, rect: _Rect) -> _Rect:
        """Give where a rectangle lies that was reckoned from the left."""
        if self.direction != Qt.LayoutDirection.RightToLeft:
            return rect
        mirrored = self.area.left() + self.area.right() + 1 - rect.left() - rect.width()
        return rect.translated(mirrored - rect.left(), 0)

    def write(self, painter: QPainter, rect: QRect, text: str, *, at_end: bool = False) -> None:
        """Write a line from the beginning of a rectangle, or up to its end."""
        is_mirrored = self.direction == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if at_end != is_mirrored else Qt.AlignmentFlag.AlignLeft
        # Or figures and English would be set as parts of a right-to-left sentence: "94." for ".94".
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.place(rect), flags, text)
