"""A page of a PDF, or a picture: its pixels and its words, made in a disposable process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from desktop_app.domain import Block, BlockKind, PageImage
from desktop_app.domain.printed import FoundPlaces, OutlineEntry, PageWords
from desktop_app.errors import FileUnreadable

# Pixels; 4K on both sides, 48 MB, is more than any window shows of one page.
_MOST_PIXELS = 4096 * 4096
# Bytes; a larger file is opened for every request anew rather than held in memory.
_KEPT_BYTES = 64 * 1024 * 1024
_SMALLEST_SCALE = 0.05
_LARGEST_SCALE = 8.0


@dataclass(frozen=True, slots=True)
class RenderRequest:
    """Which page to draw: 1-based page, ``scale`` in pixels per point."""

    path: str
    page: int
    scale: float


@dataclass(frozen=True, slots=True)
class WordsRequest:
    """Of which 1-based page to give the words; ``recognized`` is its file of page texts."""

    path: str
    page: int
    recognized: str = ""


@dataclass(frozen=True, slots=True)
class FindRequest:
    """Pages from ``first`` on, searched for ``needle`` (folded) for about ``seconds``."""

    path: str
    needle: str
    first: int
    seconds: float
    recognized: str = ""


@dataclass(frozen=True, slots=True)
class OutlineRequest:
    """A document of which the outline is wanted."""

    path: str


@dataclass(frozen=True, slots=True)
class StructureRequest:
    """A document without pages of which all but the paragraphs are wanted."""

    path: str


@dataclass(frozen=True, slots=True)
class Blocks:
    """What is not plain text in a document, in order."""

    blocks: tuple[Block, ...]


PageRequest = RenderRequest | WordsRequest | FindRequest | OutlineRequest | StructureRequest
PageAnswer = PageImage | PageWords | FoundPlaces | tuple[OutlineEntry, ...] | Blocks


def answer_page(request: PageRequest) -> PageAnswer:
    """Answer whatever is asked about the pages of one file; raises ParseError.

    One function, so that one process can do it all. Runs in a parser process.
    """
    if isinstance(request, RenderRequest):
        return render_page(request)
    if isinstance(request, StructureRequest):
        from desktop_app.parsing.formats import parse

        blocks = parse(Path(request.path)).blocks
        return Blocks(tuple(block for block in blocks if block.kind is not BlockKind.PARAGRAPH))
    from desktop_app.parsing.mupdf import translated
    from desktop_app.parsing.page_texts import read_page_texts
    from desktop_app.parsing.page_words import outline_of, search_pages, words_of_page

    with _opened(Path(request.path)) as document, translated():
        if isinstance(request, OutlineRequest):
            return outline_of(document)
        recognized = read_page_texts(request.recognized)
        if isinstance(request, FindRequest):
            return search_pages(
                document,
                request.needle,
                recognized,
                first=request.first,
                seconds=request.seconds,
            )
        number = max(1, min(request.page, document.page_count))
        page = document.load_page(number - 1)
        return words_of_page(page, number, recognized.get(number))


def render_page(request: RenderRequest) -> PageImage:
    """Draw one page of a PDF or picture; raises EncryptedFile, CorruptFile or FileUnreadable.

    A page beyond the end is the last page. The scale is lowered where the picture would
    have more than 16 million pixels. Runs in a parser process.
    """
    # Imported here, since the window imports this module for the request alone.
    from desktop_app.parsing.mupdf import pymupdf, translated

    with _opened(Path(request.path)) as document, translated():
        count = document.page_count
        number = max(1, min(request.page, count))
        page = document.load_page(number - 1)
        width, height = page.rect.width, page.rect.height
        scale = _bounded(request.scale, width, height)
        picture = page.get_pixmap(
            matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=False
        )
        return PageImage(
            page=number,
            page_count=count,
            width=picture.width,
            height=picture.height,
            page_width=width,
            page_height=height,
            rgb=_packed(picture.samples, picture.width, picture.height, picture.stride),
        )


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from desktop_app.parsing.mupdf import opened_pdf
    from desktop_app.parsing.signatures import HEAD_BYTES, PICTURES, sniff

    try:
        with path.open("rb") as file:
            media_type = sniff(file.read(HEAD_BYTES), path)
    except OSError as error:
        raise FileUnreadable from error
    if media_type not in PICTURES:
        with _kept_pdf(path) if _is_small(path) else opened_pdf(path) as document:
            yield document
        return
    from desktop_app.parsing.pictures import opened_picture

    with opened_picture(path, media_type) as document:
        yield document


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= _KEPT_BYTES
    except OSError as error:
        raise FileUnreadable from error


@contextmanager
def _kept_pdf(path: Path) -> Iterator[Any]:
    """Open a PDF, or take the one of the request before; its file is not held open.

    To find one page among 2,000 MuPDF reads the tree of all of them: 20 ms of the 25 that
    drawing a page takes.
    """
    from desktop_app.parsing.mupdf import pymupdf

    try:
        state = path.stat()
        document = _read_pdf(str(path), state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise FileUnreadable from error
    try:
        yield document
    except BaseException:
        # Whatever state it is in, the next request is not to find it there.
        _read_pdf.cache_clear()
        raise
    # MuPDF keeps up to 256 MB of what it has decoded.
    pymupdf.TOOLS.store_shrink(50)


@lru_cache(maxsize=1)
def _read_pdf(path: str, _mtime_ns: int, _size: int) -> Any:
    from desktop_app.parsing.mupdf import open_pdf

    return open_pdf(Path(path).read_bytes())


def _bounded(scale: float, width: float, height: float) -> float:
    largest: float = (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5
    return min(max(scale, _SMALLEST_SCALE), _LARGEST_SCALE, largest)


def _packed(samples: bytes, width: int, height: int, stride: int) -> bytes:
    if stride == 3 * width:
        return bytes(samples)
    return b"".join(samples[row * stride : row * stride + 3 * width] for row in range(height))
