"""Notice what changes in the indexed folders while Lectern runs.

watchdog reports from threads of its own; all that happens on these is that a path is put
into a deque, whose ``append`` and ``popleft`` are atomic. Everything else happens on the
index thread, which asks about once a second (``Watcher.changes``): bursts are waited out,
paths below others folded, too many taken for the whole folder.

Not every folder can be watched: network shares do not report what other computers change,
and Linux limits the number of watched folders. Those are reported as changed every ten
minutes, which makes the scanner look. Every folder is so once an hour, since events can be
lost.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Protocol

import psutil
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from desktop_app.domain.folders import FolderChanges
from desktop_app.indexing.mounts import mounts_below
from desktop_app.translation import mark, worded

_log = logging.getLogger(__name__)

_QUIET_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 15.0
"""A file that is written to all the time is looked at this often all the same."""
_POLL_SECONDS = 600.0
_RECONCILE_SECONDS = 3600.0
_AWAY_SECONDS = 5.0
_MOST_PATHS = 500
_BACK_OFF_SECONDS = (30.0, 120.0, 600.0, 3600.0)

_LIMIT_NUMBERS = frozenset({errno.ENOSPC, errno.EMFILE})
_LIMITS = mark(
    "{folder} has more folders than this system lets a program watch; "
    "it is looked through every ten minutes instead."
)
_NO_WATCHING = mark(
    "{folder} is in a place where this system does not report changes; "
    "it is looked through every ten minutes instead."
)
_NETWORK = frozenset(
    "9p afpfs afs ceph cifs davfs fuse glusterfs lustre ncpfs nfs nfs4 prl_fs smb2 smb3 smbfs "
    "vboxsf virtiofs webdav".split()
)
_CHANGES: list[type[FileSystemEvent]] = [
    FileAttribEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileClosedEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
]
"""Not that a file was opened or read: Lectern's own readers do that."""


class Observing(Protocol):
    """What is used of watchdog's observers."""

    def start(self) -> None:
        """Start to report."""

    def stop(self) -> None:
        """Stop to report."""

    def schedule(
        self,
        event_handler: FileSystemEventHandler,
        path: str,
        *,
        recursive: bool,
        event_filter: list[type[FileSystemEvent]],
    ) -> ObservedWatch:
        """Watch a folder."""
        ...

    def unschedule(self, watch: ObservedWatch) -> None:
        """Stop to watch a folder."""


