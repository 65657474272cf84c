"""The last step of indexing: recognize the text of scanned pages and pictures.

It runs when every text has been stored and embedded, page by page in parser processes.
Each page is written down as it comes (``parsing.page_texts``), so that nothing is
recognized twice; when a file's pages are done, it is read again with them. The ledger is
walked once a run, however many files, pages and turns it has.
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

from desktop_app.domain import (
    Document,
    DocumentStatus,
    IndexPhase,
    IsCancelled,
    ParseFailure,
    Passage,
)
from desktop_app.errors import (
    FileLocked,
    FileUnreadable,
    ParserCrashed,
    ParserTimeout,
    ReaderNotStarted,
)
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
# Recognizers stand back for every other program: where these take the whole computer for
# minutes, a page that takes a second is late.
_SECOND_PAGE_SECONDS = 900.0
_MAYBE_OF_THE_COMPUTER = frozenset({ParserCrashed.code, ParserTimeout.code})
# A long scan becomes searchable as it grows, at the cost of cutting it again.
_PAGES_BETWEEN_READINGS = 50
_WRITE_SECONDS = 1.0
_GROUP_PASSAGES = 4000
# Of the file or the computer, not of the page: the file waits for the next run.
_NOT_OF_THE_PAGE = frozenset({FileLocked.code, FileUnreadable.code, ReaderNotStarted.code})
_LACKING_TEXT = frozenset({ledger.NEEDS_OCR, ledger.SCANNED_PAGES, ledger.UNRECOGNIZED_PICTURE})


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
        self._scans: dict[str, _Scan] | None = None
        self._failed_once: set[tuple[str, int]] = set()
        self._results: dict[str, Extraction] = {}
        self._written_at = 0.0
        self.has_written = False
        self.is_done = False

    def recognize(self, *, is_cancelled: IsCancelled, seconds: float) -> Iterator[None]:
        """Recognize page after page for about ``seconds``; yields often.

        Fewest pages first, so that most files are done soon. Raises StoreError; what was
        recognized until then is kept.
        """
        self.has_written = False
        if self._scans is None:
            self._scans = self._find()
        scans = self._scans
        if scans:
            self._meter.begin(IndexPhase.RECOGNIZING)
            self._meter.pages_done = 0
            self._meter.pages_total = sum(len(scan.pages) for scan in scans.values())
            ends_at = time.monotonic() + seconds
            yield
            for scan in [each for each in scans.values() if not each.pages]:
                yield from self._read(scans, scan, is_cancelled)
                self._write_when_due()
            requests = self._requests(scans, ends_at)
            for answer in self._recognizers.stream(requests, is_cancelled=is_cancelled):
                if answer is not None:
                    yield from self._conclude(scans, *answer, is_cancelled=is_cancelled)
                self._write_when_due()
                yield
            self._write()
        self.is_done = not scans

    def _find(self) -> dict[str, _Scan]:
        rows: dict[str, list[Document]] = defaultdict(list)
        for document in self._library.documents():
            if document.content_hash:
                rows[document.content_hash].append(document)
        self._pages.prune(rows)
        found = []
        for content_hash, each in rows.items() if self._pages.name else ():
            row = next((row for row in each if self._needs(row) and _is_unchanged(row)), None)
            if row is None:
                continue
            known = read_page_texts(self._pages.file_of(content_hash))
            numbers = range(1, (row.page_count or 0) + 1)
            found.append(_Scan(row, [number for number in numbers if number not in known]))
        found.sort(key=lambda scan: (len(scan.pages).bit_length(), -scan.row.mtime_ns))
        return {scan.content_hash: scan for scan in found}

    def _needs(self, row: Document) -> bool:
        if not row.page_count or self._pages.name in row.parser:
            return False
        # Recognized in other languages, or with other data, or not at all.
        return row.reason_code in _LACKING_TEXT or RECOGNIZER in row.parser

    def _requests(
        self, scans: dict[str, _Scan], ends_at: float
    ) -> Iterator[tuple[RecognizeRequest, float]]:
        use = self._pages.recognition
        for content_hash, scan in list(scans.items()):
            row = scan.row
            if not self._library.rows_of_content(content_hash):
                del scans[content_hash]  # its folder was taken out of the library meanwhile
            for page in list(scan.pages):
                if content_hash not in scans:
                    break
                if time.monotonic() >= ends_at:
                    return
                self._meter.current = row.path or str(row.full_path)
                is_second = (row.content_hash, page) in self._failed_once
                yield (
                    RecognizeRequest(
                        path=str(row.full_path),
                        content_hash=row.content_hash,
                        media_type=row.media_type,
                        page=page,
                        directory=use.directory,
                        languages=use.languages,
                    ),
                    _SECOND_PAGE_SECONDS if is_second else _PAGE_SECONDS,
                )

    def _conclude(
        self,
        scans: dict[str, _Scan],
        request: RecognizeRequest,
        result: PageText | ParseFailure,
        *,
        is_cancelled: IsCancelled,
    ) -> Iterator[None]:
        scan = scans.get(request.content_hash)
        if scan is None:
            return
        self._meter.pages_done += 1
        if isinstance(result, ParseFailure):
            _log.info("%s: page %d of %s", result.code, request.page, ascii(request.path))
            if result.code in _NOT_OF_THE_PAGE or not _is_unchanged(scan.row):
                del scans[request.content_hash]
                return
            place = request.content_hash, request.page
            if result.code in _MAYBE_OF_THE_COMPUTER and place not in self._failed_once:
                # Memory that ran out or a log-out kills readers too, and a busy computer makes
                # them late, not only their page: it comes again with the next turn.
                self._failed_once.add(place)
                return
            result = PageText(request.page, PageState.FAILED)
        with translated():
            append_page_texts(self._pages.file_of(request.content_hash), [result])
        scan.pages.remove(request.page)
        scan.since_reading += 1
        # Only at the end of a scan: in between a mixed document would be cut and embedded anew.
        is_growing = scan.since_reading >= _PAGES_BETWEEN_READINGS and not _has_text(scan.row)
        if not scan.pages or is_growing:
            yield from self._read(scans, scan, is_cancelled)

    def _read(
        self, scans: dict[str, _Scan], scan: _Scan, is_cancelled: IsCancelled
    ) -> Iterator[None]:
        """Read the whole file with what was recognized, to be written down soon."""
        if not scan.pages:
            del scans[scan.content_hash]
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
                self._take(scan, answer[1], file)
            yield

    def _take(self, scan: _Scan, result: Extraction | ParseFailure, file: Path) -> None:
        if isinstance(result, ParseFailure):
            _log.info("%s: with recognized pages %s", result.code, ascii(file.name))
        elif (result.size, result.mtime_ns) != (scan.row.size, scan.row.mtime_ns):
            # Pages of another content may be among them.
            file.unlink(missing_ok=True)
        else:
            self._results[scan.content_hash] = result

    def _write_when_due(self) -> None:
        passages = sum(len(result.passages) for result in self._results.values())
        is_due = time.monotonic() - self._written_at >= _WRITE_SECONDS
        if self._results and (is_due or passages >= _GROUP_PASSAGES):
            self._write()

    def _write(self) -> None:
        """Write what was read: passages first, their rows last.

        Of the rows as they are now, since whoever pulls may have paused and taken a folder out.
        """
        before: list[Document] = []
        after: list[Document] = []
        passages: list[Passage] = []
        for content_hash, result in self._results.items():
            rows = [row for row in self._library.rows_of_content(content_hash) if self._needs(row)]
            before.extend(rows)
            after.extend(ledger.recognized_row(row, result) for row in rows)
            passages.extend(result.passages if rows else ())
        self._results.clear()
        self._written_at = time.monotonic()
        if passages:
            self._library.put_passages(passages)
        if after:
            self._library.put_documents(after)
            self.has_written = True
        for old, new in zip(before, after, strict=True):
            self._meter.restate(old.status, new.status)


def _has_text(row: Document) -> bool:
    return row.status is DocumentStatus.PARTIAL


def _is_unchanged(row: Document) -> bool:
    try:
        status = row.full_path.stat()
    except OSError:
        return False
    return (status.st_size, modified_ns(status)) == (row.size, row.mtime_ns)
