"""Which files the tables had at the last orderly end, so that damage shows at the next start.

Lance keeps no checksums, and a file that was cut short or lost while the library was closed
(a failing drive, a sync program) would otherwise show when a search first needs it. Sizes
are compared, not bytes: this takes milliseconds, reading all of it is ``rescue``'s.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from desktop_app.errors import LibraryCorrupt
from desktop_app.store.manifest import write_durably
from desktop_app.translation import worded

_NAME = "inventory.json"
_HINT = "latest_version_hint.json"


def write_inventory(directory: Path) -> None:
    """Note every file of every table with its size; raises OSError. Index thread."""
    # Durably: the mark of an unclean end goes next, and a power failure would otherwise leave
    # a whole library with an empty note, which looks like damage.
    write_durably(directory / _NAME, json.dumps(dict(_files(directory))))


def discard_inventory(directory: Path) -> None:
    """Forget what was noted, before the files are changed; raises OSError. Index thread."""
    (directory / _NAME).unlink(missing_ok=True)


def check_inventory(directory: Path) -> None:
    """Raise LibraryCorrupt where a noted file is gone or has another size. Any thread.

    Nothing is checked where nothing is noted: after a crash, in a library of an older
    version, or while a writer is at work.
    """
    try:
        noted = dict(json.loads((directory / _NAME).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return
    except (OSError, ValueError, TypeError) as error:
        raise LibraryCorrupt from error
    found = dict(_files(directory))
    damaged = sum(found.get(name) != size for name, size in noted.items())
    if damaged and (directory / _NAME).exists():
        raise LibraryCorrupt(
            worded("The library is damaged: {damaged} of its files are not whole.", damaged=damaged)
        )


def _files(directory: Path) -> Iterator[tuple[str, int]]:
    for table in directory.glob("*.lance"):
        for folder, _, names in os.walk(table):
            for name in names:
                path = Path(folder, name)
                # A writer that began this moment removes what it replaces.
                with suppress(FileNotFoundError):
                    if name != _HINT:
                        yield path.relative_to(directory).as_posix(), path.stat().st_size
