"""Where in a document's stored text a place is, as a share of all its characters."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import accumulate

from desktop_app.domain import Passage


class Extent:
    """The lengths of all passages, which alone say how long a document is.

    Only the passages around the reader are laid out, so no height in pixels is known for it.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._starts = [0, *accumulate(max(1, len(passage.text)) for passage in passages)]

    def share(self, passage: int, character: int = 0) -> float:
        """Give the share (0 to 1) of the text that is before a character of a passage.

        One passage after the last is the end; a character after a passage is its end.
        """
        last = len(self._starts) - 1
        start = self._starts[min(passage, last)]
        end = self._starts[min(passage + 1, last)]
        return min(end, start + character) / max(1, self._starts[-1])

    def place_at(self, share: float) -> tuple[int, int]:
        """Give the index of the passage at a share, and the character of it; (0, 0) without."""
        character = round(share * self._starts[-1])
        last = len(self._starts) - 2
        passage = min(bisect.bisect_right(self._starts, character) - 1, last)
        return (passage, character - self._starts[passage]) if passage >= 0 else (0, 0)
