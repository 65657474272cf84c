"""Text recognition of one page, by the Tesseract engine inside MuPDF.

Runs in parser processes like everything that touches a file: the engine may hang, and it
takes about 300 MB for a page. It reports no confidence through MuPDF, so that noise is
told from text by what the words are made of.
"""

from __future__ import annotations

import dataclasses
import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.errors import CorruptFile, FileUnreadable, ParseError
from desktop_app.parsing import signatures
from desktop_app.parsing.media_types import media_type_of
from desktop_app.parsing.page_texts import PageState, PageText, TextLine

# Dots per inch; on rendered reports recall of words is .92 at 150, .93 at 200, .94 at 300.
_DPI = 300
_POINTS_PER_INCH = 72
_PDF = "application/pdf"
_PICTURE = "image/"
# Pixels; A4 has 8.7 million at 300 dpi, and a page of A1 still 150 dpi.
_MOST_PIXELS = 20_000_000
# A picture of the screen has letters of 10 pixels, for which the engine was not made.
_SCREEN_PIXELS = 3_000_000
_SCREEN_ZOOM = 2.0
# A page is blank when fewer pixels than this differ from its paper by this much.
_INK = 0.0003
_INK_CONTRAST = 48
# Of the characters of a page, those in likely words: .89 to .92 on scans in languages of the
# data, at most .53 where they lie on a side or on their head, .41 in another alphabet, .58
# in drawings.
_UPRIGHT = 0.7
_LIKELY = 0.6
_LEAST_LETTER_SHARE = 0.5
_SHORTEST_WORD = _FEWEST_LETTERS = 3
# From this share of its page's usual height on a line's height is taken to mean something.
_LARGER = 1.35
_WIDER = 1.2
# What a page that lies on its side is turned by.
_TURNS = (90, 270, 180)
_LEADERS = re.compile(r"[._\u2026\u00b7-]{3,}")
_SHORTEST_LEADER = 12
_EDGES = re.compile(r"^\W+|\W+$")
_NUMBER = re.compile(r"\d[\d.,:/%-]*$")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019./-][^\W\d_]+)*$")
# From Hebrew on scripts have no case, and words may be as short as one character.
_WITHOUT_CASE = 0x0590


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
    is tried lying on each side as well. In an archive or a message the page is that of a
    member, numbered as by ``members``.
    """
    if request.media_type != _PDF and not request.media_type.startswith(_PICTURE):
        return _recognize_within(request)
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
            for turn in _TURNS if document.is_pdf else ():
                if not 0 < _likeliness(lines) < _UPRIGHT:
                    break
                other = _lines(_picture(page, turn, is_pdf=True), page, turn, request)
                lines = max(lines, other, key=_likely_words)
            if _likeliness(lines) < _LIKELY:
                return PageText(request.page, PageState.NOISE)
            return PageText(request.page, PageState.READ, tuple(_leveled(_legible(lines))))


class _Found(Exception):
    """Ends the search for a page of a member; no reader takes it for damage of a file."""

    def __init__(self, outcome: PageText | ParseError) -> None:
        super().__init__()
        self.outcome = outcome


def _recognize_within(request: RecognizeRequest) -> PageText:
    from desktop_app.parsing.formats import find_scans

    path = Path(request.path)
    if not path.is_file():
        raise FileUnreadable

    def look_up(member: Path, page: int, number: int) -> None:
        if number != request.page:
            return
        with member.open("rb") as file:
            head = file.read(signatures.HEAD_BYTES)
        kind = signatures.sniff(head, member) or media_type_of(member)
        inner = dataclasses.replace(request, path=str(member), media_type=kind, page=page)
        try:
            found = recognize_page(inner)
        except ParseError as error:
            raise _Found(error) from error
        raise _Found(dataclasses.replace(found, page=number))

    try:
        find_scans(path, request.media_type, look_up)
    except _Found as found:
        if isinstance(found.outcome, ParseError):
            raise found.outcome from found
        return found.outcome
    raise CorruptFile


@contextmanager
def _opened(request: RecognizeRequest) -> Iterator[Any]:
    # Imported here, since the index thread imports this module for the request alone.
    from desktop_app.parsing.mupdf import opened_pdf
    from desktop_app.parsing.pictures import opened_picture

    path = Path(request.path)
    if not path.is_file():
        raise FileUnreadable
    if request.media_type.startswith(_PICTURE):
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
    """Give lines of about the same print the same size: letters differ, print does not.

    Larger print is wider as well; a line that is only higher has a speck above or below it.
    """
    if not lines:
        return
    usual = statistics.median(each.size for each in lines)
    narrow = _WIDER * statistics.median(map(_letter_width, lines))
    for each in lines:
        is_larger = each.size > _LARGER * usual and _letter_width(each) > narrow
        size = float(round(each.size)) if is_larger else usual
        yield TextLine(each.text, each.x0, each.y0, each.x1, each.y1, size, each.group)


def _letter_width(line: TextLine) -> float:
    # The lines of a page that lies on its side run from top to bottom.
    return max(line.x1 - line.x0, line.y1 - line.y0) / len(line.text)


def _likeliness(lines: list[TextLine]) -> float:
    """Return which part of the letters and digits, 0 to 1, is in likely words; 0 for too few."""
    words = _words(lines)
    likely = sum(map(_letters, filter(_is_likely, words)))
    return likely / sum(map(_letters, words)) if likely >= _FEWEST_LETTERS else 0.0


def _likely_words(lines: list[TextLine]) -> int:
    return sum(map(_is_likely, _words(lines)))


def _words(lines: list[TextLine]) -> list[str]:
    """Leave out leaders of a table of contents, which the engine takes for "eeessesee"."""
    words = [word for line in lines for word in line.text.split()]
    return [
        word
        for word in words
        if len(word) < _SHORTEST_LEADER or 2 * len(set(word.lower())) > len(word)
    ]


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _is_likely(word: str) -> bool:
    """Say whether this is a number, or three letters and more in one or the other case.

    Print that is upside down or no print at all becomes short words and mixed ones, such as
    "Oo", "9J0j9q" and "UsAVS".
    """
    plain = _EDGES.sub("", word)
    if not plain:
        return False
    if _NUMBER.match(plain) or ord(plain[0]) >= _WITHOUT_CASE:
        return True
    rest = plain[1:]
    return (
        len(plain) >= _SHORTEST_WORD
        and _WORD.match(plain) is not None
        and (plain.isupper() or rest.islower())
    )


def _legible(lines: list[TextLine]) -> list[TextLine]:
    """Leave out lines of signs: rules, borders and specks."""
    kept = []
    for line in lines:
        marks = _LEADERS.sub("", line.text.replace(" ", ""))
        if _letters(marks) >= _LEAST_LETTER_SHARE * len(marks):
            kept.append(line)
    return kept
