"""Is there room on the disk? Asked before anything large is written."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from desktop_app.errors import DiskFull, LecternError
from desktop_app.translation import mark, worded

FreeBytes: TypeAlias = Callable[[Path], int]

_MARGIN = 256 << 20
"""Left free for everything else on the disk, in bytes."""


def free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk that holds a folder, which exists."""
    return shutil.disk_usage(folder).free


def require_space(folder: Path, needed: int, *, free: FreeBytes = free_bytes) -> None:
    """Raise DiskFull, naming what is needed and what is free, where ``needed`` bytes do not fit."""
    available = free(folder)
    if needed and needed + _MARGIN > available:
        raise DiskFull(
            worded(
                "There is too little room on the disk: {needed} are needed, {available} are free.",
                needed=in_words(needed + _MARGIN),
                available=in_words(available),
            ),
            mark("Free some space and try again; what is there already is kept."),
        )


def in_words(count: int) -> str:
    """Say a number of bytes as people do: "4.6 GB"."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("KB", 10**3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} bytes"


def disk_error(error: OSError) -> LecternError | None:
    """Return the expected error that a failed write stands for, if it is one about room."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return DiskFull(
            mark("The disk became full."),
            mark("Free some space and try again; what is there already is kept."),
        )
    return None
