"""One version of every table, held still while another process goes on writing.

Lance never changes a file that it has written, only adds and removes whole files, and the
newest manifest of a table names all that belong to it. So a table is held still by noting
its newest manifest and giving every file that is there a second name (a hard link) before
the writer can remove it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from desktop_app.store.schema import DOCUMENTS, PASSAGES, VECTORS_PREFIX

FOLDERS = "folders.json"
OWN_QUESTIONS = "own-questions.json"
HELD = "held-for-backup"
HOLDING_LOCK = "backup.lock"

_VERSIONS = "_versions"
_VERSION_HINT = "latest_version_hint.json"


def hold(library_dir: Path, held: Path) -> dict[str, Path]:
    """Return the files of one state of the library by their names in it.

    They are second names in the folder ``held``, or the files themselves where the file
    system has no hard links. Raises FileNotFoundError where the writer removed one
    meanwhile, OSError. Any thread.
    """
    note = library_dir / "library.json"
    files: dict[str, Path] = {note.name: note}
    for beside in (library_dir / FOLDERS, library_dir / OWN_QUESTIONS):
        if beside.exists():
            files[beside.name] = beside
    vectors = sorted(each.name for each in library_dir.glob(f"{VECTORS_PREFIX}*.lance"))
    for name in (f"{DOCUMENTS}.lance", f"{PASSAGES}.lance", *vectors):
        for path in _files_of_newest_version(library_dir / name):
            inside = path.relative_to(library_dir)
            files[inside.as_posix()] = _second_name(path, held / inside)
    return files


def release_abandoned(library_dir: Path) -> None:
    """Let go of what a killed backup held; one that is under way keeps it. Index thread.

    Held files stay on the disk although the library has given them up.
    """
    held = library_dir / HELD
    if held.exists():
        with suppress(Timeout), FileLock(library_dir / HOLDING_LOCK).acquire(timeout=0):
            shutil.rmtree(held, ignore_errors=True)


def _files_of_newest_version(table: Path) -> Iterator[Path]:
    newest = newest_manifest(table)
    if newest is None:
        return  # its creation was interrupted
    yield newest
    # Listed after the manifest, so that all its files are there; a few may belong to a
    # newer or older version, which costs their space in the copy.
    for folder, _, names in os.walk(table):
        if Path(folder).name != _VERSIONS:
            yield from (Path(folder, name) for name in sorted(names) if "#" not in name)


def newest_manifest(table: Path) -> Path | None:
    """Return the manifest of a table's newest version, None where it has none. Any thread.

    Lance names them by the version, or by its difference to 2^64 so that the newest comes
    first in a listing.
    """
    found = list((table / _VERSIONS).glob("*.manifest"))
    return max(found, key=version_of, default=None)


def discard_newest_version(table: Path) -> None:
    """Take a table back by one version, by its files; the writer's lock must be held."""
    newest = newest_manifest(table)
    if newest is not None:
        (newest.parent / _VERSION_HINT).unlink(missing_ok=True)
        newest.unlink()


def version_of(manifest: Path) -> int:
    """Return the version that a manifest's name stands for; -1 for an unfinished one."""
    digits = manifest.stem
    if not digits.isdecimal():
        return -1
    number = int(digits)
    return (1 << 64) - 1 - number if number >= 1 << 63 else number


def _second_name(path: Path, held: Path) -> Path:
    held.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(path, held)
    except FileNotFoundError:
        raise
    except OSError:
        return path
    return held
