"""A menu whose keys are read as they are typed, also in a window from the right."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QStyleOptionMenuItem

from desktop_app.translation import isolate, spoken

_TAB = "\t"


class KeyMenu(QMenu):
    """Sets the keys of its actions apart, which Qt paints in the direction of the window."""

    def initStyleOption(self, option: QStyleOptionMenuItem, action: QAction) -> None:
        """Put the keys, which follow the text after a tab, between isolates (UAX 9)."""
        super().initStyleOption(option, action)
        text, tab, keys = option.text.partition(_TAB)
        if keys and spoken().is_right_to_left:
            option.text = text + tab + isolate(keys)
