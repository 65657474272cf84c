"""Is a reduced precision exact enough? Asked once per model and machine, of a few sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desktop_app.translation import mark, worded

if TYPE_CHECKING:
    from desktop_app.inference.tokenization import Batch, Tokenization

LEAST_COSINE = 0.995
"""Vectors of two precisions of one model share a table, so they must agree this well."""
LEAST_SPARSE_COSINE = 0.99
"""Of a text's learned token weights, which only ever add up in a sum over shared tokens."""
LEAST_RANK_CORRELATION = 0.99
"""Spearman's, of the scores of all pairs: the order is what a reranker is for."""
MOST_SCORE_CHANGE = 0.05
"""Of a score between 0 and 1, which the threshold of "no good match" acts on."""

SENTENCES = (
    "The capital of France is Paris.",
    "A warranty claim must be filed within thirty days of delivery.",
    "Water boils at a lower temperature on high mountains because the air pressure is lower.",
    "def fuse(runs): return sorted(runs)",
    "Table 4: revenue by quarter, in thousands of dollars | 1,204 | 1,377 | 1,410 | 1,699",
    "Die Kündigungsfrist beträgt drei Monate zum Monatsende.",
    "La réunion du conseil est reportée au mardi suivant.",
    "El paciente no presenta alergias conocidas.",
    "会议纪要应在三个工作日内发送给所有与会者。",
    "この製品の保証期間は購入日から一年間です。",
    "يجب تقديم الطلب قبل نهاية الشهر.",
    "Договор вступает в силу с момента подписания обеими сторонами.",  # noqa: RUF001 - Russian on purpose
    "ok",
)
"""Short and long, prose, code and a table, in several scripts."""
QUESTIONS = ("How long do I have to file a warranty claim?", "Wann ist die nächste Ratssitzung?")
"""Each is paired with every sentence; some answer it, in its own language or another."""


_COSINE = mark("cosine {cosine:.4f}")
_COSINES = mark("cosine {cosine:.4f}, of token weights {sparse:.4f}")
_RANKS = mark("rank correlation {correlation:.4f}, scores changed by {change:.3f} at most")
AGREEMENTS = (_COSINE, _COSINES, _RANKS)
"""What the words of an agreement are made of, wherever they were kept."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a reduced precision compared with float32, in ``words`` for the doctor."""

    is_exact: bool
    words: str


def embedder_probe(tokenization: Tokenization) -> Batch:
    """Return the sentences as an embedder reads them."""
    return tokenization.pad(tokenization.encode_texts(SENTENCES))


def reranker_probe(tokenization: Tokenization) -> Batch:
    """Return every question with every sentence as a reranker reads them."""
    return tokenization.pad(
        [pair for question in QUESTIONS for pair in tokenization.encode_pairs(question, SENTENCES)]
    )


def compare_embedders(
    exact: Sequence[NDArray[np.float32]], reduced: Sequence[NDArray[np.float32]]
) -> Agreement:
    """Compare L2-normalized rows, float32 [n, dim], and, where there are, token weights."""
    cosine = float((exact[0] * reduced[0]).sum(axis=1).min())
    is_exact = cosine >= LEAST_COSINE
    words = worded(_COSINE, cosine=cosine)
    if len(exact) > 1:
        sparse = _worst_cosine(exact[1], reduced[1])
        is_exact = is_exact and sparse >= LEAST_SPARSE_COSINE
        words = worded(_COSINES, cosine=cosine, sparse=sparse)
    return Agreement(is_exact, words)


def compare_rerankers(
    exact: Sequence[NDArray[np.float32]], reduced: Sequence[NDArray[np.float32]]
) -> Agreement:
    """Compare the logits of all pairs, float32 [n]."""
    correlation = rank_correlation(exact[0], reduced[0])
    change = float(np.abs(_sigmoid(exact[0]) - _sigmoid(reduced[0])).max())
    return Agreement(
        correlation >= LEAST_RANK_CORRELATION and change <= MOST_SCORE_CHANGE,
        worded(_RANKS, correlation=correlation, change=change),
    )


def rank_correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return Spearman's coefficient of two rows of numbers without ties, -1 to 1."""
    # Ranks have the same mean and spread in both, so their covariance is all that differs.
    ranks = np.array([np.argsort(np.argsort(each)) for each in (first, second)], np.float64)
    ranks -= ranks.mean(axis=1, keepdims=True)
    return float((ranks[0] * ranks[1]).sum() / (ranks[0] ** 2).sum())


def _worst_cosine(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    cosines = (first * second).sum(axis=1) / np.maximum(lengths, np.float32(1e-12))
    # A text none of whose tokens weighs anything agrees if it weighs nothing in both.
    is_empty = ~first.any(axis=1) & ~second.any(axis=1)
    return float(np.where(is_empty, 1, cosines).min())


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)
