"""The pages of a document as they are: drawn, read, searched, all in one disposable process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from desktop_app.domain import Block, IsCancelled, PageImage, never_cancelled
from desktop_app.domain.folding import wanted
from desktop_app.domain.printed import (
    MOST_PLACES,
    FoundPlace,
    FoundPlaces,
    OutlineEntry,
    PageWords,
)
from desktop_app.parsing.pool import ParserPool
from desktop_app.parsing.rendering import (
    Blocks,
    FindRequest,
    OutlineRequest,
    PageAnswer,
    PageRequest,
    RenderRequest,
    StructureRequest,
    WordsRequest,
    answer_page,
)
from desktop_app.settings import Settings

SECONDS = 20.0
"""Deadline for one answer; a page that takes longer to draw is shown as text."""
_TURN_SECONDS = 0.1
"""How long a search reads pages at once: what drawing a page may have to wait for."""


class LocalPageReader:
    """Owns the process; it starts with the first question. Any thread but Qt's."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        # Somebody is looking, so the process stands back for nobody.
        self._pool: ParserPool[PageRequest, PageAnswer] = ParserPool(
            answer_page, processes=1, memory_mb=settings().parse_memory_mb, niceness=0
        )

    def draw(self, path: Path, page: int, *, scale: float) -> PageImage:
        """Draw a page; raises ParseError."""
        answer = self._pool.call(RenderRequest(str(path), page, scale), seconds=SECONDS)
        assert isinstance(answer, PageImage)
        return answer

    def words(self, path: Path, page: int, *, content_hash: str) -> PageWords:
        """Return the words of a page, recognized ones where it is a scan."""
        request = WordsRequest(str(path), page, self._recognized(content_hash))
        answer = self._pool.call(request, seconds=SECONDS)
        assert isinstance(answer, PageWords)
        return answer

    def outline(self, path: Path) -> tuple[OutlineEntry, ...]:
        """Return the table of contents that a document brings along."""
        answer = self._pool.call(OutlineRequest(str(path)), seconds=SECONDS)
        assert isinstance(answer, tuple)
        return answer

    def structure(self, path: Path) -> tuple[Block, ...]:
        """Return headings, list items, tables and code of a document without pages."""
        answer = self._pool.call(StructureRequest(str(path)), seconds=SECONDS)
        assert isinstance(answer, Blocks)
        return answer.blocks

    def find(
        self,
        path: Path,
        text: str,
        *,
        content_hash: str,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Iterator[FoundPlaces]:
        """Yield all places found so far, a tenth of a second of pages at a time."""
        needle, recognized = wanted(text), self._recognized(content_hash)
        places: list[FoundPlace] = []
        done, count = 0, 1
        while needle and done < count and len(places) <= MOST_PLACES and not is_cancelled():
            request = FindRequest(str(path), needle, done + 1, _TURN_SECONDS, recognized)
            step = self._pool.call(request, seconds=SECONDS)
            assert isinstance(step, FoundPlaces)
            places += step.places
            # A hostile file may have taken the process over: it must not keep us here.
            done, count = max(done + 1, step.pages_done), step.page_count
            is_cut = len(places) > MOST_PLACES
            yield FoundPlaces(tuple(places[:MOST_PLACES]), min(done, count), count, is_cut)

    def close(self) -> None:
        """End the process; a page that is being drawn ends as ParserCrashed."""
        self._pool.close()

    def _recognized(self, content_hash: str) -> str:
        from desktop_app.indexing.recognition import RecognizedPages

        return str(RecognizedPages.of(self._settings()).file_of(content_hash))
