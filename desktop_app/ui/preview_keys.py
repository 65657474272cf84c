"""Keys of a pane by name, as portable key texts, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_EITHER_WAY = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)


class KeyMap:
    """Tells what a key press means; the key pad is no other place for a key."""

    def __init__(self, callbacks: Mapping[str, Callable[[], None]]) -> None:
        self._callbacks = {
            QKeySequence(keys).toString(): callback for keys, callback in callbacks.items()
        }

    def callback_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        """Give what is to be done at a key press, or None."""
        key = Qt.Key(event.key())
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in _EITHER_WAY:
            # On many keyboards plus is typed with Shift.
            held &= ~Qt.KeyboardModifier.ShiftModifier
        return self._callbacks.get(QKeySequence(QKeyCombination(held, key)).toString())
