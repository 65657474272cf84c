"""Copies of a whole library: made while another process writes to it, checked when they return.

What is copied is one version of each table (``holding``), in the order of the ledger,
passages, vectors. Between them the writer may go on, and what does not match then is what a
crash could also have left, so a copy is marked to be looked through when it is first opened
(``repair``).
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from filelock import FileLock, Timeout

from desktop_app.domain import IsCancelled, never_cancelled
from desktop_app.domain.keeping import CopyProgress
from desktop_app.errors import (
    BackupDamaged,
    Cancelled,
    DiskFull,
    LibraryCorrupt,
    LibraryReadOnly,
    LibraryTooNew,
    StoreError,
)
from desktop_app.store import manifest as manifests
from desktop_app.store.failures import translated
from desktop_app.store.holding import HELD, HOLDING_LOCK, hold
from desktop_app.store.lock import WriterLock
from desktop_app.translation import mark, worded

_log = logging.getLogger(__name__)

_NOTE = "backup.json"
_FORMAT = 1
_LIBRARY = "library"
_BLOCK_BYTES = 4 << 20
_SPARE_BYTES = 64 << 20
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class _Copied:
    size: int
    digest: str


def back_up(
    library_dir: Path, target: Path, *, is_cancelled: IsCancelled = never_cancelled
) -> Generator[CopyProgress, None, None]:
    """Copy a library to the folder ``target``, which appears whole at the end or not at all.

    Works while another process or thread writes. A backup that is already there is replaced
    once the new one is complete. Raises StoreError where ``target`` holds anything else or
    cannot be written, DiskFull before anything is copied, LibraryCorrupt where the copy
    cannot be opened. When cancelled nothing is left behind. Any thread but the UI thread.
    """
    library_dir, target = library_dir.resolve(), target.expanduser().resolve()
    _check_target(library_dir, target)
    fresh = _ours_beside(target, "unfinished")
    with _writing(target), _alone(library_dir):
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            copied: dict[str, _Copied] = {}
            yield from _copy_held(library_dir, fresh / _LIBRARY, copied, is_cancelled)
            manifests.mark_unclean(fresh / _LIBRARY)
            counts = _counts(fresh / _LIBRARY)
            _write_note(fresh, copied, counts)
            _replace(target, fresh)
        except Cancelled:
            return
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def restore(
    backup: Path, library_dir: Path, *, is_cancelled: IsCancelled = never_cancelled
) -> Generator[CopyProgress, None, None]:
    """Put a backup in the place of the library; the old one is kept beside it under a new name.

    Every file is compared with what was written down when the backup was made, before the
    library is touched. Raises BackupDamaged, LibraryTooNew, LibraryLocked, DiskFull or
    StoreError, and leaves the library as it was then, also when cancelled. Any thread but
    the UI thread; no session of this library may be open.
    """
    backup, library_dir = backup.expanduser().resolve(), library_dir.resolve()
    note = _read_note(backup)
    fresh = _ours_beside(library_dir, "restoring")
    files = {str(name): _Copied(*each) for name, each in note["files"].items()}
    total = sum(each.size for each in files.values())
    with _writing(library_dir):
        library_dir.parent.mkdir(parents=True, exist_ok=True)
        _check_space(library_dir.parent, total)
        lock = WriterLock(library_dir) if library_dir.is_dir() else None
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            fresh.mkdir(mode=0o700)
            yield from _copy_checked(backup / _LIBRARY, fresh, files, is_cancelled)
            manifests.mark_unclean(fresh)
            if _counts(fresh) != note["counts"]:
                raise BackupDamaged
            if lock is not None:
                # Windows renames no folder with an open file in it.
                lock.close()
            _exchange(library_dir, fresh, _aside(library_dir))
        except Cancelled:
            return
        finally:
            if lock is not None:
                lock.close()
            shutil.rmtree(fresh, ignore_errors=True)


def is_backup(folder: Path) -> bool:
    """Say whether a folder holds a backup of Lectern. Any thread."""
    return (folder / _NOTE).is_file()


# ----------------------------------------------------------------------- copying


def _copy_held(
    library_dir: Path, target: Path, copied: dict[str, _Copied], is_cancelled: IsCancelled
) -> Iterator[CopyProgress]:
    held = library_dir / HELD
    shutil.rmtree(held, ignore_errors=True)
    try:
        for _ in range(_ATTEMPTS):
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(mode=0o700, parents=True)
            copied.clear()
            # Without hard links (FAT, a library that is read-only) the files stay where
            # they are, and the writer may remove one before it is copied.
            with suppress(FileNotFoundError):
                files = hold(library_dir, held)
                sizes = {name: path.stat().st_size for name, path in files.items()}
                _check_space(target, sum(sizes.values()))
                yield from _copy(files, target, copied, sum(sizes.values()), is_cancelled)
                return
        raise StoreError(
            mark("The library changed all the time."), mark("Pause indexing and try again.")
        )
    finally:
        shutil.rmtree(held, ignore_errors=True)


def _copy(
    files: Mapping[str, Path],
    target: Path,
    copied: dict[str, _Copied],
    total: int,
    is_cancelled: IsCancelled,
) -> Iterator[CopyProgress]:
    done = 0
    for name, path in files.items():
        if is_cancelled():
            raise Cancelled
        copied[name] = _copy_file(path, target / name)
        done += copied[name].size
        yield CopyProgress(done, max(total, done))


def _copy_checked(
    source: Path, target: Path, files: Mapping[str, _Copied], is_cancelled: IsCancelled
) -> Iterator[CopyProgress]:
    total = sum(each.size for each in files.values())
    done = 0
    for name, expected in files.items():
        if is_cancelled():
            raise Cancelled
        if any(path.anchor or ".." in path.parts for path in _readings(name)):
            raise BackupDamaged
        try:
            found = _copy_file(source / name, target / name)
        except FileNotFoundError as error:
            raise BackupDamaged from error
        if found != expected:
            raise BackupDamaged
        done += found.size
        yield CopyProgress(done, total)


def _readings(name: str) -> tuple[PurePath, ...]:
    """Return a name as each system reads it: to some of them a backslash is a border."""
    return PurePosixPath(name), PureWindowsPath(name)


def _copy_file(source: Path, target: Path) -> _Copied:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.blake2b(digest_size=32)
    size = 0
    with source.open("rb") as read, target.open("wb") as written:
        while block := read.read(_BLOCK_BYTES):
            written.write(block)
            digest.update(block)
            size += len(block)
        written.flush()
        os.fsync(written.fileno())
    return _Copied(size, digest.hexdigest())


# ------------------------------------------------------------------------- places


def _check_target(library_dir: Path, target: Path) -> None:
    if manifests.read_manifest(library_dir) is None:
        raise StoreError(
            worded("There is no library in {folder} yet.", folder=str(library_dir)),
            mark("Index a folder first."),
        )
    if target == library_dir or library_dir in target.parents or target in library_dir.parents:
        raise StoreError(
            mark("A backup cannot be inside the library, nor the library inside the backup."),
            mark("Choose another folder, best on another drive."),
        )
    if target.exists() and not is_backup(target) and not _is_empty(target):
        raise StoreError(
            worded("{target} is not empty and holds no backup.", target=str(target)),
            mark("Choose a new or empty folder."),
        )


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and next(folder.iterdir(), None) is None


def _check_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE_BYTES:
        raise DiskFull(
            worded(
                "The copy needs {needed:,.0f} MB, and {free:,.0f} MB are free.",
                needed=needed / 1e6,
                free=free / 1e6,
            ),
            mark("Free some space or choose another drive."),
        )


def _ours_beside(path: Path, what: str) -> Path:
    """Name a folder that may be deleted unseen, as nobody else would name one."""
    return path.with_name(f".{path.name}.lectern-{what}")


def _replace(target: Path, fresh: Path) -> None:
    before = _ours_beside(target, "before")
    shutil.rmtree(before, ignore_errors=True)
    _exchange(target, fresh, before)
    shutil.rmtree(before, ignore_errors=True)


def _exchange(place: Path, fresh: Path, before: Path) -> None:
    """Put a folder in the place of what may be there, which goes to ``before``; all or nothing."""
    if place.exists():
        place.replace(before)
    try:
        fresh.replace(place)
    except OSError:
        if before.exists():
            before.replace(place)
        raise


def _aside(library_dir: Path) -> Path:
    """Name the place where a library is kept; one that was never made goes at once."""
    if library_dir.exists() and {each.name for each in library_dir.iterdir()} <= {"writer.lock"}:
        shutil.rmtree(library_dir)
    stamp = datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H.%M.%S")
    return library_dir.with_name(f"{library_dir.name}.before {stamp}")


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    """Name the place in what the system says of it; errors of Lectern pass."""
    try:
        with translated():
            yield
    except LibraryReadOnly as error:
        raise StoreError(
            worded("{place} cannot be written.", place=str(place)), mark("Choose another folder.")
        ) from error
    except LibraryCorrupt as error:
        if not isinstance(error.__cause__, OSError):
            raise
        _log.warning("copying failed: %s", error.__cause__)
        raise StoreError(
            worded("Copying to {place} failed.", place=str(place)),
            mark("Check the drive, or choose another folder."),
        ) from error


@contextmanager
def _alone(library_dir: Path) -> Iterator[None]:
    """Let one backup at a time hold files of a library."""
    if not os.access(library_dir, os.W_OK):
        yield  # nothing can be held, and nobody writes
        return
    lock = FileLock(library_dir / HOLDING_LOCK, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(
            mark("A backup is being made already."), mark("Wait until it is done.")
        ) from None
    try:
        yield
    finally:
        lock.release(force=True)


# --------------------------------------------------------------------------- note


def _counts(library_dir: Path) -> dict[str, int]:
    """Open the copy as a reader would, and count what is in it."""
    from desktop_app.store.tables import open_tables

    tables = open_tables(library_dir, is_writable=False)
    try:
        return {
            "documents": len(tables.ledger.rows()),
            "passages": tables.passages.count(),
            "vectors": sum(each.count() for each in tables.spaces()),
        }
    finally:
        tables.close(is_complete=True)


def _write_note(folder: Path, copied: Mapping[str, _Copied], counts: Mapping[str, int]) -> None:
    note = {
        "backup": _FORMAT,
        "made": datetime.now(UTC).isoformat(),
        "counts": counts,
        "files": {name: [each.size, each.digest] for name, each in copied.items()},
    }
    with (folder / _NOTE).open("w", encoding="utf-8") as file:
        json.dump(note, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _read_note(folder: Path) -> dict[str, Any]:
    try:
        note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
        version = int(note["backup"])
        [_Copied(int(size), str(digest)) for size, digest in note["files"].values()]
        dict(note["counts"])
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StoreError(
            worded("{folder} is not a backup of Lectern.", folder=str(folder)),
            mark("Choose the folder that a backup made."),
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupDamaged from error
    if version > _FORMAT:
        raise LibraryTooNew(mark("The backup was made by a newer version of Lectern."))
    return dict(note)
