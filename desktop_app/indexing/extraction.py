"""What a parser process does with one file: parse it and cut it into passages.

Cutting happens here too because it is pure Python that would otherwise keep the index
thread, and with it the window, from running.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from desktop_app.domain import ParsedDocument, Passage
from desktop_app.indexing.chunker import chunk
from desktop_app.indexing.fingerprint import modified_ns
from desktop_app.indexing.languages import by_frequency
from desktop_app.parsing import programs
from desktop_app.parsing.formats import parse
from desktop_app.parsing.page_texts import PageText, read_page_texts


@dataclass(frozen=True, slots=True)
class ExtractRequest:
    """One file to read. ``content_hash`` is that of the bytes when it was hashed.

    ``recognized`` is the file of its recognized pages, which need not exist, and
    ``recognizer`` the name of what recognizes them (see ``parsing.page_texts``).
    """

    path: str
    content_hash: str
    fallback_title: str
    recognized: str = ""
    recognizer: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was read from one file.

    ``size`` and ``mtime_ns`` are the file's after reading: if they are not those from
    before hashing, the passages may not be those of the hash. ``seconds`` is wall time.
    """

    media_type: str
    title: str
    languages: tuple[str, ...]
    page_count: int | None
    empty_pages: tuple[int, ...]
    shortfall: str
    parser: str
    passages: tuple[Passage, ...]
    size: int
    mtime_ns: int
    seconds: float
    remark: str = ""


def extract(request: ExtractRequest) -> Extraction:
    """Parse and cut one file; raises ParseError. Runs in a parser process."""
    began = perf_counter()
    recognized = read_page_texts(request.recognized)
    parsed = parse(Path(request.path), recognized)
    passages = chunk(
        parsed, content_hash=request.content_hash, fallback_title=request.fallback_title
    )
    size, mtime_ns = _stamp(request.path)
    return Extraction(
        media_type=parsed.media_type,
        title=passages[0].title if passages else parsed.title,
        languages=by_frequency([passage.language for passage in passages]),
        page_count=parsed.page_count,
        empty_pages=parsed.empty_pages,
        shortfall=parsed.shortfall,
        parser=_parser_of(parsed, request, recognized),
        passages=passages,
        size=size,
        mtime_ns=mtime_ns,
        seconds=perf_counter() - began,
        remark=parsed.remark,
    )


def needs_program(request: ExtractRequest) -> bool:
    """Say whether the reader of this file has to start a program that is there to be started."""
    return programs.needs_program(request.path)


def _parser_of(
    parsed: ParsedDocument, request: ExtractRequest, recognized: Mapping[int, PageText]
) -> str:
    # Named once every page that needs it was tried, however that ended.
    is_whole = recognized and recognized.keys() >= set(parsed.empty_pages)
    return f"{parsed.parser}, {request.recognizer}" if is_whole else parsed.parser


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = Path(path).stat()
    except OSError:
        return -1, -1  # gone since it was opened: not what was hashed
    return status.st_size, modified_ns(status)
