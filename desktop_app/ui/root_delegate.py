"""Paints one row of the library pane: icon, name, and what is in it in small type."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.ui.side import Side
from desktop_app.ui.theme import RADIUS, Role, Space, TextStyle, Theme

CAPTION = Qt.ItemDataRole.UserRole + 1
ICON = Qt.ItemDataRole.UserRole + 2
_ICON = 16


class RootDelegate(QStyledItemDelegate):
    """Reads DisplayRole (name), ``CAPTION`` and ``ICON`` (the name of an icon)."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, _option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Give rows with a caption two lines."""
        return QSize(0, 48 if index.data(CAPTION) else 36)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the row with theme colors only."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRect(option.rect).adjusted(Space.S, 1, -Space.S, -1)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if is_chosen or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(Role.SELECTED if is_chosen else Role.HOVER))
            painter.drawRoundedRect(rect, RADIUS, RADIUS)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._theme.color(Role.ACCENT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, RADIUS, RADIUS)

        role = Role.ACCENT if is_chosen else Role.MUTED
        pixmap = self._theme.pixmap(
            index.data(ICON), role, _ICON, painter.device().devicePixelRatio()
        )
        caption = index.data(CAPTION) or ""
        name_font = self._theme.font(TextStyle.BODY, strong=is_chosen)
        name_height = QFontMetrics(name_font).height()
        caption_font = self._theme.font(TextStyle.CAPTION, tabular=True)
        caption_height = QFontMetrics(caption_font).height() if caption else 0
        top = rect.top() + (rect.height() - name_height - caption_height) // 2
        side = Side(rect, option.direction)
        icon_top = top + (name_height - _ICON) // 2
        icon = side.place(QRect(rect.left() + Space.S, icon_top, _ICON, _ICON))
        painter.drawPixmap(icon.topLeft(), pixmap)
        text = rect.adjusted(Space.S + _ICON + Space.S, 0, -Space.S, 0)
        for content, font, color, y, height in (
            (index.data(), name_font, Role.TEXT, top, name_height),
            (caption, caption_font, Role.MUTED, top + name_height, caption_height),
        ):
            if not content:
                continue
            painter.setFont(font)
            painter.setPen(self._theme.color(color))
            shown = QFontMetrics(font).elidedText(
                content, Qt.TextElideMode.ElideMiddle, text.width()
            )
            side.write(painter, QRect(text.left(), y, text.width(), height), shown)
        painter.restore()
