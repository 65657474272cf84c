"""Scores of pairs that were computed before, so that no pair is read twice."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import IsCancelled

Scored: TypeAlias = tuple[tuple[int, ...], NDArray[np.float32]]
"""Positions, and a score for each of them."""

MOST_PAIRS = 20_000
"""Some 3 MB, and more than a hundred questions with fifty passages and their sentences each."""


class ScoreCache:
    """Scores by question and text, for one model; holds hashes, no text. Any thread.

    Bounded by ``most``: what was not asked for while half as many others came is forgotten.
    Without a lock, since each step is one operation on a dictionary or a name.
    """

    def __init__(self, *, most: int = MOST_PAIRS) -> None:
        self._half = max(1, most // 2)
        self._recent: dict[bytes, float] = {}
        self._older: dict[bytes, float] = {}

    def __len__(self) -> int:
        return len(self._recent.keys() | self._older.keys())

    def find(self, key: bytes) -> float | None:
        """Return a score, None where it is not known."""
        recent = self._recent.get(key)
        if recent is not None:
            return recent
        older = self._older.get(key)
        if older is not None:
            self.keep(key, older)
        return older

    def keep(self, key: bytes, score: float) -> None:
        """Remember a score."""
        if len(self._recent) >= self._half:
            self._older, self._recent = self._recent, {}
        self._recent[key] = score

    def complete(
        self,
        question: str,
        texts: Sequence[str],
        read: Callable[[tuple[str, ...]], Iterator[Scored]],
        *,
        kind: str,
        is_cancelled: IsCancelled,
    ) -> Iterator[Scored]:
        """Yield the scores of texts for a question: those known at once, then what is read.

        ``read`` scores the others in batches of positions and float32 scores; ``kind`` says
        what is scored. What is no finite number is passed on, but not remembered.
        """
        keys = _keys(question, texts, kind)
        found = {at: self.find(key) for at, key in enumerate(keys)}
        known = {at: score for at, score in found.items() if score is not None}
        if known and not is_cancelled():
            yield tuple(known), np.array(list(known.values()), np.float32)
        left = [at for at in found if at not in known]
        if not left:
            return
        for positions, values in read(tuple(texts[at] for at in left)):
            places = tuple(left[at] for at in positions)
            for at, value in zip(places, values.tolist(), strict=True):
                if math.isfinite(value):
                    self.keep(keys[at], value)
            yield places, values


def _keys(question: str, texts: Sequence[str], kind: str) -> list[bytes]:
    """Return a key for each pair, 16 bytes; ``kind`` says what is scored about it."""
    begun = hashlib.blake2b(digest_size=16)
    for part in (kind, question):
        # Lengths, so that no two pairs are the same bytes in another division.
        data = part.encode("utf-8", "surrogatepass")
        begun.update(len(data).to_bytes(8, "little") + data)
    keys = []
    for text in texts:
        each = begun.copy()
        each.update(text.encode("utf-8", "surrogatepass"))
        keys.append(each.digest())
    return keys
