"""The tables of one directory: opened, created, repaired, closed."""

from __future__ import annotations

import logging
import os
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from desktop_app.domain import VectorSpace
from desktop_app.errors import LibraryCorrupt, LibraryReadOnly, StoreError
from desktop_app.store import manifest as manifests
from desktop_app.store.commonness import is_outdated, read_commonness, write_commonness
from desktop_app.store.documents import Ledger
from desktop_app.store.failures import reading
from desktop_app.store.holding import (
    discard_newest_version,
    newest_manifest,
    release_abandoned,
    version_of,
)
from desktop_app.store.inventory import check_inventory, discard_inventory, write_inventory
from desktop_app.store.lance import LEAST_CACHE_BYTES, connect
from desktop_app.store.lock import WriterLock
from desktop_app.store.manifest import Manifest
from desktop_app.store.passages import PassageTable
from desktop_app.store.repair import is_mending, mark_mended, repair, sweep
from desktop_app.store.schema import (
    DOCUMENT_SCHEMA,
    DOCUMENTS,
    PASSAGE_SCHEMA,
    PASSAGES,
    VECTORS_PREFIX,
    vector_schema,
    vector_table_name,
)
from desktop_app.store.tidier import Tidier
from desktop_app.store.vectors import VectorTable
from desktop_app.translation import mark, worded

_log = logging.getLogger(__name__)

_FORGOTTEN = "forgotten_"
_PRIVATE = 0o700


def open_tables(directory: Path, *, is_writable: bool) -> Tables:
    """Open (or, writable, create) the tables of a directory; see ``open_library``."""
    _check_place(directory)
    if not is_writable:
        if manifests.read_manifest(directory) is None:
            raise StoreError(
                worded("There is no library in {folder} yet.", folder=str(directory)),
                mark("Index a folder first."),
            )
        return _read_tables(directory)
    directory.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    _make_private(directory)
    if not os.access(directory, os.W_OK | os.X_OK):
        raise LibraryReadOnly
    lock = WriterLock(directory)
    try:
        return Tables(directory, lock)
    except BaseException:
        lock.close()
        raise


@reading
def _read_tables(directory: Path) -> Tables:
    return Tables(directory, None)


def _make_private(directory: Path) -> None:
    """Take others' rights to a directory that holds the text of everything that was indexed.

    Also from one that was there before. On Windows the user's own folders are private
    already, and mode bits mean nothing.
    """
    if os.name == "nt":
        return
    with suppress(OSError):  # another's directory: we may write to it, its owner decides
        mode = stat.S_IMODE(directory.stat().st_mode)
        if mode & ~_PRIVATE:
            directory.chmod(mode & _PRIVATE)


