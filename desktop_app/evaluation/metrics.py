"""The field's measures of a ranking: nDCG, recall, reciprocal rank, and how sure they are.

A ranking holds distinct ids, best first, as they are shown: equal scores were put in an order
by whoever ranked them, and that order is judged (trec_eval would order ties by id). An id that
occurs twice is a ValueError, as it is an error for trec_eval: counted twice it would lift nDCG
above 1. Relevance maps ids to grades, larger is better; 0 or less counts as not relevant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_RESAMPLES = 1000
_FLIPS = 10_000
_FLIPPED_AT_ONCE = 1000
_SEED = 20_240_131
_ROUNDING = 1e-9


def ndcg(ranking: Sequence[str], relevance: Mapping[str, int], *, k: int) -> float:
    """Return nDCG@k, 0 to 1: gain is the relevance, discount log2(rank + 1).

    Linear gain (Järvelin and Kekäläinen 2002), as trec_eval's ndcg_cut and hence BEIR's and
    MTEB's published figures; the exponential gain 2^grade - 1 of Burges et al. 2005 gives
    other figures wherever grades differ. The ideal is made of all judged ids, found or not.
    0.0 where nothing is relevant.
    """
    grades = sorted((grade for grade in relevance.values() if grade > 0), reverse=True)
    best = _discounted(grades[:k])
    return (
        _discounted([max(0, relevance.get(each, 0)) for each in _first(ranking, k)]) / best
        if best
        else 0.0
    )


def recall(ranking: Sequence[str], relevance: Mapping[str, int], *, k: int) -> float:
    """Return the share (0 to 1) of the relevant ids among the first k; 0.0 without any."""
    relevant = {each for each, grade in relevance.items() if grade > 0}
    return len(relevant.intersection(_first(ranking, k))) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], relevance: Mapping[str, int], *, k: int) -> float:
    """Return 1 / rank of the first relevant id among the first k, 0.0 if there is none."""
    rank = first_rank(_first(ranking, k), relevance)
    return 1.0 / rank if rank else 0.0


def first_rank(ranking: Sequence[str], relevance: Mapping[str, int]) -> int:
    """Return the rank, from 1, of the first relevant id; 0 if there is none."""
    return next((rank for rank, each in enumerate(ranking, 1) if relevance.get(each, 0) > 0), 0)


def confidence_interval(values: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean: percentiles of 1,000 bootstrap resamples.

    The same values give the same interval (fixed seed). (0.0, 0.0) for no values.
    """
    if not values:
        return 0.0, 0.0
    generator = np.random.default_rng(_SEED)
    sample = np.asarray(values, dtype=np.float64)
    picks = generator.integers(0, len(sample), size=(_RESAMPLES, len(sample)))
    low, high = np.percentile(sample[picks].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def randomization_p_value(differences: Sequence[float]) -> float:
    """Return the two-sided p value, 0 to 1, that paired differences have a mean of 0.

    Fisher's randomization test: were the two rankings alike, each difference could as well
    have the other sign. 10,000 draws of signs, a fixed seed; (hits + 1) / (draws + 1), so
    never 0 (Smucker, Allan and Carterette, CIKM 2007). 1.0 where nothing differs.
    """
    sample = np.asarray([each for each in differences if each], dtype=np.float64)
    if not len(sample):
        return 1.0
    generator = np.random.default_rng(_SEED)
    seen = abs(float(sample.sum())) - _ROUNDING
    hits = 0
    for _ in range(_FLIPS // _FLIPPED_AT_ONCE):
        signs: NDArray[np.int64] = generator.integers(0, 2, (_FLIPPED_AT_ONCE, len(sample)))
        hits += int((np.abs((2 * signs - 1) @ sample) >= seen).sum())
    return (hits + 1) / (_FLIPS + 1)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 100) percent lie; 0.0 for no values."""
    return float(np.percentile(np.asarray(values), share)) if values else 0.0


def _first(ranking: Sequence[str], k: int) -> Sequence[str]:
    first = ranking[:k]
    if len(set(first)) < len(first):
        raise ValueError("an id occurs twice in a ranking")
    return first


def _discounted(grades: Sequence[int]) -> float:
    return sum(grade / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))
