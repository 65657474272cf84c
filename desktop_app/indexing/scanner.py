"""Walk a root and report every file in it that is to be accounted for.

Not reported at all: what the rules of the root leave out by its name (``exclusion``),
hidden files and directories (leading dot; the hidden attribute on Windows, the hidden flag
on macOS) unless the rules have them, anything that is no regular file, and the library's
own directory.

Links: a link to a file is that file. A link to a directory is not followed, since what
it points to is either inside the root and seen there, or somewhere the user did not
name; the latter is reported as skipped ("linked"), never silently left out.
Directories that are met twice (bind mounts, junctions) are cut by device and inode.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop_app.domain import DocumentStatus, RootState
from desktop_app.domain.folders import RootRules
from desktop_app.domain.shortfalls import FILE_LEFT_OUT
from desktop_app.errors import EmptyFile, FileTooLarge, FileUnreadable, UnsupportedFormat
from desktop_app.indexing.exclusion import Exclusion
from desktop_app.indexing.fingerprint import modified_ns
from desktop_app.indexing.mounts import has_any, is_below, mount_of
from desktop_app.translation import mark, sentences, worded

_MIB = 1 << 20

_FEWEST_FILES_OF_A_MOUNT = 10
"""An empty directory whose ledger holds this many files is taken for an unmounted one.

An unmounted drive leaves its empty mount point behind, and where it is not known to have
been one, nothing tells that from a folder that was emptied by hand. Believing in the mount
costs rows that the user can remove with the folder; believing in the emptying can cost days
of embedding.
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a path is accounted for without being read."""

    status: DocumentStatus
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A path below a root ("" for a root that is a file), as the directory listing has it.

    ``path`` has "/" between its parts and surrogate escapes for undecodable bytes.
    ``size`` in bytes. ``refusal`` is None for a file that is worth reading.
    ``is_directory`` marks a directory that could not be listed, is a link, or was the place of
    a drive that is away: whatever the ledger holds below it is unknown, not gone.
    """

    path: str
    size: int
    mtime_ns: int
    media_type: str
    refusal: Refusal | None = None
    is_directory: bool = False


_UNSUPPORTED = Refusal(
    DocumentStatus.SKIPPED,
    UnsupportedFormat.code,
    sentences(UnsupportedFormat.default_title, UnsupportedFormat.default_hint),
)
_EMPTY = Refusal(DocumentStatus.SKIPPED, EmptyFile.code, mark("The file is empty (0 bytes)."))
_LINKED = Refusal(
    DocumentStatus.SKIPPED,
    "linked",
    mark("A link to a folder elsewhere is not followed. Add that folder itself to search it."),
)
_AWAY = Refusal(
    DocumentStatus.SKIPPED,
    "away",
    mark("The drive that was mounted here is away. What is known of its files was kept."),
)
_DANGLING = Refusal(
    DocumentStatus.FAILED, FileUnreadable.code, mark("The link points to a file that is not there.")
)
_UNREADABLE_DIRECTORY = Refusal(
    DocumentStatus.FAILED,
    FileUnreadable.code,
    mark("The folder could not be opened. Check that you may read it."),
)
_UNREADABLE_FILE = Refusal(
    DocumentStatus.FAILED,
    FileUnreadable.code,
    sentences(FileUnreadable.default_title, FileUnreadable.default_hint),
)


def state_of_root(root: str, *, known: Collection[str], mount: str = "") -> RootState:
    """Say whether a root can be scanned, or must be left alone because it is away.

    ``known`` are the paths in the ledger, ``mount`` is where the root's drive was mounted
    when it was last scanned ("" where that is unknown). Away is: not there; a completely
    empty directory of which the ledger holds at least ten files; or a directory whose drive
    is not mounted any more and in which none of the known files is found.
    """
    try:
        if stat.S_ISDIR(Path(root).stat().st_mode):
            with os.scandir(root) as entries:
                is_empty = next(entries, None) is None
            if is_empty and len(known) >= _FEWEST_FILES_OF_A_MOUNT:
                return RootState.AWAY
            has_lost_mount = bool(mount) and known and len(mount_of(root)) < len(mount)
            if has_lost_mount and not has_any(root, known):
                return RootState.AWAY
    except PermissionError:
        return RootState.HERE  # the scan reports it as an unreadable folder
    except OSError:
        return RootState.AWAY
    return RootState.HERE


_NO_RULES = RootRules()


@dataclass(frozen=True, slots=True)
class _Rules:
    root: str
    media_types: Mapping[str, str]
    largest_bytes: int
    exclusion: Exclusion
    has_hidden: bool


