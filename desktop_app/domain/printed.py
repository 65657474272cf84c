"""What stands where on the pages of a PDF or picture: words, places found, the outline."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.parsed import Box

MOST_PLACES = 2_000
"""Places listed of one search; nobody goes through more with a key."""


@dataclass(frozen=True, slots=True)
class Word:
    """A printed or recognized word; points of the page as shown, origin top left.

    ``line`` and ``paragraph`` number what it stands in, from 0, in the order of reading.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    line: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a 1-based page in the order of reading; none where it shows no text."""

    page: int
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """One place at which the words looked for stand; a box for every printed line of it."""

    page: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class FoundPlaces:
    """All places found so far, in order, when ``pages_done`` of ``page_count`` were read.

    ``is_cut`` says that there are more than are listed.
    """

    places: tuple[FoundPlace, ...]
    pages_done: int
    page_count: int
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A line of a document's table of contents: level from 1, page from 1.

    ``top`` is how far below the top of the page it points to, in points.
    """

    level: int
    title: str
    page: int
    top: float = 0.0
