"""Where things lie in what is painted: reckoned from the left, mirrored where that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QMargins, QRect, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter

from desktop_app.ui.results_wording import runs_right_to_left

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
        """Write a line from the beginning of a rectangle, or up to its end.

        The line runs as its own words do, whatever the window's direction: else ".94" would
        be set as a part of a right-to-left sentence, "94.". What is of another direction
        than the rest of its line has to be ``isolated``.
        """
        is_mirrored = self.direction == Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if at_end != is_mirrored else Qt.AlignmentFlag.AlignLeft
        is_from_right = runs_right_to_left(text)
        painter.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if is_from_right else Qt.LayoutDirection.LeftToRight
        )
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.place(rect), flags, text)


def margins(begin: int, top: int, end: int, bottom: int) -> QMargins:
    """Give margins that are reckoned from where a line begins; Qt mirrors no margins itself."""
    is_mirrored = QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    left, right = (end, begin) if is_mirrored else (begin, end)
    return QMargins(left, top, right, bottom)
