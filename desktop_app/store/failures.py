"""The border of the store: LanceDB's and the system's errors become ``StoreError``."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from desktop_app.errors import DiskFull, LibraryCorrupt, LibraryReadOnly

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

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


def reading(read: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Translate errors as ``translated`` does, and read once more before a table is damaged.

    The writer in another process may remove the version that is being read; the next
    attempt sees the newer one.
    """

    @wraps(read)
    def read_twice(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        try:
            with translated():
                return read(*args, **kwargs)
        except LibraryCorrupt:
            with translated():
                return read(*args, **kwargs)

    return read_twice


def _number_of(error: Exception) -> int | None:
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = _OS_ERROR.search(str(error))
    return int(found.group(1)) if found else None
