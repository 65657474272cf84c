"""The words of pages with their places: to be selected, copied and found; and the outline."""

from __future__ import annotations

import bisect
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from desktop_app.domain import Box
from desktop_app.domain.folding import fold
from desktop_app.domain.printed import (
    MOST_PLACES,
    FoundPlace,
    FoundPlaces,
    OutlineEntry,
    PageWords,
    Word,
)
from desktop_app.errors import CorruptFile
from desktop_app.parsing.page_texts import PageText, TextLine

MOST_WORDS = 20_000
"""Of one page; a page with more is a drawing made of letters."""
_MOST_ENTRIES = 5_000
_LONGEST_TITLE = 200
# Chinese and Japanese lines go on in the next line without a space between them.
_UNSPACED = ((0x2E80, 0x312F), (0x31A0, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_HYPHENS = ("-", "\u2010", "\u00ad")


def words_of_page(page: Any, number: int, recognized: PageText | None) -> PageWords:
    """Return the words of an opened page; those recognized where it prints none itself."""
    matrix = page.rotation_matrix if page.rotation else None
    words: list[Word] = []
    lines: dict[tuple[int, int], int] = {}
    for x0, y0, x1, y1, text, block, line, _ in page.get_text("words", sort=False)[:MOST_WORDS]:
        box = (x0, y0, x1, y1)
        if matrix is not None:
            box = _turned(box, matrix)
        words.append(Word(text, *box, lines.setdefault((block, line), len(lines)), block))
    if not words and recognized is not None:
        words = list(_words_of_lines(recognized.lines))[:MOST_WORDS]
    return PageWords(number, tuple(words))


def search_pages(
    document: Any, needle: str, recognized: dict[int, PageText], *, first: int, seconds: float
) -> FoundPlaces:
    """Search an opened document from page ``first`` on for ``seconds``, one page at least.

    ``needle`` is folded; ``pages_done`` of the answer is the last page read.
    """
    from desktop_app.parsing.mupdf import translated

    until = monotonic() + seconds
    count = document.page_count
    found: list[FoundPlace] = []
    number = max(1, first)
    while number <= count:
        # One damaged page must not hide what stands on the others.
        with suppress(CorruptFile), translated():
            page = document.load_page(number - 1)
            found += find_words(words_of_page(page, number, recognized.get(number)), needle)
        number += 1
        if monotonic() >= until or len(found) > MOST_PLACES:
            break
    kept = tuple(found[: MOST_PLACES + 1])
    return FoundPlaces(kept, min(number - 1, count), count)


def find_words(page: PageWords, needle: str) -> Iterator[FoundPlace]:
    """Yield where the words of a page fold to ``needle``, also over the ends of lines.

    A word's characters are taken to be equally wide, since only whole words have boxes.
    """
    starts: list[int] = []
    pieces: list[str] = []
    length = 0
    for piece in _joined(page.words):
        starts.append(length)
        pieces.append(piece)
        length += len(piece)
    text = "".join(pieces)
    at = text.find(needle) if needle else -1
    while at >= 0:
        end = at + len(needle)
        first = bisect.bisect_right(starts, at) - 1
        last = bisect.bisect_left(starts, end)
        parts = [
            _part(word, page.page, at - start, end - start, len(piece.rstrip(" ")))
            for word, start, piece in zip(
                page.words[first:last], starts[first:last], pieces[first:last], strict=True
            )
        ]
        yield FoundPlace(page.page, tuple(_by_line(page.words[first:last], parts)))
        at = text.find(needle, end)


def outline_of(document: Any) -> tuple[OutlineEntry, ...]:
    """Return the table of contents of an opened document; entries without a page are left out."""
    entries = []
    for level, title, page, target in document.get_toc(simple=False)[:_MOST_ENTRIES]:
        name = " ".join(str(title).split())[:_LONGEST_TITLE]
        if name and 1 <= page <= document.page_count:
            point = target.get("to")
            top = float(point.y) if point is not None and target.get("kind") == 1 else 0.0
            entries.append(OutlineEntry(max(1, int(level)), name, int(page), max(0.0, top)))
    return tuple(entries)


def _words_of_lines(lines: Iterable[TextLine]) -> Iterator[Word]:
    """Spread the characters of recognized lines, of which only the lines have boxes."""
    for number, line in enumerate(lines):
        width = (line.x1 - line.x0) / max(1, len(line.text))
        is_mirrored = _is_right_to_left(line.text)
        at = 0
        for text in line.text.split():
            at = line.text.index(text, at)
            end = at + len(text)
            left, right = (len(line.text) - end, len(line.text) - at) if is_mirrored else (at, end)
            yield Word(
                text,
                line.x0 + left * width,
                line.y0,
                line.x0 + right * width,
                line.y1,
                number,
                line.group,
            )
            at = end


def _joined(words: Sequence[Word]) -> Iterator[str]:
    """Yield each word folded, with what stands between it and the next one."""
    following: Iterable[Word | None] = (*words[1:], None)
    for word, after in zip(words, following, strict=True):
        folded = fold(word.text)
        if after is None or (after.line != word.line and _is_unspaced(word.text[-1:])):
            yield folded
        elif after.line != word.line and len(folded) > 1 and folded.endswith(_HYPHENS):
            yield folded[:-1]
        else:
            yield f"{folded} "


def _part(word: Word, page: int, start: int, end: int, length: int) -> Box:
    """Give the box of characters ``start:end`` of a word of ``length`` folded characters."""
    first = max(0, start) / max(1, length)
    last = min(1.0, end / max(1, length))
    if _is_right_to_left(word.text):
        first, last = 1.0 - last, 1.0 - first
    width = word.x1 - word.x0
    return Box(page, word.x0 + first * width, word.y0, word.x0 + last * width, word.y1)


def _by_line(words: Sequence[Word], boxes: Sequence[Box]) -> Iterator[Box]:
    line, joined = -1, None
    for word, box in zip(words, boxes, strict=True):
        if joined is not None and word.line == line:
            joined = joined.united(box)
            continue
        if joined is not None:
            yield joined
        line, joined = word.line, box
    if joined is not None:
        yield joined


def _turned(box: tuple[float, ...], matrix: Any) -> tuple[float, float, float, float]:
    from desktop_app.parsing.mupdf import pymupdf

    rect = pymupdf.Rect(box) * matrix
    rect.normalize()
    return rect.x0, rect.y0, rect.x1, rect.y1


def _is_unspaced(character: str) -> bool:
    return bool(character) and any(first <= ord(character) <= last for first, last in _UNSPACED)


def _is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(each) in ("R", "AL") for each in text[:3])
