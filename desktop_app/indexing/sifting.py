"""Count what the rules of a folder would leave out, before they are chosen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from desktop_app.domain import IsCancelled, never_cancelled
from desktop_app.domain.folders import LeftOut, RootRules
from desktop_app.indexing.exclusion import Exclusion

_MIB = 1 << 20
_STEP = 1000
_MOST_EXAMPLES = 5


def sift(
    root: str,
    rules: RootRules,
    *,
    largest_mb: int = 0,
    is_cancelled: IsCancelled = never_cancelled,
) -> Iterator[LeftOut]:
    """Walk a folder and count its files by what would become of them.

    Yields after every thousand of them; the last has ``is_final``, unless cancelled.
    ``largest_mb`` is the limit of the settings. Folders that cannot be opened and links to
    folders count nothing. Reads names and sizes only. Any thread but the UI thread.
    """
    limits = [each for each in (rules.largest_mb, largest_mb) if each]
    largest = min(limits) * _MIB if limits else None
    by_name, by_all = Exclusion(replace(rules, has_hidden=True)), Exclusion(rules)
    found = LeftOut()
    counted = count(1)
    waiting: list[tuple[str, str]] = [("", "")]  # a folder below the root, and why it is left out
    while waiting:
        folder, reason = waiting.pop()
        for entry in _entries(Path(root, folder)):
            path = f"{folder}/{entry.name}" if folder else entry.name
            is_directory = entry.is_dir(follow_symlinks=False)
            why = reason
            if not why and by_name.leaves_out(path, is_directory=is_directory):
                why = "by_name"
            elif not why and by_all.leaves_out(path, is_directory=is_directory):
                why = "hidden"
            if is_directory:
                waiting.append((path, why))
                continue
            if entry.is_dir():
                continue
            if not why and largest is not None and _size_of(entry) > largest:
                why = "too_large"
            found = _with(found, why or "kept", path)
            if next(counted) % _STEP == 0:
                if is_cancelled():
                    return
                yield found
    yield replace(found, is_final=True)


def _with(found: LeftOut, what: str, path: str) -> LeftOut:
    examples = found.examples
    if what != "kept" and len(examples) < _MOST_EXAMPLES:
        examples = (*examples, path)
    return replace(found, **{what: getattr(found, what) + 1, "examples": examples})


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _size_of(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat().st_size
    except OSError:
        return 0
