"""Where a pack's files are gathered, and the one rename by which they become a pack."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from filelock import FileLock, Timeout

from desktop_app.errors import PackInUse
from desktop_app.inference.packs import HASHES
from desktop_app.inference.verification import (
    RECEIVED,
    Received,
    load_hashes,
    read_received,
    remembered,
    save_hashes,
    write_received,
)
from desktop_app.translation import mark, worded

_BLOCK = 1 << 20


class Hasher(Protocol):
    """What ``hashlib`` makes."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        ...

    def hexdigest(self) -> str:
        """Return the hash so far, in hex."""
        ...


class Staging:
    """A folder beside the packs in which one process gathers the files of one pack.

    ``received`` holds size and hash of every file that is complete; it is on the disk as
    well, so that it survives a kill. ``earlier`` is what an earlier run wrote down: to be
    read again before it is believed, since the power may have failed in between. Raises
    PackInUse where another process is at it.
    """

    def __init__(self, name: str, packs_dir: Path, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self._packs_dir = packs_dir
        locks = packs_dir / ".locks"
        locks.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(locks / f"{name}.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise PackInUse(
                worded(
                    "The model pack “{name}” is being downloaded, imported or removed already.",
                    name=name,
                ),
                mark("Wait until that has finished, or stop it first."),
            ) from None
        folder.mkdir(parents=True, exist_ok=True)
        self.earlier: Received = read_received(folder)
        self.received: Received = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def path(self, key: str) -> Path:
        """Return where a file of the pack ("embedder/config.json") lies; its folder is made."""
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def holds(self, key: str) -> bool:
        """Say whether a file is complete and checked."""
        return key in self.received

    def accept(self, key: str, size: int, sha256: str) -> None:
        """Write down that a file is complete."""
        self.received[key] = (size, sha256)
        write_received(self.folder, {**self.earlier, **self.received})

    def install(self) -> Path:
        """Make what was gathered the pack, in place of the one that is there, and return it.

        Killed in between, the next try finds everything gathered and installs it.
        """
        kept = {*self.received, RECEIVED}
        for path in self.folder.rglob("*"):
            # A partial file whose whole one was found elsewhere since, or a pack's former file.
            if path.is_file() and path.relative_to(self.folder).as_posix() not in kept:
                path.unlink()
        write_received(self.folder, self.received)
        for path in [*self.folder.rglob("*"), self.folder]:
            flush(path)
        final = self._packs_dir / self.name
        discarded = discard(final, self._packs_dir)
        try:
            self.folder.rename(final)
        except OSError as error:
            if discarded is not None:
                discarded.rename(final)
            raise PackInUse from error
        flush(self._packs_dir)
        if discarded is not None:
            shutil.rmtree(discarded, ignore_errors=True)
        hashes = load_hashes(self._packs_dir / HASHES)
        for key, (_, sha256) in self.received.items():
            hashes[remembered(final / key)] = sha256
        save_hashes(self._packs_dir / HASHES, hashes)
        return final

    def drop(self) -> None:
        """Delete everything that was gathered."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.earlier, self.received = {}, {}

    def close(self) -> None:
        """Let others work on the pack."""
        self._lock.release()


def discard(folder: Path, packs_dir: Path) -> Path | None:
    """Take a pack out of sight by one rename; returns where it lies until it is deleted.

    Raises PackInUse where the system holds its files (Windows, while they are open).
    """
    if not folder.exists():
        return None
    aside = packs_dir / ".discarded" / folder.name
    shutil.rmtree(aside, ignore_errors=True)
    aside.parent.mkdir(parents=True, exist_ok=True)
    try:
        return folder.rename(aside)
    except OSError as error:
        raise PackInUse(
            worded("The files of the model pack “{name}” are in use.", name=folder.name)
        ) from error


def read_blocks(source: BinaryIO, hasher: Hasher) -> Iterator[bytes]:
    """Read a file in blocks of a megabyte, through a hasher."""
    while block := source.read(_BLOCK):
        hasher.update(block)
        yield block


def flush(path: Path) -> None:
    """Bring a file's bytes or a folder's entries to the disk before something relies on them."""
    if os.name == "nt":
        return  # only what was opened for writing can be flushed there
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
