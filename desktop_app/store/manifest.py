"""``library.json``: the format's version and the indexed folders; and the unclean mark.

The file is replaced atomically, so that it is always one whole state.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desktop_app.errors import LibraryCorrupt, LibraryTooNew

FORMAT = 1
_NAME = "library.json"
_UNCLEAN = "unclean"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``library.json`` says: version and ``roots`` as (path, time added in ISO 8601)."""

    format: int = FORMAT
    roots: tuple[tuple[str, str], ...] = ()

    def with_root(self, path: str) -> Manifest:
        """Add a folder; one that is there already keeps its place and time."""
        if any(path == each for each, _ in self.roots):
            return self
        return Manifest(self.format, (*self.roots, (path, datetime.now(UTC).isoformat())))

    def without_root(self, path: str) -> Manifest:
        """Leave a folder out; one that is not there changes nothing."""
        return Manifest(self.format, tuple(each for each in self.roots if each[0] != path))


def read_manifest(directory: Path) -> Manifest | None:
    """Read ``library.json``; None where there is none.

    Raises LibraryTooNew before looking at anything else, LibraryCorrupt when it is not
    what this program writes, OSError when it cannot be read. Any thread.
    """
    try:
        text = (directory / _NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        content = json.loads(text)
        version = int(content["format"])
        if version > FORMAT:
            raise LibraryTooNew
        roots = tuple((str(each["path"]), str(each["added"])) for each in content["roots"])
    except (ValueError, KeyError, TypeError) as error:
        raise LibraryCorrupt from error
    return Manifest(version, roots)


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Replace ``library.json`` atomically and durably; raises OSError. Index thread."""
    content = {
        "format": manifest.format,
        "roots": [{"path": path, "added": added} for path, added in manifest.roots],
    }
    # ASCII with \uXXXX keeps paths that are not valid Unicode (surrogate escapes).
    _write_durably(directory / _NAME, json.dumps(content, indent=1, ensure_ascii=True))


def mark_unclean(directory: Path) -> None:
    """Leave the mark that the library was being written; raises OSError. Index thread."""
    _write_durably(directory / _UNCLEAN, "")


def mark_clean(directory: Path) -> None:
    """Take the mark away, at an orderly close; raises OSError. Index thread."""
    (directory / _UNCLEAN).unlink(missing_ok=True)


def is_unclean(directory: Path) -> bool:
    """Say whether the last writer died before it closed the library. Any thread."""
    return (directory / _UNCLEAN).exists()


def _write_durably(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
