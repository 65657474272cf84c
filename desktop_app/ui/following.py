"""Index what changes in the folders while nothing else is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from desktop_app.domain.folders import FolderChanges
from desktop_app.errors import LecternError
from desktop_app.translation import say_in_turn, tr
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.words import say_error

_LOOK_MS = 1000
_LONGEST_MS = 60_000


class Following(QObject):
    """Asks the session for changes once a second, on the index lane, while it is free.

    ``say`` shows a notice (a folder that can only be looked through now and then). After an
    error it is asked again, each time after twice as long, a minute at most; the reason is
    told once.
    """

    def __init__(
        self,
        work: LibraryWork,
        tasks: TaskRunner,
        say: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._tasks = tasks
        self._say = say
        self._is_asking = False
        self._changed: tuple[Path, ...] = ()
        self._told = ""
        self._timer = QTimer(self)
        self._timer.setObjectName("changes")
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        work.opened.connect(self._begin)

    def close(self) -> None:
        """Ask no more."""
        self._timer.stop()

    def _begin(self, _: object) -> None:
        self._timer.start()
        # Before the first run, which may go on for hours, so that it hears what changes.
        self._look()

    def _look(self) -> None:
        session = self._work.session
        if session is None or self._is_asking or self._work.is_indexing or self._work.is_paused:
            return
        if self._changed:
            # They came while something else was begun, whose look may have been before them.
            self._follow(())
            return
        self._is_asking = True
        self._tasks.submit("index", session.changes, self._on_changes, self._on_failed)

    def _on_changes(self, changes: FolderChanges) -> None:
        self._is_asking = False
        self._told = ""
        self._timer.setInterval(_LOOK_MS)
        for notice in changes.notices:
            self._say(tr(notice))
        self._follow(changes.paths)

    def _follow(self, paths: tuple[Path, ...]) -> None:
        self._changed = (*self._changed, *paths)
        if self._changed and self._work.follow(self._changed):
            self._changed = ()

    def _on_failed(self, error: LecternError) -> None:
        self._is_asking = False
        self._timer.setInterval(min(2 * self._timer.interval(), _LONGEST_MS))
        sentence = say_error(error)
        if sentence != self._told:
            self._told = sentence
            said = tr("Changes in your folders are not noticed for now.")
            self._say(say_in_turn(said, sentence))
