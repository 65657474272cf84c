"""What comes back at the next start: the window's place, its panes, the last question."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.ui.habits import KeptHabits
from desktop_app.ui.panes import Panes
from desktop_app.ui.results import ResultsView
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.top_row import TopRow

_WIDTH, _HEIGHT = 1280, 820
_QUESTION, _GROUPED, _YES = "question", "grouped", "yes"


class Remembering(QObject):
    """Reads the window's store when the window is made and writes it when it closes.

    The place and the panes come back in any case, the question where the user's habits
    have it so; otherwise the store holds none.
    """

    def __init__(
        self,
        store: SettingsStore,
        habits: KeptHabits,
        top: TopRow,
        panes: Panes,
        window: QWidget,
        *,
        results: ResultsView,
    ) -> None:
        super().__init__(window)
        self._store, self._habits = store, habits
        self._top, self._panes, self._window = top, panes, window
        self._results = results
        results.grouped.connect(self._on_grouped)

    def restore(self) -> None:
        """Bring back what was remembered; without any, a size that fits the screen."""
        window = self._window
        geometry = self._store.bytes("geometry")
        if geometry.isEmpty() or not window.restoreGeometry(geometry):
            available = QGuiApplication.primaryScreen().availableSize()
            window.resize(
                min(_WIDTH, available.width() - 40), min(_HEIGHT, available.height() - 60)
            )
        self._panes.restore(self._store.bytes("splitter"))
        self._results.group(is_grouped=self._store.text(_GROUPED) == _YES)
        if self._habits.now.restores:
            self._top.question.put(self._store.text(_QUESTION))

    def save(self) -> None:
        """Remember what is there now."""
        self._store.put("geometry", self._window.saveGeometry())
        splitter = self._panes.save()
        if not splitter.isEmpty():
            self._store.put("splitter", splitter)
        is_wanted = self._habits.now.restores
        self._store.put(_QUESTION, self._top.question.question if is_wanted else "")

    def _on_grouped(self, is_grouped: bool) -> None:  # noqa: FBT001 - from a signal
        self._store.put(_GROUPED, _YES if is_grouped else "")
