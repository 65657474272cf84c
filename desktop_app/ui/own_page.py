"""The page "How good is it here?": own questions, the right passages, and what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.own import OwnFigures, OwnPack, OwnProgress, OwnQuestion
from desktop_app.translation import mark, tr
from desktop_app.ui.flow import Flow
from desktop_app.ui.own_figures import OwnFiguresView
from desktop_app.ui.own_form import OwnForm
from desktop_app.ui.own_view import ENOUGH, cost_of, found_of, where_of
from desktop_app.ui.pack_progress import PackProgressRow
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.theme import Role, Space, Theme
from desktop_app.ui.wrapped import WrappedLabel

_WIDTH = 720
_LEAD = mark(
    "Enter ten questions to which you know the answer, and tick the passages that have it. "
    "Lectern then counts how often such a passage is among the first five, with each way of "
    "searching and with each model. Nothing of this leaves the computer."
)


class OwnPage(QScrollArea):
    """Shows what it is given; emits what the user wants.

    ``looked()`` when it comes to the front; ``kept(OwnQuestion)`` and ``removed(OwnQuestion)``;
    ``searched(str)``; ``count_requested(str)`` names a pack, ``stopped()`` ends counting;
    ``export_requested()``, ``models_requested()``, ``closed()``.
    """

    looked = Signal()
    kept = Signal(object)
    removed = Signal(object)
    searched = Signal(str)
    count_requested = Signal(str)
    stopped = Signal()
    export_requested = Signal()
    models_requested = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._questions: tuple[OwnQuestion, ...] = ()
        self._packs: tuple[OwnPack, ...] = ()
        self._ranks: Mapping[str, int] = {}
        self._counted: frozenset[str] = frozenset()
        self.setAccessibleName(tr("How good is it here?"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.form = OwnForm(theme, self)
        self.form.hide()
        self.form.searched.connect(self.searched)
        self.form.kept.connect(self.kept)
        self.form.left.connect(self._on_left)
        self.form.offered.connect(self._bring_form_into_view)
        self.add = QPushButton(tr("Add a question"), self)
        self.add.clicked.connect(lambda: self.edit(None))
        self.export = QPushButton(tr("Export…"), self)
        self.export.setProperty("kind", "quiet")
        self.export.setToolTip(
            tr(
                "Write the questions to a folder, with the text of all documents, to measure "
                "elsewhere"
            )
        )
        self.export.clicked.connect(self.export_requested)
        self._stop = QPushButton(tr("Stop"), self)
        self._stop.setProperty("kind", "quiet")
        self._stop.setAccessibleName(tr("Stop counting"))
        self._stop.clicked.connect(self.stopped)
        self.progress = PackProgressRow(theme, (self._stop,), self)
        self.progress.hide()
        self.figures = OwnFiguresView(theme, self)
        self.error = WrappedLabel("danger", self)
        self.error.hide()
        self._count = WrappedLabel("section", self)
        self._rows, self._counts = QWidget(self), QWidget(self)
        self._list, self._actions = QVBoxLayout(self._rows), QVBoxLayout(self._counts)
        self._fill()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._show_actions()

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that somebody looks."""
        super().showEvent(event)
        self.looked.emit()

    def show_questions(
        self, questions: Sequence[OwnQuestion], ranks: Mapping[str, int] | None = None
    ) -> None:
        """Show the questions; ``ranks`` by id say where the right passage was found lately."""
        self._questions, self._ranks = tuple(questions), ranks or {}
        count = len(questions)
        self._count.put(
            tr("Your questions  ·  {count} of {enough}", count=count, enough=ENOUGH)
            if count < ENOUGH
            else tr("Your questions  ·  {count}", count=count)
        )
        _clear(self._list)
        for each in self._questions:
            row = self._row(each)
            self._list.addWidget(row)
            # At once: a layout shows what is new only when the window gets to it.
            row.show()
        self._rows.setVisible(bool(count))
        self.export.setVisible(bool(count))
        self._show_actions()
        if not count and self.form.isHidden():
            self.edit(None, has_focus=False)
        elif count and self.form.is_untouched:
            self.form.hide()
            self.add.show()

    def show_packs(self, packs: Sequence[OwnPack]) -> None:
        """Offer to count with these, the one that answers first."""
        self._packs = tuple(packs)
        self._show_actions()

    def edit(self, question: OwnQuestion | None, *, has_focus: bool = True) -> None:
        """Open the form for a new question, or for one that is to be changed."""
        self.form.begin(question, is_first=not self._questions)
        self.form.show()
        self.add.hide()
        if has_focus:
            self.form.field.setFocus()
            self._bring_form_into_view()

    def end_editing(self) -> None:
        """Close the form and go on to the next question."""
        self.form.setVisible(not self._questions)
        self.form.begin(None, is_first=not self._questions)
        self.add.setVisible(bool(self._questions))
        (self.add if self._questions else self.form.field).setFocus()

    def show_progress(self, progress: OwnProgress | None, title: str = "") -> None:
        """Show how far counting is; None when nothing is counted."""
        self.progress.setVisible(progress is not None)
        self._counts.setVisible(progress is None)
        if progress is not None:
            place = min(progress.asked + 1, progress.total)
            self.progress.put(
                tr(
                    "Asking question {place} of {total} with {model}",
                    place=place,
                    total=progress.total,
                    model=title,
                ),
                progress.asked / progress.total if progress.total else None,
            )

    def show_figures(self, figures: Sequence[OwnFigures]) -> None:
        """Show what was counted, the answering model's first."""
        titles = {each.name: tr(each.title) for each in self._packs}
        self.figures.show_figures(figures, titles)
        self._counted = frozenset(each.pack for each in figures)
        self._show_actions()

    def show_error(self, sentence: str) -> None:
        """Say what went wrong, in place; "" when nothing did."""
        self.error.put(sentence)
        self.error.setVisible(bool(sentence))

    def buttons(self) -> dict[str, QPushButton]:
        """Give the buttons that count, by pack, and "models" that leads away."""
        return {each.objectName(): each for each in self._counts.findChildren(QPushButton)}

    def _show_actions(self) -> None:
        _clear(self._actions)
        self._counts.setVisible(bool(self._questions) and self.progress.isHidden())
        waiting = []
        line = Flow(self._counts)
        for place, pack in enumerate(self._packs):
            if not pack.is_ready:
                waiting.append(pack)
                continue
            is_again = pack.name in self._counted
            title = drawable(tr(pack.title))
            button = QPushButton(
                tr("Count again with {model}", model=title)
                if is_again
                else tr("Count with {model}", model=title),
                self._counts,
            )
            button.setObjectName(pack.name)
            if not place and not is_again:
                button.setProperty("kind", "primary")
            button.clicked.connect(partial(self._on_count, pack.name))
            line.add(button)
        self._actions.addWidget(line)
        for pack in waiting:
            cost = WrappedLabel("caption", self._counts)
            cost.put(drawable(cost_of(pack)))
            self._actions.addWidget(cost)
        if waiting:
            models = QPushButton(tr("Models"), self._counts)
            models.setObjectName("models")
            models.clicked.connect(self.models_requested)
            self._actions.addWidget(models, 0, Qt.AlignmentFlag.AlignLeading)

    def _row(self, question: OwnQuestion) -> QWidget:
        row = QWidget(self._rows)
        words, where = WrappedLabel("", row), WrappedLabel("caption", row)
        words.put(drawable(question.text))
        told = where_of(question)
        rank = self._ranks.get(question.question_id)
        if rank is not None and question.right:
            told = f"{told}  ·  {found_of(rank)}"
        where.put(told)
        column = QVBoxLayout()
        column.setSpacing(Space.XS)
        column.addWidget(words)
        column.addWidget(where)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.S)
        line.addLayout(column, 1)
        for text, act in (
            (tr("Change"), partial(self.edit, question)),
            (tr("Remove"), partial(self.removed.emit, question)),
        ):
            button = QPushButton(text, row)
            button.setProperty("kind", "quiet")
            button.setAccessibleName(tr("{action}: {name}", action=text, name=question.text))
            button.clicked.connect(lambda _=False, act=act: act())
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _bring_form_into_view(self) -> None:
        # After the layout has made room for it; its end first, so that its beginning wins.
        def scroll() -> None:
            self.ensureWidgetVisible(self.form.cancel)
            self.ensureWidgetVisible(self.form.field)

        QTimer.singleShot(0, self, scroll)

    def _on_count(self, pack: str, *_: object) -> None:
        self.count_requested.emit(pack)

    def _on_left(self) -> None:
        is_empty = not self._questions and not self.form.field.text()
        self.end_editing()
        if is_empty:
            self.closed.emit()

    def _fill(self) -> None:
        title, lead = WrappedLabel("title", self), WrappedLabel("muted", self)
        title.put(tr("How good is it here?"))
        lead.put(tr(_LEAD))
        self._back = QPushButton(tr("Back"), self)
        self._back.setProperty("kind", "quiet")
        self._back.setToolTip(tr("Back to the answer (Esc)"))
        self._back.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self._back)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self._count, 1)
        line.addWidget(self.export)
        line.addWidget(self.add)
        for layout in (self._list, self._actions):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(Space.M)
        inner = QWidget(self)
        inner.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        column.addLayout(head)
        column.addWidget(lead)
        column.addWidget(self.figures)
        column.addWidget(self.progress)
        column.addWidget(self.error)
        column.addWidget(self._counts)
        column.addLayout(line)
        column.addWidget(self.form)
        column.addWidget(self._rows)
        column.addStretch(1)
        page = QWidget(self)
        row = QHBoxLayout(page)
        row.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        row.addStretch(1)
        row.addWidget(inner, 100)
        row.addStretch(1)
        self.setWidget(page)

    def _on_theme_changed(self) -> None:
        self._back.setIcon(self._theme.icon("chevron-left", Role.TEXT))
        self.add.setIcon(self._theme.icon("add", Role.TEXT))


def _clear(layout: QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
