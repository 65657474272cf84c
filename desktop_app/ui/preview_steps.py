"""The line below a preview: which hit of the document this is, and the way to the others."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from desktop_app.translation import tr, tr_n
from desktop_app.ui.elided import ElidedLabel
from desktop_app.ui.preview_header import IconButton
from desktop_app.ui.theme import Space, Theme


class HitSteps(QFrame):
    """Previous and next hit of the same document; hidden where there is only one."""

    previous_requested = Signal()
    next_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = ElidedLabel(self)
        self.label.setProperty("style", "caption")
        self.label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.previous_button = IconButton(
            theme, "chevron-up", tr("Previous passage in this document"), "Shift+F3", self
        )
        self.next_button = IconButton(
            theme, "chevron-down", tr("Next passage in this document"), "F3", self
        )
        self.previous_button.clicked.connect(self.previous_requested)
        self.next_button.clicked.connect(self.next_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.S, Space.XS, Space.S, Space.XS)
        row.addStretch(1)
        row.addWidget(self.previous_button)
        row.addWidget(self.label, 100)
        row.addWidget(self.next_button)
        row.addStretch(1)
        self.hide()

    def show_position(self, number: int, count: int) -> None:
        """Say that this is hit ``number`` (from 1) of ``count`` in the document."""
        self.label.put(
            tr_n(
                "{number} of {count} passage in this document",
                "{number} of {count} passages in this document",
                count,
                number=number,
            )
        )
        self.setVisible(count > 1)
