"""A zip file that somebody gives as a pack: what may be in it, checked before any byte is read.

Nothing is ever unpacked by the archive's names: an entry is only a candidate for a file
that a pack is known to have.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, cast

from desktop_app.errors import PackAltered, PackRefused
from desktop_app.translation import mark, worded

_MOST_ENTRIES = 200
"""A pack has some fifteen files."""
_HIGHEST_RATIO = 50
"""Weights hardly shrink, and tokenizers to a fifth; a bomb grows a thousandfold."""
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UNSAFE = re.compile(r'[\\:*?"<>|\x00-\x1f]')
_ENCRYPTED = 0x1 | 0x40
"""Plainly, or strongly."""
_UNPACK_HINT = mark("Unpack it yourself, look at it, and import the folder.")


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip file; raises PackRefused where it is none or is damaged."""
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError) as error:
        raise PackRefused(
            worded("“{name}” is not a zip file, or it is damaged.", name=path.name)
        ) from error


def open_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    """Open a file of an archive; raises PackAltered where its own header is damaged."""
    try:
        return cast("BinaryIO", archive.open(entry))
    except (RuntimeError, ValueError, OverflowError, struct.error) as error:
        raise PackAltered(
            worded("“{name}” in the zip file is damaged.", name=entry.filename)
        ) from error


def checked_entries(archive: zipfile.ZipFile, known: Iterable[str]) -> list[zipfile.ZipInfo]:
    """Return the files of an archive; raises PackRefused naming what must not be in one.

    ``known`` are the paths that files of a pack can have, from the pack's folder on, which
    may itself be in the archive or not.
    """
    # Not ``is_dir``, which fails at a name that is empty or begins with a zero byte.
    entries = [each for each in archive.infolist() if not each.filename.endswith("/")]
    if len(entries) > _MOST_ENTRIES:
        raise PackRefused(
            worded("The zip file holds {count} files, more than a pack has.", count=len(entries))
        )
    names = [each.filename.casefold() for each in entries]
    if len(set(names)) != len(names):
        raise PackRefused(mark("The zip file holds two files of one name."), _UNPACK_HINT)
    allowed = set(known)
    for entry in entries:
        _check(entry, allowed)
    # Entries that share their bytes are how a small file claims to be a large one.
    size = archive.fp.seek(0, 2) if archive.fp is not None else 0
    if sum(each.compress_size for each in entries) > size:
        raise PackRefused(mark("The zip file is damaged: its files overlap."))
    return entries


def _check(entry: zipfile.ZipInfo, allowed: set[str]) -> None:
    name = entry.orig_filename
    parts = name.split("/")
    if _UNSAFE.search(name) or any(each in {"", ".", ".."} for each in parts):
        raise PackRefused(
            mark("The zip file holds a file that would lie outside of it."), _UNPACK_HINT
        )
    if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
        raise PackRefused(mark("The zip file holds a link instead of a file."), _UNPACK_HINT)
    if entry.flag_bits & _ENCRYPTED:
        raise PackRefused(mark("The zip file is protected by a password."), _UNPACK_HINT)
    if entry.compress_type not in _METHODS:
        raise PackRefused(mark("The zip file is packed in an unknown way."), _UNPACK_HINT)
    if entry.file_size > max(entry.compress_size, 1) * _HIGHEST_RATIO and entry.file_size > 1 << 20:
        raise PackRefused(
            worded("“{name}” in the zip file is packed suspiciously small.", name=parts[-1])
        )
    if name not in allowed and "/".join(parts[1:]) not in allowed:
        raise PackRefused(
            worded("The zip file holds “{name}”, which no pack has.", name=parts[-1]),
            mark(
                "If it is a model's folder with more than the model, unpack it and import "
                "the folder."
            ),
        )
