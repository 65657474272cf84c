"""How a hit is said in words: page label, glyph, band and figure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from desktop_app.domain import Document, Hit
from desktop_app.domain.bands import Band, band_of
from desktop_app.ui.theme import Role

BAND_ROLES: Mapping[Band, Role] = MappingProxyType(
    {Band.STRONG: Role.STRONG, Band.LIKELY: Role.LIKELY, Band.WEAK: Role.WEAK}
)

_PAGE_WORDS = (
    ("presentation", "slide"),
    ("powerpoint", "slide"),
    ("spreadsheet", "sheet"),
    ("ms-excel", "sheet"),
    ("epub", "chapter"),
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


def figure_of(score: float) -> str:
    """Give two decimals without the zero (".94"); cut, so that only 1 itself reads "1.0"."""
    if score >= 1.0:
        return "1.0"
    return f".{max(0, int(score * 100 + 1e-9)):02d}"


def page_word(media_type: str) -> str:
    """Give what this format calls a page: page, slide, sheet or chapter."""
    for part, word in _PAGE_WORDS:
        if part in media_type:
            return word
    return "page"


def page_label(media_type: str, page: int | None) -> str:
    """Give "p. 12", "slide 3", "sheet 2", "chapter 4", or "" where there is no page."""
    if page is None:
        return ""
    word = page_word(media_type)
    return f"p. {page:,}" if word == "page" else f"{word} {page:,}"


def glyph_of(media_type: str) -> str:
    """Give the icon's name for a media type."""
    for part, name in _GLYPHS:
        if part in media_type:
            return name
    return "file"


def title_of(hit: Hit) -> str:
    """Give one line for the document: its title, else its file name."""
    return " ".join((hit.passage.title or hit.document.title or name_of(hit.document)).split())


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
    """Set a text that holds Arabic or Hebrew apart, so that its neighbours keep their order.

    By Unicode's isolates (UAX 9), which a font draws as nothing; other texts stay as they
    are, since elision may leave an isolate open.
    """
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
    return text


def place_of(hit: Hit) -> str:
    """Give page label and heading path in one line, outermost heading first."""
    headings = [isolated(" ".join(part.split())) for part in hit.passage.heading]
    page = page_label(hit.document.media_type, hit.passage.locator.page)
    path = _STEP.join(filter(None, headings))
    return "  ·  ".join(part for part in (page, path, copies_of(hit)) if part)


def copies_of(hit: Hit) -> str:
    """Say that other files hold the same passage, by name where it is one; "" where none."""
    if not hit.copies:
        return ""
    if len(hit.copies) == 1:
        return f"also in {isolated(drawable(hit.copies[0].name))}"
    return f"also in {len(hit.copies):,} other files"


def sentence_of(hit: Hit) -> str:
    """Say a hit to a screen reader."""
    place = place_of(hit)
    score = f"{band_of(hit.score)}, {hit.score:.2f}"
    return f"{hit.rank}. {title_of(hit)}{', ' + place if place else ''}, {score}"
