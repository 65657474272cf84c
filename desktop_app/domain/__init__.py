"""The words of Lectern as values: what crosses a folder's border is one of these.

Frozen, picklable, and free of third-party objects except ``numpy.ndarray``.
"""

from desktop_app.domain.answers import (
    Coverage,
    Filters,
    FoundWord,
    Hit,
    Query,
    Quote,
    Run,
    SearchResult,
    Stages,
    Verdict,
)
from desktop_app.domain.cancel import IsCancelled, never_cancelled
from desktop_app.domain.health import Check, Health
from desktop_app.domain.packs import (
    PackListing,
    PackPhase,
    PackProgress,
    PackState,
    PackUse,
    SpaceRole,
    SpaceUse,
)
from desktop_app.domain.parsed import (
    Block,
    BlockKind,
    Box,
    Line,
    PageImage,
    ParsedDocument,
    ParseFailure,
)
from desktop_app.domain.passages import Document, DocumentStatus, Locator, Passage, context_of
from desktop_app.domain.progress import IndexPhase, IndexProgress, Root, RootState
from desktop_app.domain.spellings import Spellings
from desktop_app.domain.vectors import Embeddings, ModelStatus, SparseVector, VectorSpace

__all__ = [
    "Block",
    "BlockKind",
    "Box",
    "Check",
    "Coverage",
    "Document",
    "DocumentStatus",
    "Embeddings",
    "Filters",
    "FoundWord",
    "Health",
    "Hit",
    "IndexPhase",
    "IndexProgress",
    "IsCancelled",
    "Line",
    "Locator",
    "ModelStatus",
    "PackListing",
    "PackPhase",
    "PackProgress",
    "PackState",
    "PackUse",
    "PageImage",
    "ParseFailure",
    "ParsedDocument",
    "Passage",
    "Query",
    "Quote",
    "Root",
    "RootState",
    "Run",
    "SearchResult",
    "SpaceRole",
    "SpaceUse",
    "SparseVector",
    "Spellings",
    "Stages",
    "VectorSpace",
    "Verdict",
    "context_of",
    "never_cancelled",
]
