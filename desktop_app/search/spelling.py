"""Which word of the library somebody meant who mistyped one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from desktop_app.search.words import word_keys

SHORTEST = 5
"""Letters of the shortest word that is corrected: "wann" and "else" are near to too much."""
SHORTEST_STEM = 4
_LONGEST_ENDING = 3
_LONG = 8


def most_edits(word: str) -> int:
    """Return how many slips of the hand a word of this length may hold."""
    return 2 if len(word) >= _LONG else 1


def nearest_word(word: str, texts: Iterable[str], *, is_stemmed: bool = True) -> str:
    """Return the word of these texts that is spelled most like ``word``, else ""; any thread.

    ``word`` is a ``words.normalize_word``. The first letter is hardly ever mistyped, so it
    must be the same. A word that differs in its ending only is another word or another form
    ("driver", "driven"), and not meant; where the index does not stem, endings are up to three
    letters long ("gobernante", "gobernanza"). Of words that are equally near the most frequent one
    is taken, then the first by the alphabet.
    """
    counts = Counter(
        key
        for text in texts
        for key in word_keys(text)
        if key[:1] == word[:1] and key.isalpha() and not _is_form(word, key, is_stemmed=is_stemmed)
    )
    most = most_edits(word)
    best = min(
        ((distance(word, key, most), -count, key) for key, count in counts.items()), default=None
    )
    return best[2] if best is not None and best[0] <= most else ""


def _is_form(word: str, key: str, *, is_stemmed: bool) -> bool:
    shorter = min(len(word), len(key)) - 1
    if word == key or (word[-1:] != key[-1:] and word[:shorter] == key[:shorter]):
        return True
    stem = max(SHORTEST_STEM, max(len(word), len(key)) - _LONGEST_ENDING)
    return not is_stemmed and word[:stem] == key[:stem]


def distance(first: str, second: str, most: int) -> int:
    """Return how many letters are put in, left out, exchanged or swapped with the next.

    At most ``most + 1``, which stands for "more" (optimal string alignment distance).
    """
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(second) + 1))
    for row, letter in enumerate(first, start=1):
        current = [row]
        for column, other in enumerate(second, start=1):
            cost = min(above[column] + 1, current[-1] + 1, above[column - 1] + (letter != other))
            is_swap = row > 1 and column > 1 and letter == second[column - 2]
            if is_swap and other == first[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        if min(current) > most:
            return most + 1
        before, above = above, current
    return min(above[-1], most + 1)
