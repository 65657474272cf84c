"""Passages that say the same are shown once."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Sequence

SAME_SHARE = 0.95
"""Share of equal five-word sequences (Jaccard) from which two passages are the same text.

One changed word touches five sequences, so in a passage of under 190 words a single changed
word is enough to keep both: folding must hide copies, never a different statement.
"""
_SEQUENCE = 5
_SKETCH = 8


def fold(texts: Sequence[tuple[str, ...]]) -> dict[int, tuple[int, ...]]:
    """Return the indices to keep, each with those folded into it; pure, any thread.

    Both ascending: of near-duplicates the first is kept.

    A text is given as its ``words.word_keys``, so case, accents and punctuation do not
    count. Texts whose numbers differ are never the same, since rows of a report often differ
    in nothing else. Candidates for comparison share one of their eight smallest hashes,
    which two texts alike by .95 fail to do once in 10^10 (bottom-k sketches, Broder 1997).
    """
    kept: dict[int, tuple[int, ...]] = {}
    known: dict[int, set[int]] = {}
    owners: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    numbers = [tuple(key for key in keys if not key.isalpha()) for keys in texts]
    having = Counter(numbers)
    for index, keys in enumerate(texts):
        if having[numbers[index]] == 1:
            kept[index] = ()
            continue
        sequences = _sequences(keys)
        sketch = [(each, numbers[index]) for each in heapq.nsmallest(_SKETCH, sequences)]
        rivals = {owner for each in sketch for owner in owners.get(each, ())}
        same = [each for each in sorted(rivals) if _share(sequences, known[each]) >= SAME_SHARE]
        if same:
            kept[same[0]] += (index,)
            continue
        kept[index] = ()
        known[index] = sequences
        for each in sketch:
            owners.setdefault(each, []).append(index)
    return kept


def _share(first: set[int], second: set[int]) -> float:
    fewer, more = sorted((len(first), len(second)))
    if fewer < SAME_SHARE * more:
        return 0.0  # cannot be more than their sizes allow
    equal = len(first & second)
    return equal / (fewer + more - equal)


def _sequences(keys: tuple[str, ...]) -> set[int]:
    """Return the hashes of the sequences: of 64 bits, and quicker compared than the words."""
    if len(keys) < _SEQUENCE:
        return {hash(keys)} if keys else set()
    return set(map(hash, zip(*(keys[first:] for first in range(_SEQUENCE)), strict=False)))
