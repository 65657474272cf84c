"""Copying and mending a whole library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """How far a backup or its return is, in bytes."""

    bytes_done: int
    bytes_total: int


class TableState(StrEnum):
    """What became of a table when a library was mended.

    ROLLED_BACK means that its latest changes were lost, EMPTIED that all of it was; both
    are made again from the documents.
    """

    WELL = "well"
    ROLLED_BACK = "rolled back"
    EMPTIED = "emptied"


@dataclass(frozen=True, slots=True)
class Mending:
    """What mending found: the state of each table by name, and the folders still known.

    ``has_lost_roots`` says that the list of folders was unreadable, and was made again
    from the rows of the documents as far as these could be read.
    """

    tables: dict[str, TableState]
    roots: tuple[str, ...]
    has_lost_roots: bool = False

    @property
    def was_damaged(self) -> bool:
        """Say whether anything had to be mended."""
        return self.has_lost_roots or any(
            state is not TableState.WELL for state in self.tables.values()
        )
