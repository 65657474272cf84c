"""A finished pack's way to its place, which must be free."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from desktop_app.errors import LecternError, TrainingError


def install(folder: Path, target: Path) -> None:
    """Put a finished pack in its place in one step; raises OSError, TrainingError if taken."""
    if target.exists():
        raise _taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = target.with_name(f"{target.name}.unfinished")
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(folder, beside)
        beside.rename(target)


def require_free(target: Path) -> None:
    """Raise TrainingError where there is something already."""
    if target.exists():
        raise _taken(target)


def _taken(target: Path) -> LecternError:
    return TrainingError(
        f"There is a pack or folder “{target.name}” already.",
        "Give another name with --out, or remove it first.",
    )
