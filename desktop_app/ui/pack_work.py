"""Downloads, imports and exports of packs, and which packs there are, seen from the UI thread.

What changes a pack's files shares the packs lane, one after the other. Pausing a download
ends it: what came so far is kept, the connection is given back, and the same goes for a
window that is closed meanwhile. Going on is downloading again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.domain import Coverage, IsCancelled, PackListing, PackProgress, PackUse
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.ui.pack_view import JobKind, PackJob
from desktop_app.ui.tasks import TaskHandle, TaskRunner

_PROGRESS_MS = 200
_NO_USE, _NOTHING = PackUse("", ""), Coverage(0, 0, 0, 0, 0)
_Iterate = Callable[[IsCancelled], Iterator[PackProgress]]


@dataclass(frozen=True, slots=True)
class PacksSeen:
    """What was read of the packs at one moment; ``free_bytes`` is of the packs' disk."""

    listings: tuple[PackListing, ...] = ()
    use: PackUse = _NO_USE
    coverage: Coverage = _NOTHING
    free_bytes: int = 0


class PackWork(QObject):
    """Gets, gives and removes packs; every method returns at once.

    Signals, on the UI thread: ``changed()`` whenever jobs, errors or what was seen changed;
    ``finished(PackJob)`` when a job has ended well and what it left was seen.
    """

    changed = Signal()
    finished = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._session: Session | None = None
        self._jobs: dict[str, PackJob] = {}
        self._handles: dict[str, TaskHandle] = {}
        self._errors: dict[str, LecternError] = {}
        self._done: list[str] = []
        self._seen = PacksSeen()
        self._costs: dict[str, float | None] = {}

    @property
    def seen(self) -> PacksSeen:
        """The packs as they were when last read."""
        return self._seen

    @property
    def costs(self) -> Mapping[str, float | None]:
        """What changing to a pack takes in seconds, for those of which it was asked."""
        return self._costs

    @property
    def jobs(self) -> tuple[PackJob, ...]:
        """What is under way or waits, oldest first."""
        return tuple(self._jobs.values())

    @property
    def is_copying(self) -> bool:
        """Whether packs are imported or exported; a download goes on where it was."""
        return any(job.kind is not JobKind.DOWNLOAD for job in self.jobs)

    def job_of(self, pack: str) -> PackJob | None:
        """Give the work on a pack's files, if any."""
        return next((job for job in self._jobs.values() if job.pack == pack), None)

    def nameless_import(self) -> tuple[str, PackJob] | None:
        """Give an import that no listed pack stands for yet, with the key to pause it."""
        names = {each.name for each in self._seen.listings}
        for key, job in self._jobs.items():
            if job.kind is JobKind.IMPORT and job.pack not in names:
                return key, job
        return None

    def error_of(self, pack: str) -> LecternError | None:
        """Give what went wrong last with a pack ("" for an import); None when all went well."""
        return self._errors.get(pack)

    def listing(self, pack: str) -> PackListing | None:
        """Find a pack among those seen."""
        return next((each for each in self._seen.listings if each.name == pack), None)

    def use_session(self, session: Session) -> None:
        """Work with this session from now on."""
        self._session = session
        self.refresh()

    def refresh(self) -> None:
        """Read again which packs there are and which one answers."""
        session = self._session
        if session is not None:
            self._tasks.submit("open", partial(_look, session), self._on_seen, key="packs seen")

    def download(self, pack: str) -> None:
        """Get a pack, or go on with getting it; waits for other work on packs."""
        session = self._session
        if session is not None and self.job_of(pack) is None:
            job = PackJob(JobKind.DOWNLOAD, pack)
            self._begin(pack, job, lambda stop: session.download_pack(pack, is_cancelled=stop))

    def take(self, path: Path) -> None:
        """Import a pack from a folder, a zip file or a hub cache."""
        session = self._session
        if session is not None and str(path) not in self._jobs:
            job = PackJob(JobKind.IMPORT, "", path.name or str(path))
            self._begin(str(path), job, lambda stop: session.import_pack(path, is_cancelled=stop))

    def give(self, pack: str, path: Path) -> None:
        """Export a pack to a zip file."""
        session = self._session
        if session is not None and self.job_of(pack) is None:
            job = PackJob(JobKind.EXPORT, pack, path.name)
            self._begin(pack, job, lambda stop: session.export_pack(pack, path, is_cancelled=stop))

    def pause(self, pack: str) -> None:
        """End the work on a pack (or an import's source) and keep what is there."""
        self._end(pack, lambda: None)

    def cancel(self, pack: str) -> None:
        """End the work on a pack, if any, and drop what is there of it unfinished."""
        session = self._session
        if session is None:
            return
        listing = self.listing(pack)
        is_unfinished = listing is not None and not listing.is_installed
        self._end(pack, partial(session.remove_pack, pack) if is_unfinished else lambda: None)

    def remove(self, pack: str) -> None:
        """Delete an installed pack's files."""
        session = self._session
        if session is not None:
            self._errors.pop(pack, None)
            self._tasks.submit(
                "packs",
                partial(session.remove_pack, pack),
                lambda _: self.refresh(),
                partial(self._on_failed, pack),
            )

    def tell(self, pack: str, error: LecternError | None) -> None:
        """Put an error on a pack's card, or take it off."""
        self._errors.pop(pack, None)
        if error is not None:
            self._errors[pack] = error
        self.changed.emit()

    def close(self) -> None:
        """End all work; what came so far is kept."""
        for handle in self._handles.values():
            handle.cancel()

    def _begin(self, key: str, job: PackJob, iterate: _Iterate) -> None:
        self._errors.pop(job.pack, None)
        self._jobs[key] = replace(job, is_waiting=bool(self._jobs))
        self._handles[key] = self._tasks.stream(
            "packs",
            iterate,
            partial(self._on_progress, key),
            partial(self._on_done, key),
            partial(self._on_failed, key),
            interval_ms=_PROGRESS_MS,
        )
        self.changed.emit()

    def _end(self, pack: str, afterwards: Callable[[], None]) -> None:
        key = next((key for key, job in self._jobs.items() if pack in (job.pack, key)), pack)
        if key in self._jobs:
            self._handles[key].cancel()
            self._jobs[key] = replace(self._jobs[key], is_ending=True)
            self.changed.emit()
        # Behind the work on its lane, so that what it leaves is there to be seen or dropped.
        self._tasks.submit(
            "packs", afterwards, lambda _: self._on_ended(key), partial(self._on_failed, key)
        )

    def _drop(self, key: str) -> None:
        self._jobs.pop(key, None)
        self._handles.pop(key, None)
        self.refresh()
        self.changed.emit()

    def _on_progress(self, key: str, progress: PackProgress) -> None:
        self._jobs[key] = replace(self._jobs[key], progress=progress, pack=progress.pack)
        self.changed.emit()

    def _on_done(self, key: str) -> None:
        # Its card would say for a moment that the pack can be downloaded, and who reads
        # "is here now" would not find it, so it stays until the packs were looked at again.
        self._handles.pop(key, None)
        self._done.append(key)
        self.refresh()

    def _on_ended(self, key: str) -> None:
        self._drop(key)

    def _on_failed(self, key: str, error: LecternError) -> None:
        job = self._jobs.get(key)
        # An import that fails is told where imports begin: its pack may have no card.
        place = "" if job is not None and job.kind is JobKind.IMPORT else key
        self._errors[place] = error
        self._drop(key)

    def _on_seen(self, seen: PacksSeen) -> None:
        self._seen = seen
        ended = [self._jobs.pop(key, None) for key in self._done]
        self._done.clear()
        self.changed.emit()
        for job in ended:
            if job is not None:
                self.finished.emit(job)
        session = self._session
        others = [
            each.name
            for each in seen.listings
            if each.is_installed and each.name not in (seen.use.answering, seen.use.chosen)
        ]
        if session is not None and others:
            # It may have to read 4.6 GB once, so it holds up no other reading.
            self._tasks.submit(
                "machine", partial(_cost, session, others), self._on_costs, key="pack costs"
            )

    def _on_costs(self, costs: dict[str, float | None]) -> None:
        if costs != self._costs:
            self._costs = costs
            self.changed.emit()


def _look(session: Session) -> PacksSeen:
    listings = session.packs()
    folders = [each.folder for each in listings if not each.is_installed]
    return PacksSeen(
        listings,
        session.pack_use(),
        session.coverage(),
        _free_bytes(folders[0]) if folders else 0,
    )


def _cost(session: Session, packs: Sequence[str]) -> dict[str, float | None]:
    costs: dict[str, float | None] = {}
    for pack in packs:
        try:
            costs[pack] = session.change_seconds(pack)
        except LecternError:
            costs[pack] = None  # said where it matters: when the pack is chosen
    return costs


def _free_bytes(folder: Path) -> int:
    """Ask the nearest folder that exists; 0 where the disk does not say."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return 0
