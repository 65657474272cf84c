"""How many tokens fit into one turn, learned from how long the last ones took."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from desktop_app.inference.notes import write_note

_log = logging.getLogger(__name__)

TURN_SECONDS = 0.2
"""What a question may have to wait for (design: batches bounded by measured time)."""
_FIRST_TOKENS = 128
"""What a machine of unknown speed is asked first: 0.4 s at the 330 tokens/s of a BGE-M3 in
float32 on two cores, the slowest that was measured."""
_WEIGHT_OF_NEW = 0.3
_MOST_PADDING = 0.05
_SMALL_SLOTS = 128
"""Below this a call costs more than its padding: short texts share one whatever their length."""


class Pace:
    """The speed of one model, measured turn by turn.

    ``remembered`` is its speed in tokens per second as an earlier process measured it, 0.0
    for none; so is ``tokens_per_second`` until something was measured.
    """

    def __init__(self, *, remembered: float = 0.0) -> None:
        self.tokens_per_second = remembered
        self._budget = remembered * TURN_SECONDS or float(_FIRST_TOKENS)
        self._measured = 0

    @property
    def is_measured(self) -> bool:
        """Say whether this process has measured the speed, and not only while warming up."""
        return self._measured > 1

    def take(self, lengths: Sequence[int]) -> int:
        """Say how many of the next texts make a turn of about 200 ms; at least one.

        ``lengths`` are in tokens.
        """
        total = 0
        for count, length in enumerate(lengths):
            total += length
            if count and total > self._budget:
                return count
        return len(lengths)

    def measure(self, *, tokens: int, seconds: float) -> None:
        """Learn from a turn of so many tokens, padding not counted."""
        speed = tokens / max(seconds, 1e-9)
        # The first turn of a process also pays for kernels and caches, and says little.
        if self.is_measured:
            speed = _WEIGHT_OF_NEW * speed + (1 - _WEIGHT_OF_NEW) * self.tokens_per_second
        self.tokens_per_second = speed
        self._measured += 1
        # Doubling at most: one turn that was fast by chance must not make the next one late.
        self._budget = min(TURN_SECONDS * speed, 2 * self._budget)


def group_by_length(
    lengths: Sequence[int], *, most_slots: int, is_padding_free: bool
) -> list[list[int]]:
    """Group texts into calls of which at most a twentieth is padding, the longest first.

    ``lengths`` are in tokens; returns positions. A call has at most ``most_slots`` places,
    padding included, but at least one text. Calls of up to 128 places may hold more padding,
    and so may all where it is not computed (``is_padding_free``).
    """
    groups: list[list[int]] = []
    longest = filled = 0
    for position in sorted(range(len(lengths)), key=lambda each: -lengths[each]):
        used = filled + lengths[position]
        slots = longest * (len(groups[-1]) + 1) if groups and not is_padding_free else used
        is_dense = slots - used <= _MOST_PADDING * slots or slots <= _SMALL_SLOTS
        if groups and slots <= most_slots and is_dense:
            groups[-1].append(position)
            filled = used
        else:
            groups.append([position])
            longest = filled = lengths[position]
    return groups


class RememberedSpeeds:
    """Speeds in a small file, by a key that names model, backend, precision and device.

    What cannot be read or written is measured again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, key: str) -> float:
        """Return tokens per second, 0.0 where nothing is known."""
        speed = self._read().get(key)
        return float(speed) if isinstance(speed, int | float) and speed > 0 else 0.0

    def save(self, key: str, tokens_per_second: float) -> None:
        """Remember a speed."""
        try:
            write_note(self._path, {**self._read(), key: round(tokens_per_second, 1)})
        except OSError as error:
            _log.debug("a model's speed is not remembered: %s", error)

    def _read(self) -> dict[str, object]:
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return values if isinstance(values, dict) else {}
