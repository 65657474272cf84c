"""The settings page: every choice in its own words, in force as soon as it is made."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop_app.domain.preferences import Preferences, Surroundings
from desktop_app.translation import mark, tr
from desktop_app.ui.chip_row import ChipRow, said
from desktop_app.ui.flow import Flow
from desktop_app.ui.habit_boxes import HabitBoxes
from desktop_app.ui.scroll_page import ScrollPage
from desktop_app.ui.settings_wording import (
    interface_languages,
    language_name,
    languages_sentence,
    when_sentence,
)
from desktop_app.ui.side import margins
from desktop_app.ui.speaking import system_language
from desktop_app.ui.theme import LOOKS, Space, Theme
from desktop_app.ui.tick_box import TickBox
from desktop_app.ui.wrapped import WrappedLabel

_WHEN = (
    (mark("Always"), "always"),
    (mark("When plugged in"), "on power"),
    (mark("When nobody uses it"), "when idle"),
)
_SHARES = (
    (mark("All it needs"), "100"),
    (mark("Three quarters"), "75"),
    (mark("Half"), "50"),
    (mark("A quarter"), "25"),
)
_SIZES = (
    (mark("10 MB"), "10"),
    (mark("100 MB"), "100"),
    (mark("1 GB"), "1024"),
    (mark("10 GB"), "10240"),
)
_PATIENCE = ((mark("Quick"), "500"), (mark("Balanced"), "1500"), (mark("Thorough"), "5000"))


class SettingsPage(ScrollPage):
    """Shows ``Preferences``; emits what the user wants otherwise.

    ``changed(Preferences)`` is to be put in force; ``look_chosen(str)`` is a scheme or "",
    ``language_chosen(str)`` the code of a language of the window or "".
    ``data_requested()`` to choose a folder with language data, ``looked()`` to look again at
    this computer; ``backup_requested()``, ``restore_requested()``, ``repair_requested()``.
    """

    changed = Signal(object)
    look_chosen = Signal(str)
    language_chosen = Signal(str)
    looked = Signal()
    data_requested = Signal()
    backup_requested = Signal()
    restore_requested = Signal()
    repair_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("Settings"), parent)
        self._chosen = Preferences()
        self._around = Surroundings()
        self._languages: dict[str, TickBox] = {}
        self.error = WrappedLabel("danger", self)
        self.error.hide()
        self.when = ChipRow(tr("When to index"), said(_WHEN), self)
        self.share = ChipRow(tr("Share of the processor"), said(_SHARES), self)
        self.limit = ChipRow(tr("Largest file"), said(_SIZES), self)
        self.patience = ChipRow(tr("Time for ranking"), said(_PATIENCE), self)
        self.look = ChipRow(tr("Appearance"), said(LOOKS), self)
        languages = interface_languages(system_language())
        self.language = ChipRow(tr("Language"), languages, self)
        self.habits = HabitBoxes(theme, self)
        self.recognize = TickBox(
            theme, tr("Recognize the text of scanned pages and pictures"), self
        )
        self.interaction = TickBox(
            theme, tr("Compare word by word before ranking (slower; some models only)"), self
        )
        self.choose_data = self._button(
            tr("Choose a folder with language data…"), self.data_requested
        )
        self.look_again = self._button(tr("Look again"), self.looked)
        self.backup = self._button(tr("Back up…"), self.backup_requested)
        self.restore = self._button(tr("Restore a backup…"), self.restore_requested)
        self.repair = self._button(tr("Repair…"), self.repair_requested)
        self.advanced = self._button(tr("Show more settings"), None)
        self.advanced.setProperty("kind", "quiet")
        self._when_note = WrappedLabel("caption", self)
        self.languages_note = WrappedLabel("caption", self)
        self._ticks = QVBoxLayout()
        self._ticks.setSpacing(Space.XS)
        self._ticks.setContentsMargins(margins(Space.XL, 0, 0, 0))
        self._more = QWidget(self)
        self._scans: QWidget | None = None
        self._fill()
        self._connect()
        self.show_choices(self._chosen, self._around)

    def show_choices(self, chosen: Preferences, around: Surroundings) -> None:
        """Show what is chosen, and what this computer has."""
        self._chosen, self._around = chosen, around
        self.when.put(chosen.index_when)
        self.share.put(str(chosen.cpu_percent))
        self.limit.put(str(chosen.largest_file_mb))
        self.patience.put(str(chosen.rerank_budget_ms))
        self.recognize.setChecked(chosen.ocr)
        self.interaction.setChecked(chosen.late_interaction)
        self._when_note.put(when_sentence(chosen, around))
        self.languages_note.put(languages_sentence(chosen, around))
        self._show_languages()

    def show_look(self, look: str) -> None:
        """Show which appearance is chosen."""
        self.look.put(look)

    def show_language(self, code: str) -> None:
        """Show which language of the window is chosen."""
        self.language.put(code)

    def show_error(self, sentence: str) -> None:
        """Say that a choice could not be kept; "" to say no more of it."""
        self.error.put(sentence)
        self.error.setVisible(bool(sentence))

    def show_care(self, *, is_possible: bool) -> None:
        """Offer what needs the library closed, or not."""
        self.restore.setVisible(is_possible)
        self.repair.setVisible(is_possible)

    def show_scans(self) -> None:
        """Bring what is about scanned pages into view."""
        # After the page has been laid out.
        QTimer.singleShot(0, self, self._bring_scans)

    def tick(self, language: str) -> TickBox:
        """Give the box of a language."""
        return self._languages[language]

    def _bring_scans(self) -> None:
        assert self._scans is not None
        top = self._scans.mapTo(self._scans.window(), QPoint()).y()
        page_top = self.viewport().mapTo(self.viewport().window(), QPoint()).y()
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + top - page_top)
        self.recognize.setFocus()

    def _show_languages(self) -> None:
        if list(self._languages) != list(self._around.languages):
            for box in self._languages.values():
                self._ticks.removeWidget(box)
                box.deleteLater()
            self._languages = {}
            before: QWidget = self.recognize
            for each in self._around.languages:
                box = TickBox(self._theme, language_name(each), self.widget())
                box.clicked.connect(self._on_languages)
                self._ticks.addWidget(box)
                QWidget.setTabOrder(before, box)
                self._languages[each] = before = box
        for each, box in self._languages.items():
            box.setChecked(each in self._around.recognized)
            box.setEnabled(self._chosen.ocr)

    def _on_languages(self) -> None:
        ticked = [each for each, box in self._languages.items() if box.isChecked()]
        if not ticked:
            # None would mean the system's own, which is not what an empty list looks like.
            self._show_languages()
            self.show_error(
                tr("At least one language is needed. To recognize none, untick the first.")
            )
            return
        # In the order in which they were before: the first is the one tried first.
        order = [each for each in self._around.recognized if each in ticked]
        order += [each for each in ticked if each not in order]
        self._wish(replace(self._chosen, ocr_languages="+".join(order)))

    def _on_changed(self) -> None:
        chosen = self._chosen
        self._wish(
            replace(
                chosen,
                index_when=self.when.value or chosen.index_when,
                cpu_percent=int(self.share.value or chosen.cpu_percent),
                largest_file_mb=int(self.limit.value or chosen.largest_file_mb),
                rerank_budget_ms=int(self.patience.value or chosen.rerank_budget_ms),
                ocr=self.recognize.isChecked(),
                late_interaction=self.interaction.isChecked(),
            )
        )

    def _wish(self, chosen: Preferences) -> None:
        self.show_error("")
        if chosen != self._chosen:
            self.changed.emit(chosen)

    def _connect(self) -> None:
        for row in (self.when, self.share, self.limit, self.patience):
            row.chosen.connect(self._on_changed)
        for box in (self.recognize, self.interaction):
            box.clicked.connect(self._on_changed)
        self.look.chosen.connect(lambda: self.look_chosen.emit(self.look.value))
        self.language.chosen.connect(lambda: self.language_chosen.emit(self.language.value))
        self.advanced.clicked.connect(self._on_advanced)

    def _on_advanced(self) -> None:
        self._more.setVisible(self._more.isHidden())
        words = tr("Show more settings") if self._more.isHidden() else tr("Show fewer settings")
        self.advanced.setText(words)
        self.advanced.setAccessibleName(words)

    def _fill(self) -> None:
        self.column.addWidget(self.error)
        self._section(tr("Appearance"), self.look)
        self._section(
            # Translators: of the window, not of documents.
            tr("Language"),
            self.language,
            self._note(tr("Documents and questions may be in any language, whichever this is.")),
        )
        self._section(tr("This window"), self.habits)
        self._section(
            tr("When to index"),
            self.when,
            self._when_note,
        )
        self._section(
            tr("Share of the processor while indexing"),
            self.share,
            self._note(
                tr(
                    "Less leaves more to your other programs, and takes longer: with half of it, "
                    "twice as long. Questions are always answered at full speed."
                )
            ),
        )
        buttons = self._line(self.choose_data, self.look_again)
        self._scans = self._section(
            tr("Scanned pages"), self.recognize, self._ticks, self.languages_note, buttons
        )
        self._section(
            tr("Your library"),
            self._note(
                tr(
                    "A backup holds all that Lectern knows of your documents, not the documents "
                    "themselves. It can be made while Lectern works, and it can be brought back "
                    "on another computer. Repairing keeps what is sound and reads again what is "
                    "damaged."
                )
            ),
            self._line(self.backup, self.restore, self.repair),
        )
        self.column.addWidget(self.advanced, 0, Qt.AlignmentFlag.AlignLeading)
        more = QVBoxLayout(self._more)
        more.setContentsMargins(0, 0, 0, 0)
        more.setSpacing(Space.L)
        for section in (
            self._block(
                tr("Largest file that is read"),
                self.limit,
                self._note(
                    tr("Larger files are listed as left out. A folder may have a limit below.")
                ),
            ),
            self._block(
                tr("Time for ranking an answer"),
                self.patience,
                self._note(tr("More time puts more passages into their right order.")),
            ),
            self._block("", self.interaction),
        ):
            more.addWidget(section)
        self._more.hide()
        self.column.addWidget(self._more)
        self.column.addStretch(1)

    def _section(self, title: str, *parts: QWidget | QVBoxLayout) -> QWidget:
        block = self._block(title, *parts)
        self.column.addWidget(block)
        return block

    def _block(self, title: str, *parts: QWidget | QVBoxLayout) -> QWidget:
        block = QWidget(self)
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        if title:
            heading = WrappedLabel("heading", block)
            heading.put(title)
            column.addWidget(heading)
        for part in parts:
            if isinstance(part, QWidget):
                column.addWidget(part)
            else:
                column.addLayout(part)
        return block

    def _note(self, text: str) -> WrappedLabel:
        note = WrappedLabel("caption", self)
        note.put(text)
        return note

    def _line(self, *buttons: QPushButton) -> Flow:
        line = Flow(self)
        for button in buttons:
            line.add(button)
        return line

    def _button(self, text: str, clicked: SignalInstance | None) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        if clicked is not None:
            button.clicked.connect(clicked)
        return button
