"""What the question is narrowed to by the mouse: folder, types, time; said as filter words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from desktop_app.translation import mark, say_list, tr
from desktop_app.ui.theme import Role, Theme

TYPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        mark("PDF"): ("pdf",),
        mark("Text documents"): ("docx", "odt", "rtf", "doc"),
        mark("Spreadsheets"): ("xlsx", "ods", "csv", "xls"),
        mark("Slides"): ("pptx", "odp", "ppt"),
        mark("Notes and plain text"): ("md", "txt"),
        mark("Web pages"): ("html", "htm"),
        mark("Mail"): ("eml", "mbox", "msg"),
        mark("Books"): ("epub",),
    }
)
AGES: Mapping[str, int] = MappingProxyType(
    {mark("Last 7 days"): 7, mark("Last 30 days"): 30, mark("Last 12 months"): 365}
)
LEAST_WIDTH = 120
"""The room of the filter button, in pixels, in which what is chosen is shortened."""
_QUOTES = re.compile('["\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\uff02]')
"""What a question takes for a quotation mark; doubled, it stands for itself."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A folder's absolute path, a key of ``TYPES`` and a key of ``AGES``; "" is everything."""

    folder: str = ""
    kind: str = ""
    age: str = ""

    def expression(self, today: date) -> str:
        """Write it in the filter words that a question may hold."""
        words = []
        if self.folder:
            words.append(f'folder:"{_QUOTES.sub(lambda found: found[0] * 2, self.folder)}"')
        words += [f"type:{suffix}" for suffix in TYPES.get(self.kind, ())]
        if self.age:
            words.append(f"after:{today - timedelta(days=AGES[self.age])}")
        return " ".join(words)

    @property
    def sentence(self) -> str:
        """Say kind and age in the button; the folder shows in the library pane."""
        return say_list(tr(part) for part in (self.kind, self.age) if part)


class NarrowingButton(QToolButton):
    """The filter button beside the question; ``changed(Narrowing)``."""

    changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._narrowing = Narrowing()
        self.setAccessibleName(tr("Filters"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        menu = QMenu(self)
        self._choices: list[QAction] = []
        self._add_choices(menu, tr("Any type of file"), "kind", tuple(TYPES))
        menu.addSeparator()
        self._add_choices(menu, tr("Any time"), "age", tuple(AGES))
        self.setMenu(menu)
        theme.changed.connect(self._show)
        self._show()

    @property
    def narrowing(self) -> Narrowing:
        """What is chosen now."""
        return self._narrowing

    def minimumSizeHint(self) -> QSize:
        """Ask for no more than a few words' room; Qt shortens what does not fit."""
        hint = super().minimumSizeHint()
        return hint.boundedTo(QSize(LEAST_WIDTH, hint.height()))

    def narrow(self, narrowing: Narrowing) -> None:
        """Choose; emits ``changed`` when it is something else."""
        if narrowing != self._narrowing:
            self._narrowing = narrowing
            self._show()
            self.changed.emit(narrowing)

    def _add_choices(self, menu: QMenu, anything: str, part: str, choices: tuple[str, ...]) -> None:
        for text, value in ((anything, ""), *((tr(each), each) for each in choices)):
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setData((part, value))
            action.triggered.connect(self._on_chosen)
            self._choices.append(action)

    def _on_chosen(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        part, value = action.data()
        self.narrow(replace(self._narrowing, **{part: value}))
        self._show()

    def _show(self) -> None:
        sentence = self._narrowing.sentence
        self.setText(sentence or tr("Filters"))
        # Whole, where the button has no room for it.
        self.setToolTip(sentence or tr("Narrow the question to a type of file or a time"))
        self.setAccessibleDescription(sentence)
        self.setIcon(self._theme.icon("filter", Role.ACCENT if sentence else Role.MUTED))
        for action in self._choices:
            part, value = action.data()
            action.setChecked(getattr(self._narrowing, part) == value)
