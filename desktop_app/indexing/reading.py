"""Read files into the library: hash, recognize, parse in the pool, store in groups.

The order of writing makes a kill harmless: passages first, then the rows that make
documents of them. What was parsed but not yet written is parsed again.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain import Document, DocumentStatus, IsCancelled, ParseFailure, Passage
from desktop_app.errors import (
    Cancelled,
    FileLocked,
    FileUnreadable,
    NeedsLibreOffice,
    ParserCrashed,
    ParserTimeout,
    ReaderNotStarted,
)
from desktop_app.indexing import ledger
from desktop_app.indexing.extraction import Extraction, ExtractRequest
from desktop_app.indexing.fingerprint import Fingerprint, hash_file
from desktop_app.indexing.plan import Work, is_complete
from desktop_app.indexing.progress import ProgressMeter, printable
from desktop_app.indexing.recognition import RecognizedPages
from desktop_app.parsing.formats import PARSER_VERSION
from desktop_app.parsing.programs import needs_program
from desktop_app.translation import worded

if TYPE_CHECKING:
    from desktop_app.parsing.pool import ParserPool
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)

_GROUP_PASSAGES = 4000
_GROUP_ROWS = 2000
_GROUP_SECONDS = 1.0
_MOST_GROUP_SECONDS = 5.0
_SHARE_OF_WRITING = 0.1
"""A group is written every second, less often where that would take more of the time than
this: the cost of a commit hardly depends on how much is in it, and a slow disk, a busy
computer and a large library make it dear."""
_ROWS_AT_ONCE = 20_000
_LARGE_BYTES = 10_000_000
"""Up to this size ``settings.parse_seconds`` holds; larger files get more in proportion."""

_UNCERTAIN = frozenset(
    {
        FileLocked.code,
        FileUnreadable.code,
        NeedsLibreOffice.code,
        ParserTimeout.code,
        ReaderNotStarted.code,
        ledger.CHANGED.code,
    }
)
"""Failures that are not a property of the bytes, so a copy is tried for itself."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Job:
    work: Work
    fingerprint: Fingerprint | None = None


