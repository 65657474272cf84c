"""Where the pages of a document stand under each other, most of them of unknown size."""

from __future__ import annotations

import bisect
from collections.abc import Iterable

from desktop_app.ui.theme import Space

A4 = (595.0, 842.0)


class PageStack:
    """The sizes of pages, in PDF points, and their places at a scale, in pixels.

    A page that was never drawn is taken to be as large as the first one that was, so the
    others hardly move when it is. Learning a size takes time in proportion to the pages
    known, looking a place up in proportion to the logarithm of the pages there are.
    """

    def __init__(self) -> None:
        self.count = 0
        self._usual: tuple[float, float] | None = None
        self._sizes: dict[int, tuple[float, float]] = {}
        # Pages of another height than the usual one, and how much all up to each add to it.
        self._odd: list[int] = []
        self._added: list[float] = [0.0]

    @property
    def usual(self) -> tuple[float, float]:
        """Width and height taken for pages that are not known, in points."""
        return self._usual or A4

    @property
    def widest(self) -> float:
        """The width of the widest page known, in points."""
        return max((width for width, _ in self._sizes.values()), default=self.usual[0])

    def clear(self, count: int = 0) -> None:
        """Begin with another document of ``count`` pages."""
        self.count = count
        self._usual = None
        self._sizes.clear()
        self._odd.clear()
        self._added = [0.0]

    def learn(self, page: int, size: tuple[float, float]) -> bool:
        """Note the true size of a page; say whether that moves or resizes anything."""
        before = self.size(page)
        self._sizes[page] = size
        if self._usual is None:
            self._usual = size
            return True
        if before == size:
            return False
        at = bisect.bisect_left(self._odd, page)
        if at == len(self._odd) or self._odd[at] != page:
            self._odd.insert(at, page)
        # Only what comes after this page has to be added up anew.
        del self._added[at + 1 :]
        for odd in self._odd[at:]:
            self._added.append(self._added[-1] + self._sizes[odd][1] - self._usual[1])
        return True

    def size(self, page: int) -> tuple[float, float]:
        """Give width and height of a page in points."""
        return self._sizes.get(page, self.usual)

    def top(self, page: int, scale: float) -> float:
        """Give where a page begins; one page after the last is where the pages end."""
        added = self._added[bisect.bisect_left(self._odd, page)]
        return Space.L + (page - 1) * Space.M + ((page - 1) * self.usual[1] + added) * scale

    def tops(self, pages: Iterable[int], scale: float) -> dict[int, float]:
        """Give where many pages begin, some ten times as fast as one after the other."""
        before, step = float(Space.L), Space.M + self.usual[1] * scale
        added = [each * scale for each in self._added]
        return {
            page: before + (page - 1) * step + added[bisect.bisect_left(self._odd, page)]
            for page in pages
        }

    def end(self, scale: float) -> float:
        """Give the height of all pages with the room around them."""
        return self.top(self.count + 1, scale) - Space.M + Space.L

    def page_at(self, y: float, scale: float) -> int:
        """Give the page that stands at a height, or the nearest one; 1 where there is none."""
        pages = range(1, self.count + 1)
        at = bisect.bisect_right(pages, y, key=lambda page: self.top(page, scale))
        return min(max(1, at), max(1, self.count))
