"""The session's life and everything that changes the library, seen from the UI thread.

All writes share the index lane. The lane is busy while indexing runs, so a write first
withdraws the run (what was done stays done), then writes, then indexing goes on. A run that
the user has paused stays paused over a write: what was added waits until it is resumed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.domain import Coverage, Document, IndexPhase, IndexProgress, Root
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.ui.ledger_listing import Listing, list_files
from desktop_app.ui.tasks import Lane, TaskHandle, TaskRunner

_PROGRESS_MS = 100


class LibraryWork(QObject):
    """Opens the session, indexes, adds and removes roots; every method returns at once.

    Signals, all on the UI thread: ``opened(Session)``, ``open_failed(LecternError)``,
    ``roots_changed(tuple[Root, ...], Coverage)``, ``files_listed(Listing)``,
    ``progressed(IndexProgress)``, ``index_began()``, ``index_ended()``, ``texts_read()`` when
    a run has read its files, which are found by their words from then on,
    ``failed(LecternError)`` for anything that went wrong while the library stays usable,
    ``kept(str)`` for a root that could not be removed, ``left()`` after one that was.
    """

    opened = Signal(object)
    open_failed = Signal(object)
    roots_changed = Signal(object, object)
    files_listed = Signal(object)
    index_began = Signal()
    progressed = Signal(object)
    index_ended = Signal()
    texts_read = Signal()
    failed = Signal(object)
    kept = Signal(str)
    left = Signal()

    def __init__(
        self,
        tasks: TaskRunner,
        open_session: Callable[[], Session],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._open_session = open_session
        self._session: Session | None = None
        self._run: TaskHandle | None = None
        self._waiting: list[Path] = []
        self._adding = self._writing = 0
        self._is_held = self._is_stopped = False
        self._phase = IndexPhase.DONE

    @property
    def session(self) -> Session | None:
        """The opened session, None until ``opened``."""
        return self._session

    @property
    def is_indexing(self) -> bool:
        """Whether a run is under way, held, or goes on once something is written."""
        return self._run is not None or (self._writing > 0 and not self._is_stopped)

    @property
    def is_paused(self) -> bool:
        """Whether a run is held, or will be once what is being written is written."""
        return self._run.is_paused() if self._run is not None else self._is_held

    @property
    def is_adding(self) -> bool:
        """Whether folders are on their way into the library."""
        return self._adding > 0

    def open(self) -> None:
        """Open the library on its own lane (heavy imports happen there)."""
        self._tasks.submit(
            "open", self._open_session, self._on_opened, self.open_failed.emit, key="open"
        )

    def add(self, paths: Sequence[Path]) -> None:
        """Add folders or files and index them; before ``opened`` they wait."""
        session = self._session
        if session is None:
            self._waiting.extend(paths)
            return
        chosen = tuple(paths)
        self._adding += 1
        self._writing += 1
        self._is_stopped = False
        self._withdraw()
        self._tasks.submit(
            "index", lambda: session.add_roots(chosen), self._on_added, self._on_add_failed
        )

    def remove(self, path: str) -> None:
        """Forget a root."""

        def on_error(error: LecternError) -> None:
            self.kept.emit(path)
            self.refresh()
            self.failed.emit(error)

        self.write(lambda session: session.remove_root(path), on_error, self.left.emit)

    def retry(self, documents: Sequence[Document]) -> None:
        """Read files again."""
        chosen = tuple(documents)
        if chosen:
            self.write(lambda session: session.retry(chosen))

    def write(
        self,
        change: Callable[[Session], object],
        on_error: Callable[[LecternError], None] | None = None,
        on_done: Callable[[], None] | None = None,
    ) -> None:
        """Change the library on the index lane, then index; ``failed`` without ``on_error``."""
        session = self._session
        if session is None:
            return
        report = on_error or self.failed.emit

        def on_failed(error: LecternError) -> None:
            self._writing -= 1
            report(error)
            self._go_on()

        def on_written(_: object) -> None:
            self._writing -= 1
            if on_done is not None:
                on_done()
            self._on_written()

        self._writing += 1
        self._is_stopped = False
        self._withdraw()
        self._tasks.submit("index", lambda: change(session), on_written, on_failed)

    def index(self) -> None:
        """Bring the library up to date; a run under way is resumed instead."""
        self._is_held = self._is_stopped = False
        if self._run is not None:
            self._run.resume()
        else:
            self._start(is_paused=False)

    def follow(self, paths: Sequence[Path]) -> bool:
        """Index what changed at these paths; False where something else is under way."""
        if self.is_indexing or self.is_paused:
            return False
        self._start(is_paused=False, paths=tuple(paths))
        return True

    def _go_on(self) -> None:
        """Index again after a write, held as before it, unless stopped meanwhile."""
        if self._run is None and not self._is_stopped:
            self._start(is_paused=self._is_held)
        self._is_held = False

    def _start(self, *, is_paused: bool, paths: Sequence[Path] = ()) -> None:
        session = self._session
        if session is None:
            return
        self._run = self._tasks.stream(
            "index",
            lambda is_cancelled: session.index(paths, is_cancelled=is_cancelled),
            self._on_progress,
            self._on_index_done,
            self._on_index_failed,
            interval_ms=_PROGRESS_MS,
            is_paused=is_paused,
        )
        self._phase = IndexPhase.SCANNING
        self.index_began.emit()

    def pause(self) -> None:
        """Hold the run after the step under way."""
        if self._run is not None:
            self._run.pause()
        else:
            self._is_held = self._writing > 0

    def resume(self) -> None:
        """Go on."""
        self._is_held = False
        if self._run is not None:
            self._run.resume()

    def stop(self) -> None:
        """End the run; what was done stays done and ``index`` goes on from there."""
        was_running, self._is_stopped = self.is_indexing, self._writing > 0
        self._withdraw()
        self._is_held = False
        if was_running:
            # Behind the run on its lane, so the counts are those after its last write.
            self._refresh("index")
            self.index_ended.emit()

    def refresh(self) -> None:
        """Read roots, coverage and ledger again."""
        self._refresh("open")

    def _withdraw(self) -> bool:
        run, self._run = self._run, None
        if run is not None:
            self._is_held = run.is_paused()
            run.cancel()
        return run is not None

    def _refresh(self, lane: Lane) -> None:
        session = self._session
        if session is None:
            return

        def read() -> tuple[tuple[Root, ...], Coverage, Listing]:
            return session.roots(), session.coverage(), list_files(session.files())

        self._tasks.submit(lane, read, self._on_read, self.failed.emit, key="refresh")

    def _on_opened(self, session: Session) -> None:
        self._session = session
        self.opened.emit(session)
        self._refresh("open")
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self.add(waiting)
        else:
            self.index()

    def _on_read(self, read: tuple[tuple[Root, ...], Coverage, Listing]) -> None:
        roots, coverage, listing = read
        self.roots_changed.emit(roots, coverage)
        self.files_listed.emit(listing)

    def _on_added(self, _: object) -> None:
        self._adding -= 1
        self._writing -= 1
        self._on_written()

    def _on_add_failed(self, error: LecternError) -> None:
        self._adding -= 1
        self._writing -= 1
        self.refresh()
        self.failed.emit(error)
        self._go_on()

    def _on_written(self) -> None:
        self.refresh()
        self._go_on()

    def _on_progress(self, progress: IndexProgress) -> None:
        before, self._phase = self._phase, progress.phase
        self.progressed.emit(progress)
        if progress.phase is IndexPhase.EMBEDDING and before is not progress.phase:
            self.texts_read.emit()

    def _on_index_done(self) -> None:
        self._run = None
        self.refresh()
        self.index_ended.emit()

    def _on_index_failed(self, error: LecternError) -> None:
        self._run = None
        self.refresh()
        self.index_ended.emit()
        self.failed.emit(error)
