"""Text as people write it: no control characters, one kind of space, whole letters."""

from __future__ import annotations

import re
import unicodedata

# Controls but tab and newline, lone surrogates, noncharacters, zero-width marks that
# only steer line breaking, and the soft hyphen. ZWNJ and ZWJ stay: Persian and Indic
# scripts are spelled with them.
_NOISE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\u2061-\u2064\ufeff"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ufff9-\ufffb\u200e\u200f\u202a-\u202e\u2066-\u2069]+"
)
# Symbol fonts put their glyphs here; the first two are bullets wherever Word is used, the
# others mean nothing without the font.
_SYMBOL_BULLETS = re.compile("[\uf0b7\uf0a7]")
_SYMBOLS = re.compile("[\ue000-\uf8ff]+")
_BREAKS = re.compile("\r\n|[\r\u0085\u2028\u2029\x0b\x0c]")
# Letters that exist for old fonts only: Latin ligatures, Arabic and Hebrew glyph forms.
_FORMS = re.compile("[\ufb00-\ufb4f\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]+")


def clean_line(text: str) -> str:
    """Return text in one line, with single spaces and composed letters."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return " ".join(_compose(_NOISE.sub("", text)).split())


def clean_code(text: str) -> str:
    """Return text with its indentation kept."""
    kept = _compose(_NOISE.sub("", break_lines(text)))
    return "\n".join(line.rstrip() for line in kept.split("\n")).strip("\n")


def break_lines(text: str) -> str:
    """Return text with every kind of line break as a newline."""
    return _BREAKS.sub("\n", text)


def clean_cell(text: str) -> str:
    """Return a table cell in one line that does not contain the cell separator."""
    return clean_line(text).replace(" | ", " / ")


def _compose(text: str) -> str:
    if _SYMBOLS.search(text):
        text = _SYMBOLS.sub(" ", _SYMBOL_BULLETS.sub("\u2022", text))
    if _FORMS.search(text):
        text = _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return unicodedata.normalize("NFC", text)
