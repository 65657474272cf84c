"""Mobipocket and Kindle books (mobi, azw, azw3, prc), by MuPDF, which reads them as HTML."""

from __future__ import annotations

from pathlib import Path

from desktop_app.domain import Block, ParsedDocument
from desktop_app.errors import CorruptFile, EncryptedFile
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.limits import LARGEST_MARKUP_BYTES
from desktop_app.parsing.markup import read_html
from desktop_app.parsing.mupdf import MUPDF_VERSION, pymupdf, translated
from desktop_app.translation import mark

# Such a book has no pages of its own; laid out on one as long as this it has few breaks.
_WIDTH, _HEIGHT, _TYPE_SIZE = 600, 20_000, 11
# MuPDF takes lines for one paragraph that nothing but an indent divides.
_STYLE = "p, div, li, blockquote { margin: 2em 0; text-indent: 0 }"
# The first record of a Palm database, and in it what the text is locked with.
_FIRST_RECORD = slice(78, 82)
_LOCK = slice(12, 14)
_NO_LOCK = b"\0\0"
_FLAGS = pymupdf.TEXTFLAGS_XHTML & ~pymupdf.TEXT_PRESERVE_IMAGES


def parse_mobi(path: Path, media_type: str) -> ParsedDocument:
    """Read a book; raises EncryptedFile for one with copy protection, or CorruptFile."""
    with path.open("rb") as file:
        start = int.from_bytes(file.read(_FIRST_RECORD.stop)[_FIRST_RECORD], "big")
        file.seek(start)
        lock = file.read(_LOCK.stop)[_LOCK]
        if not lock:
            raise CorruptFile
        if lock != _NO_LOCK:
            raise EncryptedFile(
                mark("The book is copy-protected."), mark("Lectern cannot read it.")
            )
    with translated():
        pymupdf.mupdf.fz_set_user_css(_STYLE)
        document = pymupdf.open(path, filetype="mobi")
    blocks: list[Block] = []
    held = 0
    try:
        with translated():
            document.layout(width=_WIDTH, height=_HEIGHT, fontsize=_TYPE_SIZE)
            title = clean_line(str((document.metadata or {}).get("title") or ""))
            for page in document:
                source = page.get_text("xhtml", flags=_FLAGS)
                held += len(source)
                if held > LARGEST_MARKUP_BYTES:
                    break
                blocks.extend(read_html(source)[1])
    finally:
        document.close()
    if not blocks:
        raise CorruptFile
    return ParsedDocument(
        media_type,
        title,
        tuple(blocks),
        shortfall=mark("The end of the book was not read.") if held > LARGEST_MARKUP_BYTES else "",
        parser=f"mupdf {MUPDF_VERSION}",
    )