class Tables:
    """Handles of the tables of one directory, and the lock of its writer if it is one."""

    def __init__(self, directory: Path, lock: WriterLock | None) -> None:
        self.directory = directory
        self._lock = lock
        self.tidier = Tidier(directory)
        self._is_marked = False
        self._writes_begun = self._writes_ended = 0
        if lock is not None:
            self._make_manifest()
            _remove_forgotten(directory)
            release_abandoned(directory)
        if not manifests.is_unclean(directory):
            check_inventory(directory)
        # One handle per table sees its own writes; only a reader beside another
        # process's writer has to look for newer versions at each query.
        interval = None if lock is not None else timedelta(0)
        self._database = connect(
            directory, read_consistency_interval=interval, cache_bytes=cache_for(directory)
        )
        ledger, passages = (
            self._open(DOCUMENTS, DOCUMENT_SCHEMA),
            self._open(PASSAGES, PASSAGE_SCHEMA),
        )
        self.ledger = Ledger(ledger, is_shared=lock is None, tidier=self.tidier)
        self.passages = PassageTable(passages, is_writable=lock is not None, tidier=self.tidier)
        self.common = read_commonness(directory)
        self._spaces: dict[str, VectorTable] = {}
        # A reader that opens a table while the writer creates it must not end up with a
        # second handle: a handle sees its own writes only.
        self._opening = threading.RLock()
        if lock is not None and manifests.is_unclean(directory):
            self._mend_spaces()
            keeps_vectors = is_mending(directory)
            repair(self.ledger, self.passages, self.spaces(), keeps_vectors=keeps_vectors)
            self._is_marked = True  # still on disk; an orderly close takes it away

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the mark of an unfinished write; raises LibraryReadOnly for a reader.

        A write that raises, or is cut short by ``close``, leaves the mark for good, so that
        the next start looks what is missing. Index thread.
        """
        self._check_writable()
        self._mark()
        self._writes_begun += 1
        # A table that is not open has replaced nothing.
        spaces = tuple(self._spaces.values())
        opened: tuple[VectorTable | PassageTable | Ledger, ...] = (
            *spaces,
            self.passages,
            self.ledger,
        )
        for table in opened:
            table.upkeep.clear()
        yield
        self._writes_ended += 1

    def read_manifest(self) -> Manifest:
        """Read ``library.json``; raises LibraryCorrupt when it is gone."""
        manifest = manifests.read_manifest(self.directory)
        if manifest is None:
            raise LibraryCorrupt
        return manifest

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace ``library.json``; raises LibraryReadOnly for a reader."""
        with self.writing():
            manifests.write_manifest(self.directory, manifest)

    def space(self, space: VectorSpace) -> VectorTable | None:
        """Return the table of a space, or None when it has none yet."""
        return self._space_if_there(vector_table_name(space))

    def make_space(self, space: VectorSpace) -> VectorTable:
        """Return the table of a space, created where there is none. Index thread."""
        name = vector_table_name(space)
        with self._opening:
            if name not in self._spaces:
                table = self._open(name, vector_schema(space))
                self._spaces[name] = VectorTable(table, is_writable=True, tidier=self.tidier)
            return self._spaces[name]

    def spaces(self) -> tuple[VectorTable, ...]:
        """Return the tables of all spaces."""
        tables = (self._space_if_there(name) for name in self._space_names())
        return tuple(table for table in tables if table is not None)

    def space_keys(self) -> tuple[str, ...]:
        """Return the keys of all spaces that have a table."""
        return tuple(name.removeprefix(VECTORS_PREFIX) for name in self._space_names())

    def space_of_key(self, key: str) -> VectorTable | None:
        """Return the table of a space by its key, or None where there is none."""
        return self._space_if_there(VECTORS_PREFIX + key)

    def bytes_of_space(self, key: str) -> int:
        """Count the bytes of a space's table on the disk; 0 where it has none."""
        return _bytes_in(self.directory / f"{VECTORS_PREFIX}{key}.lance")

    def drop_space(self, key: str) -> None:
        """Delete a space's table; one that is not there changes nothing. Index thread."""
        with self.writing(), self._opening:
            self._spaces.pop(VECTORS_PREFIX + key, None)
            place = self.directory / f"{VECTORS_PREFIX}{key}.lance"
            if place.exists():
                # Renamed first: half deleted it would look like a damaged table.
                place.rename(place.with_name(f"{_FORGOTTEN}{key}"))
            _remove_forgotten(self.directory)

    def all(self) -> Iterator[PassageTable | VectorTable | Ledger]:
        """Yield every table, the ones that matter most first."""
        yield self.passages
        yield from self.spaces()
        yield self.ledger

    def count_words(self) -> None:
        """Count how common words are where much has changed since; index thread."""
        if is_outdated(self.common, self.passages.count()):
            self.common = self.passages.count_words()
            write_commonness(self.directory, self.common)

    def prune(self, *, is_closing: bool = False) -> None:
        """Remove old versions that nobody can be reading any more. Index thread."""
        self._check_writable()
        if not self._is_marked and any(table.upkeep.is_littered() for table in self.all()):
            # The inventory notes what is removed now; the next start would miss it.
            self._mark()
        # One that is cut short by ``close`` is like a write that is.
        self._writes_begun += 1
        for table in self.all():
            table.upkeep.prune(is_closing=is_closing)
        self._writes_ended += 1

    def settle(self) -> None:
        """Remove vectors that waited for a lost passage which did not come. Index thread."""
        if is_mending(self.directory):
            with self.writing():
                sweep(self.passages, self.spaces())
            mark_mended(self.directory)

    def statistics(self) -> dict[str, int | str]:
        """Count rows and bytes; names as shown by ``doctor``."""
        sizes: dict[str, int | str] = {
            "directory": str(self.directory),
            "format": self.read_manifest().format,
            "documents": len(self.ledger.rows()),
            "passages": self.passages.count(),
        }
        sizes["bytes"] = _bytes_in(self.directory)
        return sizes

    def close(self, *, is_complete: bool) -> None:
        """Give the lock back, and take the mark away if nothing is left half done."""
        self.tidier.close()
        if self._lock is None:
            return
        has_unfinished = self._writes_begun != self._writes_ended
        try:
            if self._is_marked and is_complete and not has_unfinished:
                self.prune(is_closing=True)
                write_inventory(self.directory)
                manifests.mark_clean(self.directory)
                self._is_marked = False
        except (OSError, RuntimeError, StoreError) as error:
            # Everything was committed; the mark stays, and the next start looks closer.
            _log.warning("could not tidy up at the end: %s", type(error).__name__)
        finally:
            self._lock.close()

    def _mark(self) -> None:
        if not self._is_marked:
            manifests.mark_unclean(self.directory)
            discard_inventory(self.directory)
            self._is_marked = True

    def _check_writable(self) -> None:
        if self._lock is None:
            raise LibraryReadOnly(mark("The library was opened for reading only."))

    def _make_manifest(self) -> None:
        if manifests.read_manifest(self.directory) is None:
            if self._exists(DOCUMENTS):
                # The list of roots is gone with the file; guessing would lose folders.
                raise LibraryCorrupt
            manifests.write_manifest(self.directory, Manifest())

    def _open(self, name: str, schema: Any) -> Any:
        if self._exists(name):
            return self._opened(name)
        if self._lock is None:
            raise LibraryCorrupt
        return self._database.create_table(name, schema=schema)

    def _opened(self, name: str) -> Any:
        newest = newest_manifest(self.directory / f"{name}.lance")
        try:
            table = self._database.open_table(name)
        except ValueError as error:
            # Lance's answer for a table whose files do not make sense to it.
            raise LibraryCorrupt from error
        if newest is not None and table.version < version_of(newest):
            # Lance takes a manifest of zeros, as a power failure leaves it, for an empty
            # table, and repair would then take everything else for orphans.
            raise LibraryCorrupt
        return table

    def _space_if_there(self, name: str) -> VectorTable | None:
        with self._opening:
            return self._space(name) if self._exists(name) else None

    def _space(self, name: str) -> VectorTable:
        with self._opening:
            if name not in self._spaces:
                table = self._opened(name)
                is_writable = self._lock is not None
                self._spaces[name] = VectorTable(table, is_writable=is_writable, tidier=self.tidier)
            return self._spaces[name]

    def _exists(self, name: str) -> bool:
        # A table whose creation was interrupted has a directory but no version yet.
        return any((self.directory / f"{name}.lance" / "_versions").glob("*.manifest"))

    def _space_names(self) -> list[str]:
        names = sorted(each.stem for each in self.directory.glob(f"{VECTORS_PREFIX}*.lance"))
        return [name for name in names if self._exists(name)]

    def _mend_spaces(self) -> None:
        # Vectors can be made again from the passages, so a space that a crash left
        # unreadable loses its newest versions, or all of it, instead of the whole library.
        for name in self._space_names():
            place = self.directory / f"{name}.lance"
            while newest_manifest(place) is not None:
                try:
                    self._space(name)
                except (OSError, RuntimeError, LibraryCorrupt):
                    _log.warning("gave up an unreadable version of %s", name)
                    discard_newest_version(place)
                else:
                    break
            else:
                shutil.rmtree(place)


