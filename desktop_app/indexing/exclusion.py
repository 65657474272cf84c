"""Decide by its name whether a path below a root is left out."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

from desktop_app.domain.folders import RootRules


class Exclusion:
    """The rules of one root, prepared for being asked about every path. Any thread."""

    def __init__(self, rules: RootRules) -> None:
        self._has_hidden = rules.has_hidden
        names: list[str] = []
        paths: list[str] = []
        for raw in rules.excludes:
            pattern = raw.strip().casefold()
            body = pattern.strip("/")
            if not body:
                continue
            (paths if "/" in body or pattern.startswith("/") else names).append(pattern)
        self._file_names = _any_of(each for each in names if not each.endswith("/"))
        self._folder_names = _any_of(each.rstrip("/") for each in names)
        self._file_paths = _any_path_of(each for each in paths if not each.endswith("/"))
        self._folder_paths = _any_path_of(paths)

    def leaves_out(self, path: str, *, is_directory: bool) -> bool:
        """Say whether the last part of a path ("/" between parts) is left out.

        The folders above it are to be asked for on their own.
        """
        name = path.rpartition("/")[2].casefold()
        if not self._has_hidden and name.startswith("."):
            return True
        names = self._folder_names if is_directory else self._file_names
        if names is not None and names.match(name):
            return True
        paths = self._folder_paths if is_directory else self._file_paths
        return paths is not None and bool(paths.match(path.casefold()))

    def leaves_out_folder(self, path: str) -> bool:
        """Say whether a folder, or one above it, is left out."""
        parts = path.split("/")
        above = ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))
        return any(self.leaves_out(each, is_directory=True) for each in above)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    return _joined(fnmatch.translate(each) for each in patterns)


def _any_path_of(patterns: Iterable[str]) -> re.Pattern[str] | None:
    return _joined(_translate_path(each.strip("/")) for each in patterns)


def _joined(expressions: Iterable[str]) -> re.Pattern[str] | None:
    alternatives = "|".join(expressions)
    return re.compile(alternatives) if alternatives else None


def _translate_path(pattern: str) -> str:
    """Translate a pattern whose stars stop at "/", "**" excepted."""
    parts = []
    for part in pattern.split("/"):
        if part == "**":
            parts.append("(?:[^/]+/)*")
        else:
            # fnmatch writes a star as ".*" and closes with an anchor.
            inner = re.sub(r"^\(\?s:(.*)\)\\[Zz]$", r"\1", fnmatch.translate(part))
            parts.append(inner.replace(".*", "[^/]*").replace("(?>.*?", "(?>[^/]*?") + "/")
    return rf"(?s:{''.join(parts).removesuffix('/')})\Z"
