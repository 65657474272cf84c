"""How the rows of one document hang together: a line beside them, a way to fold them."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from desktop_app.translation import tr_n
from desktop_app.ui.grouping import Standing
from desktop_app.ui.side import Side
from desktop_app.ui.theme import Role, Space, TextStyle, Theme

INDENT = 24
"""How far the passages below a document's best one are set in."""
_GLYPH = 16


def fold_text(standing: Standing) -> str:
    """Say how many passages stand below a document's best one."""
    # Translators: how many more passages a document has.
    return tr_n("{count} more", "{count} more", standing.others) if standing.others else ""


def fold_width(theme: Theme, standing: Standing) -> int:
    """Give the width of what folds a document, 0 where there is nothing to fold."""
    text = fold_text(standing)
    metrics = QFontMetrics(theme.font(TextStyle.CAPTION, tabular=True))
    return metrics.horizontalAdvance(text) + _GLYPH + 3 * Space.XS if text else 0


def fold_area(theme: Theme, line: QRect, standing: Standing) -> QRect:
    """Give where a click folds or unfolds: the end of the line below the title."""
    width = fold_width(theme, standing)
    return QRect(line.right() + 1 - width, line.top(), width, line.height())


def paint_fold(
    painter: QPainter, theme: Theme, line: QRect, standing: Standing, side: Side
) -> None:
    """Paint how many more there are, and whether they are on show."""
    area = fold_area(theme, line, standing)
    if area.isEmpty():
        return
    painter.setFont(theme.font(TextStyle.CAPTION, tabular=True))
    painter.setPen(theme.color(Role.ACCENT))
    text = area.adjusted(0, 0, -(_GLYPH + Space.XS), 0)
    side.write(painter, text, fold_text(standing), at_end=True)
    name = "chevron-up" if standing.is_open else "chevron-down"
    glyph = theme.pixmap(name, Role.ACCENT, _GLYPH, painter.device().devicePixelRatio())
    top = area.top() + (area.height() - _GLYPH) // 2
    place = QRect(area.right() + 1 - _GLYPH, top, _GLYPH, _GLYPH)
    painter.drawPixmap(side.place(place).topLeft(), glyph)


def paint_thread(painter: QPainter, theme: Theme, side: Side, left: int) -> None:
    """Paint the line that leads from a document's best passage past the others."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(Role.FIELD_EDGE))
    row = side.area
    line = QRectF(left + _GLYPH / 2 - 1, row.top() + Space.S, 2, row.height() - Space.L - Space.XS)
    painter.drawRoundedRect(side.place(line), 1, 1)
