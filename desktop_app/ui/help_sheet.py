"""The sheet that lists the keyboard map, and its scrim."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.translation import tr
from desktop_app.ui.actions import SHORTCUTS, Shortcut, written_keys
from desktop_app.ui.theme import Role, Space, Theme
from desktop_app.ui.wrapped import begin_lines

_AROUND = 2 * Space.XL + 2 * Space.XL + 2 * Space.XXL
"""Pixels above and below the tables: the sheet's place, its margins and its title."""


class HelpSheet(QWidget):
    """Covers its parent with a scrim and shows the shortcuts; any key or click closes it."""

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Keyboard shortcuts"))
        sheet = QFrame(self)
        sheet.setProperty("ground", "sheet")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        column.setSpacing(Space.L)
        head = QHBoxLayout()
        title = QLabel(tr("Keyboard"), sheet)
        title.setProperty("style", "heading")
        self._close = QToolButton(sheet)
        self._close.setAccessibleName(tr("Close"))
        self._close.setToolTip(tr("Close (Esc)"))
        self._close.clicked.connect(self.dismiss)
        head.addWidget(title, 1)
        head.addWidget(self._close)
        column.addLayout(head)
        self._board = tables = QWidget()
        self._tables = QHBoxLayout(tables)
        self._tables.setContentsMargins(0, 0, 0, 0)
        self._tables.setSpacing(Space.XXL)
        self._groups = [
            _table(group, tuple(shortcuts))
            for group, shortcuts in groupby(SHORTCUTS, key=lambda each: each.group)
        ]
        self._columns: list[QVBoxLayout] = []
        self._scroll = QScrollArea(sheet)
        self._scroll.setWidget(tables)
        self._scroll.setWidgetResizable(True)
        # Both would cover the sheet with the window's ground.
        tables.setAutoFillBackground(False)
        self._scroll.viewport().setAutoFillBackground(False)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self._scroll)
        self._arrange(len(self._groups))
        center = QVBoxLayout(self)
        center.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        center.addWidget(sheet, 0, Qt.AlignmentFlag.AlignCenter)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    def present(self) -> None:
        """Cover the parent."""
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()
        self.setFocus()

    def dismiss(self) -> None:
        """Go away."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on any key but a bare modifier and those that scroll."""
        if event.text() or event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            self._scroll.keyPressEvent(event)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Close on a click beside the sheet (the sheet's own widgets take theirs)."""
        self.dismiss()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the groups beside each other as far as there is room, and scroll the rest."""
        super().resizeEvent(event)
        room = self.width() - 4 * Space.XL - self._scroll.verticalScrollBar().sizeHint().width()
        self._wrap(is_wrapped=False)
        widths = [group.sizeHint().width() for group in self._groups]
        count = len(widths)
        while count > 1 and sum(widths[: count - 1]) + max(widths[count - 1 :]) > (
            room - (count - 1) * Space.XXL
        ):
            count -= 1
        if count != len(self._columns):
            self._arrange(count)
        self._wrap(is_wrapped=max(widths) > room)
        shown = self._board.sizeHint()
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        self._scroll.setMinimumWidth(min(shown.width() + bar, self.width() - 4 * Space.XL))
        self._scroll.setMinimumHeight(min(shown.height(), self.height() - _AROUND))

    def _wrap(self, *, is_wrapped: bool) -> None:
        # Only where there is no room: a label that may wrap does so where it has room, too.
        for group in self._groups:
            for label in group.findChildren(QLabel):
                label.setWordWrap(is_wrapped and label.property("style") is None)

    def _arrange(self, count: int) -> None:
        """Make ``count`` columns; the last one has all that the others have not."""
        while self._tables.count():
            self._tables.takeAt(0)
        for old in self._columns:
            while old.count():
                old.takeAt(0)
            old.deleteLater()
        self._columns = [QVBoxLayout() for _ in range(count)]
        for at, group in enumerate(self._groups):
            self._columns[min(at, count - 1)].addWidget(group)
        for made in self._columns:
            made.setSpacing(Space.XL)
            made.addStretch(1)
            self._tables.addLayout(made, 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what is behind."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color(Role.GROUND, 0.8))
        painter.end()

    def _on_theme_changed(self) -> None:
        self._close.setIcon(self._theme.icon("close"))


def _table(group: str, shortcuts: Sequence[Shortcut]) -> QWidget:
    parent = QWidget()
    grid = QGridLayout(parent)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(Space.L)
    grid.setVerticalSpacing(Space.S)
    title = QLabel(tr(group), parent)
    title.setProperty("style", "section")
    grid.addWidget(title, 0, 0, 1, 2)
    for row, shortcut in enumerate(shortcuts, start=1):
        shown = shortcut.keys[:1] if shortcut.name else shortcut.keys[:2]
        label = QLabel(written_keys(*shown), parent)
        label.setProperty("style", "muted")
        meaning = QLabel(tr(shortcut.text), parent)
        for column, each in enumerate((label, meaning)):
            begin_lines(each)
            grid.addWidget(each, row, column)
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(len(shortcuts) + 1, 1)
    return parent
