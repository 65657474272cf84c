"""What is asked of a table again and again, remembered until the table changes."""

from __future__ import annotations

from typing import Any

from desktop_app.store.lexical import has_index


class Standing:
    """How a table stands: its version, its rows, which columns have an index. Any thread.

    To ask LanceDB takes .3 ms of a processor, and a turn of its event loop, which on a busy
    machine is several; a question asked twenty times. So who writes through this handle says
    that the table changed. A reader beside another process's writer asks each time.
    """

    def __init__(self, table: Any, *, is_writable: bool) -> None:
        self._table = table
        self._is_writable = is_writable
        self._changes = 0
        self._rows: tuple[int, int] = (-1, 0)
        self._indexed: tuple[int, dict[str, bool]] = (-1, {})

    def note_change(self) -> None:
        """Forget what was known: after each commit and each tidying. Index thread."""
        self._changes += 1

    @property
    def version(self) -> int:
        """A number that is another after each change."""
        return self._changes if self._is_writable else int(self._table.version)

    def count(self) -> int:
        """Count the rows."""
        version, rows = self.version, self._rows
        if rows[0] != version:
            self._rows = rows = (version, int(self._table.count_rows()))
        return rows[1]

    def has_index(self, column: str) -> bool:
        """Say whether a column has an index of any kind."""
        version, indexed = self.version, self._indexed
        if indexed[0] != version:
            self._indexed = indexed = (version, {})
        if column not in indexed[1]:
            indexed[1][column] = has_index(self._table, column)
        return indexed[1][column]
