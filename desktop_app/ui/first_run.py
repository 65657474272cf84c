"""The first page: what Lectern does, where to drop, what it keeps to itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.theme import SHEET_RADIUS, Role, Space, Theme

_WIDTH = 560


class FirstRun(QWidget):
    """One calm page, no wizard; ``add_requested()`` and ``guide_requested()``."""

    add_requested = Signal()
    guide_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        title = _label("Ask your own documents", "title", self)
        lead = _label(
            "Add the folders that hold your reports, papers, contracts and notes. Ask a question "
            "in your own words and read the answer on its page.",
            "lead",
            self,
        )
        self._well = _Well(theme, self)
        self._well.add.clicked.connect(self.add_requested)
        self._well.guide.clicked.connect(self.guide_requested)
        private = _label(
            "Everything stays on this computer. Lectern works without a network.",
            "caption",
            self,
        )
        models = _label(
            "Ready now: questions in English by meaning, in every language by words.",
            "caption",
            self,
        )
        self._lock, self._words = QLabel(self), QLabel(self)
        page = QWidget(self)
        page.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        column.addStretch(2)
        for widget in (title, lead, self._well):
            column.addWidget(widget)
        for glyph, label in ((self._lock, private), (self._words, models)):
            line = QHBoxLayout()
            line.setSpacing(Space.S)
            line.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(label, 1)
            column.addLayout(line)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        row.addStretch(1)
        row.addWidget(page, 100)
        row.addStretch(1)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._lock.setPixmap(self._theme.pixmap("private", Role.MUTED, 16, ratio))
        self._words.setPixmap(self._theme.pixmap("text", Role.MUTED, 16, ratio))
        self._well.update()


class _Well(QWidget):
    """The drop area: a dashed outline, one button, one link."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setMinimumHeight(168)
        sentence = _label("Drop folders here", "heading", self)
        self.add = QPushButton("Choose a folder…", self)
        self.add.setProperty("kind", "primary")
        self.guide = QPushButton("or try it with the guide", self)
        self.guide.setProperty("kind", "link")
        column = QVBoxLayout(self)
        column.setSpacing(Space.M)
        column.addStretch(1)
        for widget in (sentence, self.add, self.guide):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the outline."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._theme.color(Role.FIELD_EDGE), 1.5)
        pen.setDashPattern([4.0, 4.0])
        painter.setPen(pen)
        painter.setBrush(self._theme.color(Role.SUNKEN))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), SHEET_RADIUS, SHEET_RADIUS)
        painter.end()


def _label(text: str, style: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("style", style)
    label.setWordWrap(style in ("lead", "caption"))
    return label
