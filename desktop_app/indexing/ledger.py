"""Write down what became of a file: the rows of the ledger, each with its sentence."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from desktop_app.domain import Document, DocumentStatus, ParseFailure
from desktop_app.domain.shortfalls import (
    PAGES_UNRECOGNIZED,
    PAGES_WITHOUT_TEXT,
    SOME_UNRECOGNIZED,
    SOME_WITHOUT_TEXT,
)
from desktop_app.errors import EmptyFile, FileTooLarge, NeedsLibreOffice, UnsupportedFormat
from desktop_app.indexing.chunker import CHUNKER_VERSION
from desktop_app.indexing.extraction import Extraction
from desktop_app.indexing.fingerprint import Fingerprint
from desktop_app.indexing.plan import Work
from desktop_app.indexing.scanner import FoundFile, Refusal
from desktop_app.parsing.formats import PARSER_VERSION
from desktop_app.parsing.tessdata import RECOGNIZER
from desktop_app.translation import mark, sentences, worded, worded_n

_LEFT_OUT_CODES = frozenset({UnsupportedFormat.code, FileTooLarge.code, NeedsLibreOffice.code})

CHANGED = ParseFailure(
    "changed",
    mark("The file was changed while it was read."),
    mark("It is read again the next time, when nothing writes to it."),
)

NEEDS_OCR = "needs-ocr"
SCANNED_PAGES = "scanned-pages"
_NEEDS_OCR = mark(
    "The pages are images without text (scanned). "
    "Text recognition (OCR) makes the file searchable; it runs last, where its data is installed."
)
UNRECOGNIZED_PICTURE = "unrecognized-picture"
_UNRECOGNIZED_PICTURE = mark(
    "Text in pictures is found after text recognition (OCR); "
    "it runs last, where its data is installed."
)
_NOTHING_RECOGNIZED = mark("No text could be recognized on its pages.")
_PICTURE_WITHOUT_TEXT = mark("No text was recognized in the picture.")


def refused_row(root: str, file: FoundFile, refusal: Refusal) -> Document:
    """Return the row of a path that is not read."""
    return dataclasses.replace(
        _bare_row(root, file),
        status=refusal.status,
        reason_code=refusal.code,
        reason=refusal.reason,
        parser_version=0,
        chunker_version=0,
    )


def failed_row(work: Work, failure: ParseFailure, fingerprint: Fingerprint | None) -> Document:
    """Return the row of a file that gave no document.

    What is not meant to be read (a binary file called .txt) is skipped, not failed.
    """
    is_left_out = failure.code in _LEFT_OUT_CODES
    return _stamped(
        dataclasses.replace(
            _bare_row(work.root, work.file),
            status=DocumentStatus.SKIPPED if is_left_out else DocumentStatus.FAILED,
            reason_code=failure.code,
            reason=sentences(failure.title, failure.hint),
        ),
        fingerprint,
    )


def read_row(work: Work, extraction: Extraction, fingerprint: Fingerprint) -> Document:
    """Return the row of a file that was read: indexed, partial, or without any text."""
    status, code, reason = _judge(extraction)
    return _stamped(
        dataclasses.replace(
            _bare_row(work.root, work.file),
            media_type=extraction.media_type,
            title=extraction.title,
            languages=extraction.languages,
            page_count=extraction.page_count,
            status=status,
            reason_code=code,
            reason=reason,
            parser=extraction.parser,
            passages=len(extraction.passages),
            seconds=extraction.seconds,
        ),
        fingerprint,
    )


def copied_row(work: Work, owner: Document, fingerprint: Fingerprint) -> Document:
    """Return the row of a file whose bytes are those of another: read once, known twice.

    Where the title was the other's name, it is its own name.
    """
    row = dataclasses.replace(
        owner, root=work.root, path=work.file.path, seconds=0.0, indexed_at=_now()
    )
    if owner.title == owner.full_path.stem:
        row = dataclasses.replace(row, title=row.full_path.stem)
    return _stamped(row, fingerprint)


def _judge(extraction: Extraction) -> tuple[DocumentStatus, str, str]:
    empty, pages = len(extraction.empty_pages), extraction.page_count
    is_picture = extraction.media_type.startswith("image/")
    was_recognized = RECOGNIZER in extraction.parser
    if not extraction.passages:
        if was_recognized:
            status = DocumentStatus.SKIPPED if is_picture else DocumentStatus.FAILED
            sentence = _PICTURE_WITHOUT_TEXT if is_picture else _NOTHING_RECOGNIZED
            return status, "no-text-recognized", sentence
        if empty and is_picture:
            # Most pictures are photographs: nothing is wrong with them, nor lacking.
            return DocumentStatus.SKIPPED, UNRECOGNIZED_PICTURE, _UNRECOGNIZED_PICTURE
        if empty:
            return DocumentStatus.FAILED, NEEDS_OCR, _NEEDS_OCR
        reason = sentences(EmptyFile.default_title, extraction.shortfall, extraction.remark)
        return DocumentStatus.FAILED, EmptyFile.code, reason
    reason = sentences(_unread(empty, pages, was_recognized=was_recognized), extraction.shortfall)
    if not reason:
        # What a mail has attached for other programs is told, but leaves nothing to be mended.
        return DocumentStatus.INDEXED, "", extraction.remark
    code = "incomplete"
    if empty:
        code = "unrecognized-pages" if was_recognized else SCANNED_PAGES
    return DocumentStatus.PARTIAL, code, sentences(reason, extraction.remark)


def _unread(empty: int, pages: int | None, *, was_recognized: bool) -> str:
    if not empty:
        return ""
    if pages:
        sentence = PAGES_UNRECOGNIZED if was_recognized else PAGES_WITHOUT_TEXT
        return worded(sentence, empty=empty, pages=pages)
    return worded_n(*(SOME_UNRECOGNIZED if was_recognized else SOME_WITHOUT_TEXT), empty)


def pages_to_recognize(extraction: Extraction) -> int:
    """Count the pages whose text is to be recognized, which is not tried twice."""
    return 0 if RECOGNIZER in extraction.parser else len(extraction.empty_pages)


def recognized_row(row: Document, extraction: Extraction) -> Document:
    """Return a row as it is after pages of the file were recognized."""
    status, code, reason = _judge(extraction)
    return dataclasses.replace(
        row,
        title=extraction.title,
        languages=extraction.languages,
        page_count=extraction.page_count,
        status=status,
        reason_code=code,
        reason=reason,
        parser=extraction.parser,
        passages=len(extraction.passages),
        seconds=row.seconds + extraction.seconds,
        indexed_at=_now(),
    )


def _bare_row(root: str, file: FoundFile) -> Document:
    return Document(
        root=root,
        path=file.path,
        content_hash="",
        size=file.size,
        mtime_ns=file.mtime_ns,
        media_type=file.media_type,
        title="",
        languages=(),
        page_count=None,
        status=DocumentStatus.FAILED,
        reason_code="",
        reason="",
        parser="",
        parser_version=PARSER_VERSION,
        chunker_version=CHUNKER_VERSION,
        passages=0,
        seconds=0.0,
        indexed_at=_now(),
    )


def _stamped(row: Document, fingerprint: Fingerprint | None) -> Document:
    if fingerprint is None:
        return row
    return dataclasses.replace(
        row,
        content_hash=fingerprint.content_hash,
        size=fingerprint.size,
        mtime_ns=fingerprint.mtime_ns,
    )


def _now() -> datetime:
    return datetime.now(tz=UTC)
