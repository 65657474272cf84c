"""One pack on the Models page: its name, where it stands, what it is good for."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.translation import say_in_turn, tr
from desktop_app.ui.pack_actions import PackActions, PackWish
from desktop_app.ui.pack_view import PackView
from desktop_app.ui.pack_wording import facts_of, good_for, state_of
from desktop_app.ui.theme import Role, Space, Theme
from desktop_app.ui.wrapped import plain_label


class PackCard(QFrame):
    """Follows one pack through all its states; ``wished(PackWish, str)`` as its actions."""

    wished = Signal(PackWish, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_answering = False
        self.setProperty("ground", "card")
        self._title = plain_label("heading", self)
        self._glyph = QLabel(self)
        self._state = plain_label("caption", self)
        self._state.setWordWrap(False)
        self._use = plain_label("", self)
        self._facts = plain_label("caption", self)
        self.choices = PackActions(theme, self)
        self.choices.wished.connect(self.wished)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(self._title, 1)
        head.addWidget(self._glyph)
        head.addWidget(self._state)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.S)
        column.addLayout(head)
        column.addWidget(self._use)
        column.addWidget(self._facts)
        column.addWidget(self.choices)
        theme.changed.connect(self._on_theme_changed)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the card says, for tests and screen readers."""
        labels = (self._title, self._state, self._use, self._facts)
        return (*(label.text() for label in labels), self.choices.sentences)

    def show_view(self, view: PackView) -> None:
        """Show the pack as it is now."""
        self._is_answering = view.is_answering
        title = tr(view.listing.title)
        self._title.setText(title)
        self._state.setText(state_of(view))
        self._use.setText(good_for(view.listing))
        self._facts.setText(facts_of(view.listing))
        self._facts.setVisible(bool(self._facts.text()))
        self.choices.show_view(view)
        self.setAccessibleName(tr("{model}, {state}", model=title, state=state_of(view)))
        self.setAccessibleDescription(say_in_turn(self._use.text(), self._facts.text()))
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._glyph.setPixmap(self._theme.pixmap("check", Role.ACCENT, 16, ratio))
        self._glyph.setVisible(self._is_answering)
