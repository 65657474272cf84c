"""A question of the user's own: asked on the spot, and the right passages ticked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain import Hit, SearchResult
from desktop_app.domain.own import OwnQuestion
from desktop_app.translation import tr
from desktop_app.ui.own_view import new_question, right_of
from desktop_app.ui.results_snippet import cut_snippet
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.side import margins
from desktop_app.ui.theme import Space, Theme
from desktop_app.ui.tick_box import BOX, TickBox
from desktop_app.ui.wrapped import WrappedLabel, begin_at_own_side

SHOWN = 10
"""Hits to choose from; who looks further would not read on in the answer either."""
_SNIPPET = 180


class OwnForm(QFrame):
    """Emits ``searched(str)``, ``kept(OwnQuestion)`` and ``left()``.

    ``offered()``: there is something to tick now, to be brought into view.

    Ticking "none of these" takes the other ticks away, and the other way round. Right
    passages of an earlier time that are not among the hits stay right unless "none" is ticked.
    """

    searched = Signal(str)
    kept = Signal(object)
    left = Signal()
    offered = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._question: OwnQuestion | None = None
        self._hits: Sequence[Hit] = ()
        self._ticks: list[TickBox] = []
        self.setProperty("ground", "card")
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(tr("A question to which you know the answer"))
        self.field.setAccessibleName(tr("Your question"))
        self.field.textEdited.connect(self._on_edited)
        self.finding = QPushButton(tr("Find"), self)
        self.finding.clicked.connect(self._on_find)
        self.field.returnPressed.connect(self._on_find)
        self.state = WrappedLabel("muted", self)
        self.none = TickBox(theme, tr("None of these has the answer"), self)
        self.none.toggled.connect(self._on_none)
        self.keep, self.cancel = QPushButton(tr("Keep"), self), QPushButton(tr("Cancel"), self)
        self.keep.setProperty("kind", "primary")
        self.keep.setAccessibleName(tr("Keep the question"))
        self.keep.clicked.connect(self._on_keep)
        self.cancel.setProperty("kind", "quiet")
        self.cancel.clicked.connect(self.left)
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.M)
        self._shown = QWidget(self)
        self._fill()
        self.begin(None)

    @property
    def ticks(self) -> tuple[TickBox, ...]:
        """The boxes of the hits on show, in order."""
        return tuple(self._ticks)

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was entered yet, so that it may go away by itself."""
        return self._question is None and not self.field.text() and not self.field.hasFocus()

    def begin(self, question: OwnQuestion | None, *, is_first: bool = False) -> None:
        """Begin with a new question, or with one that is to be changed, which is asked at once.

        The first one has nothing to go back to before something was entered.
        """
        self._question, self._is_first = question, is_first
        self.cancel.setVisible(not is_first)
        self.field.setText(question.text if question is not None else "")
        self._show_hits(())
        self._say("")
        self.finding.setEnabled(question is not None)
        if question is not None:
            self._on_find()

    def show_result(self, result: SearchResult) -> None:
        """Offer the hits of the final answer to be ticked."""
        hits = result.hits[:SHOWN]
        self._show_hits(hits)
        self.finding.setEnabled(True)
        if not hits:
            self._say(tr("Nothing was found. You can keep the question all the same."))
        else:
            self._say(tr("Tick each passage that has the answer."))
        self._shown.setVisible(True)
        self.keep.show()
        self.none.setChecked(not hits)
        if self._question is not None and not self._question.right:
            self.none.setChecked(True)
        self._show_keep()
        (self._ticks[0] if self._ticks else self.keep).setFocus()
        self.offered.emit()

    def show_failure(self, sentence: str) -> None:
        """Say why nothing can be found."""
        self.finding.setEnabled(True)
        self._show_hits(())
        self._say(sentence)

    def event(self, event: QEvent) -> bool:
        """Claim Esc; the window's own would leave the page with what was typed."""
        is_claimed = (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        )
        if is_claimed:
            event.accept()
        return is_claimed or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _on_find(self) -> None:
        text = self.field.text().strip()
        if text:
            self._show_hits(())
            self._say(tr("Searching…"))
            self.finding.setEnabled(False)
            self.searched.emit(text)

    def _on_edited(self, text: str) -> None:
        self.finding.setEnabled(bool(text.strip()))
        self.cancel.setVisible(bool(text) or not self._is_first)
        if self._hits or not self._shown.isHidden():
            # The ticks belong to what was asked.
            self._show_hits(())
            self._say("")

    def _on_none(self, is_ticked: bool) -> None:  # noqa: FBT001 - Qt's signal
        if is_ticked:
            for each in self._ticks:
                each.setChecked(False)
        self._show_keep()

    def _on_tick(self, is_ticked: bool) -> None:  # noqa: FBT001 - Qt's signal
        if is_ticked:
            self.none.setChecked(False)
        self._show_keep()

    def _on_keep(self) -> None:
        ticked = [
            right_of(hit)
            for hit, tick in zip(self._hits, self._ticks, strict=True)
            if tick.isChecked()
        ]
        old = () if self.none.isChecked() or self._question is None else self._question.right
        unseen = [each for each in old if not any(each.is_in(hit.passage) for hit in self._hits)]
        made = new_question(self.field.text(), [*ticked, *unseen])
        if self._question is not None:
            made = OwnQuestion(self._question.question_id, made.text, made.right)
        self.kept.emit(made)

    def _show_keep(self) -> None:
        is_judged = self.none.isChecked() or any(each.isChecked() for each in self._ticks)
        self.keep.setEnabled(is_judged)

    def _show_hits(self, hits: Sequence[Hit]) -> None:
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._hits, self._ticks = hits, []
        right = self._question.right if self._question is not None else ()
        before: QWidget = self.finding
        for hit in hits:
            row, tick = self._row(hit)
            self._list.addWidget(row)
            self._ticks.append(tick)
            tick.setChecked(any(each.is_in(hit.passage) for each in right))
            QWidget.setTabOrder(before, tick)
            before = tick
        for each in (self.none, self.keep, self.cancel):
            QWidget.setTabOrder(before, each)
            before = each
        self.none.setChecked(False)
        self._shown.setVisible(bool(hits))
        self.keep.setVisible(bool(hits))
        self._show_keep()

    def _row(self, hit: Hit) -> tuple[QWidget, TickBox]:
        row = QWidget(self)
        place = right_of(hit).name
        tick = TickBox(self._theme, drawable(place), row)
        snippet = cut_snippet(hit.passage.text, hit.highlights, characters=_SNIPPET).text
        words = WrappedLabel("caption", row)
        words.put(drawable(snippet))
        begin_at_own_side(words)
        below = QHBoxLayout()
        below.setContentsMargins(margins(BOX + Space.S, 0, 0, 0))
        below.addWidget(words)
        tick.setAccessibleDescription(words.text())
        tick.toggled.connect(self._on_tick)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(tick)
        column.addLayout(below)
        return row, tick

    def _say(self, sentence: str) -> None:
        self.state.put(sentence)
        self.state.setVisible(bool(sentence))
        self.setAccessibleDescription(sentence)

    def _fill(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self.field, 1)
        line.addWidget(self.finding)
        shown = QVBoxLayout(self._shown)
        shown.setContentsMargins(0, 0, 0, 0)
        shown.setSpacing(Space.M)
        shown.addLayout(self._list)
        shown.addWidget(self.none)
        foot = QHBoxLayout()
        foot.setSpacing(Space.S)
        foot.addWidget(self.keep)
        foot.addWidget(self.cancel)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.L, Space.L, Space.L, Space.L)
        column.setSpacing(Space.M)
        column.addLayout(line)
        column.addWidget(self.state)
        column.addWidget(self._shown)
        column.addLayout(foot)
