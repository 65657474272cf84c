"""One writer: the file lock that a writable library holds for as long as it is open."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from desktop_app.errors import LibraryLocked

_NAME = "writer.lock"


class WriterLock:
    """The right to write into a library's directory, of one process at a time.

    The system releases it when the process dies, so a crash leaves no stale lock. May be
    closed on another thread than the one that opened it.
    """

    def __init__(self, directory: Path) -> None:
        """Take the lock at once; raises LibraryLocked when it is taken, else OSError."""
        self._lock = FileLock(directory / _NAME, thread_local=False)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise LibraryLocked from None

    def close(self) -> None:
        """Give the lock back; closing twice is harmless."""
        self._lock.release(force=True)
