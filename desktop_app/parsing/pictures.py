"""Pictures as documents: one page a picture, its text recognized later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from desktop_app.domain import ParsedDocument
from desktop_app.errors import CorruptFile, FileTooLarge, UnsupportedFormat
from desktop_app.parsing.mupdf import MUPDF_VERSION, pymupdf, translated
from desktop_app.parsing.page_texts import PageState, PageText
from desktop_app.parsing.pdf import build_document
from desktop_app.parsing.pdf_lines import recognized_lines
from desktop_app.parsing.signatures import BMP, GIF, JPEG, PNG, TIFF, WEBP
from desktop_app.translation import mark

# What MuPDF calls them; WebP it does not know.
_KINDS = {PNG: "png", JPEG: "jpg", TIFF: "tiff", BMP: "bmp", GIF: "gif", WEBP: "png"}
# Pixels; a photograph of 100 megapixels takes 400 MB when it is unpacked.
_MOST_PIXELS = 120_000_000
# Icons and buttons; the smallest readable word is larger.
_SMALLEST_SIDE, _SMALLEST_AREA = 24, 48 * 48
_MOST_PAGES = 2_000


def parse_picture(
    path: Path, media_type: str, recognized: Mapping[int, PageText] = MappingProxyType({})
) -> ParsedDocument:
    """Read a picture: its text is that of ``recognized``, by page number from 1.

    Every other page is an empty one. Boxes are in points of the page that MuPDF makes of
    the picture. Raises CorruptFile, FileTooLarge, or UnsupportedFormat for one too small.
    """
    with opened_picture(path, media_type) as document, translated():
        count = min(document.page_count, _MOST_PAGES)
        width, height = pixels_of(document.load_page(0))
        if min(width, height) < _SMALLEST_SIDE or width * height < _SMALLEST_AREA:
            raise UnsupportedFormat(
                mark("The picture is too small to hold text."), mark("It is left out.")
            )
        heights = [document.load_page(number).rect.height for number in range(count)]
    found = [recognized.get(number) for number in range(1, count + 1)]
    empty = [
        number
        for number, text in enumerate(found, start=1)
        if text is None or text.state in (PageState.FAILED, PageState.NOISE)
    ]
    lines = [recognized_lines(text) if text is not None else [] for text in found]
    return ParsedDocument(
        media_type,
        "",
        build_document(lines, heights, {}),
        page_count=count,
        empty_pages=tuple(empty),
        parser=f"mupdf {MUPDF_VERSION}",
    )


@contextmanager
def opened_picture(path: Path, media_type: str) -> Iterator[Any]:
    """Open a picture as a document; its orientation (EXIF) is applied.

    Raises CorruptFile, or FileTooLarge for more than 120 million pixels on the first page.
    """
    kind = _KINDS[media_type]
    with translated():
        if media_type == WEBP:
            document = pymupdf.open(stream=_as_png(path), filetype=kind)
        else:
            document = pymupdf.open(path, filetype=kind)
    try:
        with translated():
            if document.page_count < 1:
                raise CorruptFile
            width, height = pixels_of(document.load_page(0))
        if width * height > _MOST_PIXELS:
            raise FileTooLarge(mark("The picture has more pixels than can be read."))
        yield document
    finally:
        document.close()


def pixels_of(page: Any) -> tuple[int, int]:
    """Return width and height in pixels of the picture that a page is."""
    (image,) = page.get_image_info()[:1] or ({"width": 0, "height": 0},)
    return int(image["width"]), int(image["height"])


def _as_png(path: Path) -> bytes:
    import io

    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = _MOST_PIXELS
    try:
        with Image.open(path, formats=["WEBP"]) as image:
            packed = io.BytesIO()
            ImageOps.exif_transpose(image).convert("RGB").save(packed, "PNG", compress_level=1)
    except Image.DecompressionBombError as error:
        raise FileTooLarge(mark("The picture has more pixels than can be read.")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, EOFError) as error:
        raise CorruptFile from error
    return packed.getvalue()
