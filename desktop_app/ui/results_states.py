"""The calm pages that stand where hits would: what happened, what it means, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain import SearchResult
from desktop_app.errors import LecternError
from desktop_app.translation import mark, say_in_turn, tr
from desktop_app.ui.side import margins
from desktop_app.ui.theme import Role, Space, Theme
from desktop_app.ui.wrapped import plain_label

_TEXT_WIDTH = 420
_ICON = 32
_COLUMN_STRETCH = 1000


class ResultsState(StrEnum):
    """What the list shows when it shows no hits."""

    EMPTY_LIBRARY = "empty-library"
    READY = "ready"
    SEARCHING = "searching"


@dataclass(frozen=True, slots=True)
class Notice:
    """An icon, a title, sentences, and whether adding a folder is the thing to do.

    The words are marked ones; they are translated where they are shown.
    """

    icon: str
    title: str
    sentences: tuple[str, ...] = ()
    offers_folder: bool = False


_NOTICES = {
    ResultsState.EMPTY_LIBRARY: Notice(
        "folder-add",
        mark("Your library is empty"),
        (
            mark(
                "Drop a folder on this window. Lectern reads it on this computer and sends nothing."
            ),
        ),
        offers_folder=True,
    ),
    ResultsState.READY: Notice(
        "search",
        mark("Ask your documents"),
        (
            mark("Ask in your own words and in any language, or type the words you remember."),
            mark("Put a phrase in quotes to find it exactly."),
        ),
    ),
    ResultsState.SEARCHING: Notice("search", mark("Searching…")),
}
NOTHING_CHOSEN = Notice(
    "file", mark("No passage selected"), (mark("Choose a passage to read it on its page."),)
)
LOADING = Notice("clock", mark("Loading…"))


def notice_of_state(state: ResultsState) -> Notice:
    """Give the page of a state without hits."""
    return _NOTICES[state]


def notice_of_error(error: LecternError) -> Notice:
    """Give the page of an error, in its own two sentences."""
    return Notice("warning", error.title, tuple(filter(None, (error.hint,))))


def notice_of_nothing(result: SearchResult) -> Notice:
    """Give the page of an answer without hits: what was searched and what to try."""
    coverage = result.coverage
    tries = []
    if result.query.filters:
        tries.append(mark("Take a filter out; it may exclude the document."))
    if result.query.phrases:
        tries.append(mark("Ask without the quotes; the words may stand in another order."))
    if not tries:
        tries.append(mark("Try fewer or other words, as they might stand in the document."))
    if coverage.needs_attention:
        tries.append(
            mark("The answer may be in a file that could not be read; see the list of files.")
        )
    return Notice("search", mark("Nothing found"), (*result.notices, coverage.sentence, *tries))


class NoticePage(QWidget):
    """Shows one ``Notice`` in the middle of its space; keeps no state but the text shown."""

    add_folder_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._notice = Notice("", "")
        self._icon = QLabel(self)
        self._title = self._label("heading")
        self._body = self._label("muted")
        self._add = QPushButton(tr("Add folder…"), self)
        self._add.setProperty("kind", "primary")
        self._add.setAccessibleName(tr("Add folder"))
        self._add.clicked.connect(self.add_folder_requested)
        middle = QWidget(self)
        middle.setMaximumWidth(_TEXT_WIDTH)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addStretch(2)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title)
        column.addWidget(self._body)
        column.addSpacing(Space.S)
        column.addWidget(self._add, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        row = QHBoxLayout(self)
        row.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        # The column takes what there is up to its maximum, the sides take the rest.
        row.addStretch(1)
        row.addWidget(middle, _COLUMN_STRETCH)
        row.addStretch(1)
        theme.changed.connect(self._on_theme_changed)

    def show_notice(self, notice: Notice) -> None:
        """Show another page."""
        self._notice = notice
        title, *sentences = self.sentences()
        self._title.setText(title)
        self._body.setText("\n\n".join(sentences))
        self._body.setVisible(bool(notice.sentences))
        self._add.setVisible(notice.offers_folder)
        self.setAccessibleName(title)
        self.setAccessibleDescription(say_in_turn(*sentences))
        self._on_theme_changed()

    def sentences(self) -> Sequence[str]:
        """Give what is shown, title first."""
        return tuple(map(tr, (self._notice.title, *self._notice.sentences)))

    def _label(self, style: str) -> QLabel:
        label = plain_label(style, self)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        return label

    def _on_theme_changed(self) -> None:
        if self._notice.icon:
            ratio = self.devicePixelRatioF()
            self._icon.setPixmap(self._theme.pixmap(self._notice.icon, Role.MUTED, _ICON, ratio))


class Hint(QWidget):
    """One line above the answer: a link to what would help, and a way to be rid of it."""

    taken = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.text = plain_label("caption", self)
        self.link = QPushButton(label, self)
        self.link.setProperty("kind", "link")
        self.link.setProperty("style", "caption")
        self.link.clicked.connect(self.taken)
        self.close_button = QToolButton(self)
        self.close_button.setAccessibleName(tr("Do not show this hint again"))
        self.close_button.setToolTip(tr("Do not show this hint again"))
        self.close_button.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(Space.L, Space.M, Space.M, 0))
        row.setSpacing(Space.S)
        row.addWidget(self.text, 1)
        row.addWidget(self.link)
        row.addWidget(self.close_button)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    def put(self, text: str) -> None:
        """Show a sentence; "" shows nothing."""
        self.text.setText(text)
        self.setVisible(bool(text))

    def _on_theme_changed(self) -> None:
        self.close_button.setIcon(self._theme.icon("close"))
