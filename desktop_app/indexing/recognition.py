"""The last step of indexing: recognize the text of scanned pages and pictures.

It runs when every text has been stored and embedded, page by page in parser processes.
Each page is written down as it comes (``parsing.page_texts``), so that nothing is
recognized twice; when a file's pages are done, it is read again with them.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain import Document, DocumentStatus, IndexPhase, IsCancelled, ParseFailure
from desktop_app.errors import FileUnreadable
from desktop_app.indexing import ledger
from desktop_app.indexing.extraction import Extraction, ExtractRequest
from desktop_app.indexing.fingerprint import modified_ns
from desktop_app.indexing.progress import ProgressMeter
from desktop_app.parsing.ocr import RecognizeRequest
from desktop_app.parsing.page_texts import (
    PageState,
    PageText,
    append_page_texts,
    read_page_texts,
)
from desktop_app.parsing.tessdata import RECOGNIZER, TextRecognition, find_recognition
from desktop_app.store.failures import translated

if TYPE_CHECKING:
    from desktop_app.parsing.pool import ParserPool
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)

_FOLDER = "recognized"
_SUFFIX = ".jsonl"
# One page; a large, dense one takes 20 seconds on one slow core.
_PAGE_SECONDS = 120.0
# A long scan becomes searchable as it grows, at the cost of cutting it again.
_PAGES_BETWEEN_READINGS = 50
_LACKING_TEXT = frozenset({ledger.NEEDS_OCR, ledger.SCANNED_PAGES, ledger.UNRECOGNIZED_PICTURE})
_PDF = "application/pdf"
_PICTURE = "image/"


@dataclass(frozen=True, slots=True)
class RecognizedPages:
    """Where recognized pages are kept, and by what they are recognized: "" means not at all."""

    folder: Path
    recognition: TextRecognition

    @classmethod
    def of(cls, settings: Settings) -> RecognizedPages:
        """Find what the settings ask for; the pages lie in the library, as private as it is."""
        found = TextRecognition("", "")
        if settings.ocr:
            found = find_recognition(settings.ocr_languages, settings.tessdata_dir)
        return cls(settings.library_dir / _FOLDER, found)

    @property
    def name(self) -> str:
        """Name what recognizes, as the ledger does."""
        return self.recognition.name

    def file_of(self, content_hash: str) -> Path:
        """Return where the pages of a content are, as the present recognizer reads them."""
        digest = hashlib.blake2b(self.name.encode(), digest_size=4).hexdigest()
        return self.folder / f"{content_hash}-{digest}{_SUFFIX}"

    def prune(self, held: Mapping[str, object]) -> None:
        """Delete the pages of contents that are not held any more."""
        if not self.folder.is_dir():
            return
        for file in self.folder.glob(f"*{_SUFFIX}"):
            if file.name.partition("-")[0] not in held:
                file.unlink(missing_ok=True)


@dataclass(slots=True)
class _Scan:
    """A content whose pages are being recognized: its rows, its file, the pages to go."""

    row: Document
    pages: list[int]
    since_reading: int = 0

    @property
    def content_hash(self) -> str:
        return self.row.content_hash


class Recognizer:
    """Recognizes what needs it. One run of the indexer; runs on the index thread.

    ``readers`` is the pool that reads whole files, ``recognizers`` the one for pages.
    ``has_written`` says whether the library is another one than before this call of
    ``recognize``, ``is_done`` whether nothing is left to recognize.
    """

    def __init__(
        self,
        library: Library,
        *,
        readers: ParserPool[ExtractRequest, Extraction],
        recognizers: ParserPool[RecognizeRequest, PageText],
        pages: RecognizedPages,
        meter: ProgressMeter,
        parse_seconds: float,
    ) -> None:
        self._library = library
        self._readers = readers
        self._recognizers = recognizers
        self._pages = pages
        self._meter = meter
        self._parse_seconds = parse_seconds
        self._tried: set[str] = set()
        self.has_written = False
        self.is_done = False

    def recognize(self, *, is_cancelled: IsCancelled, seconds: float) -> Iterator[None]:
        """Recognize page after page for about ``seconds``; yields often.

        Fewest pages first, so that most files are done soon. Raises StoreError; what was
        recognized until then is kept.
        """
        self.has_written = False
        rows = self._rows()
        self._pages.prune(rows)
        scans = {} if not self._pages.name else self._scans(rows)
        if not scans:
            self.is_done = True
            return
        self._meter.begin(IndexPhase.RECOGNIZING)
        self._meter.pages_done = 0
        self._meter.pages_total = sum(len(scan.pages) for scan in scans.values())
        ends_at = time.monotonic() + seconds
        yield
        for scan in [each for each in scans.values() if not each.pages]:
            yield from self._read(scan, is_cancelled)
        requests = self._requests(scans, ends_at)
        for answer in self._recognizers.stream(requests, is_cancelled=is_cancelled):
            if answer is not None:
                yield from self._conclude(scans, *answer, is_cancelled=is_cancelled)
            yield
        self.is_done = not is_cancelled() and time.monotonic() < ends_at

    def _rows(self) -> dict[str, list[Document]]:
        rows: dict[str, list[Document]] = defaultdict(list)
        for row in self._library.documents():
            if row.content_hash:
                rows[row.content_hash].append(row)
        return rows

    def _scans(self, rows: Mapping[str, list[Document]]) -> dict[str, _Scan]:
        found = []
        for content_hash, each in rows.items():
            row = next((row for row in each if self._needs(row) and _is_unchanged(row)), None)
            if row is None or content_hash in self._tried:
                continue
            known = read_page_texts(self._pages.file_of(content_hash))
            numbers = range(1, (row.page_count or 0) + 1)
            found.append(_Scan(row, [number for number in numbers if number not in known]))
        found.sort(key=lambda scan: (len(scan.pages).bit_length(), -scan.row.mtime_ns))
        return {scan.content_hash: scan for scan in found}

    def _needs(self, row: Document) -> bool:
        if not row.media_type.startswith((_PDF, _PICTURE)) or self._pages.name in row.parser:
            return False
        # Recognized in other languages, or with other data, or not at all.
        return row.reason_code in _LACKING_TEXT or RECOGNIZER in row.parser

    def _requests(
        self, scans: Mapping[str, _Scan], ends_at: float
    ) -> Iterator[tuple[RecognizeRequest, float]]:
        use = self._pages.recognition
        for scan in scans.values():
            row = scan.row
            for page in list(scan.pages):
                if time.monotonic() >= ends_at:
                    return
                self._meter.current = row.path or str(row.full_path)
                yield (
                    RecognizeRequest(
                        path=str(row.full_path),
                        content_hash=row.content_hash,
                        media_type=row.media_type,
                        page=page,
                        directory=use.directory,
                        languages=use.languages,
                    ),
                    _PAGE_SECONDS,
                )

    def _conclude(
        self,
        scans: Mapping[str, _Scan],
        request: RecognizeRequest,
        result: PageText | ParseFailure,
        *,
        is_cancelled: IsCancelled,
    ) -> Iterator[None]:
        scan = scans[request.content_hash]
        self._meter.pages_done += 1
        if isinstance(result, ParseFailure):
            _log.info("%s: page %d of %s", result.code, request.page, ascii(request.path))
            if result.code == FileUnreadable.code or not _is_unchanged(scan.row):
                self._tried.add(request.content_hash)
                return
            result = PageText(request.page, PageState.FAILED)
        with translated():
            append_page_texts(self._pages.file_of(request.content_hash), [result])
        scan.pages.remove(request.page)
        scan.since_reading += 1
        # Only at the end of a scan: in between a mixed document would be cut and embedded anew.
        is_growing = scan.since_reading >= _PAGES_BETWEEN_READINGS and not _has_text(scan.row)
        if not scan.pages or is_growing:
            yield from self._read(scan, is_cancelled)

    def _read(self, scan: _Scan, is_cancelled: IsCancelled) -> Iterator[None]:
        """Read the whole file with what was recognized, and write it down."""
        if not scan.pages:
            self._tried.add(scan.content_hash)
        scan.since_reading = 0
        row, file = scan.row, self._pages.file_of(scan.content_hash)
        request = ExtractRequest(
            str(row.full_path),
            scan.content_hash,
            row.full_path.stem,
            str(file),
            self._pages.name,
        )
        for answer in self._readers.stream(
            [(request, self._parse_seconds)], is_cancelled=is_cancelled
        ):
            if answer is not None:
                self._store(scan, answer[1], file)
            yield

    def _store(self, scan: _Scan, result: Extraction | ParseFailure, file: Path) -> None:
        if isinstance(result, ParseFailure):
            _log.info("%s: with recognized pages %s", result.code, ascii(file.name))
            return
        if (result.size, result.mtime_ns) != (scan.row.size, scan.row.mtime_ns):
            # Pages of another content may be among them.
            file.unlink(missing_ok=True)
            return
        before = [
            row
            for row in self._library.documents()
            if row.content_hash == scan.content_hash and self._needs(row)
        ]
        if not before:
            return
        if result.passages:
            self._library.put_passages(result.passages)
        after = [ledger.recognized_row(row, result) for row in before]
        self._library.put_documents(after)
        for old, new in zip(before, after, strict=True):
            self._meter.restate(old.status, new.status)
        self.has_written = True


def _has_text(row: Document) -> bool:
    return row.status is DocumentStatus.PARTIAL


def _is_unchanged(row: Document) -> bool:
    try:
        status = row.full_path.stat()
    except OSError:
        return False
    return (status.st_size, modified_ns(status)) == (row.size, row.mtime_ns)
