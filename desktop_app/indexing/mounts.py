"""Which drives an indexed folder is on: the one it lies on, and those mounted inside of it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from pathlib import Path

import psutil

_MOST_LOOKED_FOR = 200


def mount_of(root: str) -> str:
    """Return the mount point or drive that a root is on."""
    path = os.path.realpath(root)
    while not os.path.ismount(path) and (parent := str(Path(path).parent)) != path:
        path = parent
    return path


def mounts_below(root: str) -> tuple[str, ...]:
    """Return the paths below a root ("/" between parts) at which drives are mounted now.

    Asks the system's table of mounts, and no drive: a dead network share would not answer.
    """
    place = os.path.realpath(root)
    start = place.rstrip("/\\") + os.sep
    points = {each.mountpoint for each in psutil.disk_partitions(all=True)}
    below = (Path(each).relative_to(place) for each in points if each.startswith(start))
    return tuple(sorted(each.as_posix() for each in below))


def away_below(root: str, remembered: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Return those mounts below a root that were there and are not any more.

    ``remembered`` are paths that ``mounts_below`` gave when the root was last scanned,
    ``known`` the paths in the ledger. Not away is a place of which nothing is known, and one
    in which any of the known files (200 are looked for) is found although nothing is mounted:
    then the files were put there instead.
    """
    lost = set(remembered)
    if lost:
        lost.difference_update(mounts_below(root))
    return tuple(each for each in sorted(lost) if _is_away(root, each, known))


def is_below(path: str, places: Sequence[str]) -> bool:
    """Say whether a path is at or below one of these places."""
    return path in places or path.startswith(tuple(f"{each}/" for each in places))


def has_any(root: str, paths: Iterable[str], *, limit: int = _MOST_LOOKED_FOR) -> bool:
    """Say whether any of these paths is there; looks for ``limit`` of them at most."""
    return any(os.path.lexists(Path(root, path)) for path in islice(paths, limit))


def _is_away(root: str, place: str, known: Collection[str]) -> bool:
    below = [path for path in known if path.startswith(f"{place}/")]
    return bool(below) and not has_any(root, below)
