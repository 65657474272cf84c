"""Scores between 0 and 1 that mean something, and the verdict drawn from them."""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from desktop_app.domain import Hit, Query, Stages, Verdict
from desktop_app.search.forms import FormFinder
from desktop_app.search.words import find_codes, find_row, word_keys

GOOD_SCORE = 0.5
"""From here the best hit is more likely right than not. Of answers called good to questions
that had no part in the fit, the first hit was right in 81 to 86 % by library size (starter),
in 66 to 89 % by words in English, and over all sizes in 94 to 97 % by words in German,
Spanish and Chinese (of the smallest samples by size, 84 %)."""
NONE_SCORE = 0.1
"""Below, "no good match" is said: by library size to 73 to 93 % of the questions whose answer
is not there, half of which are about the very topic of the library (by words: 49 to 60 %), and
to 4 to 7 % of those whose first hit is right (by words: 0 to 7 %). Of all that it was said to,
90 % had no answer (by words: 91 %)."""

_CONVINCING = (Verdict.NONE, Verdict.WEAK, Verdict.GOOD)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a candidate; nothing of it grows with the library.

    ``share`` (0 to 1) of the question's content words, in any form, that stand in the
    passage; ``words`` is log(1 + how many these are). ``cosine`` is the dense score, None
    where no candidate of the question has one. A lead is what the candidate is ahead of the
    best of the others, negative where it is behind, 0 where there is no other: of shares,
    of cosines, and of log(1 + BM25), so that it is mostly the ratio of BM25 that counts.
    """

    share: float
    share_lead: float
    words: float
    cosine: float | None
    cosine_lead: float
    fulltext_lead: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Coefficients of a logistic regression: probability that a hit answers the question.

    Fields as in ``Evidence``.
    """

    intercept: float
    share: float
    share_lead: float = 0.0
    words: float = 0.0
    cosine: float = 0.0
    cosine_lead: float = 0.0
    fulltext_lead: float = 0.0


# Fitted by tests/bench/calibration.py: questions of scifact, xquad-en and (by words) xquad-de
# asked of libraries of 3, 10, 50, 240 and all texts, each size weighing the same; checked on
# other questions of these, and on cranfield, xquad-es and xquad-zh, which had no part in the
# fit. By size the area under the curve of first hits is .968, .952, .944, .928 and .916 with
# meaning and .892, .891, .879, .934 and .864 by words in English. Probabilities are off by .03
# to .06 in the mean (starter) and .05 to .09 (by words in English); in other languages and
# larger libraries they are up to .2 off. Fields and thresholds were chosen on
# these checked questions, so the figures flatter a little. The three texts of spanqa (252
# passages, 276 questions with an answer and 100 without) decided nothing: area .841 with meaning
# and .870 by words, off by .091 and .061, good is right in 78 and 80 %, and "no good match" is
# said to 89 and 64 % of what has no answer and to 3 and 1 % of what is right.
WORDS_ONLY = Calibration(intercept=-4.7, share=3.48, words=1.06, fulltext_lead=4.1)
"""For keyword search, and for embedders whose cosines nobody has calibrated."""
BY_PACK = {
    "starter": Calibration(
        intercept=-4.93, share=3.25, share_lead=3.91, cosine=4.72, cosine_lead=8.32
    )
}
"""For embedders by the name of their pack: what a cosine means differs from one to another."""


def normalize_logit(logit: float) -> float:
    """Return the sigmoid of a logit, 0 to 1; cannot overflow; any thread."""
    if logit >= 0:
        return 1.0 / (1.0 + math.exp(-logit))
    # Below -700 the exponential of the other side would overflow.
    return math.exp(logit) / (1.0 + math.exp(logit))


def weigh_evidence(
    query: Query,
    candidates: Sequence[tuple[tuple[str, ...], Stages]],
    *,
    unknown: Collection[int] = (),
) -> tuple[Evidence, ...]:
    """Return the evidence for candidates in fused order; pure, any thread.

    A candidate is given as the ``words.word_keys`` of its full text, and its stages. Where
    only others have a dense score, it counts as the lowest of theirs; but for the candidates at
    the places ``unknown``, which the dense run could not find: only their words speak.
    """
    finder = FormFinder(query.terms, query.language)
    counts = [finder.count(keys) for keys, _ in candidates]
    shares = [count / max(1, len(query.terms)) for count in counts]
    found = [stages.dense for _, stages in candidates if stages.dense is not None]
    lowest = min(found, default=None)
    cosines = [
        None if at in unknown else lowest if stages.dense is None else stages.dense
        for at, (_, stages) in enumerate(candidates)
    ]
    leads = iter(_leads([each for each in cosines if each is not None]))
    fulltexts = [math.log1p(max(0.0, stages.fulltext or 0.0)) for _, stages in candidates]
    return tuple(
        Evidence(
            share=share,
            share_lead=share_lead,
            words=math.log1p(count),
            cosine=cosine,
            cosine_lead=cosine_lead,
            fulltext_lead=fulltext_lead,
        )
        for count, share, share_lead, cosine, cosine_lead, fulltext_lead in zip(
            counts,
            shares,
            _leads(shares),
            cosines,
            [0.0 if each is None else next(leads) for each in cosines],
            _leads(fulltexts),
            strict=True,
        )
    )


def _leads(values: Sequence[float]) -> list[float]:
    """Return for each value how much it is above the largest of the others."""
    best, second = (heapq.nlargest(2, values) * 2)[:2] if values else (0.0, 0.0)
    has_sole_best = best > second
    return [value - (second if has_sole_best and value == best else best) for value in values]


def estimate_probabilities(evidence: Sequence[Evidence], *, pack: str) -> tuple[float, ...]:
    """Return for candidates in fused order the probability that they answer; any thread.

    Never rises along the list: where the estimate would, neighbors share their mean
    (isotonic regression by pooling adjacent violators), so that the list is not ordered
    against its scores. Without cosines, and for packs without a calibration, words alone
    decide.
    """
    return pool_violators([normalize_logit(estimate_odds(each, pack)) for each in evidence])


def estimate_odds(evidence: Evidence, pack: str) -> float:
    """Return the logarithm of the odds that one candidate answers, by itself; any thread."""
    by_meaning = BY_PACK.get(pack) if evidence.cosine is not None else None
    calibration = by_meaning or WORDS_ONLY
    return (
        calibration.intercept
        + calibration.share * evidence.share
        + calibration.share_lead * evidence.share_lead
        + calibration.words * evidence.words
        + calibration.cosine * (evidence.cosine or 0.0)
        + calibration.cosine_lead * evidence.cosine_lead
        + calibration.fulltext_lead * evidence.fulltext_lead
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


def judge_hits(query: Query, hits: Sequence[Hit]) -> Verdict:
    """Return the verdict: what was asked to the letter and is there to the letter is no miss.

    Models and shares of words say little of a phrase in quotes or the number of a part. Where
    nothing else was asked, it is the answer.
    """
    verdict = judge(hits[0].score if hits else None)
    asked = [word_keys(each) for each in query.phrases or find_codes(query.text)]
    if not hits or not asked:
        return verdict
    keys = word_keys(hits[0].passage.full_text)
    if any(next(find_row(keys, each), None) is None for each in asked):
        return verdict
    is_all = set(query.terms).issubset(key for each in asked for key in each)
    return Verdict.GOOD if is_all else max(verdict, Verdict.WEAK, key=_CONVINCING.index)
