"""Questions with their right and wrong passages, in a file that grows line by line."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WRONG_TRAINED = 6
WRONG_HELD_OUT = 11
"""Wrong passages against each right one; held-out questions are judged on their best dozen."""


@dataclass(frozen=True, slots=True)
class Group:
    """A question, its passages (the right one first) and their fused scores."""

    question: str
    passages: tuple[str, ...]
    prior: tuple[float, ...]
    source: str


class Groups:
    """The groups of a file; only where each begins is in memory. Use on one thread."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        starts = [0]
        for line in self._file:
            starts.append(starts[-1] + len(line))
        begins = np.array(starts[:-1], np.int64)
        # An empty line stands for a question against whose answer too little was found.
        self._starts = begins[np.diff(np.array(starts)) > 1]

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, place: int) -> Group:
        self._file.seek(self._starts[place])
        return _from_line(self._file.readline())

    def __iter__(self) -> Iterator[Group]:
        return (self[place] for place in range(len(self)))

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def count_written(path: Path) -> int:
    """Return for how many questions a file has a line, cutting off one that was half written."""
    if not path.exists():
        return 0
    with path.open("r+b") as file:
        whole = 0
        count = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            whole += len(line)
            count += 1
        file.truncate(whole)
    return count


def append_groups(path: Path, groups: Iterable[Group | None]) -> Iterator[None]:
    """Write groups as they come, each at once; yields after each. Raises OSError."""
    with path.open("ab") as file:
        for group in groups:
            values = dataclasses.asdict(group) if group else None
            line = json.dumps(values, ensure_ascii=False) if values else ""
            file.write(line.encode() + b"\n")
            file.flush()
            yield
        os.fsync(file.fileno())


def count_sources(path: Path) -> dict[str, int]:
    """Return how many groups are of which source, the most first."""
    counts: dict[str, int] = {}
    with closing(Groups(path)) as groups:
        for group in groups:
            counts[group.source] = counts.get(group.source, 0) + 1
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _from_line(line: bytes) -> Group:
    row = json.loads(line)
    return Group(row["question"], tuple(row["passages"]), tuple(row["prior"]), row["source"])
