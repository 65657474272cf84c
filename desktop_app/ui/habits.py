"""What the window does by itself, as the user wants it: remembering, restoring, staying."""

from __future__ import annotations

from dataclasses import dataclass, fields

from PySide6.QtCore import QObject, Signal

from desktop_app.ui.settings_store import SettingsStore

_YES, _NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Habits:
    """Every field is a habit of the window.

    ``remembers``: earlier questions are kept and offered; ``restores``: the last question
    and its passage come back at the start; ``stays``: closing the window only hides it in
    the tray; ``tells``: the end of a long run is said while the window is not in front.
    """

    remembers: bool = True
    restores: bool = True
    stays: bool = False
    tells: bool = True


class KeptHabits(QObject):
    """The habits in force, kept in the window's store; ``changed(Habits)`` when others are."""

    changed = Signal(object)

    def __init__(self, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._now = Habits(
            **{
                each.name: store.text(f"habit-{each.name}") == _YES
                for each in fields(Habits)
                if store.text(f"habit-{each.name}") in (_YES, _NO)
            }
        )

    @property
    def now(self) -> Habits:
        """What is in force."""
        return self._now

    def choose(self, habits: Habits) -> None:
        """Put others in force."""
        if habits == self._now:
            return
        self._now = habits
        for each in fields(Habits):
            self._store.put(f"habit-{each.name}", _YES if getattr(habits, each.name) else _NO)
        self.changed.emit(habits)
