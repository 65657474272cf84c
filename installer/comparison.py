"""Whether two builds are the same, and if not, which files are not."""

from __future__ import annotations

import hashlib
from pathlib import Path


def differences(first: Path, second: Path) -> list[str]:
    """List the files, by their place in the folders, that are not the same in both."""
    here, there = _contents(first), _contents(second)
    return sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))


def _contents(folder: Path) -> dict[str, str]:
    found = {}
    for each in folder.rglob("*"):
        name = each.relative_to(folder).as_posix()
        if each.is_symlink():
            found[name] = f"-> {each.readlink()}"
        elif each.is_file():
            with each.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
