"""The border of the store: LanceDB's and the system's errors become ``StoreError``."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from desktop_app.errors import DiskFull, LibraryCorrupt, LibraryReadOnly

# Lance reports the system's errors only as text, "... (os error 28)". On Windows that number
# is not an errno but the system's own code (ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL;
# ERROR_ACCESS_DENIED, ERROR_WRITE_PROTECT).
_OS_ERROR = re.compile(r"os error (\d+)")
_IS_WINDOWS = os.name == "nt"
_FULL = {errno.ENOSPC, errno.EDQUOT} | ({112, 39} if _IS_WINDOWS else set())
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS} | ({5, 19} if _IS_WINDOWS else set())


@contextmanager
def translated() -> Iterator[None]:
    """Turn what LanceDB and the system raise into the errors of ``desktop_app.errors``.

    Raises DiskFull, LibraryReadOnly, or LibraryCorrupt for everything else that reading
    or writing a table may raise. ValueError and TypeError pass: they are our bugs.
    Runs on the calling thread; usable as a decorator.
    """
    try:
        yield
    except (OSError, RuntimeError) as error:
        number = _number_of(error)
        if number in _FULL:
            raise DiskFull from error
        if number in _FORBIDDEN:
            raise LibraryReadOnly from error
        raise LibraryCorrupt from error


def _number_of(error: Exception) -> int | None:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = _OS_ERROR.search(str(error))
    return int(found.group(1)) if found else None
