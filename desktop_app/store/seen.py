"""Words that passages were seen to hold, or not to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable

_MOST_WORDS = 50_000
_MOST_ABSENT = 1_000


class SeenWords:
    """Words of the library that were met on the way, so that nobody looks for them again.

    Any thread. Holds at most 50,000 (5 MB), then begins anew. A word whose last passage is
    removed stays: what is made of it (a word seen is not misspelled) stays right. Not so words
    that no passage holds: ``version`` is another number when one may.
    """

    def __init__(self, version: Callable[[], int] = int) -> None:
        self._words: set[str] = set()
        self._version = version
        self._absent: tuple[int, dict[str, dict[bool, str]]] = (-1, {})

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def note(self, words: Iterable[str]) -> None:
        """Remember words, normalized as the asker compares them."""
        if len(self._words) > _MOST_WORDS:
            self._words = set()
        self._words.update(words)

    def absent(self) -> dict[str, dict[bool, str]]:
        """Return words that no passage of the whole library holds, for the asker to add to.

        To each may be said which word is meant by it, "" for none, with and without stems.
        After a commit another dictionary is returned.
        """
        version, known = self._version(), self._absent
        if known[0] != version or len(known[1]) > _MOST_ABSENT:
            self._absent = known = (version, {})
        return known[1]
