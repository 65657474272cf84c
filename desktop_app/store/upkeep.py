"""When a table is compacted, its indexes brought up to date and old versions removed.

LanceDB does the three in one call, which reads and writes the whole table. Doing it each
time half as many rows are new keeps the sum of all writes within about three times the
table's size, where doing it after every group would be quadratic (LanceDB users have seen
1 TB written for 60 MB of text). Where time allows it is done each time a tenth is new, since
a search leaves out new rows when they are many: within about eleven times.

What that replaces is removed before the next write, so that a library takes twice the size of
one of its tables for a moment and hardly more than its live data the rest of the time: while
30,000 passages were stored and embedded the most was 2.5 times the live data and the mean 1.6,
when old versions went half a minute later and those of a table at rest stayed.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from desktop_app.store.heap import release_freed
from desktop_app.store.indexes import Chore, compacting
from desktop_app.store.tidier import Tidier

_log = logging.getLogger(__name__)

_FEWEST_NEW_ROWS = 5_000
_NEW_SHARE = 0.5
_NEW_SHARE_AT_LEISURE = 0.1
# So long the first of the new rows wait for others, and so many times as many, before the next
# tidying: one writes all rows of an index anew, so that a folder of 11,000 passages which is
# read in seconds takes 2.0 s of a processor for two of them and 1.1 for one.
_PATIENCE_SECONDS = 10.0
_PATIENCE_TIMES = 4
# So many times as long as the last tidying took must have passed: a tenth of all time.
_LEISURE = 9
_LEAST_PAUSE_SECONDS = 30.0
_MOST_PASSES = 4
_MOST_SCANNED_ROWS = 5_000
"""New rows that a search for words reads one by one, which takes 58 ms of a processor a thousand
(17 s at a million passages of which 300,000 were new). Where there are more, they wait for
the next tidying, but for those of the first seconds (``_PATIENCE_SECONDS``)."""
_MOST_NEW_COMMITS = 100
# Finding new rows without the index costs 58 ms of a processor a thousand.
_FEW_ROWS = 500
_FEW_PIECES = 20
# Lance leaves a piece as it is while less than this of it was deleted.
_DELETED_SHARE = 0.1
# Of the live bytes; less than this is not worth writing a table again.
_DEAD_SHARE = 0.1
_LONGEST_QUERY_SECONDS = 30.0
_SECONDS_UNTIL_NEXT_TRY = 30.0
# It doubles with each try in a row that was cut short, to half an hour.
_MOST_DOUBLINGS = 6
# At 0 LanceDB warns of readers; one that is caught reads again (``failures.reading``).
_AT_ONCE = timedelta(milliseconds=1)
_FOREVER = timedelta(days=3650)


class TableUpkeep:
    """Counts what was written to one table since it was last tidied. Index thread.

    Tidying replaces files and leaves the old ones, which a query may be reading. ``clear``
    removes them before the next write, ``prune`` where none comes. A query that is caught by
    that, in this process or another, reads the newest version instead (``failures.reading``).

    A large table is tidied by ``tidier``, and only by it. What is cut short there goes on at the
    next tidying: until then ``clear`` leaves the table alone, since LanceDB removes nothing
    without merging, which takes the memory that the tidier is for.
    """

    def __init__(
        self,
        table: Any,
        *,
        is_writable: bool = True,
        tidier: Tidier | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._is_writable = is_writable
        self._tidier = tidier
        self._clock = clock
        self._new_rows = _unindexed_rows(table)
        self._new_commits = 0
        self._committed_at = self._waiting_since = float("-inf")
        # As a process leaves it that was killed: four times the live data once.
        self._is_unseen = is_writable and _versions(table) > 1
        self._has_replaced = False
        self._is_half_done = False
        self._tries = 0
        self._not_before = self._refused_at = float("-inf")
        self._tidying: tuple[float, float] | None = None
        self._synced_ns = time.time_ns()

    def note(self, rows: int) -> None:
        """Take note of one commit, and tidy the table when it is time."""
        self._committed_at = self._clock()
        if not self._new_commits:
            self._waiting_since = self._committed_at
        self._new_rows += rows
        self._new_commits += 1
        self._is_unseen = True
        if self._has_replaced and self._is_large():
            # Somebody has it open. From now on removing would mean to merge what is new, here.
            self._is_half_done = True
        share = _NEW_SHARE_AT_LEISURE if self._has_leisure() else _NEW_SHARE
        most = max(_FEWEST_NEW_ROWS, int(self._table.count_rows() * share))
        if self._may_wait():
            most = max(most, _PATIENCE_TIMES * _FEWEST_NEW_ROWS)
        is_due = self._new_rows > most or self._new_commits > _MOST_NEW_COMMITS
        if is_due and self._clock() >= self._not_before:
            self._tidy()

    def _has_leisure(self) -> bool:
        if self._tidying is None:
            return True
        began, ended = self._tidying
        pause = max(_LEAST_PAUSE_SECONDS, _LEISURE * (ended - began))
        return self._clock() - ended >= pause

    def _may_wait(self) -> bool:
        return self._clock() - self._waiting_since < _PATIENCE_SECONDS

    def has_many_new(self) -> bool:
        """Say whether a search for words has too many new rows to read them all. Any thread."""
        new = self._new_rows if self._is_writable else _unindexed_rows(self._table)
        return new > _MOST_SCANNED_ROWS * (_PATIENCE_TIMES if self._may_wait() else 1)

    def tidy(self, *indexes: Callable[[Any], Chore | None]) -> None:
        """Compact, bring the indexes up to date, build those that are due.

        A large table of which little changed is left as it is: Lance would write its whole
        index of words again for one changed file, and queries find new rows without it. Not
        so one of which much was deleted, or that a killed process left: that stays on the
        disk until then.
        """
        rows = self._table.count_rows()
        indexes = indexes if rows else ()
        is_due = rows <= _FEWEST_NEW_ROWS or self._new_rows > _FEW_ROWS or self._is_half_done
        is_worn = is_due or self._is_worn(rows) or self._has_leftovers()
        if is_worn or any(due(self._table) for due in indexes):
            self._tidy(*indexes)

    def _is_worn(self, rows: int) -> bool:
        """Say whether the table lies in many pieces, or holds much that was deleted."""
        pieces = self._table.stats()["fragment_stats"]
        # The lengths of the pieces count what was deleted as well.
        held = int(pieces["num_fragments"]) * int(pieces["lengths"]["mean"])
        is_hollow = held - rows > _DELETED_SHARE * held
        return is_hollow or int(pieces["num_small_fragments"]) > _FEW_PIECES

    def _tidy(self, *indexes: Callable[[Any], Chore | None]) -> bool:
        """Do all of it; says whether that came to its end."""
        with self._at_work():
            # Compacted first: an index built before would have to follow the rows.
            is_done = self._merge()
            for due in indexes:
                chore = due(self._table) if is_done else None
                if chore is not None:
                    # Lance merges once more what was just built: here, not in ``clear``.
                    is_done = self._do(chore) and self._merge()
            self._is_half_done = not is_done
        return is_done

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Account for the time, and for what is left where a tidying is cut short."""
        began = self._clock()
        # Also where the disk is full half way: what was replaced until then can go.
        self._has_replaced = True
        # Until the opposite is known.
        self._is_half_done = self._is_large()
        self._tries += 1
        try:
            yield
        finally:
            if self._tidier is not None:
                self._tidier.rest()
            self._tidying = (began, self._clock())
            self._committed_at = self._tidying[1]
            if self._is_half_done:
                pause = _SECONDS_UNTIL_NEXT_TRY * 2 ** min(self._tries - 1, _MOST_DOUBLINGS)
                self._not_before = self._clock() + pause
            else:
                self._tries = 0

    def _merge(self) -> bool:
        """Have Lance merge until nothing is left; says whether that came to its end."""
        # Lance merges what an index holds apart from what it does not hold yet, which it then
        # adds to the index. Only the next pass makes one piece of both; it would be due at the
        # next tidying anyway, and after it ``clear`` has nothing to write, only to remove.
        for _ in range(_MOST_PASSES):
            version = self._table.version
            if not self._do(compacting(_FOREVER)):
                return False
            # Each pass begins with what the one before it needs no more.
            release_freed()
            if self._table.version == version:
                break
        self._is_unseen = False
        self._new_rows = self._new_commits = 0
        return True

    def _do(self, chore: Chore) -> bool:
        if self._tidier is not None and self._is_large():
            return self._tidier.do(chore, self._table)
        chore(self._table)
        return True

    def _is_large(self) -> bool:
        return self._tidier is not None and self._tidier.is_for(self._table)

    def clear(self) -> None:
        """Remove what the last tidying replaced; some milliseconds. Before the next commit.

        Later Lance would first merge what is new, and leave what that replaces. What cannot
        be removed yet is left for half a minute at least.
        """
        waited = self._clock() - self._refused_at
        is_removable = self._has_replaced and not self._is_half_done
        if not is_removable or waited < _SECONDS_UNTIL_NEXT_TRY:
            return
        try:
            self._write_through()
            compacting(_AT_ONCE)(self._table)
        except (OSError, RuntimeError) as error:
            # On Windows a file goes no sooner than whoever has it open lets go of it, a
            # scanner for viruses or a backup. Nothing is damaged by it.
            _log.warning("old files are left until later: %s", type(error).__name__)
            self._refused_at = self._clock()
        else:
            self._has_replaced = False

    def prune(self, *, is_closing: bool = False) -> None:
        """Remove all files that are not of the newest version, if nobody can be reading them.

        That is so when nothing was written for 30 seconds, or the library is being closed.
        Some milliseconds, but where a killed process left much, or the table is small: then
        it is tidied first. A large one not where the library is being closed.
        """
        quiet = self._clock() - self._committed_at
        if not (is_closing or quiet >= _LONGEST_QUERY_SECONDS):
            return
        if self._is_half_done or (self._has_leftovers() and not self._has_replaced):
            may_not = is_closing and self._is_large()
            if may_not or self._clock() < self._not_before or not self._tidy():
                return
        self._is_unseen = False
        self.clear()

    def is_littered(self) -> bool:
        """Say whether ``prune`` has anything to remove once it is quiet."""
        return self._has_replaced or self._has_leftovers()

    def _has_leftovers(self) -> bool:
        return self._is_unseen and self._has_dead()

    def _has_dead(self) -> bool:
        """Say whether files that belong to no newest version take much of the table's disk."""
        if self._table.count_rows() <= _FEWEST_NEW_ROWS:
            return True
        live = int(self._table.stats()["total_bytes"])
        held = sum(
            path.stat().st_size
            for kind in ("data", "_indices")
            for path in Path(self._table.uri, kind).rglob("*")
            if path.is_file()
        )
        return held - live > _DEAD_SHARE * live

    def _write_through(self) -> None:
        """Have the system write new files to the disk before what they replace is removed.

        Lance leaves that to the system, so that a power failure soon after a removal could
        have cost both the old files and the new.
        """
        began = time.time_ns()
        for folder, _, names in os.walk(self._table.uri):
            for name in names:
                with suppress(FileNotFoundError):
                    _sync(Path(folder, name), self._synced_ns)
        self._synced_ns = began


def _versions(table: Any) -> int:
    return sum(1 for _ in Path(table.uri, "_versions").glob("*.manifest"))


def _sync(path: Path, since_ns: int) -> None:
    if path.stat().st_mtime_ns < since_ns:
        return
    # Windows writes through only what is opened for writing.
    number = os.open(path, os.O_RDWR)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _unindexed_rows(table: Any) -> int:
    """Count the rows that some index does not hold yet. Any thread."""
    return max((index.num_unindexed_rows or 0 for index in table.list_indices()), default=0)
