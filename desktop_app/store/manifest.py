"""``library.json``: format, indexed folders and vector spaces; and the unclean mark.

The file is replaced atomically, so that it is always one whole state.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from desktop_app.domain import VectorSpace
from desktop_app.errors import LibraryCorrupt, LibraryTooNew

FORMAT = 2
"""Format 1 knew roots only. It is read, and becomes 2 with the first change: a program that
does not know of packs would drop the choice, so it must refuse the library instead."""
_NAME = "library.json"
_UNCLEAN = "unclean"


@dataclass(frozen=True, slots=True)
class SpaceEntry:
    """A vector space that this library knows.

    ``source`` is what to ask for its pack by: a name, or a folder; "" where nobody knows.
    ``rejected`` are ids of passages that the embedder could not read.
    """

    space: VectorSpace
    source: str
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``library.json`` says: version and ``roots`` as (path, time added in ISO 8601).

    ``pack`` is the chosen pack as in ``SpaceEntry.source``, "" before any was.
    ``answering`` and ``building`` are keys of spaces, or "".
    """

    format: int = FORMAT
    roots: tuple[tuple[str, str], ...] = ()
    pack: str = ""
    answering: str = ""
    building: str = ""
    spaces: tuple[SpaceEntry, ...] = ()

    def with_root(self, path: str) -> Manifest:
        """Add a folder; one that is there already keeps its place and time."""
        if any(path == each for each, _ in self.roots):
            return self
        return replace(self, roots=(*self.roots, (path, datetime.now(UTC).isoformat())))

    def without_root(self, path: str) -> Manifest:
        """Leave a folder out; one that is not there changes nothing."""
        return replace(self, roots=tuple(each for each in self.roots if each[0] != path))

    def entry(self, key: str) -> SpaceEntry | None:
        """Return what is known of a space."""
        return next((each for each in self.spaces if each.space.key == key), None)

    def with_space(self, entry: SpaceEntry) -> Manifest:
        """Add a space, or replace what was known of it."""
        if self.entry(entry.space.key) is None:
            return replace(self, spaces=(*self.spaces, entry))
        return replace(
            self,
            spaces=tuple(
                entry if each.space.key == entry.space.key else each for each in self.spaces
            ),
        )

    def without_space(self, key: str) -> Manifest:
        """Leave a space out; one that is not there changes nothing."""
        return replace(self, spaces=tuple(each for each in self.spaces if each.space.key != key))


def is_library(directory: Path) -> bool:
    """Say whether there is a library in a directory, however it is. Any thread."""
    return (directory / _NAME).is_file()


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
        return Manifest(
            format=version,
            roots=tuple((str(each["path"]), str(each["added"])) for each in content["roots"]),
            pack=str(content.get("pack", "")),
            answering=str(content.get("answering", "")),
            building=str(content.get("building", "")),
            spaces=tuple(_entry_from(each) for each in content.get("spaces", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LibraryCorrupt from error


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Replace ``library.json`` atomically and durably; raises OSError. Index thread."""
    content = {
        "format": FORMAT,
        "roots": [{"path": path, "added": added} for path, added in manifest.roots],
        "pack": manifest.pack,
        "answering": manifest.answering,
        "building": manifest.building,
        "spaces": [_entry_row(each) for each in manifest.spaces],
    }
    # ASCII with \uXXXX keeps paths that are not valid Unicode (surrogate escapes).
    write_durably(directory / _NAME, json.dumps(content, indent=1, ensure_ascii=True))


def mark_unclean(directory: Path) -> None:
    """Leave the mark that the library was being written; raises OSError. Index thread."""
    write_durably(directory / _UNCLEAN, "")


def mark_clean(directory: Path) -> None:
    """Take the mark away, at an orderly close; raises OSError. Index thread."""
    (directory / _UNCLEAN).unlink(missing_ok=True)


def is_unclean(directory: Path) -> bool:
    """Say whether the last writer died before it closed the library. Any thread."""
    return (directory / _UNCLEAN).exists()


def _entry_row(entry: SpaceEntry) -> dict[str, Any]:
    return {
        "key": entry.space.key,
        "pack": entry.space.pack,
        "dimension": entry.space.dimension,
        "sparse": entry.space.has_sparse,
        "languages": sorted(entry.space.languages),
        "source": entry.source,
        "rejected": list(entry.rejected),
    }


def _entry_from(row: Mapping[str, Any]) -> SpaceEntry:
    space = VectorSpace(
        key=str(row["key"]),
        pack=str(row["pack"]),
        dimension=int(row["dimension"]),
        has_sparse=bool(row["sparse"]),
        languages=frozenset(map(str, row["languages"])),
    )
    return SpaceEntry(space, str(row["source"]), tuple(map(str, row["rejected"])))


def write_durably(path: Path, text: str) -> None:
    """Replace a file atomically and durably; raises OSError."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
