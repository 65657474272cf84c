"""A page of one readable column that scrolls, with a title and the way back at its head."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.translation import tr
from desktop_app.ui.theme import Role, Space, Theme
from desktop_app.ui.wrapped import WrappedLabel

PAGE_WIDTH = 720


class ScrollPage(QScrollArea):
    """Owns the column that its children fill; ``closed()`` is the wish to go back."""

    closed = Signal()

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(title)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.heading = WrappedLabel("title", self)
        self.heading.put(title)
        self.back = QPushButton(tr("Back"), self)
        self.back.setProperty("kind", "quiet")
        self.back.setToolTip(tr("Back to the answer (Esc)"))
        self.back.clicked.connect(self.closed)
        self.head = QHBoxLayout()
        self.head.setSpacing(Space.S)
        self.head.addWidget(self.heading, 1)
        self.head.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        inner = QWidget(self)
        inner.setMaximumWidth(PAGE_WIDTH)
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(Space.L)
        self.column.addLayout(self.head)
        page = QWidget(self)
        row = QHBoxLayout(page)
        row.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        self.setWidget(page)
        theme.changed.connect(self._show_back_icon)
        self._show_back_icon()

    def _show_back_icon(self) -> None:
        self.back.setIcon(self._theme.icon("chevron-left", Role.TEXT))
