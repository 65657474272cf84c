"""Says on the status line how far indexing is and how complete the library is."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject

from desktop_app.domain import Coverage, IndexProgress
from desktop_app.ui.choosing import Choosing
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.status import StatusLine

_REFRESH_MS = 30_000
"""Reading may go on for hours, and folders and files are to be seen as they come. A library of
100,000 files takes another thread about two seconds to read."""


class Reporting(QObject):
    """Connects the work on the library with the status line and the models that it prepares."""

    def __init__(
        self, work: LibraryWork, status: StatusLine, choosing: Choosing, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._work, self._status, self._choosing = work, status, choosing
        self._progress: IndexProgress | None = None
        self._coverage = Coverage(0, 0, 0, 0, 0)
        self._since_refresh = QElapsedTimer()
        self._since_refresh.start()
        work.progressed.connect(self._on_progressed)
        work.index_ended.connect(self._on_index_ended)
        status.pause_clicked.connect(self.toggle_pause)
        status.stop_clicked.connect(work.stop)
        choosing.changed.connect(self.show)

    def use_coverage(self, coverage: Coverage) -> None:
        """Say this where nothing runs."""
        self._coverage = coverage
        self.show()

    def toggle_pause(self) -> None:
        """Hold indexing, or let it go on."""
        if self._work.is_paused:
            self._work.resume()
        else:
            self._work.pause()
        self.show()
        self._choosing.show_progress(self._progress)

    def show(self) -> None:
        """Say what is known now."""
        if self._work.is_indexing and self._progress is not None:
            preparing = self._progress.preparing
            self._status.show_progress(
                self._progress,
                is_paused=self._work.is_paused,
                model=self._choosing.title_of(preparing) if preparing else "",
                answering=self._choosing.answering_title if preparing else "",
            )
        else:
            self._progress = None
            self._status.show_idle(self._coverage)

    def _on_progressed(self, progress: IndexProgress) -> None:
        was, self._progress = self._progress, progress
        self.show()
        self._choosing.show_progress(progress)
        is_another = was is not None and was.phase is not progress.phase
        if is_another or self._since_refresh.hasExpired(_REFRESH_MS):
            self._since_refresh.restart()
            self._work.refresh()

    def _on_index_ended(self) -> None:
        self.show()
        self._choosing.show_progress(None)
