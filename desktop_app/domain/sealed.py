"""Enumerations that cross the border of a process that may have been taken over."""

from __future__ import annotations

from enum import StrEnum


class SealedEnum(StrEnum):
    """An enumeration whose members, which all of a process shares, no pickle can change.

    ``pickle`` would set whatever attributes a message names on the member, and on the class;
    it asks ``__setstate__`` first, which an enumeration has no other use for.
    """

    def __setstate__(self, state: object) -> None:
        """Refuse; raises TypeError."""
        raise TypeError(type(self).__name__)
