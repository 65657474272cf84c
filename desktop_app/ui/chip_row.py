"""A choice of few things, all of them in view: a row of chips."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QWidget

from desktop_app.translation import tr
from desktop_app.ui.flow import Flow
from desktop_app.ui.theme import Space


class ChipRow(Flow):
    """Holds (words, value) pairs; ``chosen()`` is emitted when the user took another one.

    All of them are said already, ``said`` says those that are only marked for translation.
    """

    chosen = Signal()

    def __init__(self, name: str, choices: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent, spacing=Space.XS)
        self.setAccessibleName(name)
        self._values = [value for _, value in choices]
        self._group = QButtonGroup(self)
        for number, (words, _) in enumerate(choices):
            chip = QToolButton(self)
            chip.setText(words)
            chip.setAccessibleName(tr("{name}: {value}", name=name, value=words))
            chip.setCheckable(True)
            self._group.addButton(chip, number)
            self.add(chip)
        self._group.idClicked.connect(lambda _: self.chosen.emit())

    @property
    def value(self) -> str:
        """The value of the chip that is down, "" where none is."""
        number = self._group.checkedId()
        return self._values[number] if number >= 0 else ""

    def put(self, value: str) -> None:
        """Press the chip of a value; none where it is not among them."""
        self._group.setExclusive(False)
        for number, each in enumerate(self._values):
            self._group.button(number).setChecked(each == value)
        self._group.setExclusive(True)

    def chip(self, value: str) -> QToolButton:
        """Give the chip of a value."""
        button = self._group.button(self._values.index(value))
        assert isinstance(button, QToolButton)
        return button


def said(choices: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Say the words of choices in the language of the interface."""
    return tuple((tr(words), value) for words, value in choices)
