"""How far work on a pack is: a sentence, a thin bar, what holds it up, and its buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop_app.translation import say_in_turn, tr
from desktop_app.ui.theme import Space, TextStyle, Theme
from desktop_app.ui.wrapped import plain_label

_STEPS = 1000


class PackProgressRow(QWidget):
    """Two lines of words around a bar; the buttons are the owner's."""

    def __init__(self, theme: Theme, buttons: Sequence[QPushButton], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sentence = plain_label("caption", self)
        self._notice = plain_label("caption", self)
        self._bar = QProgressBar(self)
        self._bar.setAccessibleName(tr("Progress of the model"))
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(self._sentence, 1)
        for button in buttons:
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(self._bar)
        column.addLayout(line)
        column.addWidget(self._notice)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def sentences(self) -> str:
        """What it says."""
        return say_in_turn(self._sentence.text(), self._notice.text())

    def put(self, sentence: str, share: float | None, notice: str = "") -> None:
        """Show how far it is; a ``share`` of None leaves the bar empty."""
        self._sentence.setText(sentence)
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(round((share or 0.0) * _STEPS))
        self._notice.setText(notice)
        self._notice.setVisible(bool(notice))
        self.setAccessibleName(self.sentences)

    def _on_theme_changed(self) -> None:
        self._sentence.setFont(self._theme.font(TextStyle.CAPTION, tabular=True))
