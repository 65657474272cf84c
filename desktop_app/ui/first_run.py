"""The first page: what Lectern does, where to drop, what it keeps to itself."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.translation import tr
from desktop_app.ui.pack_actions import PackActions, PackWish
from desktop_app.ui.pack_view import PackView
from desktop_app.ui.pack_wording import name_in_words
from desktop_app.ui.theme import SHEET_RADIUS, Role, Space, Theme
from desktop_app.ui.words import say_bytes
from desktop_app.ui.wrapped import plain_label

_WIDTH = 560


class FirstRun(QScrollArea):
    """One calm page, no wizard; ``add_requested()`` and ``guide_requested()``.

    ``wished(PackWish, str)`` is about the pack that the page offers, and
    ``models_requested()`` the wish to see them all.
    """

    add_requested = Signal()
    guide_requested = Signal()
    wished = Signal(PackWish, str)
    models_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        title = _label(tr("Ask your own documents"), "title", self)
        lead = _label(
            tr(
                "Add the folders that hold your reports, papers, contracts and notes. "
                "Ask a question in your own words and read the answer on its page."
            ),
            "lead",
            self,
        )
        self._well = _Well(theme, self)
        self._well.add.clicked.connect(self.add_requested)
        self._well.guide.clicked.connect(self.guide_requested)
        private = _label(
            tr("Everything stays on this computer. Lectern works without a network."),
            "caption",
            self,
        )
        self._starter = _label(
            tr("Works now with the starter model: English by meaning, every language by words."),
            "caption",
            self,
        )
        self._offer = _label("", "caption", self)
        self.choices = PackActions(theme, self)
        self.choices.wished.connect(self.wished)
        self.choices.asked.connect(self._bring_into_view)
        self._more = QPushButton(tr("All models"), self)
        self._more.setProperty("kind", "link")
        self._more.setProperty("style", "caption")
        self._more.clicked.connect(self.models_requested)
        self._lock, self._words, self._layers = QLabel(self), QLabel(self), QLabel(self)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        whole = QWidget(self)
        self.setWidget(whole)
        page = QWidget(whole)
        page.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        column.addStretch(2)
        for widget in (title, lead, self._well):
            column.addWidget(widget)
        for glyph, label in ((self._lock, private), (self._words, self._starter)):
            line = QHBoxLayout()
            line.setSpacing(Space.S)
            line.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(label, 1)
            column.addLayout(line)
        column.addLayout(self._better())
        column.addStretch(3)
        before: QWidget = self._well.guide
        for button in (self._more, *self.choices.in_order()):
            QWidget.setTabOrder(before, button)
            before = button
        self.show_pack(None)
        row = QHBoxLayout(whole)
        row.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        row.addStretch(1)
        row.addWidget(page, 100)
        row.addStretch(1)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _bring_into_view(self) -> None:
        # After the layout has made room for the question.
        QTimer.singleShot(0, self.choices, lambda: self.ensureWidgetVisible(self.choices))

    def _better(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.S)
        grid.setVerticalSpacing(Space.M)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._layers, 0, 0)
        grid.addWidget(self._offer, 0, 1)
        grid.addWidget(self._more, 0, 2)
        grid.addWidget(self.choices, 1, 1, 1, 2)
        return grid

    def show_pack(self, view: PackView | None) -> None:
        """Offer a better pack, or say how far getting it is; None offers nothing."""
        for widget in (self._offer, self.choices, self._more, self._layers):
            widget.setVisible(view is not None)
        # Another model that answers already makes the line about the starter untrue.
        for widget in (self._words, self._starter):
            widget.setVisible(view is None or not view.is_answering)
        if view is None:
            return
        title = name_in_words(view.listing)
        if view.is_answering:
            text = tr("{model} is here and answers your questions.", model=title)
        elif view.listing.is_installed:
            text = tr("{model} is on this computer.", model=title)
        else:
            text = tr(
                "For the best answers in more than 100 languages, get {model} ({size}).",
                model=title,
                size=say_bytes(view.listing.download_bytes),
            )
        self._offer.setText(text)
        self.choices.show_view(view)

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._layers.setPixmap(self._theme.pixmap("model", Role.MUTED, 16, ratio))
        self._lock.setPixmap(self._theme.pixmap("private", Role.MUTED, 16, ratio))
        self._words.setPixmap(self._theme.pixmap("text", Role.MUTED, 16, ratio))
        self._well.update()


class _Well(QWidget):
    """The drop area: a dashed outline, one button, one link."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setMinimumHeight(168)
        sentence = _label(tr("Drop folders here"), "heading", self)
        self.add = QPushButton(tr("Choose a folder…"), self)
        self.add.setProperty("kind", "primary")
        self.guide = QPushButton(tr("or try it with the guide"), self)
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
    label = plain_label(style, parent)
    label.setText(text)
    label.setWordWrap(style != "heading")
    return label
