"""What fills the window: the question above, what is read in the middle, the status below."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.ui.messages import MessageBar


class Frame(QWidget):
    """Sets these below each other without a gap; messages float over the middle."""

    def __init__(
        self,
        top: QWidget,
        middle: QWidget,
        foot: QWidget,
        parent: QWidget,
        *,
        message: MessageBar,
    ) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(middle, 1)
        column.addWidget(foot)
        message.setParent(self)
        message.hide()
        message.float_over(middle)