def _check_place(directory: Path) -> None:
    """Raise where no library can be, before anything there looks like a damaged one."""
    if not directory.exists():
        return
    if not directory.is_dir():
        raise StoreError(
            worded("{folder} is a file, and a library is a folder.", folder=str(directory)),
            mark("Name another one as library_dir in settings.toml, or with --library."),
        )
    if not os.access(directory, os.R_OK | os.X_OK):
        raise LibraryReadOnly(mark("The library's folder cannot be opened."))


def _remove_forgotten(directory: Path) -> None:
    for place in directory.glob(f"{_FORGOTTEN}*"):
        # What a reader in another process holds open is tried again at the next start.
        shutil.rmtree(place, ignore_errors=True)


def cache_for(directory: Path) -> int:
    """Return the bytes of a cache that questions to this library are quick with; any thread.

    What its indexes take on the disk, and no less than questions of all kinds use at 100,000
    passages (46 MB). With 64 MiB at a million passages each question read the words of the
    32 parts of the index anew: 690 ms of a processor, 72 with what is needed of 430 MiB in
    memory, which was 120 MB more.
    """
    return max(LEAST_CACHE_BYTES, sum(map(_bytes_in, directory.glob("*.lance/_indices"))))


def _bytes_in(directory: Path) -> int:
    total = 0
    for path in directory.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # compacted away meanwhile
    return total