class _Listener(FileSystemEventHandler):
    """Keeps the paths of events; runs on watchdog's threads."""

    def __init__(self, heard: deque[str]) -> None:
        self._heard = heard

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Keep where something changed, and where it was before."""
        for path in (event.src_path, event.dest_path):
            if path:
                self._heard.append(os.fsdecode(path))


class Watcher:
    """Watches folders from the first call of ``changes`` on until ``close``. Index thread.

    ``make_observer``, ``clock`` and ``is_remote`` are for the tests.
    """

    def __init__(
        self,
        *,
        make_observer: Callable[[], Observing] = Observer,
        clock: Callable[[], float] = time.monotonic,
        is_remote: Callable[[str], bool] | None = None,
    ) -> None:
        self._make_observer = make_observer
        self._clock = clock
        self._is_remote = is_remote or is_remote_folder
        self._observer: Observing | None = None
        self._heard: deque[str] = deque()
        self._watches: dict[str, ObservedWatch | None] = {}
        self._due: dict[str, float] = {}
        self._away: set[str] = set()
        self._mounts: dict[str, tuple[str, ...]] = {}
        self._partial: set[str] = set()
        self._looked_at = float("-inf")
        self._pending: dict[str, tuple[float, float]] = {}
        self._locked: dict[str, tuple[int, float]] = {}
        self._notices: list[str] = []

    def follow(self, roots: Collection[str]) -> None:
        """Watch these folders from now on; call it before they are scanned."""
        self._follow(roots, self._clock())

    def changes(self, roots: Collection[str]) -> FolderChanges:
        """Return what changed in these folders since the last call and is quiet by now.

        Folders that were not asked for before are watched from now on, others not any
        more. A folder that came back is reported whole. Returns at once, except where a
        folder of very many folders is watched for the first time (seconds).
        """
        now = self._clock()
        self._follow(roots, now)
        while self._heard:
            path = self._heard.popleft()
            began, _ = self._pending.get(path, (now, now))
            self._pending[path] = (began, now)
        for root, due in self._due.items():
            if now >= due:
                self._due[root] = now + self._interval(root)
                if root not in self._away:
                    self._pending[root] = (float("-inf"), float("-inf"))
        for path, (attempts, due) in self._locked.items():
            if now >= due:
                self._locked[path] = (attempts + 1, now + _back_off(attempts + 1))
                self._pending[path] = (float("-inf"), float("-inf"))
        ready = [
            path
            for path, (began, last) in self._pending.items()
            if now - last >= _QUIET_SECONDS or now - began >= _LONGEST_WAIT_SECONDS
        ]
        for path in ready:
            del self._pending[path]
        notices, self._notices = tuple(self._notices), []
        return FolderChanges(_folded(ready, roots), notices)

    def await_locked(self, paths: Iterable[str]) -> None:
        """Report these files again later, each time later than before; forget all others.

        They could not be opened or were being written when they were last looked at.
        """
        first = (0, self._clock() + _back_off(0))
        before = self._locked
        self._locked = {path: before.get(path, first) for path in paths}

    def close(self) -> None:
        """Stop to watch; closing twice is harmless."""
        if self._observer is not None:
            self._observer.stop()
            self._observer = None
        self._watches.clear()

    def _follow(self, roots: Collection[str], now: float) -> None:
        for root in self._watches.keys() - set(roots):
            self._unwatch(root)
            del self._watches[root], self._due[root]
            del self._mounts[root]
            self._partial.discard(root)
            self._away.discard(root)
        for root in roots:
            if root not in self._watches:
                self._watches[root] = self._watch(root)
                self._due[root] = now + self._interval(root)
        if now - self._looked_at >= _AWAY_SECONDS:
            self._looked_at = now
            for root in roots:
                self._look_for(root, now)

    def _look_for(self, root: str, now: float) -> None:
        """Notice that a root went away, which ends its watch, or came back."""
        if not os.path.lexists(root):
            if root not in self._away:
                self._away.add(root)
                self._unwatch(root)
        elif root in self._away:
            self._away.discard(root)
            self._watches[root] = self._watch(root)
            self._due[root] = now
        else:
            self._look_for_mounts(root, now)

    def _look_for_mounts(self, root: str, now: float) -> None:
        """Notice drives that were mounted or unmounted inside of a root, which nothing reports.

        What watches a folder does not see into what is mounted over a part of it later.
        """
        before, after = self._mounts[root], mounts_below(root)
        if after != before:
            self._unwatch(root)
            self._watches[root] = self._watch(root)
            for place in {*before} ^ {*after}:
                self._pending[str(Path(root, place))] = (now, now)

    def _interval(self, root: str) -> float:
        if self._watches[root] is None or root in self._partial:
            return _POLL_SECONDS
        has_share = any(self._is_remote(str(Path(root, each))) for each in self._mounts[root])
        return _POLL_SECONDS if has_share else _RECONCILE_SECONDS

    def _watch(self, root: str) -> ObservedWatch | None:
        self._partial.discard(root)
        self._mounts[root] = mounts_below(root)
        if not os.path.lexists(root):
            self._away.add(root)
            return None
        if self._is_remote(root):
            return None
        try:
            if self._observer is None:
                observer = self._make_observer()
                observer.start()
                self._observer = observer
            watch = self._observer.schedule(
                _Listener(self._heard), root, recursive=True, event_filter=_CHANGES
            )
            is_partial = _is_at_limit(self._observer)
        except OSError as error:
            if not os.path.lexists(root):
                self._away.add(root)  # it went between the two looks
                return None
            _log.warning("cannot watch a folder: %s", error.strerror)
            why = _LIMITS if error.errno in _LIMIT_NUMBERS else _NO_WATCHING
            self._notices.append(worded(why, folder=Path(root).name))
            return None
        if is_partial:
            self._partial.add(root)
            self._notices.append(worded(_LIMITS, folder=Path(root).name))
        return watch

    def _unwatch(self, root: str) -> None:
        watch, self._watches[root] = self._watches[root], None
        if watch is not None and self._observer is not None:
            # The folder may be gone, and with it what was watched.
            with contextlib.suppress(KeyError, OSError):
                self._observer.unschedule(watch)


def _is_at_limit(observer: Observing) -> bool:
    """Say whether nothing more can be watched, by trying with a folder of our own.

    watchdog passes over folders below the one that it is asked to watch where the system
    refuses them, and says nothing of it.
    """
    with tempfile.TemporaryDirectory(prefix="lectern-") as place:
        try:
            watch = observer.schedule(
                FileSystemEventHandler(), place, recursive=False, event_filter=_CHANGES
            )
        except OSError as error:
            return error.errno in _LIMIT_NUMBERS
        observer.unschedule(watch)
    return False


def _back_off(attempts: int) -> float:
    return _BACK_OFF_SECONDS[min(attempts, len(_BACK_OFF_SECONDS) - 1)]


def is_remote_folder(root: str) -> bool:
    """Say whether a folder is on a network share, or another file system that tells nothing.

    ``fuse`` with a subtype (sshfs, rclone) counts as one; fuseblk (NTFS, exFAT) does not.
    """
    if root.startswith(("\\\\", "//")):
        return True
    place = os.path.realpath(root)
    best, kind = "", ""
    for mount in psutil.disk_partitions(all=True):
        point = mount.mountpoint
        is_around = place == point or place.startswith(point.rstrip("/\\") + os.sep)
        if is_around and len(point) >= len(best):
            best, kind = point, mount.fstype.lower()
    return kind in _NETWORK or kind.startswith("fuse.")


def _folded(paths: Iterable[str], roots: Collection[str]) -> tuple[Path, ...]:
    """Leave out what is below another path, or in no root; many in one root are the root."""
    kept: list[Path] = []
    for path in sorted({Path(each) for each in paths}):
        if not kept or not path.is_relative_to(kept[-1]):
            kept.append(path)
    folded: list[Path] = []
    for root in sorted({Path(each) for each in roots}):
        inside = [path for path in kept if path.is_relative_to(root)]
        folded += [root] if len(inside) > _MOST_PATHS else inside
    return tuple(folded)
