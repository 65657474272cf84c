"""How a hit is said in words: page label, glyph, band and figure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from desktop_app.domain import Document, Hit
from desktop_app.domain.bands import Band, band_of
from desktop_app.translation import ENGLISH, direction_of, isolate, mark, mark_n, spoken, tr, tr_n
from desktop_app.ui.theme import Role

BAND_ROLES: Mapping[Band, Role] = MappingProxyType(
    {Band.STRONG: Role.STRONG, Band.LIKELY: Role.LIKELY, Band.WEAK: Role.WEAK}
)


@dataclass(frozen=True, slots=True)
class _PageWords:
    """What a format calls a page: a number of it, which of how many, how many there are."""

    label: str
    position: str
    one: str
    many: str


_PAGE = _PageWords(
    # Translators: the number of a page, as short as in a citation.
    mark("p. {page}"),
    mark("Page {page} of {count}"),
    *mark_n("{count} page", "{count} pages"),
)
_SLIDE = _PageWords(
    # Translators: the number of a slide of a presentation.
    mark("slide {page}"),
    mark("Slide {page} of {count}"),
    *mark_n("{count} slide", "{count} slides"),
)
_SHEET = _PageWords(
    # Translators: the number of a sheet of a spreadsheet.
    mark("sheet {page}"),
    mark("Sheet {page} of {count}"),
    *mark_n("{count} sheet", "{count} sheets"),
)
_CHAPTER = _PageWords(
    # Translators: the number of a chapter of a book.
    mark("chapter {page}"),
    mark("Chapter {page} of {count}"),
    *mark_n("{count} chapter", "{count} chapters"),
)
_PAGE_WORDS = (
    ("presentation", _SLIDE),
    ("powerpoint", _SLIDE),
    ("spreadsheet", _SHEET),
    ("ms-excel", _SHEET),
    ("epub", _CHAPTER),
)
_GLYPHS = (
    ("pdf", "pdf"),
    ("word", "text"),
    ("presentation", "slides"),
    ("powerpoint", "slides"),
    ("spreadsheet", "table"),
    ("ms-excel", "table"),
    ("csv", "table"),
    ("tab-separated", "table"),
    ("epub", "book"),
    ("rfc822", "mail"),
    ("outlook", "mail"),
    ("mbox", "mail"),
    ("html", "web"),
    ("json", "code"),
    ("xml", "code"),
    ("x-", "code"),
    ("text/", "text"),
)
_RIGHT_TO_LEFT = ("R", "AL")
_STEP = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
_FOLDERS = 2
"""How many of the folders around a file are named where nothing else tells it apart."""


def figure_of(score: float) -> str:
    """Give two decimals (".94", or "0,94" where zeros are written); cut, so only 1 reads 1."""
    language = spoken()
    if score >= 1.0:
        return f"1{language.decimal}0" if language is ENGLISH else f"1{language.decimal}00"
    zero = "" if language is ENGLISH else "0"
    return f"{zero}{language.decimal}{max(0, int(score * 100 + 1e-9)):02d}"


def page_label(media_type: str, page: int | None) -> str:
    """Give "p. 12", "slide 3", "sheet 2", "chapter 4", or "" where there is no page."""
    if page is None:
        return ""
    return tr(_page_words(media_type).label, page=page)


def page_position(media_type: str, page: int, count: int) -> str:
    """Say "Page 12 of 82", "Slide 3 of 20" and so on."""
    return tr(_page_words(media_type).position, page=page, count=count)


def say_pages(media_type: str, count: int) -> str:
    """Say "82 pages", "1 slide" and so on."""
    words = _page_words(media_type)
    return tr_n(words.one, words.many, count)


def _page_words(media_type: str) -> _PageWords:
    return next((words for part, words in _PAGE_WORDS if part in media_type), _PAGE)


def glyph_of(media_type: str) -> str:
    """Give the icon's name for a media type."""
    for part, name in _GLYPHS:
        if part in media_type:
            return name
    return "file"


