"""The indexed folders of a session: what changed in them, and what is left out of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain import Coverage, IndexPhase, IndexProgress
from desktop_app.domain.folders import FolderChanges, RootRules
from desktop_app.errors import FileLocked, FileUnreadable, ReaderNotStarted, RootError
from desktop_app.indexing.scopes import Scopes, scopes_of
from desktop_app.translation import mark, worded

if TYPE_CHECKING:
    from desktop_app.indexing.watching import Watcher
    from desktop_app.store.library import Library

_RETRIED = frozenset({FileLocked.code, FileUnreadable.code, ReaderNotStarted.code, "changed"})
"""What may be otherwise the next time without a change that is noticed."""


class WatchedFolders:
    """The folders of one library, watched from the first question about changes on.

    Index thread, ``rules``, ``set_rules`` and ``complete`` excepted, which any thread may call.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._watcher: Watcher | None = None
        self._notices: tuple[str, ...] = ()
        self._found = 0
        self._stamp = (0, 0)
        self._rules: dict[str, RootRules] = {}

    def changes(self) -> FolderChanges:
        """Return what changed since the last call and is quiet by now."""
        # Asked only while nothing else is written, so this is when there is time for it.
        self._library.prune()
        from desktop_app.indexing.watching import Watcher

        if self._watcher is None:
            self._watcher = Watcher()
            self.note_run()
            self._changed_rules()  # those that the first run acts on anyway
        found = self._watcher.changes(self._library.folders.paths())
        ruled = [Path(root) for root in self._changed_rules()]
        inside = [each for each in found.paths if not any(map(each.is_relative_to, ruled))]
        notices, self._notices = (*self._notices, *found.notices), ()
        return FolderChanges((*ruled, *inside), notices)

    def note_start(self) -> None:
        """Watch new folders before a run scans them, so that nothing falls between the two."""
        if self._watcher is not None:
            self._watcher.follow(self._library.folders.paths())

    def changed_meanwhile(self) -> Scopes:
        """Return what changed while a run of indexing goes on; nothing where nobody follows."""
        if self._watcher is None:
            return {}
        roots = self._library.folders.paths()
        found = self._watcher.changes(roots)
        self._notices += found.notices
        return scopes_of((*found.paths, *map(Path, self._changed_rules())), roots)

    def note_run(self) -> None:
        """Take note of the files that a run of indexing could not open, to try them later."""
        if self._watcher is not None:
            rows = self._library.documents()
            self._watcher.await_locked(
                str(row.full_path) for row in rows if row.reason_code in _RETRIED
            )

    def note_progress(self, progress: IndexProgress, *, is_whole: bool) -> None:
        """Remember how many files a run through all folders found, until all have their row."""
        if progress.phase is IndexPhase.DONE:
            self._found = 0
        elif is_whole and progress.phase is IndexPhase.READING:
            self._found = progress.files_total

    def complete(self, coverage: Coverage) -> Coverage:
        """Add the files that were found and have no row yet. Any thread."""
        return replace(coverage, unread=max(0, self._found - coverage.documents))

    def rules(self, root: str) -> RootRules:
        """Return what is left out of a folder; raises RootError for one that is not indexed."""
        self._check(root)
        return self._library.folders.rules(root)

    def set_rules(self, root: str, rules: RootRules) -> None:
        """Choose what is left out of a folder; raises RootError for one that is not indexed."""
        self._check(root)
        self._library.folders.set_rules(root, rules)
        self._rules[root] = rules  # whoever chooses them here indexes then

    def _changed_rules(self) -> list[str]:
        """Return the folders whose rules are others than when this was last asked.

        Another program may have changed them: ``lectern folders`` does beside an open window.
        """
        stamp = self._library.folders.stamp()
        if stamp == self._stamp:
            return []
        before, self._stamp = self._rules, stamp
        self._rules = self._library.folders.all_rules()
        default = RootRules()
        return [
            root
            for root in self._library.folders.paths()
            if self._rules.get(root, default) != before.get(root, default)
        ]

    def close(self) -> None:
        """Stop to watch."""
        if self._watcher is not None:
            self._watcher.close()

    def _check(self, root: str) -> None:
        if root not in self._library.folders.paths():
            raise RootError(
                worded("“{root}” is not an indexed folder.", root=str(root)), mark("Add it first.")
            )


def checked_root(path: Path, library_dir: Path) -> Path:
    """Resolve what is to be indexed; raises RootError where it cannot be."""
    try:
        resolved = path.expanduser().resolve(strict=True)
        if resolved.is_dir():
            os.scandir(resolved).close()
    except (OSError, RuntimeError) as error:
        raise RootError(worded("“{path}” could not be added.", path=str(path))) from error
    if not resolved.is_dir() and not resolved.is_file():
        raise RootError(
            worded("“{path}” is neither a folder nor a file.", path=str(path)),
            mark("Choose a folder."),
        )
    if resolved == library_dir or library_dir in resolved.parents:
        raise RootError(
            worded("“{path}” could not be added.", path=str(path)),
            mark("It holds Lectern's own library; choose another."),
        )
    return resolved
