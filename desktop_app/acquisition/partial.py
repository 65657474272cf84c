"""A file on its way: the bytes that are on the disk, and their hash so far."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from desktop_app.acquisition.staging import read_blocks


class PartialFile:
    """Appends to a file and hashes what it holds; raises OSError as files do.

    Call ``catch_up`` first: the hash of what an earlier run left is not on the disk.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.length = 0
        self._hasher = hashlib.sha256()
        # Nothing is held back in this process, so that a kill loses nothing.
        self._file = path.open("ab", buffering=0)

    def catch_up(self) -> Iterator[int]:
        """Hash the bytes that are there already; yields how many at a time."""
        with self.path.open("rb") as file:
            for block in read_blocks(file, self._hasher):
                self.length += len(block)
                yield len(block)

    def append(self, block: bytes) -> None:
        """Add bytes at the end."""
        left = memoryview(block)
        while left:
            left = left[self._file.write(left) :]
        self._hasher.update(block)
        self.length += len(block)

    def start_over(self) -> None:
        """Drop everything."""
        self._file.truncate(0)
        self._hasher = hashlib.sha256()
        self.length = 0

    def hexdigest(self) -> str:
        """Return the SHA-256 of all bytes so far."""
        return self._hasher.hexdigest()

    def close(self) -> None:
        """Close the file and keep it."""
        self._file.close()
