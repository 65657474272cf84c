"""How many own questions each way of searching answers: a row a way, a column a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from desktop_app.domain.own import OwnFigures, OwnStage
from desktop_app.translation import tr
from desktop_app.ui.own_view import stage_figure, stage_title, summary_of
from desktop_app.ui.theme import Space, TextStyle, Theme
from desktop_app.ui.wrapped import WrappedLabel, begin_lines

_NAME_WIDTH = 160
_ORDER = ("fulltext", "dense", "sparse", "fused", "reranked")


class OwnFiguresView(QWidget):
    """Shows figures of one or more models; the last row of each is what a user gets."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.summary = WrappedLabel("", self)
        self._table: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.L)
        self._column.addWidget(self.summary)
        self.hide()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Every figure as a screen reader says it."""
        if self._table is None:
            return ()
        return tuple(each.accessibleName() for each in self._table.findChildren(QProgressBar))

    def show_figures(self, figures: Sequence[OwnFigures], titles: Mapping[str, str]) -> None:
        """Show these figures, the answering model's first; nothing where there are none."""
        if self._table is not None:
            self._column.removeWidget(self._table)
            self._table.deleteLater()
            self._table = None
        self.setVisible(bool(figures))
        if not figures:
            return
        self.summary.put(summary_of(figures, dict(titles)))
        self._table = QWidget(self)
        self._column.addWidget(self._table)
        grid = QGridLayout(self._table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.XL)
        grid.setVerticalSpacing(Space.M)
        grid.setColumnMinimumWidth(0, _NAME_WIDTH)
        heads = [titles.get(each.pack, each.pack) for each in figures]
        for column, title in enumerate(heads, start=1):
            grid.addWidget(self._label(title, "section"), 0, column)
            grid.setColumnStretch(column, 1)
        stages = [{each.name: each for each in pack.stages} for pack in figures]
        rows = [name for name in _ORDER if any(name in each for each in stages)]
        for row, name in enumerate(rows, start=1):
            grid.addWidget(self._label(stage_title(name), "muted"), row, 0)
            for column, (title, known) in enumerate(zip(heads, stages, strict=True), start=1):
                if name in known:
                    is_last = name == next(reversed(known))
                    cell = self._cell(known[name], title, is_last=is_last)
                    grid.addWidget(cell, row, column)

    def _cell(self, stage: OwnStage, pack: str, *, is_last: bool) -> QWidget:
        cell = QWidget(self._table)
        figure = self._label(stage_figure(stage), "")
        figure.setFont(self._theme.font(TextStyle.BODY, strong=is_last, tabular=True))
        bar = QProgressBar(cell)
        bar.setRange(0, max(1, len(stage.ranks)))
        bar.setValue(stage.among_five)
        bar.setTextVisible(False)
        bar.setFixedHeight(4)
        bar.setAccessibleName(
            tr(
                "{model}, {way}: {figure}",
                model=pack,
                way=stage_title(stage.name),
                figure=stage_figure(stage),
            )
        )
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.XS)
        column.addWidget(figure)
        column.addWidget(bar)
        return cell

    def _label(self, text: str, style: str) -> QLabel:
        label = QLabel(text, self._table)
        if style:
            label.setProperty("style", style)
        label.setTextFormat(Qt.TextFormat.PlainText)
        begin_lines(label)
        return label
