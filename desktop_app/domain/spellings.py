"""Other spellings of words that a question holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spellings:
    """Words to look for as they stand, or nearly so.

    ``edits`` letters (0 to 2) may be put in, left out or exchanged, none of the first
    ``kept``. Words that matter most come first.
    """

    words: tuple[str, ...]
    edits: int = 0
    kept: int = 0
