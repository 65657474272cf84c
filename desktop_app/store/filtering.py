"""Which rows of the ledger pass the filters of a question."""

from __future__ import annotations

import contextlib
import math
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

from desktop_app.domain import Document, Filters

_SECOND = 1_000_000_000
_DAY = 86_400


class SeenFile(NamedTuple):
    """What filters look at of a row; making it takes most of the time that filtering does.

    ``path`` is the full one without case; ``changed`` is in seconds since 1970.
    """

    path: str
    changed: float
    content_hash: str


def seen_file(row: Document) -> SeenFile:
    """Take from a row what filters look at; pure."""
    root = row.root.rstrip("/\\")
    path = _plain(f"{root}/{row.path}".rstrip("/"))
    return SeenFile(path, row.mtime_ns / _SECOND, row.content_hash)


class Sieve:
    """The filters about documents, prepared once for many rows. Any thread."""

    def __init__(self, filters: Filters) -> None:
        self._folders = tuple(_folder(each) for each in filters.folders)
        self._folders_left_out = tuple(_folder(each) for each in filters.folders_left_out)
        self._suffixes = _suffixes(filters.types)
        self._suffixes_left_out = _suffixes(filters.types_left_out)
        self._from = _begin(filters.after) if filters.after else -math.inf
        self._until = _begin(filters.before) + _DAY if filters.before else math.inf

    def accepts(self, row: Document) -> bool:
        """Say whether a row passes."""
        return bool(self.sift((seen_file(row),)))

    def sift(self, files: Sequence[SeenFile]) -> Sequence[SeenFile]:
        """Return the files that pass, filter by filter: so 50,000 take milliseconds."""
        if self._from > -math.inf or self._until < math.inf:
            files = [each for each in files if self._from <= each[1] < self._until]
        if self._suffixes:
            files = [each for each in files if each[0].endswith(self._suffixes)]
        if self._suffixes_left_out:
            files = [each for each in files if not each[0].endswith(self._suffixes_left_out)]
        if self._folders_left_out:
            files = [each for each in files if not _is_in_any(each[0], self._folders_left_out)]
        if self._folders:
            files = [each for each in files if _is_in_any(each[0], self._folders)]
        return files


def _is_in_any(path: str, folders: Iterable[tuple[str, bool]]) -> bool:
    for text, is_absolute in folders:
        if text in path and (not is_absolute or path == text or path.startswith(text + "/")):
            return True
    return False


def _suffixes(types: Iterable[str]) -> tuple[str, ...]:
    return tuple("." + each.casefold().lstrip(".") for each in types)


def _begin(day: date) -> float:
    """Return the second in which a day begins here; any day, also beyond the system's years.

    Days become seconds, not files' times days: Windows has no date for times before 1970,
    and one such file must not fail the question.
    """
    try:
        return datetime.combine(day, time()).timestamp()
    except (OverflowError, OSError, ValueError):
        return float((day - date(1970, 1, 1)).days * _DAY)


def _folder(text: str) -> tuple[str, bool]:
    path = Path(text)
    # The home of another user ("~ann") may not exist, and is then part of a name.
    with contextlib.suppress(RuntimeError):
        path = path.expanduser()
    return _plain(str(path)).rstrip("/"), path.is_absolute()


def _plain(path: str) -> str:
    """Take case, slashes and the two spellings of accents out (as macOS writes them)."""
    if not path.isascii():
        path = unicodedata.normalize("NFC", path)
    return path.replace("\\", "/").casefold()
