"""A small sheet beside a hit: why this passage is in the answer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop_app.domain import Hit
from desktop_app.domain.reasons import explain
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.theme import Space

_WIDTH = 380
_TITLE = "Why this passage"


class HitReasons(QFrame):
    """Shows the reasons of one hit until a key or a click elsewhere; returns the focus then."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        sheet = QFrame(self)
        sheet.setProperty("ground", "sheet")
        title = QLabel(_TITLE, sheet)
        title.setProperty("style", "section")
        self._text = QLabel(sheet)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        inside = QVBoxLayout(sheet)
        inside.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        inside.setSpacing(Space.S)
        inside.addWidget(title)
        inside.addWidget(self._text)
        around = self._around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(sheet)

    @property
    def text(self) -> str:
        """The sentences shown, one a line."""
        return self._text.text()

    def present(self, hit: Hit, row: QRect, viewport: QWidget) -> None:
        """Show below a row of a list, or above it where there is no room."""
        self._text.setText("\n".join(map(drawable, explain(hit))))
        self.setAccessibleName(_TITLE)
        self.setAccessibleDescription(self.text)
        self.setFixedWidth(min(_WIDTH, max(240, viewport.width() - 2 * Space.L)))
        height = self._around.totalHeightForWidth(self.width())
        self.setFixedHeight(height)
        below = viewport.mapToGlobal(QPoint(row.left() + Space.XXL, row.bottom() - Space.XS))
        window = viewport.window()
        foot = window.mapToGlobal(QPoint(0, window.height())).y()
        if below.y() + height > foot:
            below = viewport.mapToGlobal(QPoint(row.left() + Space.XXL, row.top() - height))
        self.move(below)
        self.show()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on any key but a bare modifier."""
        if event.text() or event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
