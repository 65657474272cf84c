"""A label of one line that ends in an ellipsis where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from desktop_app.ui.wrapped import begin_lines


class ElidedLabel(QLabel):
    """Takes the width it is given and no more; the whole text stays in ``full_text``."""

    def __init__(
        self, parent: QWidget, *, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self._full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        begin_lines(self)

    @property
    def full_text(self) -> str:
        """The text before it was shortened."""
        return self._full

    def put(self, text: str) -> None:
        """Show a text; the tool tip holds it whole when it was shortened."""
        self._full = text
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        """Ask for the width of the whole text, where the policy lets it ask."""
        return QSize(
            QFontMetrics(self.font()).horizontalAdvance(self._full) + 1, super().sizeHint().height()
        )

    def minimumSizeHint(self) -> QSize:
        """Ask for no width at all."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten again."""
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        """Begin at the other side where the direction of reading changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            begin_lines(self)

    def _elide(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(self._full, self._mode, self.width())
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")
