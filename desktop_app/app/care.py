"""What can be done to a library while no session holds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from desktop_app.domain import IsCancelled, never_cancelled
from desktop_app.domain.keeping import CopyProgress, Mending


class LocalCare:
    """Implements ``session.LibraryCare`` for the library in one directory."""

    def __init__(self, library_dir: Path) -> None:
        self._library_dir = library_dir

    def restore(
        self, backup: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[CopyProgress]:
        """Put a backup in the library's place; the old one is kept beside it."""
        from desktop_app.store.backup import restore

        return restore(backup, self._library_dir, is_cancelled=is_cancelled)

    def mend(self) -> Mending:
        """Keep what is sound of the library and empty the rest."""
        from desktop_app.store.rescue import mend

        return mend(self._library_dir)
