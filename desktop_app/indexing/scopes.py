"""Which parts of which roots a run of indexing looks at."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

Scopes: TypeAlias = Mapping[str, Collection[str]]
"""Roots, each with the paths in it that are looked at; none means all of it."""


def scopes_of(paths: Iterable[Path], roots: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the roots that hold these paths, each with the paths below it ("/" between).

    A root that is asked for itself has none, which means all of it; paths in no root are
    left out. A path is taken as it is written before links in it are resolved, since a link
    to a file counts as the file and the place it points to may be anywhere.
    """
    scopes: dict[str, set[str]] = {}
    for path in paths:
        for root, inside in _places_of(path, roots):
            scopes.setdefault(root, set()).add(inside)
    return {root: () if "" in inside else tuple(sorted(inside)) for root, inside in scopes.items()}


def joined(first: Scopes, second: Scopes) -> dict[str, tuple[str, ...]]:
    """Return what is in either of two scopes."""
    both: dict[str, tuple[str, ...]] = {}
    for root in {**first, **second}:
        parts = [tuple(each[root]) for each in (first, second) if root in each]
        both[root] = () if () in parts else tuple(sorted({path for each in parts for path in each}))
    return both


def _places_of(path: Path, roots: Collection[str]) -> Iterator[tuple[str, str]]:
    written = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the link
    for candidate in dict.fromkeys((written, written.resolve())):
        found = [root for root in roots if candidate.is_relative_to(root)]
        for root in found:
            inside = candidate.relative_to(root).as_posix()
            yield root, "" if inside == "." else inside
        if found:
            return