class Reader:
    """Brings files into the library. One run of the indexer; runs on the index thread.

    ``documents`` is the ledger at the start, ``contents`` as in ``Library.contents``.
    ``vanished`` collects the keys of files that are no longer there; ``has_written``
    says whether the library is another one than before.
    """

    def __init__(
        self,
        library: Library,
        pool: ParserPool[ExtractRequest, Extraction],
        settings: Settings,
        meter: ProgressMeter,
        *,
        documents: Iterable[Document],
        contents: dict[str, tuple[int, int, int]],
    ) -> None:
        self._library = library
        self._pool = pool
        self._settings = settings
        self._meter = meter
        self._contents = contents
        self._owners: dict[str, Document] = {}
        self._sizes: set[int] = set()
        for document in documents:
            self._learn(document)
        self._recognized = RecognizedPages.of(settings)
        self._registered = self._roots()
        self._reading: dict[str, list[_Job]] = {}
        self._again: list[_Job] = []
        self._rows: list[Document] = []
        self._passages: list[Passage] = []
        self._flushed_at = time.monotonic()
        self._least_seconds = 0.0
        self.vanished: list[tuple[str, str]] = []
        self.has_written = False

    def read(self, work: Iterable[Work], *, is_cancelled: IsCancelled) -> Iterator[None]:
        """Account for every file of ``work``; yields often, so that progress can be told.

        Small and recent files first, those for other programs last. Raises StoreError; what was
        written stays.
        """
        jobs = [_Job(each) for each in sorted(work, key=_urgency)]
        for job in jobs:
            self._meter.outlook.find(job.work.file.media_type, job.work.file.size)
        unread: list[_Job] = []
        yield from self._recognize(jobs, unread, is_cancelled)
        while unread and not is_cancelled():
            requests = self._requests(unread, is_cancelled)
            for answer in self._pool.stream(requests, is_cancelled=is_cancelled):
                if answer is not None:
                    request, result = answer
                    self._conclude(request.content_hash, result)
                self._flush_when_due()
                yield
            unread, self._again = self._again, []
        self._reading.clear()
        # Embedding may follow for hours, and each process would hold 100 MB meanwhile.
        self._pool.close()
        self.flush()

    def refuse(self, rows: Iterable[Document]) -> None:
        """Write rows of files that are not read."""
        for row in rows:
            self._rows.append(row)
            if len(self._rows) >= _ROWS_AT_ONCE:
                self.flush()
        self.flush()

    def flush(self) -> None:
        """Write what has been gathered: passages first, their rows last."""
        began = time.monotonic()
        gone = self._registered - self._roots()
        rows = [row for row in self._rows if row.root not in gone]
        kept = {row.content_hash for row in rows}
        passages = [each for each in self._passages if each.content_hash in kept]
        if passages:
            self._library.put_passages(passages)
        if rows:
            self._library.put_documents(rows)
            self.has_written = True
        self._rows, self._passages = [], []
        self._flushed_at = time.monotonic()
        seconds = (self._flushed_at - began) / _SHARE_OF_WRITING
        self._least_seconds = min(seconds, _MOST_GROUP_SECONDS)

    def _recognize(
        self, jobs: list[_Job], unread: list[_Job], is_cancelled: IsCancelled
    ) -> Iterator[None]:
        """Give rows to files whose bytes are known; the others go to ``unread``.

        Only a file of the size of a known one can be known. All rows are written in one
        call: two files may have changed places, and content that lost its last row
        between two calls would be gone.
        """
        for job in jobs:
            if is_cancelled():
                return
            if job.work.file.size not in self._sizes:
                unread.append(job)
                continue
            yield
            hashed = self._hashed(job, is_cancelled)
            if hashed is not None and not self._settle_known(hashed):
                unread.append(hashed)
        self.flush()

    def _requests(
        self, jobs: Iterable[_Job], is_cancelled: IsCancelled
    ) -> Iterator[tuple[ExtractRequest, float]]:
        """Yield what is to be parsed, hashing as the pool asks for more."""
        for job in jobs:
            if is_cancelled():
                return
            hashed = self._hashed(job, is_cancelled)
            if hashed is None or hashed.fingerprint is None:
                continue
            content_hash = hashed.fingerprint.content_hash
            if content_hash in self._reading:
                self._reading[content_hash].append(hashed)
                continue
            if self._settle_known(hashed):
                continue
            self._reading[content_hash] = [hashed]
            path = hashed.work.full_path
            self._meter.current = hashed.work.file.path or path
            stem = Path(path).stem
            deadline = self._settings.parse_seconds * max(
                1.0, hashed.fingerprint.size / _LARGE_BYTES
            )
            recognized = self._recognized.file_of(content_hash)
            request = ExtractRequest(
                path, content_hash, stem, str(recognized), self._recognized.name
            )
            yield request, deadline

    def _hashed(self, job: _Job, is_cancelled: IsCancelled) -> _Job | None:
        """Return the job with its fingerprint; None if it is accounted for without one."""
        if job.fingerprint is not None:
            return job
        work = job.work
        if work.known_hash:
            known = Fingerprint(work.known_hash, work.file.size, work.file.mtime_ns)
            return _Job(work, known)
        try:
            fingerprint = hash_file(work.full_path, is_cancelled=is_cancelled)
        except Cancelled:
            return None
        except (FileLocked, FileUnreadable) as error:
            self._fail(job, ParseFailure(error.code, error.title, error.hint))
            return None
        if fingerprint is None:
            self._fail(job, ledger.CHANGED)
            return None
        return _Job(work, fingerprint)

    def _settle_known(self, job: _Job) -> bool:
        """Give the file the row of its bytes, if these are known; say whether they are."""
        fingerprint, work = job.fingerprint, job.work
        if fingerprint is None or work.is_forced:
            return False
        owner = self._owners.get(fingerprint.content_hash)
        if owner is None:
            return False
        if owner.status.is_readable:
            if not is_complete(self._contents, fingerprint.content_hash):
                return False
        elif (
            owner.parser_version != PARSER_VERSION
            or owner.media_type != work.file.media_type
            or owner.reason_code in _UNCERTAIN
        ):
            return False
        self._account(job, ledger.copied_row(work, owner, fingerprint))
        return True

    def _conclude(self, content_hash: str, result: Extraction | ParseFailure) -> None:
        """Account for every file with these bytes, now that one of them was parsed."""
        first, *others = self._reading.pop(content_hash)
        if first.fingerprint is None:
            raise AssertionError("only hashed files are parsed")
        if isinstance(result, ParseFailure):
            if result.code == ParserCrashed.code and not first.work.attempt:
                # Memory that ran out or a log-out kills readers too, not only their file.
                again = dataclasses.replace(first.work, attempt=1)
                self._again.append(_Job(again, first.fingerprint))
            else:
                self._fail(first, result)
        elif (result.size, result.mtime_ns) != (
            first.fingerprint.size,
            first.fingerprint.mtime_ns,
        ):
            self._try_again(first)
        else:
            row = ledger.read_row(first.work, result, first.fingerprint)
            self._passages.extend(result.passages)
            if result.passages:
                self._contents[content_hash] = (
                    row.parser_version,
                    row.chunker_version,
                    len(result.passages),
                )
            pages = ledger.pages_to_recognize(result)
            tokens = self._meter.outlook.tokens_in(result.passages)
            self._account(first, row, tokens=tokens, pages=pages)
        # Known by now, or to be tried on their own (another suffix, a changed first one).
        self._again.extend(job for job in others if not self._settle_known(job))

    def _try_again(self, job: _Job) -> None:
        if job.work.attempt:
            self._fail(job, ledger.CHANGED)
        elif os.path.lexists(job.work.full_path):
            again = dataclasses.replace(job.work, attempt=1, known_hash="")
            self._again.append(_Job(again))
        else:
            self._miss(job.work)

    def _fail(self, job: _Job, failure: ParseFailure) -> None:
        work = job.work
        if not os.path.lexists(work.full_path):
            self._miss(work)
            return
        row = ledger.failed_row(work, failure, job.fingerprint)
        _log.info("%s: %s", failure.code, ascii(work.full_path))
        before = work.previous
        if before is not None and (_outcome(before) == _outcome(row) or _keeps(work, failure)):
            self._meter.finish(work.file.size, before.status)
            self._meter.outlook.settle(work.file.media_type, work.file.size)
            return
        self._account(job, row)

    def _miss(self, work: Work) -> None:
        """Take a file for gone, unless its whole root is: then nothing is known of it."""
        self._meter.forget(work.file.size)
        self._meter.outlook.settle(work.file.media_type, work.file.size)
        if os.path.lexists(work.root):
            self.vanished.append(work.key)
        else:
            self._meter.notice = worded(
                "{root} is away; what is known of it was kept.", root=printable(work.root)
            )

    def _account(self, job: _Job, row: Document, *, tokens: int = 0, pages: int = 0) -> None:
        file = job.work.file
        if not row.status.is_readable and row.content_hash in self._contents:
            # A row that shows nothing must not keep the text alive that an older parser,
            # or another suffix, made of the same bytes.
            row = dataclasses.replace(row, content_hash="")
        self._rows.append(row)
        self._learn(row)
        self._meter.finish(file.size, row.status)
        self._meter.outlook.settle(file.media_type, file.size, tokens=tokens, pages=pages)

    def _learn(self, row: Document) -> None:
        if not row.content_hash:
            return
        self._sizes.add(row.size)
        known = self._owners.get(row.content_hash)
        if known is None or (not known.status.is_readable and row.status.is_readable):
            self._owners[row.content_hash] = row

    def _flush_when_due(self) -> None:
        if (self._rows or self._passages) and (
            len(self._passages) >= _GROUP_PASSAGES
            or len(self._rows) >= _GROUP_ROWS
            or time.monotonic() - self._flushed_at >= max(_GROUP_SECONDS, self._least_seconds)
        ):
            self.flush()

    def _roots(self) -> set[str]:
        # Not ``roots``, which counts all files of each: quadratic, asked before every write.
        return set(self._library.folders.paths())


def _urgency(work: Work) -> tuple[bool, int, int]:
    """Sort small before large (by powers of eight), then recent before old.

    Last, what another program has to convert: each such file among others would take a reader
    of its own before it and another one after it, half a second of a processor each.
    """
    file = work.file
    return needs_program(file.path), file.size.bit_length() // 3, -file.mtime_ns


def _keeps(work: Work, failure: ParseFailure) -> bool:
    """Say whether an older version's text of the same bytes stays until a reader comes up."""
    before = work.previous
    is_same = before is not None and before.status.is_readable and bool(work.known_hash)
    return is_same and failure.code == ReaderNotStarted.code


def _outcome(row: Document) -> tuple[int, int, DocumentStatus, str, str]:
    return row.size, row.mtime_ns, row.status, row.reason, row.content_hash
