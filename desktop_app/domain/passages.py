"""What is stored: passages with their places, and documents as rows of the ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from desktop_app.domain.parsed import Box
from desktop_app.domain.sealed import SealedEnum


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a passage stands: first page (or None), boxes, characters of the document.

    ``start:end`` are offsets into the document's text, which is its passages' texts in
    order, joined by a blank line.
    """

    page: int | None
    boxes: tuple[Box, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that is embedded, ranked and shown as one.

    ``passage_id`` is 32 hex digits over (content hash, ordinal, context, text), so equal
    work is never done twice and a vector can never belong to another text.
    ``heading`` is the path of headings above the passage, outermost first.
    ``title`` is the document's title. ``language`` is ISO 639-1 or "und".
    """

    passage_id: str
    content_hash: str
    ordinal: int
    text: str
    title: str
    heading: tuple[str, ...]
    language: str
    locator: Locator

    @property
    def context(self) -> str:
        """Title and headings in one line, for the models and the full-text index."""
        return context_of(self.title, self.heading)

    @property
    def full_text(self) -> str:
        """Context and text, as embedders and rerankers read them."""
        context = self.context
        return f"{context}\n{self.text}" if context else self.text


def context_of(title: str, heading: Iterable[str]) -> str:
    """Return what is the context of a passage under this title and these headings."""
    return " > ".join(dict.fromkeys(part for part in (title, *heading) if part))


class DocumentStatus(SealedEnum):
    """The four ways in which the ledger accounts for a file."""

    INDEXED = "indexed"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def is_readable(self) -> bool:
        """Say whether a document of this status has passages to search."""
        return self in (DocumentStatus.INDEXED, DocumentStatus.PARTIAL)


_NEED_OCR = frozenset({"needs-ocr", "scanned-pages"})


@dataclass(frozen=True, slots=True)
class Document:
    """One row of the ledger: a file that was seen, whatever became of it.

    ``path`` is relative to ``root``, with "/" between the parts on every system; bytes
    that are not valid UTF-8 are kept as surrogate escapes. ``content_hash`` is 64 hex
    digits (BLAKE2b-256), "" when the file was not read. ``mtime_ns`` and ``size`` are
    those of the file when it was read. ``reason_code``/``reason`` are "" when indexed.
    """

    root: str
    path: str
    content_hash: str
    size: int
    mtime_ns: int
    media_type: str
    title: str
    languages: tuple[str, ...]
    page_count: int | None
    status: DocumentStatus
    reason_code: str
    reason: str
    parser: str
    parser_version: int
    chunker_version: int
    passages: int
    seconds: float
    indexed_at: datetime

    @property
    def needs_ocr(self) -> bool:
        """Say whether pages of it are images of text that nobody has recognized."""
        return self.reason_code in _NEED_OCR

    @property
    def full_path(self) -> Path:
        """Where the file was when it was last seen."""
        return Path(self.root, self.path)