def title_of(hit: Hit) -> str:
    """Give one line for the document: its title, else its file name.

    That of the row, since the passages of a file keep the name it was read under.
    """
    return " ".join((hit.document.title or hit.passage.title or name_of(hit.document)).split())


def name_of(document: Document) -> str:
    """Give the file's name; a surrogate escape, which no font can draw, becomes U+FFFD."""
    return drawable(document.path.rpartition("/")[2])


def folder_of(document: Document) -> str:
    """Give the folder the file stands in, below its root's own name."""
    root = document.root.replace("\\", "/").rstrip("/").rpartition("/")[2]
    inside = document.path.rpartition("/")[0]
    return drawable(f"{root}/{inside}" if inside else root)


def drawable(text: str) -> str:
    """Replace what Qt cannot encode: the surrogate escapes of undecodable file names."""
    return text.encode("utf-8", "replace").decode("utf-8")


def isolated(text: str) -> str:
    """Set a text of another direction apart, so that it and its neighbours keep their order.

    By Unicode's isolates (UAX 9), which a font draws as nothing: one that holds Arabic or
    Hebrew, and where the interface runs from the right every one. Elide before, since
    elision may leave an isolate open.
    """
    is_foreign = spoken().is_right_to_left or any(
        unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text
    )
    return isolate(text) if is_foreign else text


def runs_right_to_left(text: str) -> bool:
    """Say which way a line runs: as its first letter does, one of isolates as the interface."""
    direction = direction_of(text)
    if direction:
        return direction == "R"
    return "\N{POP DIRECTIONAL ISOLATE}" in text and spoken().is_right_to_left


def place_of(hit: Hit) -> str:
    """Give page label and heading path in one line, outermost heading first.

    Where a passage has neither, the file's name, or where that is its title already, the
    folder that it lies in: without a word of where it stands, files of one name are one.
    """
    title = title_of(hit)
    # The last one may be the header row of a table, and its first cell empty.
    headings = [" ".join(part.split()).removeprefix("| ") for part in hit.passage.heading]
    if headings and headings[0] == title:
        headings = headings[1:]
    page = page_label(hit.document.media_type, hit.passage.locator.page)
    path = _STEP.join(isolated(each) for each in headings if each)
    if not (page or path):
        path = _file_of(hit.document, title)
    return "  ·  ".join(part for part in (page, path, copies_of(hit)) if part)


def _file_of(document: Document, title: str) -> str:
    name = name_of(document)
    if title not in (name, name.rpartition(".")[0]):
        return isolated(name)
    folders = [document.root.replace("\\", "/").rstrip("/").rpartition("/")[2]]
    folders += document.path.split("/")[:-1]
    return _STEP.join(isolated(drawable(each)) for each in folders[-_FOLDERS:] if each)


def copies_of(hit: Hit) -> str:
    """Say that other files hold the same passage, by name where it is one; "" where none.

    A copy that has the document's own name is told apart by the folders around it.
    """
    if not hit.copies:
        return ""
    if len(hit.copies) == 1:
        copy = hit.copies[0]
        is_namesake = copy.name == hit.document.path.rpartition("/")[2]
        name = "/".join(copy.parts[-1 - _FOLDERS :]) if is_namesake else copy.name
        # Translators: a file that holds the same passage.
        return tr("also in {name}", name=isolated(drawable(name)))
    return tr_n("also in {count} other file", "also in {count} other files", len(hit.copies))


def sentence_of(hit: Hit) -> str:
    """Say a hit to a screen reader."""
    place, band = place_of(hit), tr(band_of(hit.score).value)
    said = {"rank": hit.rank, "title": title_of(hit), "band": band, "score": hit.score}
    if not place:
        # Translators: a row of results for a screen reader; the band is "strong" or "weak".
        return tr("{rank}. {title}, {band}, {score:.2f}", **said)
    # Translators: a row of results for a screen reader; the band is "strong" or "weak".
    return tr("{rank}. {title}, {place}, {band}, {score:.2f}", place=place, **said)
