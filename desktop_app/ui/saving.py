"""Put what the user exports on the disk in one step; plain Python, off the UI thread."""

from __future__ import annotations

from pathlib import Path

from desktop_app.errors import LecternError
from desktop_app.translation import mark, worded
from desktop_app.ui.results_wording import drawable


def name_filter(kind: str, suffix: str) -> str:
    """Write what a file dialog offers: how files of a suffix are called, and the suffix."""
    return f"{kind} (*.{suffix})"


def save(data: bytes, path: Path, *, refusal: str) -> None:
    """Write beside ``path`` and put it there whole, or leave what was there before.

    ``refusal`` is the marked sentence, with the file's ``name`` in it, of the LecternError
    that is raised where the disk refuses.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise LecternError(
            worded(refusal, name=drawable(path.name)),
            mark("Choose another folder, or check that there is room on the disk."),
        ) from error
