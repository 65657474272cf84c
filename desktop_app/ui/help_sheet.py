"""The sheet that lists the keyboard map, and its scrim."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.actions import SHORTCUTS, Shortcut
from desktop_app.ui.theme import Role, Space, Theme


class HelpSheet(QWidget):
    """Covers its parent with a scrim and shows the shortcuts; any key or click closes it."""

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keyboard shortcuts")
        sheet = QFrame(self)
        sheet.setProperty("ground", "sheet")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(Space.XL, Space.L, Space.XL, Space.XL)
        column.setSpacing(Space.L)
        head = QHBoxLayout()
        title = QLabel("Keyboard", sheet)
        title.setProperty("style", "heading")
        self._close = QToolButton(sheet)
        self._close.setAccessibleName("Close")
        self._close.setToolTip("Close (Esc)")
        self._close.clicked.connect(self.dismiss)
        head.addWidget(title, 1)
        head.addWidget(self._close)
        column.addLayout(head)
        columns = QHBoxLayout()
        columns.setSpacing(Space.XXL)
        for group, shortcuts in groupby(SHORTCUTS, key=lambda each: each.group):
            columns.addLayout(_table(group, tuple(shortcuts), sheet), 1)
        column.addLayout(columns)
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
        """Close on any key but a bare modifier."""
        if event.text() or event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Close on a click beside the sheet (the sheet's own widgets take theirs)."""
        self.dismiss()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what is behind."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color(Role.GROUND, 0.8))
        painter.end()

    def _on_theme_changed(self) -> None:
        self._close.setIcon(self._theme.icon("close"))


def _table(group: str, shortcuts: Sequence[Shortcut], parent: QWidget) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(Space.L)
    grid.setVerticalSpacing(Space.S)
    title = QLabel(group, parent)
    title.setProperty("style", "section")
    grid.addWidget(title, 0, 0, 1, 2)
    for row, shortcut in enumerate(shortcuts, start=1):
        native = QKeySequence.SequenceFormat.NativeText
        keys = (
            " ".join(QKeySequence(each).toString(native) for each in shortcut.keys[:2])
            if not shortcut.name
            else QKeySequence(shortcut.keys[0]).toString(native)
        )
        label = QLabel(keys, parent)
        label.setProperty("style", "muted")
        grid.addWidget(label, row, 0)
        grid.addWidget(QLabel(shortcut.text, parent), row, 1)
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(len(shortcuts) + 1, 1)
    return grid
