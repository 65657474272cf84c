"""What is left out of a folder: patterns, hidden files, size, and what that comes to."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget

from desktop_app.domain.folders import LeftOut, RootRules
from desktop_app.translation import mark, say_list, tr, tr_n
from desktop_app.ui.chip_row import ChipRow, said
from desktop_app.ui.flow import Flow
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.scroll_page import ScrollPage
from desktop_app.ui.theme import Theme
from desktop_app.ui.tick_box import TickBox
from desktop_app.ui.words import name_of
from desktop_app.ui.wrapped import WrappedLabel

_TYPING_MS = 400
_SIZES = (
    (mark("As in the settings"), "0"),
    (mark("1 MB"), "1"),
    (mark("10 MB"), "10"),
    (mark("100 MB"), "100"),
    (mark("1 GB"), "1024"),
)
_HELP = mark(
    "One pattern a line. A name leaves out every file and folder of that name; * stands for "
    "anything: *.bak, draft*. A / at the end means folders only: old/. With a / inside, it is "
    "a place below this folder: letters/private. Small and capital letters are the same."
)


class RulesPage(ScrollPage):
    """Shows the rules of one root and what they would leave out; ``before`` are in force.

    ``counted(RootRules)`` asks for that count, ``saved(RootRules)`` puts rules in force.
    """

    counted = Signal(object)
    saved = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("What is left out"), parent)
        self.root = ""
        self.before = RootRules()
        self._place = WrappedLabel("muted", self)
        self.patterns = QPlainTextEdit(self)
        self.patterns.setAccessibleName(tr("Patterns, one a line"))
        self.patterns.setTabChangesFocus(True)
        self.patterns.setFixedHeight(220)
        self.hidden = TickBox(theme, tr("Read hidden files and folders too"), self)
        self.limit = ChipRow(tr("Largest file"), said(_SIZES), self)
        self.outcome = WrappedLabel("", self)
        self.example = WrappedLabel("caption", self)
        self.save = QPushButton(tr("Save"), self)
        self.save.setProperty("kind", "primary")
        self.save.clicked.connect(lambda: self.saved.emit(self.rules))
        self.standard = QPushButton(tr("As for a new folder"), self)
        self.standard.setToolTip(tr("Put back the patterns that a new folder begins with"))
        self.standard.clicked.connect(lambda: self._put(RootRules()))
        self._typing = QTimer(self)
        self._typing.setObjectName("typing")
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(lambda: self.counted.emit(self.rules))
        self._fill()
        self.patterns.textChanged.connect(self._on_changed)
        self.hidden.clicked.connect(self._on_changed)
        self.limit.chosen.connect(self._on_changed)

    @property
    def rules(self) -> RootRules:
        """The rules as they stand on the page."""
        lines = (line.strip() for line in self.patterns.toPlainText().splitlines())
        excludes = tuple(dict.fromkeys(line for line in lines if line))
        # A limit that was set elsewhere has no chip, and stays.
        largest = int(self.limit.value) if self.limit.value else self.before.largest_mb
        return RootRules(excludes, self.hidden.isChecked(), largest)

    def show_rules(self, root: str, rules: RootRules) -> None:
        """Show the rules in force for a root."""
        self.root, self.before = root, rules
        self.heading.put(tr("What is left out of “{name}”", name=name_of(root)))
        self._place.put(drawable(root))
        self._put(rules)

    def show_outcome(self, found: LeftOut) -> None:
        """Say what the rules on the page come to."""
        self.outcome.put(outcome_sentence(found))
        examples = say_list(drawable(each) for each in found.examples)
        self.example.put(
            tr("Left out are, for example: {examples}", examples=examples) if examples else ""
        )
        self.example.setVisible(bool(examples))

    def show_error(self, sentence: str) -> None:
        """Say why the rules cannot be shown, counted or saved."""
        self.outcome.put(sentence)
        self.example.hide()

    def close_down(self) -> None:
        """Count no more."""
        self._typing.stop()

    def _put(self, rules: RootRules) -> None:
        self.patterns.setPlainText("\n".join(rules.excludes))
        self.hidden.setChecked(rules.has_hidden)
        self.limit.put(str(rules.largest_mb))
        self._on_changed()

    def _on_changed(self) -> None:
        self.save.setEnabled(self.rules != self.before)
        self.outcome.put(tr("Counting…"))
        self._typing.start()

    def _fill(self) -> None:
        help_text, heading = WrappedLabel("caption", self), WrappedLabel("heading", self)
        help_text.put(tr(_HELP))
        heading.put(tr("Largest file that is read"))
        buttons = Flow(self)
        for button in (self.save, self.standard):
            buttons.add(button)
        column = self.column
        column.addWidget(self._place)
        column.addWidget(self.patterns)
        column.addWidget(help_text)
        column.addWidget(self.hidden)
        column.addWidget(heading)
        column.addWidget(self.limit)
        column.addWidget(self.outcome)
        column.addWidget(self.example)
        column.addWidget(buttons)
        column.addStretch(1)


def outcome_sentence(found: LeftOut) -> str:
    """Say how many files are read and how many are left out, and why."""
    kept = tr_n("{count} file is read", "{count} files are read", found.kept)
    reasons = (
        # Translators: how many files, and why they are left out.
        (found.by_name, tr_n("{count} by a pattern", "{count} by a pattern", found.by_name)),
        (found.hidden, tr_n("{count} hidden", "{count} hidden", found.hidden)),
        (found.too_large, tr_n("{count} too large", "{count} too large", found.too_large)),
    )
    why = say_list(words for count, words in reasons if count)
    left = (
        # Translators: {why} is a list such as "2 hidden, 3 too large".
        tr_n("{count} is left out ({why})", "{count} are left out ({why})", found.total, why=why)
        if why
        else tr("none is left out")
    )
    if found.is_final:
        # Translators: as "5 files are read, 2 are left out (2 hidden)".
        return tr("{kept}, {left}.", kept=kept, left=left)
    return tr("So far: {kept}, {left}.", kept=kept, left=left)
