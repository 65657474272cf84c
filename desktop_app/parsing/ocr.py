"""Text recognition of one page, by the Tesseract engine inside MuPDF.

Runs in parser processes like everything that touches a file: the engine may hang, and it
takes about 300 MB for a page. It reports no confidence through MuPDF, so that noise is
told from text by what the words are made of.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.errors import FileUnreadable
from desktop_app.parsing.page_texts import PageState, PageText, TextLine

# Dots per inch; on rendered reports recall of words is .92 at 150, .93 at 200, .94 at 300.
_DPI = 300
_POINTS_PER_INCH = 72
# Pixels; A4 has 8.7 million at 300 dpi, and a page of A1 still 150 dpi.
_MOST_PIXELS = 20_000_000
# A picture of the screen has letters of 10 pixels, for which the engine was not made.
_SCREEN_PIXELS = 3_000_000
_SCREEN_ZOOM = 2.0
# A page is blank when fewer pixels than this differ from its paper by this much.
_INK = 0.0003
_INK_CONTRAST = 48
_LEAST_WORD_SHARE = 0.6
_LEAST_LINE_SHARE = 0.4
_FEWEST_LETTERS = 3
# From this share of its page's usual height on a line's height is taken to mean something.
_LARGER = 1.35
# What a page that lies on its side is turned by.
_TURNS = (0, 90, 270, 180)
_CJK = 0x2E80
_EDGES = re.compile(r"^\W+|\W+$")


@dataclass(frozen=True, slots=True)
class RecognizeRequest:
    """One 1-based page of a file to recognize, with the data and languages to use."""

    path: str
    content_hash: str
    media_type: str
    page: int
    directory: str
    languages: str


def recognize_page(request: RecognizeRequest) -> PageText:
    """Recognize the text of one page; raises ParseError. Runs in a parser process.

    A page with text of its own is left alone. A page of a PDF whose text makes no words
    is tried lying on each side as well.
    """
    with _opened(request) as document:
        from desktop_app.parsing.mupdf import translated

        with translated():
            page = document.load_page(request.page - 1)
            if document.is_pdf and not _is_scan(page):
                return PageText(request.page, PageState.WITH_TEXT)
            picture = _picture(page, 0, is_pdf=document.is_pdf)
            if _is_blank(picture):
                return PageText(request.page, PageState.BLANK)
            lines = _lines(picture, page, 0, request)
            for turn in _TURNS[1:] if document.is_pdf and lines and _is_noise(lines) else ():
                turned = _picture(page, turn, is_pdf=True)
                other = _lines(turned, page, turn, request)
                if not _is_noise(other) and _letters(other) > _letters(lines):
                    lines = other
                    break
            lines = [each for each in lines if _word_share(each.text) >= _LEAST_LINE_SHARE]
            if _is_noise(lines):
                return PageText(request.page, PageState.NOISE)
            return PageText(request.page, PageState.READ, tuple(_leveled(lines)))


@contextmanager
def _opened(request: RecognizeRequest) -> Iterator[Any]:
    # Imported here, since the index thread imports this module for the request alone.
    from desktop_app.parsing.mupdf import opened_pdf
    from desktop_app.parsing.pictures import opened_picture

    path = Path(request.path)
    if not path.is_file():
        raise FileUnreadable
    if request.media_type.startswith("image/"):
        with opened_picture(path, request.media_type) as document:
            yield document
    else:
        with opened_pdf(path) as document:
            yield document


def _is_scan(page: Any) -> bool:
    from desktop_app.parsing.pdf_lines import is_scan, read_lines

    return is_scan(page, read_lines(page))


def _picture(page: Any, turn: int, *, is_pdf: bool) -> Any:
    from desktop_app.parsing.mupdf import pymupdf
    from desktop_app.parsing.pictures import pixels_of

    width, height = page.rect.width, page.rect.height
    if is_pdf:
        scale = _DPI / _POINTS_PER_INCH
    else:
        wide, high = pixels_of(page)
        scale = max(wide, high) / max(width, height, 1.0)
        scale *= _SCREEN_ZOOM if wide * high < _SCREEN_PIXELS else 1.0
    scale = min(scale, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    # In color: of a gray pixmap MuPDF 1.28 makes a page that the engine finds nothing on.
    return page.get_pixmap(
        matrix=pymupdf.Matrix(scale, scale).prerotate(turn), colorspace=pymupdf.csRGB, alpha=False
    )


def _is_blank(picture: Any) -> bool:
    import numpy as np

    pixels = np.frombuffer(picture.samples_mv, np.uint8)[1::3]  # green stands for gray
    paper = np.median(pixels[::97])
    ink = np.abs(pixels[::3].astype(np.int16) - int(paper)) > _INK_CONTRAST
    return bool(ink.mean() < _INK)


def _lines(picture: Any, page: Any, turn: int, request: RecognizeRequest) -> list[TextLine]:
    from desktop_app.parsing.cleaning import clean_line
    from desktop_app.parsing.mupdf import pymupdf

    made = picture.pdfocr_tobytes(
        compress=False, language=request.languages, tessdata=request.directory
    )
    with pymupdf.open(stream=made, filetype="pdf") as document:
        found = document.load_page(0)
        # Back to the page as it is shown: undo the turn, then the scale.
        area = pymupdf.Rect(page.rect) * pymupdf.Matrix(1, 1).prerotate(turn)
        zoom = area.width / found.rect.width
        back = pymupdf.Matrix(zoom, zoom) * pymupdf.Matrix(1, 0, 0, 1, area.x0, area.y0)
        back *= pymupdf.Matrix(1, 1).prerotate(-turn)
        blocks = found.get_textpage(flags=0).extractDICT()["blocks"]
    lines = []
    for group, block in enumerate(blocks):
        for line in block.get("lines", ()):
            text = clean_line("".join(span["text"] for span in line["spans"]))
            if not text:
                continue
            height = (line["bbox"][3] - line["bbox"][1]) * zoom
            box = pymupdf.Rect(line["bbox"]) * back & page.rect
            if box.is_empty:
                continue
            x0, y0, x1, y1 = (round(each, 2) for each in (box.x0, box.y0, box.x1, box.y1))
            lines.append(TextLine(text, x0, y0, x1, y1, round(height, 1), group))
    return lines


def _leveled(lines: list[TextLine]) -> Iterator[TextLine]:
    """Give lines of about the same height the same size: letters differ, print does not."""
    if not lines:
        return
    usual = statistics.median(each.size for each in lines)
    for each in lines:
        size = float(round(each.size)) if each.size > _LARGER * usual else usual
        yield TextLine(each.text, each.x0, each.y0, each.x1, each.y1, size, each.group)


def _is_noise(lines: list[TextLine]) -> bool:
    return _letters(lines) < _FEWEST_LETTERS or _word_share(
        " ".join(each.text for each in lines)
    ) < (_LEAST_WORD_SHARE)


def _letters(lines: list[TextLine]) -> int:
    return sum(
        sum(map(str.isalnum, word))
        for each in lines
        for word in each.text.split()
        if _is_word(word)
    )


def _word_share(text: str) -> float:
    """Return which part of the characters belongs to what may be words or numbers."""
    words = text.split()
    return sum(len(each) for each in words if _is_word(each)) / max(1, sum(map(len, words)))


def _is_word(word: str) -> bool:
    plain = _EDGES.sub("", word)
    if not plain:
        return False
    if ord(plain[0]) >= _CJK or plain.isdigit():
        return True
    known = sum(map(str.isalnum, plain))
    return known > 1 and known >= 0.7 * len(plain)
