"""Mend a library whose tables cannot be read: keep what is sound, roll back or empty the rest.

A table that cannot be read is taken back to its newest version that can: Lance keeps the
versions of the last seconds, and damage by a power failure is in what was written last.
Where no version is sound the table is emptied. Whatever is missing afterwards is made again
by the next run of indexing. Passages are named by their content, so vectors find their
passages again when these were lost: therefore the mended library is not swept of vectors
without a passage before every folder has been read (``is_mending``).
"""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

from desktop_app.domain.keeping import Mending, TableState
from desktop_app.errors import LibraryCorrupt, StoreError
from desktop_app.store import manifest as manifests
from desktop_app.store.documents import Ledger
from desktop_app.store.failures import translated
from desktop_app.store.holding import FOLDERS, discard_newest_version, newest_manifest, version_of
from desktop_app.store.inventory import discard_inventory
from desktop_app.store.lance import connect
from desktop_app.store.lock import WriterLock
from desktop_app.store.manifest import Manifest
from desktop_app.store.repair import mark_mending
from desktop_app.store.schema import DOCUMENTS, PASSAGES, VECTORS_PREFIX
from desktop_app.translation import mark, worded

_log = logging.getLogger(__name__)

_BATCH_ROWS = 4096


@translated()
def mend(directory: Path) -> Mending:
    """Bring every table of a library to a state that can be read from end to end.

    Reads all of it (about 2 s for 200,000 passages with vectors) and drops the indexes,
    which are built anew. Raises LibraryLocked, LibraryTooNew, LibraryReadOnly, or StoreError
    where there is no library. Any thread but the UI thread; no session may be open.
    """
    if not directory.is_dir() or not any(directory.glob("*.lance")):
        raise StoreError(
            worded("There is no library in {folder} yet.", folder=str(directory)),
            mark("Index a folder first."),
        )
    lock = WriterLock(directory)
    try:
        discard_inventory(directory)
        is_listed = _has_readable_manifest(directory)
        spaces = sorted(each.stem for each in directory.glob(f"{VECTORS_PREFIX}*.lance"))
        tables = {name: _mend_table(directory, name) for name in (DOCUMENTS, PASSAGES, *spaces)}
        if not _is_json(directory / FOLDERS):
            (directory / FOLDERS).unlink()
        if not is_listed:
            _make_manifest_again(directory)
        if any(state is not TableState.WELL for state in tables.values()):
            manifests.mark_unclean(directory)
            mark_mending(directory)
        manifest = manifests.read_manifest(directory)
        roots = tuple(path for path, _ in manifest.roots) if manifest else ()
        return Mending(tables, roots, has_lost_roots=not is_listed)
    finally:
        lock.close()


def _mend_table(directory: Path, name: str) -> TableState:
    place = directory / f"{name}.lance"
    state = TableState.WELL
    while newest := newest_manifest(place):
        try:
            _read_through(directory, name, version_of(newest))
        except (OSError, RuntimeError, ValueError) as error:
            _log.warning("%s: a version that cannot be read: %s", name, type(error).__name__)
            discard_newest_version(place)
            state = TableState.ROLLED_BACK
        else:
            return state
    shutil.rmtree(place, ignore_errors=True)
    return TableState.EMPTIED


def _read_through(directory: Path, name: str, version: int) -> None:
    """Read every row and drop every index of a table's newest version."""
    # A fresh connection: what an earlier one has in memory proves nothing about the disk.
    table = connect(directory).open_table(name)
    if table.version != version:
        raise ValueError("Lance takes a manifest of zeros for an empty table")
    rows = 0
    for batch in table.search().limit(None).to_batches(_BATCH_ROWS):
        batch.validate(full=True)
        rows += batch.num_rows
    if rows != table.count_rows():
        raise ValueError("rows are missing")
    for index in table.list_indices():
        table.drop_index(index.name)


def _has_readable_manifest(directory: Path) -> bool:
    try:
        return manifests.read_manifest(directory) is not None
    except LibraryCorrupt:
        return False


def _is_json(path: Path) -> bool:
    try:
        return not path.exists() or isinstance(json.loads(path.read_bytes()), dict)
    except ValueError:
        return False


def _make_manifest_again(directory: Path) -> None:
    """List the folders that the rows of the documents name."""
    manifest = Manifest()
    if newest_manifest(directory / f"{DOCUMENTS}.lance") is not None:
        table = connect(directory).open_table(DOCUMENTS)
        for root, _ in Ledger(table, is_shared=False).rows():
            manifest = manifest.with_root(root)
    manifests.write_manifest(directory, manifest)
