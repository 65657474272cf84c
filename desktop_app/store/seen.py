"""Words that passages were seen to hold."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_WORDS = 50_000


class SeenWords:
    """Words of the library that were met on the way, so that nobody looks for them again.

    Any thread. Holds at most 50,000 (5 MB), then begins anew. A word whose last passage is
    removed stays: what is made of it (a word seen is not misspelled) stays right.
    """

    def __init__(self) -> None:
        self._words: set[str] = set()

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def note(self, words: Iterable[str]) -> None:
        """Remember words, normalized as the asker compares them."""
        if len(self._words) > _MOST_WORDS:
            self._words = set()
        self._words.update(words)
