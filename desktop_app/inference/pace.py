"""How many tokens fit into one batch, learned from how long the last ones took."""

from __future__ import annotations

from collections.abc import Sequence

BATCH_SECONDS = 0.2
"""What a question may have to wait for (design: batches bounded by measured time)."""
_FIRST_TOKENS = 256
MOST_TOKENS_CPU = 4096
"""Measured with the starter pack: beyond 16 texts of 256 tokens a CPU's caches overflow and
a batch gets slower for each token, while memory still grows."""
MOST_TOKENS_GPU = 65536
_WEIGHT_OF_NEW = 0.3


class Pace:
    """The speed of one model, measured batch by batch; ``most_tokens`` bounds its memory.

    ``tokens_per_second`` counts real tokens without padding, 0.0 before the first batch.
    """

    def __init__(self, *, most_tokens: int) -> None:
        self._most_tokens = most_tokens
        self.tokens_per_second = 0.0
        self._budget = float(_FIRST_TOKENS)
        self._seconds_per_slot = 0.0

    def take(self, lengths: Sequence[int]) -> int:
        """Say how many of the next texts make a batch of about 200 ms; at least one.

        ``lengths`` are in tokens; each text costs the longest of its batch.
        """
        longest = 0
        for count, length in enumerate(lengths):
            longest = max(longest, length)
            if count and longest * (count + 1) > self._budget:
                return count
        return len(lengths)

    def measure(self, *, tokens: int, slots: int, seconds: float) -> None:
        """Learn from a batch of so many tokens in ``slots`` places, padding included."""
        cost = seconds / slots
        speed = tokens / max(seconds, 1e-9)
        if self._seconds_per_slot:
            cost = _WEIGHT_OF_NEW * cost + (1 - _WEIGHT_OF_NEW) * self._seconds_per_slot
            speed = _WEIGHT_OF_NEW * speed + (1 - _WEIGHT_OF_NEW) * self.tokens_per_second
        self._seconds_per_slot = cost
        self.tokens_per_second = speed
        fitting = BATCH_SECONDS / max(cost, 1e-9)
        # Doubling at most: one batch that was fast by chance must not make the next one late.
        self._budget = min(fitting, 2 * self._budget, self._most_tokens)

    def halve(self) -> None:
        """Make the next batches smaller, after one that did not fit into memory."""
        self._budget /= 2