def scan(
    root: str,
    *,
    media_types: Mapping[str, str],
    largest_bytes: int,
    excluded: Collection[Path] = (),
    rules: RootRules = _NO_RULES,
    within: str = "",
    away: Collection[str] = (),
) -> Iterator[FoundFile]:
    """Yield every file below ``root`` that is to be accounted for, directories in order.

    ``media_types`` maps lower-case suffixes to the media types that can be parsed.
    ``excluded`` are directories that are left out. ``within`` is a path below the root:
    only that file, or what is below that directory, is yielded. ``away`` are paths below the
    root of drives that are not mounted any more. Raises nothing for what the file system
    refuses: that becomes a ``FoundFile`` with a refusal.
    """
    if rules.largest_mb:
        largest_bytes = min(largest_bytes, rules.largest_mb * _MIB)
    judging = _Rules(root, media_types, largest_bytes, Exclusion(rules), rules.has_hidden)
    seen = {_identity(str(path)) for path in (*excluded, root)} - {None}
    pending: list[tuple[str, str]] = []
    yield from _marks(away, within)
    if within:
        yield from _judge_path(within, judging, seen, pending)
    else:
        try:
            status = Path(root).stat()
        except OSError:
            return
        if not stat.S_ISDIR(status.st_mode):
            yield from _judge_file(root, "", status, judging)
            return
        pending.append(("", root))
    while pending:
        prefix, directory = pending.pop()
        try:
            with os.scandir(directory) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except FileNotFoundError:
            continue  # vanished since its parent was listed
        except OSError:
            yield FoundFile(prefix.rstrip("/"), 0, 0, "", _UNREADABLE_DIRECTORY, is_directory=True)
            continue
        below: list[tuple[str, str]] = []
        for entry in entries:
            yield from _judge_entry(entry, prefix + entry.name, judging, seen, below)
        pending.extend(reversed(below))


def _marks(away: Iterable[str], within: str) -> Iterator[FoundFile]:
    for place in away:
        if not within or is_below(place, [within]) or is_below(within, [place]):
            yield FoundFile(place, 0, 0, "", _AWAY, is_directory=True)


def _judge_path(
    path: str,
    rules: _Rules,
    seen: set[tuple[int, int] | None],
    pending: list[tuple[str, str]],
) -> Iterator[FoundFile]:
    """Judge one path below the root as a walk that comes down to it would."""
    parts = path.split("/")
    for depth, name in enumerate(parts, start=1):
        inside = "/".join(parts[:depth])
        above = Path(rules.root, *parts[: depth - 1])
        try:
            with os.scandir(above) as listing:
                entry = next((each for each in listing if each.name == name), None)
        except OSError:
            return
        if entry is None:
            return
        below: list[tuple[str, str]] = []
        found = list(_judge_entry(entry, inside, rules, seen, below))
        if depth == len(parts):
            yield from found
            pending.extend(below)
        elif not below:
            return  # left out, a file by now, or a link, which is never followed


def _judge_entry(
    entry: os.DirEntry[str],
    path: str,
    rules: _Rules,
    seen: set[tuple[int, int] | None],
    below: list[tuple[str, str]],
) -> Iterator[FoundFile]:
    """Yield an entry that is a file; put a directory that is to be walked into ``below``."""
    try:
        is_directory = entry.is_dir(follow_symlinks=False)
        if rules.exclusion.leaves_out(path, is_directory=is_directory):
            return
        if is_directory and not _is_junction(entry):
            is_hidden = not rules.has_hidden and _is_hidden(entry)
            if not is_hidden and _is_new(entry.path, seen):
                below.append((path + "/", entry.path))
            return
        if _links_to_directory(entry):
            if not _is_inside(entry.path, rules.root):
                yield FoundFile(path, 0, 0, "", _LINKED, is_directory=True)
            return
        status = entry.stat()
    except OSError:
        yield FoundFile(path, 0, 0, "", _refusal_of_lost(entry, rules))
        return
    yield from _judge_file(entry.name, path, status, rules)


def _judge_file(name: str, path: str, status: os.stat_result, rules: _Rules) -> Iterator[FoundFile]:
    if not stat.S_ISREG(status.st_mode) or (not rules.has_hidden and _has_hidden_flag(status)):
        return
    media_type = rules.media_types.get(_suffix(name), "")
    refusal = None
    if not media_type:
        refusal = _UNSUPPORTED
    elif status.st_size == 0:
        refusal = _EMPTY
    elif status.st_size > rules.largest_bytes:
        refusal = Refusal(
            DocumentStatus.SKIPPED,
            FileTooLarge.code,
            sentences(
                worded(
                    FILE_LEFT_OUT,
                    size=status.st_size // _MIB,
                    largest=rules.largest_bytes // _MIB,
                ),
                FileTooLarge.default_hint,
            ),
        )
    yield FoundFile(path, status.st_size, modified_ns(status), media_type, refusal)


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    return _has_hidden_flag(entry.stat(follow_symlinks=False))


def _has_hidden_flag(status: os.stat_result) -> bool:
    # Each attribute exists on one system only: Windows and macOS respectively.
    return bool(
        getattr(status, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN
        or getattr(status, "st_flags", 0) & getattr(stat, "UF_HIDDEN", 0x8000)
    )


def _is_junction(entry: os.DirEntry[str]) -> bool:
    # DirEntry.is_junction exists from Python 3.12; a junction is a directory with this tag.
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    return bool(tag) and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", 0xA0000003)


def _links_to_directory(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir() and (entry.is_symlink() or _is_junction(entry))


def _is_inside(path: str, root: str) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def _suffix(name: str) -> str:
    # As pathlib's, which costs ten times as much and is asked once a file.
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if stem and dot else ""


def _is_new(directory: str, seen: set[tuple[int, int] | None]) -> bool:
    identity = _identity(directory)
    if identity is None:
        return True
    if identity in seen:
        return False
    seen.add(identity)
    return True


def _identity(path: str) -> tuple[int, int] | None:
    # Not DirEntry.stat: it leaves device and inode 0 on Windows.
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None


def _refusal_of_lost(entry: os.DirEntry[str], rules: _Rules) -> Refusal:
    if _suffix(entry.name) not in rules.media_types:
        return _UNSUPPORTED
    return _DANGLING if entry.is_symlink() else _UNREADABLE_FILE
