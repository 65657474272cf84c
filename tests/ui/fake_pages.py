"""A reader of pages that knows what it is told, and when it answers is up to the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from desktop_app.domain import Block, IsCancelled, never_cancelled
from desktop_app.domain.folding import wanted
from desktop_app.domain.printed import FoundPlace, FoundPlaces, OutlineEntry, PageWords, Word
from desktop_app.errors import LecternError
from desktop_app.parsing.page_words import find_words
from tests.ui.gates import Gate

LEFT, TOP, LINE_HEIGHT, CHARACTER = 72.0, 100.0, 20.0, 6.0


def words_of(page: int, lines: list[str]) -> PageWords:
    """Print lines of text in type of equal width, one paragraph."""
    words = []
    for number, line in enumerate(lines):
        at = 0
        for text in line.split():
            at = line.index(text, at)
            top = TOP + number * LINE_HEIGHT
            left = LEFT + at * CHARACTER
            right = left + len(text) * CHARACTER
            words.append(Word(text, left, top, right, top + 14, number, 0))
            at += len(text)
    return PageWords(page, tuple(words))


class FakePages:
    """Implements ``session.PageReader`` over the lines in ``lines``, by page.

    ``gate`` stands before every page that is searched, ``error`` is raised when set.
    """

    def __init__(self) -> None:
        self.lines: dict[int, list[str]] = {}
        self.page_count = 82
        self.blocks: tuple[Block, ...] = ()
        self.entries: tuple[OutlineEntry, ...] = ()
        self.gate, self.words_gate = Gate(), Gate()
        self.error: LecternError | None = None
        self.asked: list[int] = []
        self.sought: list[str] = []

    def words(self, path: Path, page: int, *, content_hash: str) -> PageWords:
        """Give the words of a page."""
        self.asked.append(page)
        self.words_gate.wait()
        if self.error:
            raise self.error
        return words_of(page, self.lines.get(page, []))

    def outline(self, path: Path) -> tuple[OutlineEntry, ...]:
        """Give the entries, or raise."""
        if self.error:
            raise self.error
        return self.entries

    def structure(self, path: Path) -> tuple[Block, ...]:
        """Give the blocks, or raise."""
        if self.error:
            raise self.error
        return self.blocks

    def find(
        self,
        path: Path,
        text: str,
        *,
        content_hash: str,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Iterator[FoundPlaces]:
        """Search page by page."""
        self.sought.append(text)
        if self.error:
            raise self.error
        places: list[FoundPlace] = []
        for page in range(1, self.page_count + 1):
            if is_cancelled():
                return
            if page in self.lines:
                self.gate.wait()
                places += find_words(words_of(page, self.lines[page]), wanted(text))
                yield FoundPlaces(tuple(places), page, self.page_count)
        yield FoundPlaces(tuple(places), self.page_count, self.page_count)
