"""How long a library would be prepared for a pack, from what the pack did on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_app.domain import VectorSpace
from desktop_app.inference.pace import RememberedSpeeds

if TYPE_CHECKING:
    from desktop_app.app.seats import Seat
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library

_SPEEDS = "embedding-speeds.json"
_CHARACTERS_A_TOKEN = 3.5
_SAMPLE = 200


class Estimates:
    """Passages that lack a vector, times their tokens, by the pack's remembered speed.

    Speeds are kept in the cache directory, for all libraries. Any thread.
    """

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._device = settings.device
        self._speeds = RememberedSpeeds(settings.cache_dir / _SPEEDS)
        self._tokens_a_passage: float | None = None

    def remember(self, seat: Seat) -> None:
        """Note how fast this pack embeds, where its process knows."""
        speed = seat.model.status().embed_tokens_per_second
        if speed:
            self._speeds.save(self._key(seat.space), speed)

    def tokens_per_second(self, seat: Seat) -> float:
        """Return how fast this pack embeds, now or when it last did; 0.0 if nobody knows."""
        now = seat.model.status().embed_tokens_per_second
        return now or self._speeds.load(self._key(seat.space))

    def seconds(self, space: VectorSpace, *, speed: float = 0.0) -> float | None:
        """Return the seconds that the missing vectors take; None where no speed is known.

        ``speed`` is tokens per second if it is known better than from earlier.
        """
        coverage = self._library.coverage(space)
        left = coverage.passages - coverage.embedded - coverage.rejected
        if left <= 0:
            return 0.0
        speed = speed or self._speeds.load(self._key(space))
        if not speed:
            return None
        if self._tokens_a_passage is None:
            # Once: it takes a look at all ids, and the mean changes little.
            sample = self._library.get_passages(self._library.missing_vectors(space)[:_SAMPLE])
            characters = sum(len(each.full_text) for each in sample.values()) / max(1, len(sample))
            self._tokens_a_passage = characters / _CHARACTERS_A_TOKEN
        return left * self._tokens_a_passage / speed

    def _key(self, space: VectorSpace) -> str:
        return f"{space.key} {self._device}"
