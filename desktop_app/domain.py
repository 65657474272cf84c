"""The words of Lectern as values: what crosses a folder's border is one of these.

Frozen, picklable, and free of third-party objects except ``numpy.ndarray``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IsCancelled: TypeAlias = Callable[[], bool]
"""Asked at batch borders; True means: stop as soon as the state is consistent."""


def never_cancelled() -> bool:
    """Stand in where nobody can withdraw the work."""
    return False


# --------------------------------------------------------------------------- parsing


class BlockKind(StrEnum):
    """What a block of a document is, as far as its format says."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list-item"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page: 1-based page, PDF points, origin top left, y downwards."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a block: characters ``start:end`` of the block's text."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item, table or piece of code.

    ``level`` is 1 to 6 for headings, the nesting depth (from 1) for list items, else 0.
    ``page`` is 1-based (page, slide or sheet) or None where the format has none.
    ``lines`` is empty where the format has no boxes. A table's text has one row a line,
    cells separated by " | "; its first line is the header row.
    """

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser answers for one file.

    ``page_count`` counts pages, slides, sheets or chapters; None where there are none.
    ``empty_pages`` are 1-based pages that show something but hold no text (scans).
    ``shortfall`` is one sentence for the user when something was left out, else "".
    """

    media_type: str
    title: str
    blocks: tuple[Block, ...]
    page_count: int | None = None
    empty_pages: tuple[int, ...] = ()
    shortfall: str = ""
    parser: str = ""


@dataclass(frozen=True, slots=True)
class ParseFailure:
    """Why a file gave no document: ``code`` as in ``errors.ParseError``, two sentences."""

    code: str
    title: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A rendered page: ``rgb`` is width * height * 3 bytes, rows top down, no padding.

    ``page_width`` and ``page_height`` are in PDF points, the unit of ``Box``.
    """

    page: int
    page_count: int
    width: int
    height: int
    page_width: float
    page_height: float
    rgb: bytes


# --------------------------------------------------------------------------- passages


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
        parts = [self.title, *self.heading]
        return " > ".join(dict.fromkeys(part for part in parts if part))

    @property
    def full_text(self) -> str:
        """Context and text, as embedders and rerankers read them."""
        return f"{self.context}\n{self.text}" if self.context else self.text


class DocumentStatus(StrEnum):
    """The four ways in which the ledger accounts for a file."""

    INDEXED = "indexed"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


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
    def full_path(self) -> Path:
        """Where the file was when it was last seen."""
        return Path(self.root, self.path)


# --------------------------------------------------------------------------- inference


@dataclass(frozen=True, slots=True, eq=False)
class SparseVector:
    """Learned token weights: ascending int32 ids, positive float32 weights, same length."""

    token_ids: NDArray[np.int32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """Vectors of n texts: ``dense`` is float32 [n, dim], L2-normalized rows.

    ``sparse`` has n entries for packs with learned sparse weights, else None.
    """

    dense: NDArray[np.float32]
    sparse: tuple[SparseVector, ...] | None = None


@dataclass(frozen=True, slots=True)
class VectorSpace:
    """A pack's embedder, pinned; two vectors are comparable only if their spaces are equal.

    ``key`` is a short hash over model, revision, weights hash, tokenizer hash, pooling,
    prefix and precision class, and names the table ``vectors_<key>``.
    ``languages`` are ISO 639-1 codes, empty for a model that knows them all.
    """

    key: str
    pack: str
    dimension: int
    has_sparse: bool
    languages: frozenset[str]

    def knows(self, language: str) -> bool:
        """Say whether a text in this language ("und" included) may be ranked by meaning."""
        return not self.languages or language == "und" or language in self.languages


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What the model process runs on, for ``doctor`` and the status line.

    Speeds are tokens per second measured in this process so far, 0.0 when not yet known.
    ``resident_bytes`` is the process's resident memory.
    """

    pack: str
    running: bool
    backend: str
    precision: str
    device: str
    reranker_backend: str = ""
    embed_tokens_per_second: float = 0.0
    rerank_tokens_per_second: float = 0.0
    resident_bytes: int = 0
    notice: str = ""


