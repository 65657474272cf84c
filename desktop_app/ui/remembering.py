"""What comes back at the next start: the window's place, its panes, the last question."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.domain import Coverage, Root, SearchResult
from desktop_app.ui.asking import Asking
from desktop_app.ui.habits import KeptHabits
from desktop_app.ui.library import LibraryPane
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.narrowing import Narrowing
from desktop_app.ui.panes import Panes
from desktop_app.ui.recall import Asked, read_asked, write_asked
from desktop_app.ui.results import ResultsView
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.top_row import TopRow

_WIDTH, _HEIGHT = 1280, 820
_ASKED, _PASSAGE, _GROUPED, _YES = "asked", "passage", "grouped", "yes"


class Remembering(QObject):
    """Reads the window's store when the window is made and writes it when it closes.

    The place and the panes come back in any case. The question with what narrows it, and
    the passage that was looked at, come back where the user's habits have it so; otherwise
    the store holds none of them.
    """

    def __init__(
        self,
        store: SettingsStore,
        habits: KeptHabits,
        window: QWidget,
        *,
        top: TopRow,
        panes: Panes,
        results: ResultsView,
        library: LibraryPane,
    ) -> None:
        super().__init__(window)
        self._store, self._habits, self._window = store, habits, window
        self._top, self._panes, self._results, self._library = top, panes, results, library
        self._passage = ""
        results.grouped.connect(self._on_grouped)

    def restore(self, work: LibraryWork, asking: Asking) -> None:
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
        asked = read_asked(self._store.text(_ASKED)) if self._habits.now.restores else None
        if asked is not None:
            self._top.question.put(asked.question)
            self._top.narrowing.narrow(asked.narrowing)
            self._passage = self._store.text(_PASSAGE)
            asking.answered.connect(self._on_answered)
            work.roots_changed.connect(self._on_roots_changed)

    def save(self) -> None:
        """Remember what is there now."""
        self._store.put("geometry", self._window.saveGeometry())
        splitter = self._panes.save()
        if not splitter.isEmpty():
            self._store.put("splitter", splitter)
        asked = Asked(self._top.question.question, self._top.narrowing.narrowing)
        hit = self._results.current_hit()
        is_wanted = self._habits.now.restores and bool(asked.question)
        self._store.put(_ASKED, write_asked(asked) if is_wanted else "")
        self._store.put(_PASSAGE, hit.passage.passage_id if is_wanted and hit else "")

    def _on_roots_changed(self, roots: tuple[Root, ...], _: Coverage) -> None:
        """Show in the library what the question is narrowed to, once there are folders."""
        folder = self._top.narrowing.narrowing.folder
        if folder in {root.path for root in roots}:
            self._library.choose(folder)
        elif folder:
            # It left the library meanwhile, and would narrow the question to nothing.
            now = self._top.narrowing.narrowing
            self._top.narrowing.narrow(Narrowing("", now.kind, now.age))

    def _on_answered(self, result: SearchResult) -> None:
        passage, wanted = self._passage, result.is_final and not self._results.list.is_chosen
        if result.is_final:
            self._passage = ""
        for hit in result.hits if wanted and passage else ():
            if hit.passage.passage_id == passage:
                self._results.select_hit(hit)

    def _on_grouped(self, is_grouped: bool) -> None:  # noqa: FBT001 - from a signal
        self._store.put(_GROUPED, _YES if is_grouped else "")
