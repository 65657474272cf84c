"""Which words of a document's pages are selected, and what of them goes to the clipboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from desktop_app.domain import Box
from desktop_app.domain.printed import PageWords, Word

_REACH = 40.0
"""Points around a word within which a press still means it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a 1-based page, in points."""

    page: int
    x: float
    y: float


class Selection:
    """From one spot to another in the order of reading; whole words only.

    It holds places, not words: those of a page may become known after it was pressed.
    """

    def __init__(self) -> None:
        self._anchor: Spot | None = None
        self._head: Spot | None = None
        self._whole_page = 0

    @property
    def pages(self) -> range:
        """The pages that it touches; empty where nothing is selected."""
        if self._whole_page:
            return range(self._whole_page, self._whole_page + 1)
        if self._anchor is None or self._head is None:
            return range(0)
        first, last = sorted((self._anchor.page, self._head.page))
        return range(first, last + 1)

    def begin(self, spot: Spot) -> None:
        """Note where a drag would begin; nothing is selected yet."""
        self._anchor, self._head, self._whole_page = spot, None, 0

    def extend(self, spot: Spot) -> None:
        """Select from where it began to here."""
        if self._anchor is None:
            self._anchor = spot
        self._head, self._whole_page = spot, 0

    def take_page(self, page: int) -> None:
        """Select all words of a page."""
        self._anchor = self._head = None
        self._whole_page = page

    def clear(self) -> None:
        """Select nothing."""
        self._anchor = self._head = None
        self._whole_page = 0

    def words(self, page: PageWords) -> Sequence[Word]:
        """Give the selected ones of a page's words."""
        number, words = page.page, page.words
        if number not in self.pages or not words:
            return ()
        ends = [each for each in (self._anchor, self._head) if each and each.page == number]
        if self._whole_page or not ends:
            return words
        places = [_nearest(words, each) for each in ends]
        if len(ends) == 1:
            others = [each for each in (self._anchor, self._head) if each and each.page != number]
            places.append(len(words) - 1 if others[0].page > number else 0)
        elif self._anchor == self._head and word_at(page, ends[0]) is None:
            return ()
        return words[min(places) : max(places) + 1]

    def boxes(self, page: PageWords) -> Iterator[Box]:
        """Give the selected areas of a page, one a line."""
        for _, line in groupby(self.words(page), key=lambda word: word.line):
            words = tuple(line)
            yield Box(
                page.page,
                min(word.x0 for word in words),
                min(word.y0 for word in words),
                max(word.x1 for word in words),
                max(word.y1 for word in words),
            )

    def text(self, known: Mapping[int, PageWords]) -> str:
        """Give the selected words as text: a line a line, a blank line between paragraphs."""
        paragraphs = []
        for page in self.pages:
            if page not in known:
                continue
            for _, block in groupby(self.words(known[page]), key=lambda word: word.paragraph):
                lines = groupby(block, key=lambda word: word.line)
                paragraphs.append(
                    "\n".join(" ".join(word.text for word in line) for _, line in lines)
                )
        return "\n\n".join(paragraphs)


def word_at(page: PageWords, spot: Spot) -> Word | None:
    """Give the word at a spot, or None where there is none."""
    for word in page.words:
        if word.x0 <= spot.x <= word.x1 and word.y0 <= spot.y <= word.y1:
            return word
    return None


def is_near_text(page: PageWords, spot: Spot) -> bool:
    """Say whether a press at a spot would mean text rather than the paper around it."""
    return any(
        word.x0 - _REACH <= spot.x <= word.x1 + _REACH and word.y0 - 2 <= spot.y <= word.y1 + 2
        for word in page.words
    )


def _nearest(words: Sequence[Word], spot: Spot) -> int:
    """Give the word of the nearest line that is nearest on it."""

    def distance(at: int) -> tuple[float, float]:
        word = words[at]
        above = max(word.y0 - spot.y, spot.y - word.y1, 0.0)
        beside = max(word.x0 - spot.x, spot.x - word.x1, 0.0)
        # Words of one column, before those of the same height in the next one.
        return (above + max(0.0, beside - _REACH), beside)

    return min(range(len(words)), key=distance)
