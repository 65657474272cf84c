"""Where in a document's stored text a place is, as a share of all of it."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import accumulate

from desktop_app.domain import Passage


class Extent:
    """How far down each passage begins.

    In characters, since only the passages around the reader are laid out and no height in
    pixels is known for the others; or at ``tops`` of all passages and the end of the last.
    """

    def __init__(self, passages: Sequence[Passage], tops: Sequence[float] = ()) -> None:
        self._lengths = [max(1, len(passage.text)) for passage in passages]
        self._starts = tops or [0.0, *accumulate(map(float, self._lengths))]

    def share(self, passage: int, character: int = 0) -> float:
        """Give the share (0 to 1) of the text that is before a character of a passage.

        One passage after the last is the end; a character after a passage is its end.
        """
        last = len(self._lengths)
        start = self._starts[min(passage, last)]
        if passage < last:
            part = min(1.0, character / self._lengths[passage])
            start += part * (self._starts[passage + 1] - start)
        return start / max(1.0, self._starts[-1])

    def place_at(self, share: float) -> tuple[int, int]:
        """Give the index of the passage at a share, and the character of it; (0, 0) without."""
        if not self._lengths:
            return 0, 0
        # A share that was made here leads back, however it was rounded.
        at = share * self._starts[-1] + 1e-6
        passage = min(bisect.bisect_right(self._starts, at), len(self._lengths)) - 1
        if passage < 0:
            return 0, 0
        height = self._starts[passage + 1] - self._starts[passage]
        part = (at - self._starts[passage]) / max(1.0, height)
        length = self._lengths[passage]
        return passage, min(length - 1, int(part * length))
