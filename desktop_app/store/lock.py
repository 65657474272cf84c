"""One writer: the file lock that a writable library holds for as long as it is open."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from desktop_app.errors import LibraryLocked

_NAME = "writer.lock"
_TIDIERS = "tidier.lock"
_SECONDS_TO_END = 15.0


class WriterLock:
    """The right to write into a library's directory, of one process at a time.

    The system releases it when the process dies, so a crash leaves no stale lock. May be
    closed on another thread than the one that opened it. What a writer had written by a
    process of its own (``tidier``) may outlive it by a moment, and is waited for.
    """

    def __init__(self, directory: Path) -> None:
        """Take the lock at once; raises LibraryLocked when it is taken, else OSError."""
        self._lock = FileLock(directory / _NAME, thread_local=False)
        try:
            self._lock.acquire(timeout=0)
            if (directory / _TIDIERS).exists():
                with FileLock(directory / _TIDIERS, timeout=_SECONDS_TO_END):
                    pass
        except Timeout:
            self.close()
            raise LibraryLocked from None

    def close(self) -> None:
        """Give the lock back; closing twice is harmless."""
        self._lock.release(force=True)


def tidiers_lock(directory: Path) -> FileLock:
    """Return the lock of a writer's other process, which keeps the next writer waiting.

    Not taken yet; taking it raises TimeoutError at once where another process has it.
    """
    return FileLock(directory / _TIDIERS, timeout=0)
