"""The row at the top: library toggle, question, filters, menu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from desktop_app.translation import tr
from desktop_app.ui.key_menu import KeyMenu
from desktop_app.ui.narrowing import LEAST_WIDTH, Narrowing, NarrowingButton
from desktop_app.ui.question import QuestionBox
from desktop_app.ui.theme import LOOKS, Role, Space, Theme

_MENU = (
    *("add-folder", "scan", "ledger", "save", ""),
    *("models", "machine", "own", "settings", "", "guide", "help"),
)
_SHARE_OF_FILTERS = 4


class TopRow(QWidget):
    """Holds the question box and what narrows it; ``look_chosen(str)`` is a scheme or "".

    ``typed(str)`` is a question with its filter words that may not be finished.
    """

    look_chosen = Signal(str)
    library_toggled = Signal()
    typed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.question = QuestionBox(theme, self)
        self.narrowing = NarrowingButton(theme, self)
        self.question.typed.connect(self._on_typed)
        self._sidebar = self._button(tr("Show or hide the library"))
        self._sidebar.clicked.connect(self.library_toggled)
        self._more = self._button(tr("Menu"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        row.setSpacing(Space.S)
        row.addWidget(self._sidebar)
        row.addWidget(self.question, 1)
        row.addWidget(self.narrowing)
        row.addWidget(self._more)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave most of the row to the question, however long its filters are said."""
        super().resizeEvent(event)
        self.narrowing.setMaximumWidth(max(LEAST_WIDTH, self.width() // _SHARE_OF_FILTERS))

    def fill_menu(self, actions: Mapping[str, QAction], look: str) -> None:
        """Fill the menu with actions by name and the choice of looks."""
        menu = KeyMenu(self)
        for name in _MENU:
            if name:
                menu.addAction(actions[name])
            else:
                menu.addSeparator()
        looks = menu.addMenu(tr("Appearance"))
        group = self._looks = QActionGroup(looks)
        for text, value in LOOKS:
            action = looks.addAction(tr(text))
            action.setCheckable(True)
            action.setChecked(value == look)
            action.setData(value)
            group.addAction(action)
        group.triggered.connect(self._on_look_chosen)
        menu.addSeparator()
        menu.addAction(actions["quit"])
        self._more.setMenu(menu)

    def show_look(self, look: str) -> None:
        """Mark another look as the chosen one."""
        for action in self._looks.actions():
            action.setChecked(action.data() == look)

    def show_tools(self, *, are_useful: bool) -> None:
        """Show the library toggle and the filters, or hide them where there is nothing yet."""
        self._sidebar.setVisible(are_useful)
        self.narrowing.setVisible(are_useful)

    def narrow_to_folder(self, path: str) -> None:
        """Narrow the question to a root, "" for all."""
        self.narrowing.narrow(replace(self.narrowing.narrowing, folder=path))

    def ask_again(self, question: str, narrowing: Narrowing) -> None:
        """Ask a question as it was asked before."""
        self.question.put(question)
        if narrowing == self.narrowing.narrowing:
            self.question.asked.emit(self.question.question, True)
        else:
            # Whoever follows what narrows asks again.
            self.narrowing.narrow(narrowing)

    def full_question(self, today: date) -> str:
        """Give the question with its filter words; "" when nothing is asked."""
        question = self.question.question
        expression = self.narrowing.narrowing.expression(today)
        return f"{question} {expression}".strip() if question else ""

    def _on_typed(self) -> None:
        self.typed.emit(self.full_question(datetime.now().astimezone().date()))

    def _on_look_chosen(self, action: QAction) -> None:
        self.look_chosen.emit(action.data())

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        return button

    def _on_theme_changed(self) -> None:
        self._sidebar.setIcon(self._theme.icon("sidebar", Role.MUTED, 20))
        self._more.setIcon(self._theme.icon("more", Role.MUTED, 20))
