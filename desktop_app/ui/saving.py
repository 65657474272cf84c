"""Put what the user exports on the disk in one step; plain Python, off the UI thread."""

from __future__ import annotations

from pathlib import Path

from desktop_app.errors import LecternError
from desktop_app.ui.results_wording import drawable


def save(data: bytes, path: Path, *, what: str) -> None:
    """Write beside ``path`` and put it there whole, or leave what was there before.

    ``what`` begins the sentence ("The list") of the LecternError that is raised where the
    disk refuses.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise LecternError(
            f"{what} could not be saved as “{drawable(path.name)}”.",
            "Choose another folder, or check that there is room on the disk.",
        ) from error
