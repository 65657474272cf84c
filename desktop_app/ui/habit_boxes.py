"""The part of the settings that is about the window itself."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.translation import mark, tr
from desktop_app.ui.habits import Habits
from desktop_app.ui.side import margins
from desktop_app.ui.theme import Space, Theme
from desktop_app.ui.tick_box import TickBox
from desktop_app.ui.wrapped import WrappedLabel

_SUMMONING = mark(
    "Starting Lectern again brings this window to the front with the cursor in the question "
    "box. Give that start a shortcut in your system's keyboard settings to ask from anywhere."
)


class HabitBoxes(QWidget):
    """One box a habit; ``changed(Habits)`` is to be put in force."""

    changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._habits = Habits()
        self._theme = theme
        self._boxes: dict[str, TickBox] = {}
        self._notes: dict[str, WrappedLabel] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)
        self._add(
            "remembers",
            tr("Keep earlier questions and offer them"),
            tr("The last 200, on this computer only. Switching it off forgets them."),
        )
        self._add("restores", tr("Begin with the last question and its passage"))
        self._add(
            "stays",
            tr("Keep running in the tray when the window is closed"),
            tr(
                "Folders are followed and questions answered at once. The icon's menu ends Lectern."
            ),
        )
        self._add("tells", tr("Say when a long run of indexing has ended"))
        self._explain(tr(_SUMMONING))

    def box(self, habit: str) -> TickBox:
        """Give the box of a habit by its name in ``Habits``."""
        return self._boxes[habit]

    def show_habits(self, habits: Habits) -> None:
        """Show what is in force."""
        self._habits = habits
        for name, box in self._boxes.items():
            box.setChecked(getattr(habits, name))

    def offer(self, **possible: bool) -> None:
        """Offer habits that need something of the desktop, by their names, or not."""
        for name, is_possible in possible.items():
            self._boxes[name].setVisible(is_possible)
            if name in self._notes:
                self._notes[name].setVisible(is_possible)

    def _add(self, habit: str, words: str, note: str = "") -> None:
        box = TickBox(self._theme, words, self)
        box.clicked.connect(self._on_clicked)
        self._boxes[habit] = box
        self._column.addWidget(box)
        if note:
            self._notes[habit] = self._explain(note)
            self._notes[habit].setContentsMargins(margins(Space.XL, 0, 0, Space.XS))

    def _explain(self, text: str) -> WrappedLabel:
        label = WrappedLabel("caption", self)
        label.put(text)
        self._column.addWidget(label)
        return label

    def _on_clicked(self) -> None:
        ticked = {name: box.isChecked() for name, box in self._boxes.items()}
        self._habits = replace(self._habits, **ticked)
        self.changed.emit(self._habits)
