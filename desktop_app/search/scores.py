"""Scores between 0 and 1 that mean something, and the verdict drawn from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.domain import Query, Stages, Verdict

GOOD_SCORE = 0.5
"""From here the best hit is more likely right than not: of answers called good to questions
that had no part in the fit, the first hit was right in 89 % (starter), 85 % (words only)."""
NONE_SCORE = 0.1
"""Below, "no good match" is said: to 96 % of the questions whose answer is in another
collection (words only: 89 %), and where the first hit is right to 7 % (words only: 8 %). Of
all that it was said to, 94 % had no answer (words only: 93 %)."""
_STEM = 6
"""Words are compared by this many letters, which joins most inflected forms."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients of a logistic regression: probability that a hit answers the question.

    ``share`` is for the share (0 to 1) of the question's content words in the passage,
    ``fused`` for the fused score, ``cosine`` for the dense score, ``fulltext`` for
    log(1 + BM25).
    """

    intercept: float
    share: float
    fused: float
    cosine: float = 0.0
    fulltext: float = 0.0


# Fitted by tests/bench/calibration.py --questions 200: every second question of scifact and
# xquad-en, asked of both; checked on all others of these and of cranfield, asked of all three.
# There the area under the curve of first hits is .971 with meaning and .954 by words, and their
# probability is off by .055 and .041 in the mean. The share of a cosine in it is uncertain: it
# came out from -0.2 to 3.2 with fewer or other questions, the area from .971 to .979.
WORDS_ONLY = Calibration(intercept=-11.601, share=6.745, fused=1.066, fulltext=0.549)
"""For keyword search, and for embedders whose cosines nobody has calibrated."""
BY_PACK = {"starter": Calibration(intercept=-10.634, share=5.625, fused=1.128, cosine=1.875)}
"""For embedders by the name of their pack: what a cosine means differs from one to another."""


def normalize_logit(logit: float) -> float:
    """Return the sigmoid of a logit, 0 to 1; cannot overflow; any thread."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    # Below -700 the exponential of the other side would overflow.
    return math.exp(logit) / (1.0 + math.exp(logit))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a candidate; fields as the coefficients of ``Calibration``.

    ``cosine`` is None where no candidate of the question has a dense score.
    """

    share: float
    fused: float
    cosine: float | None
    fulltext: float


def weigh_evidence(
    query: Query, candidates: Sequence[tuple[tuple[str, ...], Stages]]
) -> tuple[Evidence, ...]:
    """Return the evidence for candidates in fused order; pure, any thread.

    A candidate is given as the ``words.word_keys`` of its full text, and its stages. Where
    only others have a dense score, it counts as the lowest of theirs.
    """
    cosines = [stages.dense for _, stages in candidates if stages.dense is not None]
    lowest = min(cosines, default=None)
    wanted = {word[:_STEM] for word in query.terms}
    return tuple(
        Evidence(
            share=len(wanted & {key[:_STEM] for key in keys}) / len(wanted) if wanted else 0.0,
            fused=stages.fused or 0.0,
            cosine=lowest if stages.dense is None else stages.dense,
            fulltext=math.log1p(max(0.0, stages.fulltext or 0.0)),
        )
        for keys, stages in candidates
    )


def estimate_probabilities(evidence: Sequence[Evidence], *, pack: str) -> tuple[float, ...]:
    """Return for candidates in fused order the probability that they answer; any thread.

    Never rises along the list: where the estimate would, neighbors share their mean
    (isotonic regression by pooling adjacent violators), so that the list is not ordered
    against its scores. Without cosines, and for packs without a calibration, words alone
    decide.
    """
    return pool_violators([_estimate(each, pack) for each in evidence])


def _estimate(evidence: Evidence, pack: str) -> float:
    by_meaning = BY_PACK.get(pack) if evidence.cosine is not None else None
    calibration = by_meaning or WORDS_ONLY
    return normalize_logit(
        calibration.intercept
        + calibration.share * evidence.share
        + calibration.fused * evidence.fused
        + calibration.cosine * (evidence.cosine or 0.0)
        + calibration.fulltext * evidence.fulltext
    )


def pool_violators(values: Sequence[float]) -> tuple[float, ...]:
    """Return the closest sequence (least squares) that never rises; same length and mean."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        total, count = value, 1
        while blocks and total / count > blocks[-1][0] / blocks[-1][1]:
            before, length = blocks.pop()
            total, count = total + before, count + length
        blocks.append((total, count))
    return tuple(total / count for total, count in blocks for _ in range(count))


def judge(best_score: float | None) -> Verdict:
    """Return what the best hit's score means; None stands for no hits at all."""
    if best_score is None or best_score < NONE_SCORE:
        return Verdict.NONE
    return Verdict.GOOD if best_score >= GOOD_SCORE else Verdict.WEAK
