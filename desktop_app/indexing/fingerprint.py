"""Name a file's bytes, so that equal content is read once wherever it lies."""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain import IsCancelled, never_cancelled
from desktop_app.errors import Cancelled, FileLocked, FileUnreadable
from desktop_app.translation import mark

_BLOCK_BYTES = 4 << 20
_DIGEST_BYTES = 32
_ATTEMPTS = 2
_LATEST_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """64 hex digits (BLAKE2b-256) of a file's bytes, with size and mtime while hashing."""

    content_hash: str
    size: int
    mtime_ns: int


def modified_ns(status: os.stat_result) -> int:
    """Return the time of the last change, bounded to what 64 bits hold (1677 to 2262).

    A file system may claim any time, and one file must not stop the others.
    """
    return max(-_LATEST_NS, min(status.st_mtime_ns, _LATEST_NS))


def hash_file(path: str, *, is_cancelled: IsCancelled = never_cancelled) -> Fingerprint | None:
    """Hash a file; None if it was changed while being read, twice in a row.

    Raises FileLocked where another program keeps it to itself, FileUnreadable where the
    system refuses otherwise, Cancelled between blocks of 4 MiB.
    """
    for _ in range(_ATTEMPTS):
        try:
            with Path(path).open("rb", buffering=0) as file:
                before = os.fstat(file.fileno())
                digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
                while block := file.read(_BLOCK_BYTES):
                    digest.update(block)
                    if is_cancelled():
                        raise Cancelled
                after = os.fstat(file.fileno())
        except OSError as error:
            if _is_locked(error):
                raise FileLocked from error
            raise FileUnreadable(hint=_hint(error)) from error
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return Fingerprint(digest.hexdigest(), after.st_size, modified_ns(after))
    return None


def _is_locked(error: OSError) -> bool:
    # Windows' sharing and lock violations, which Python reports as PermissionError.
    is_shared = getattr(error, "winerror", None) in {32, 33}
    return is_shared or error.errno in {errno.EBUSY, errno.ETXTBSY, errno.EAGAIN}


def _hint(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return mark("It is no longer there.")
    if isinstance(error, PermissionError):
        return mark("Check that you may read it.")
    return FileUnreadable.default_hint