# --------------------------------------------------------------------------- search


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is narrowed to; empty fields do not narrow.

    ``folders`` are absolute directories or path fragments, ``types`` file suffixes
    without the dot ("pdf"), ``after``/``before`` days of last change (inclusive),
    ``languages`` ISO 639-1 codes of the passages.
    """

    folders: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    languages: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything is narrowed at all."""
        return bool(self.folders or self.types or self.after or self.before or self.languages)


@dataclass(frozen=True, slots=True)
class Query:
    """A question after parsing.

    ``text`` is the question for the models, without filters; ``terms`` its words for
    highlighting; ``phrases`` what stood in quotes; ``language`` ISO 639-1 or "und".
    """

    raw: str
    text: str
    terms: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    filters: Filters = field(default_factory=Filters)
    language: str = "und"


@dataclass(frozen=True, slots=True)
class Run:
    """One ranked list: passage ids best first with their raw scores (name: the stage)."""

    name: str
    passage_ids: tuple[str, ...]
    scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stages:
    """What each stage said of one hit; None where the stage did not return it."""

    dense: float | None = None
    sparse: float | None = None
    fulltext: float | None = None
    fused: float | None = None
    logit: float | None = None


class Verdict(StrEnum):
    """Whether the answer is likely to be among the hits."""

    GOOD = "good"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage of the answer, with the document row that owns it.

    ``score`` is 0 to 1. ``highlights`` are (start, end) offsets into ``passage.text``.
    """

    rank: int
    score: float
    passage: Passage
    document: Document
    stages: Stages
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How complete the searched library is: counts of documents and passages."""

    documents: int
    searchable: int
    needs_attention: int
    passages: int
    embedded: int

    @property
    def sentence(self) -> str:
        """Say it to the user in one sentence."""
        text = f"Searched {self.searchable:,} of {self.documents:,} files"
        if self.needs_attention:
            text += f"; {self.needs_attention:,} could not be read fully"
        if self.embedded < self.passages:
            share = self.embedded / self.passages
            text += f"; meaning search covers {share:.0%} so far"
        return text + "."


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An answer, or an earlier state of it.

    ``is_final`` is False for the fused order shown while reranking goes on.
    ``is_reranked`` False means: the score is the fused one, shown as "not reranked".
    ``took_ms`` maps stage names to milliseconds. ``notices`` are sentences for the user
    (for example: meaning search is not ready, a filter excludes everything).
    """

    query: Query
    pack: str
    verdict: Verdict
    hits: tuple[Hit, ...]
    coverage: Coverage
    took_ms: dict[str, float]
    is_reranked: bool
    is_final: bool
    notices: tuple[str, ...] = ()


# --------------------------------------------------------------------------- indexing


class IndexPhase(StrEnum):
    """What the index thread is doing."""

    SCANNING = "scanning"
    READING = "reading"
    EMBEDDING = "embedding"
    TIDYING = "tidying"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """A snapshot of indexing, made about ten times a second.

    ``rate`` is files per second while reading, passages per second while embedding.
    ``seconds_left`` is None while it cannot be known. Counts by status are of all files
    of this run, unchanged ones included.
    """

    phase: IndexPhase
    files_done: int = 0
    files_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    passages_embedded: int = 0
    passages_total: int = 0
    current: str = ""
    rate: float = 0.0
    seconds_left: float | None = None
    indexed: int = 0
    partial: int = 0
    failed: int = 0
    skipped: int = 0
    notice: str = ""


class RootState(StrEnum):
    """Whether an indexed folder can be seen right now."""

    HERE = "here"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Root:
    """An indexed folder (or a single file that was dropped), with what it holds."""

    path: str
    state: RootState
    documents: int = 0
    indexed: int = 0
    partial: int = 0
    failed: int = 0
    skipped: int = 0
    last_indexed: datetime | None = None


# --------------------------------------------------------------------------- health


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``doctor``: what was looked at, whether it is well, and details."""

    name: str
    is_well: bool
    detail: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What ``doctor`` knows of machine, devices, backends, speeds and library."""

    version: str
    machine: dict[str, str]
    library: dict[str, int | str]
    model: ModelStatus
    checks: tuple[Check, ...]
