"""Pages that are pictures of text, made on the spot."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from desktop_app.parsing.tessdata import find_recognition

RECOGNITION = find_recognition("eng")
needs_english = pytest.mark.skipif(
    RECOGNITION.languages != "eng", reason="Tesseract's English data is not installed"
)
LINES = ("The lighthouse keeper counted", "seventeen herring gulls before", "the storm arrived.")


def draw(page, lines=LINES, *, size=24):
    """Write large lines on a page."""
    for number, line in enumerate(lines):
        page.insert_text((60, 100 + 2 * size * number), line, fontsize=size)


def photographed(lines=LINES, *, dpi=150, turn=0, size=24):
    """Return a picture of a page with these lines on it."""
    with pymupdf.open() as document:
        page = document.new_page()
        draw(page, lines, size=size)
        page.set_rotation(turn)
        return page.get_pixmap(dpi=dpi)


def make_scan(path: Path, pages, *, turn=0, size=24) -> Path:
    """Write a PDF: a tuple of lines is a scanned page, a string a printed one, None a blank."""
    with pymupdf.open() as document:
        for each in pages:
            page = document.new_page()
            if isinstance(each, str):
                page.insert_textbox((60, 60, 540, 700), each, fontsize=11)
            else:
                picture = photographed(each or (), turn=turn, size=size)
                page.insert_image(page.rect, pixmap=picture)
        document.save(path)
    return path
