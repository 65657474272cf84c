"""A small sheet beside a hit: why this passage is in the answer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop_app.domain import Hit
from desktop_app.domain.reasons import explain
from desktop_app.translation import mark, tr
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.theme import Space
from desktop_app.ui.wrapped import plain_label

_WIDTH, _LEAST_WIDTH = 380, 240
_TITLE = mark("Why this passage")


class HitReasons(QFrame):
    """Shows the reasons of one hit until a key or a click elsewhere; returns the focus then.

    Lies over the window rather than being one: without a compositor the corners of a window
    that are not covered are black.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._list = parent
        self.setProperty("ground", "sheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        title = QLabel(tr(_TITLE), self)
        title.setProperty("style", "section")
        self._text = plain_label("", self)
        inside = self._inside = QVBoxLayout(self)
        inside.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        inside.setSpacing(Space.S)
        inside.addWidget(title)
        inside.addWidget(self._text)
        self.hide()

    @property
    def text(self) -> str:
        """The sentences shown, one a line."""
        return self._text.text()

    def present(self, hit: Hit, row: QRect, viewport: QWidget) -> None:
        """Show below a row of a list, or above it where there is no room."""
        self._text.setText("\n".join(map(drawable, explain(hit))))
        self.setAccessibleName(tr(_TITLE))
        self.setAccessibleDescription(self.text)
        window = viewport.window()
        self.setParent(window)
        width = min(_WIDTH, max(_LEAST_WIDTH, viewport.width() - 2 * Space.L))
        height = self._inside.totalHeightForWidth(width)
        begin = row.left() + Space.XXL
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            begin = row.right() + 1 - Space.XXL - width
        below = viewport.mapTo(window, QPoint(begin, row.bottom() - Space.XS))
        if below.y() + height > window.height():
            below.setY(viewport.mapTo(window, QPoint(0, row.top())).y() - height)
        top = max(0, min(below.y(), window.height() - height))
        left = max(0, min(below.x(), window.width() - width))
        self.setGeometry(left, top, width, height)
        self.show()
        self.raise_()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Claim every key before it is a shortcut of the window: it closes the sheet."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close once something else is used."""
        super().focusOutEvent(event)
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on any key but a bare modifier."""
        if event.text() or event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._list.setFocus()
        else:
            super().keyPressEvent(event)
