"""The field's measures of a ranking: nDCG, recall, reciprocal rank, and how sure they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

_RESAMPLES = 1000


def ndcg(ranking: Sequence[str], relevance: Mapping[str, int], *, k: int) -> float:
    """Return nDCG@k, 0 to 1: gain is the relevance, discount log2(rank + 1).

    As trec_eval's ndcg_cut (Järvelin and Kekäläinen 2002). ``ranking`` holds distinct ids,
    best first; ``relevance`` maps ids to grades, 0 or less counts as not relevant. 0.0
    where nothing is relevant.
    """
    grades = sorted((grade for grade in relevance.values() if grade > 0), reverse=True)
    best = _discounted(grades[:k])
    return (
        _discounted([max(0, relevance.get(each, 0)) for each in ranking[:k]]) / best
        if best
        else 0.0
    )


def recall(ranking: Sequence[str], relevance: Mapping[str, int], *, k: int) -> float:
    """Return the share (0 to 1) of the relevant ids among the first k; 0.0 without any."""
    relevant = {each for each, grade in relevance.items() if grade > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], relevance: Mapping[str, int], *, k: int) -> float:
    """Return 1 / rank of the first relevant id among the first k, 0.0 if there is none."""
    for rank, each in enumerate(ranking[:k], start=1):
        if relevance.get(each, 0) > 0:
            return 1.0 / rank
    return 0.0


def confidence_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean: percentiles of 1,000 bootstrap resamples.

    The same values give the same interval (fixed seed). (0.0, 0.0) for no values.
    """
    if not values:
        return 0.0, 0.0
    generator = np.random.default_rng(20_240_131)
    sample = np.asarray(values, dtype=np.float64)
    picks = generator.integers(0, len(sample), size=(_RESAMPLES, len(sample)))
    low, high = np.percentile(sample[picks].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 100) percent lie; 0.0 for no values."""
    return float(np.percentile(np.asarray(values), share)) if values else 0.0


def _discounted(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
