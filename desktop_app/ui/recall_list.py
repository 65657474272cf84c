"""The rows of what was asked before: saved searches above, earlier questions below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop_app.translation import say_list, tr
from desktop_app.ui.recall import Asked
from desktop_app.ui.results_wording import isolated
from desktop_app.ui.theme import RADIUS, Role, Space, TextStyle, Theme
from desktop_app.ui.words import name_of

_Index = QModelIndex | QPersistentModelIndex
_ASKED = Qt.ItemDataRole.UserRole + 1
_ROW, _HEADING = 36, 28
_ICON = 16
_REMOVE_WIDTH = 36
_ELIDE_FROM = 400
"""Longer questions are cut before Qt measures them character by character."""


class RecallList(QListWidget):
    """Rows that the keys of the question box and the mouse walk through.

    ``chosen(Asked)`` is a click; ``removed(Asked)`` a click on a row's cross; these and
    ``renamed(Asked)`` are in the context menu as well. Never takes the focus, so that what
    is typed goes on into the question box.
    """

    chosen = Signal(object)
    removed = Signal(object)
    renamed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._delegate = _RowDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Earlier questions and saved searches"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_asked(self, saved: Sequence[Asked], earlier: Sequence[Asked]) -> None:
        """Show both lists, each below its heading where it has any; no row is current."""
        self.clear()
        parts = ((tr("Saved searches"), saved), (tr("Earlier questions"), earlier))
        for heading, rows in parts:
            if not rows:
                continue
            title = QListWidgetItem(heading)
            title.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(title)
            for asked in rows:
                item = QListWidgetItem(asked.name or asked.question)
                item.setData(_ASKED, asked)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken(asked))
                self.addItem(item)

    def current_asked(self) -> Asked | None:
        """Give what the current row says, None without one."""
        asked: Asked | None = self.currentIndex().data(_ASKED)
        return asked

    def step(self, by: int) -> None:
        """Go to another row, past the headings; from the ends to no row at all."""
        rows = [row for row in range(self.count()) if self.item(row).data(_ASKED) is not None]
        at = rows.index(self.currentRow()) if self.currentRow() in rows else None
        if not rows:
            return
        if at is None:
            self.setCurrentRow(rows[0] if by > 0 else rows[-1])
        elif at + by < 0:
            self.setCurrentRow(-1)
        else:
            self.setCurrentRow(rows[min(len(rows) - 1, at + by)])

    def wanted_height(self) -> int:
        """Give the height of all rows."""
        return sum(self.sizeHintForRow(row) for row in range(self.count()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click on a row for the choice of it, on its cross for its removal."""
        super().mouseReleaseEvent(event)
        point = event.position().toPoint()
        index = self.indexAt(point)
        asked: Asked | None = index.data(_ASKED)
        if asked is None or event.button() != Qt.MouseButton.LeftButton:
            return
        cross = remove_area(self.visualRect(index), self.layoutDirection())
        wish = self.removed if cross.contains(point) else self.chosen
        wish.emit(asked)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what can be done with a row."""
        asked: Asked | None = self.indexAt(event.pos()).data(_ASKED)
        if asked is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Translators: ask an earlier question again.
        menu.addAction(tr("Ask"), lambda: self.chosen.emit(asked))
        name = tr("Rename…") if asked.name else tr("Save under a name…")
        menu.addAction(name, lambda: self.renamed.emit(asked))
        menu.addSeparator()
        menu.addAction(tr("Remove"), lambda: self.removed.emit(asked))
        menu.popup(event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        """Show no cross any more."""
        super().leaveEvent(event)
        self.viewport().update()


class _RowDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Give headings less height than rows."""
        return QSize(0, _ROW if index.data(_ASKED) is not None else _HEADING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint a heading or a row."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        asked: Asked | None = index.data(_ASKED)
        if asked is None:
            painter.setFont(self._theme.font(TextStyle.CAPTION, strong=True))
            painter.setPen(self._theme.color(Role.MUTED))
            area = option.rect.adjusted(Space.L, Space.XS, -Space.L, 0)
            painter.drawText(area, _leading(option), index.data())
        else:
            self._paint_row(painter, option, asked)
        painter.restore()

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, asked: Asked) -> None:
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if is_current or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color(Role.SELECTED if is_current else Role.HOVER))
            ground = option.rect.adjusted(Space.S, 1, -Space.S, -1)
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        ratio = painter.device().devicePixelRatio()
        center = option.rect.top() + (option.rect.height() - _ICON) // 2

        def mirrored(left: int, width: int) -> QRect:
            plain = QRect(left, option.rect.top(), width, option.rect.height())
            return QStyle.visualRect(option.direction, option.rect, plain)

        icon = mirrored(option.rect.left() + Space.L, _ICON)
        glyph = self._theme.pixmap("saved" if asked.name else "clock", Role.MUTED, _ICON, ratio)
        painter.drawPixmap(icon.left(), center, glyph)
        if is_hovered:
            cross = remove_area(option.rect, option.direction)
            pixmap = self._theme.pixmap("close", Role.MUTED, _ICON, ratio)
            painter.drawPixmap(cross.center().x() - _ICON // 2, center, pixmap)
        left = option.rect.left() + Space.L + _ICON + Space.M
        room = option.rect.right() - _REMOVE_WIDTH - left
        caption = self._theme.font(TextStyle.CAPTION)
        said = QFontMetrics(caption).elidedText(
            caption_of(asked)[:_ELIDE_FROM], Qt.TextElideMode.ElideRight, room // 2
        )
        said_width = QFontMetrics(caption).horizontalAdvance(said)
        body = self._theme.font(TextStyle.BODY)
        text = (asked.name or asked.question)[:_ELIDE_FROM]
        width = room - (said_width + Space.L if said else 0)
        painter.setFont(body)
        painter.setPen(self._theme.color(Role.TEXT))
        shown = QFontMetrics(body).elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.drawText(mirrored(left, width), _leading(option), isolated(shown))
        painter.setFont(caption)
        painter.setPen(self._theme.color(Role.MUTED))
        area = mirrored(left + room - said_width, said_width)
        painter.drawText(area, _leading(option), isolated(said))


def caption_of(asked: Asked) -> str:
    """Say what stands beside a row: a saved search's question, and what narrows it."""
    question = isolated(asked.question) if asked.name not in ("", asked.question) else ""
    folder = isolated(name_of(asked.narrowing.folder)) if asked.narrowing.folder else ""
    return "  ·  ".join(filter(None, (question, folder, asked.narrowing.sentence)))


def spoken(asked: Asked) -> str:
    """Say a row to a screen reader."""
    kind = tr("Saved search") if asked.name else tr("Earlier question")
    return say_list(filter(None, (asked.name or asked.question, caption_of(asked), kind)))


def remove_area(row: QRect, direction: Qt.LayoutDirection) -> QRect:
    """Give the part of a row whose click removes it."""
    plain = QRect(row.right() - Space.S - _REMOVE_WIDTH + 1, row.top(), _REMOVE_WIDTH, row.height())
    return QStyle.visualRect(direction, row, plain)


def _leading(option: QStyleOptionViewItem) -> Qt.AlignmentFlag:
    is_mirrored = option.direction == Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
