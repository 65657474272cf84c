"""What the models answer: vectors, their space, and what they run on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
    ``resident_bytes`` is the process's resident memory. ``device_name`` is what the maker
    calls the device, "" where that says no more. ``self_check`` says how the reduced precision
    compared with float32 on this machine, "" where nothing was reduced.
    """

    pack: str
    running: bool
    backend: str
    precision: str
    device: str
    device_name: str = ""
    self_check: str = ""
    reranker_backend: str = ""
    embed_tokens_per_second: float = 0.0
    rerank_tokens_per_second: float = 0.0
    resident_bytes: int = 0
    notice: str = ""
