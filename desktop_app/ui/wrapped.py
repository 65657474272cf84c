"""Labels of several lines, and one that keeps the height which its width makes necessary."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget


def plain_label(style: str, parent: QWidget) -> QLabel:
    """Make a label of plain, wrapped text that needs no height of its own."""
    label = QLabel(parent)
    _make_plain(label, style)
    return label


def begin_lines(label: QLabel) -> None:
    """Let every line begin where the window's lines begin.

    Qt begins them where the text's own do: an English name in an Arabic window would stand
    far from what it belongs to.
    """
    is_mirrored = label.layoutDirection() == Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


class WrappedLabel(QLabel):
    """Plain text, wrapped.

    A scroll area makes its page as high as the smallest size that the layout names, which
    knows nothing of lines; without a height of its own a label deep inside would be cut.
    """

    def __init__(self, style: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _make_plain(self, style)

    def put(self, text: str) -> None:
        """Show a text."""
        self.setText(text)
        self._keep_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find out how high it is at this width."""
        super().resizeEvent(event)
        self._keep_height()

    def _keep_height(self) -> None:
        # A label never names less than the least height that it has.
        self.setMinimumHeight(0)
        self.setMinimumHeight(max(0, self.heightForWidth(self.width())))


def _make_plain(label: QLabel, style: str) -> None:
    if style:
        label.setProperty("style", style)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    begin_lines(label)
