"""What is remembered of each indexed folder beside its path: its rules and its drive.

Kept in ``folders.json``, apart from the list of folders: losing it costs choices, not texts.
Rules may also be chosen by a program that does not hold the library's lock, so the file has a
lock of its own, held for one change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from desktop_app.domain import Document, DocumentStatus, Root, RootState
from desktop_app.domain.folders import RootRules
from desktop_app.errors import LibraryCorrupt, LibraryLocked
from desktop_app.store.failures import translated
from desktop_app.store.holding import FOLDERS
from desktop_app.store.manifest import write_durably
from desktop_app.store.tables import Tables

_LOCK = "folders.lock"
_LOCK_SECONDS = 10.0
_Change = Callable[["_Folder"], "_Folder | None"]


@dataclass(frozen=True, slots=True)
class _Folder:
    rules: RootRules = field(default_factory=RootRules)
    mount: str = ""
    inside: tuple[str, ...] = ()


class Folders:
    """Rules and drives of the indexed folders of one library.

    ``paths``, ``rules``, ``all_rules``, ``mount`` and ``stamp`` read, on any thread. The others
    write and raise LibraryReadOnly, DiskFull and LibraryLocked: ``set_rules`` also where the
    library is open for reading only, the rest on the index thread of the writer.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @translated()
    def paths(self) -> tuple[str, ...]:
        """Return the indexed folders in the order they were added, without counting."""
        return tuple(path for path, _ in self._tables.read_manifest().roots)

    @translated()
    def rules(self, root: str) -> RootRules:
        """Return what is left out of a folder; the defaults where nothing was chosen."""
        return self._read().get(root, _Folder()).rules

    @translated()
    def all_rules(self) -> dict[str, RootRules]:
        """Return what is left out of each folder for which anything was chosen."""
        return {root: folder.rules for root, folder in self._read().items()}

    @translated()
    def stamp(self) -> tuple[int, int]:
        """Return what changes whenever anything here is changed, by whichever program."""
        try:
            status = (self._tables.directory / FOLDERS).stat()
        except FileNotFoundError:
            return 0, 0
        return status.st_mtime_ns, status.st_ino

    @translated()
    def set_rules(self, root: str, rules: RootRules) -> None:
        """Choose what is left out of a folder; the next run of indexing acts on it."""
        self._change(root, lambda folder: replace(folder, rules=rules))

    @translated()
    def mount(self, root: str) -> str:
        """Return where the folder's drive was mounted when it was last scanned, or ""."""
        return self._read().get(root, _Folder()).mount

    @translated()
    def mounts_inside(self, root: str) -> tuple[str, ...]:
        """Return where in the folder ("/" between parts) other drives were mounted then."""
        return self._read().get(root, _Folder()).inside

    @translated()
    def set_mount(self, root: str, mount: str, *, inside: tuple[str, ...] = ()) -> None:
        """Remember where its drives are mounted; the same again writes nothing."""
        before = self._read().get(root, _Folder())
        if (before.mount, before.inside) != (mount, inside):
            self._change(root, lambda folder: replace(folder, mount=mount, inside=inside))

    @translated()
    def forget(self, root: str) -> None:
        """Forget what was chosen for a folder."""
        if root in self._read():
            self._change(root, lambda _: None)

    def _change(self, root: str, change: _Change) -> None:
        directory = self._tables.directory
        try:
            with FileLock(directory / _LOCK).acquire(timeout=_LOCK_SECONDS):
                folders = self._read()
                changed = change(folders.pop(root, _Folder()))
                if changed is not None:
                    folders[root] = changed
                content = {path: asdict(each) for path, each in folders.items()}
                # ASCII with \uXXXX keeps paths that are not valid Unicode.
                write_durably(directory / FOLDERS, json.dumps(content, indent=1))
        except Timeout:
            raise LibraryLocked from None

    def _read(self) -> dict[str, _Folder]:
        try:
            text = (self._tables.directory / FOLDERS).read_text(encoding="utf-8")
            return {path: _folder_from(row) for path, row in json.loads(text).items()}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LibraryCorrupt from error


def _folder_from(row: dict[str, Any]) -> _Folder:
    rules = row["rules"]
    return _Folder(
        rules=RootRules(
            excludes=tuple(map(str, rules["excludes"])),
            has_hidden=bool(rules["has_hidden"]),
            largest_mb=int(rules["largest_mb"]),
        ),
        mount=str(row["mount"]),
        inside=tuple(map(str, row.get("inside", ()))),  # absent where an older version wrote it
    )


def count_root(path: str, rows: Sequence[Document]) -> Root:
    """Return a folder with the counts of its rows; looks whether it is there now."""

    def count(status: DocumentStatus) -> int:
        return sum(row.status is status for row in rows)

    return Root(
        path=path,
        state=RootState.HERE if Path(path).exists() else RootState.AWAY,
        documents=len(rows),
        indexed=count(DocumentStatus.INDEXED),
        partial=count(DocumentStatus.PARTIAL),
        failed=count(DocumentStatus.FAILED),
        skipped=count(DocumentStatus.SKIPPED),
        last_indexed=max((row.indexed_at for row in rows), default=None),
    )
