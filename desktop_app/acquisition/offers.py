"""What was given to be imported, as a list of files: a folder, a hub cache or a zip file."""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast
from zipfile import BadZipFile

from desktop_app.acquisition.archive import checked_entries, open_archive, open_entry
from desktop_app.acquisition.wanted import Facts
from desktop_app.errors import PackAltered, PackRefused
from desktop_app.translation import mark, worded

_MOST_FILES = 20_000
_SMALL = 1 << 20
_BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SHA256_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that was given: ``path`` begins with the name of what was given.

    ``facts`` is what a hub cache says of its content by the name that it keeps it under.
    """

    path: PurePosixPath
    size: int
    facts: Facts
    open: Callable[[], BinaryIO]

    def read_small(self) -> bytes:
        """Read a description whole; raises PackRefused where it is too large to be one."""
        if self.size > _SMALL:
            raise PackRefused(
                worded("“{name}” is too large to be what it is called.", name=self.path.name)
            )
        with self.open() as file:
            return file.read(_SMALL)


@contextmanager
def offered_by(path: Path, known: Iterable[str]) -> Iterator[tuple[Offered, ...]]:
    """List the files of a folder or zip file, which stays open inside the block.

    ``known`` as in ``archive.checked_entries``. Raises PackRefused, PackAltered where the
    zip file turns out to be damaged while it is read, and OSError.
    """
    if path.is_dir():
        yield tuple(_files_of(path))
        return
    with open_archive(path) as archive:
        entries = checked_entries(archive, known)
        try:
            yield tuple(
                Offered(
                    PurePosixPath(path.stem, each.filename),
                    each.file_size,
                    Facts(),
                    partial(open_entry, archive, each),
                )
                for each in entries
            )
        except (BadZipFile, zlib.error, EOFError) as error:
            raise PackAltered(
                worded("The zip file “{name}” is damaged.", name=path.name)
            ) from error


def _files_of(folder: Path) -> Iterator[Offered]:
    """List files; links to files are followed (hub caches are made of them), to folders not."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > _MOST_FILES:
                raise PackRefused(
                    worded("“{name}” holds too many files.", name=folder.name),
                    mark("Give the folder of the model itself."),
                )
            path = Path(place, name)
            content = path.resolve()
            if not content.is_file():
                continue
            yield Offered(
                PurePosixPath(folder.name, path.relative_to(folder).as_posix()),
                content.stat().st_size,
                _facts_of(content),
                cast("Callable[[], BinaryIO]", partial(content.open, "rb")),
            )


def _facts_of(content: Path) -> Facts:
    if content.parent.name != "blobs" or not _BLOB.fullmatch(content.name):
        return Facts()
    is_sha256 = len(content.name) == _SHA256_LENGTH
    return Facts(
        sha256=content.name if is_sha256 else "", git_hash="" if is_sha256 else content.name
    )
