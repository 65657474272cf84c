"""What belongs to an indexed folder: what is left out of it, and what changed in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

DEFAULT_EXCLUDES = (
    "node_modules",
    "__pycache__",
    ".git",
    ".svn",
    ".hg",
    ".cache",
    ".venv",
    ".Trash*",
    "$RECYCLE.BIN",
    "System Volume Information",
    "lost+found",
    "~$*",
    ".~lock.*",
    "*.part",
    "*.crdownload",
    "Thumbs.db",
    "desktop.ini",
    ".DS_Store",
)
"""What tools and systems keep beside documents, unfinished downloads, locks of open files."""


@dataclass(frozen=True, slots=True)
class RootRules:
    """What of an indexed folder is left out, as if it were not there.

    ``excludes`` are shell patterns (``*``, ``?``, ``[a-z]``), compared without case: with a
    "/" in it with the path below the folder, else with every name on that path; "**" stands
    for any folders, a "/" at the end for a folder. ``has_hidden`` says whether hidden files
    are read. ``largest_mb`` 0 means the limit of the settings.
    """

    excludes: tuple[str, ...] = DEFAULT_EXCLUDES
    has_hidden: bool = False
    largest_mb: int = 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Counts of a folder's files by what its rules do to them, with a few ``examples``.

    ``by_name`` a pattern leaves out, ``hidden`` are hidden, ``too_large`` above the limit;
    ``is_final`` once all of them are counted.
    """

    kept: int = 0
    by_name: int = 0
    hidden: int = 0
    too_large: int = 0
    examples: tuple[str, ...] = ()
    is_final: bool = False

    @property
    def total(self) -> int:
        """Count all that are left out."""
        return self.by_name + self.hidden + self.too_large


@dataclass(frozen=True, slots=True)
class FolderChanges:
    """Paths that changed and are quiet by now; ``notices`` are sentences for the user.

    A path may be a file, a folder, or gone; nothing in it is below another one.
    """

    paths: tuple[Path, ...] = ()
    notices: tuple[str, ...] = ()
