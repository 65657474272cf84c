"""What speaks for a sentence as the answer to a question, summed to its log-odds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from operator import mul
from typing import NamedTuple

from desktop_app.domain import Hit, Query
from desktop_app.search.answer_kinds import expected_kind, says_kind
from desktop_app.search.question_words import AnswerKind
from desktop_app.search.quoting import Sentence
from desktop_app.search.shares import share_words

_LEAST_SCORE = 0.01
"""Scores of hits nearer to 0 or 1 are no more certain."""
_SAYS_LESS = 0.5
"""Numbers and names stand in many sentences, so that they tell less than dates."""


class Evidence(NamedTuple):
    """What is known of one sentence; the same fields hold the weight of each.

    ``near`` is the cosine to the question (-1 to 1), ``words`` the share of its words that the
    sentence has and ``before`` what the sentence before it adds (0 to 1). ``kind`` is 1 where
    the question asks for a date and the sentence says one, half for a number or a name.
    ``rank`` counts the hits above its own, ``hit`` is the log-odds that its hit answers at
    all. ``one`` is 1.
    """

    near: float
    words: float
    before: float
    kind: float
    rank: float
    hit: float
    one: float = 1.0


# From tests/bench/quoting.py --fit, on 1,669 questions of spanqa and of five XQuAD languages:
# which sentence of the first hits is right (conditional logit), then how often the best of them
# is (Platt scaling), also where what answers is taken away. Each half by weights that fit the
# other: tests/bench/README.md.
WITH_MEANING = Evidence(
    near=1.98, words=2.14, before=1.54, kind=1.01, rank=-0.09, hit=0.15, one=-1.83
)
BY_WORDS = Evidence(near=0.0, words=2.48, before=1.05, kind=0.70, rank=-0.14, hit=0.27, one=-0.61)
"""Where the model does not know the language of the question or of the passage, or is absent."""


def gather_evidence(
    query: Query, hits: Sequence[Hit], sentences: Sequence[Sentence], near: Mapping[int, float]
) -> list[Evidence]:
    """Return the evidence of every sentence; ``near`` are cosines by position, where known."""
    passages = [hits[each.hit].passage for each in sentences]
    shares = share_words(
        query,
        [each.text for each in sentences],
        passages,
        heads=[each.head for each in sentences],
        follows={at for at, each in enumerate(sentences) if each.follows},
    )
    kind = expected_kind(query.text, query.language)
    return [
        Evidence(
            near=near.get(at, 0.0),
            words=shares[at][0],
            before=shares[at][1],
            kind=_strength(kind, query, each, passages[at].language),
            rank=float(each.hit),
            hit=_log_odds(hits[each.hit].score),
        )
        for at, each in enumerate(sentences)
    ]


def weigh(
    evidence: Sequence[Evidence],
    near: Mapping[int, float],
    *,
    with_meaning: Evidence = WITH_MEANING,
    by_words: Evidence = BY_WORDS,
) -> dict[int, float]:
    """Return by position the log-odds that a sentence answers, by meaning where it is known.

    Leaves out those that neither meaning nor any word ties to the question.
    """
    return {
        at: _sum(each, with_meaning if at in near else by_words)
        for at, each in enumerate(evidence)
        if at in near or each.words or each.before
    }


def _strength(kind: AnswerKind | None, query: Query, sentence: Sentence, language: str) -> float:
    if kind is None or not says_kind(kind, sentence.text, language, query.text):
        return 0.0
    return 1.0 if kind is AnswerKind.DATE else _SAYS_LESS


def _sum(evidence: Evidence, weights: Evidence) -> float:
    return math.fsum(map(mul, evidence, weights))


def _log_odds(score: float) -> float:
    bounded = min(max(score, _LEAST_SCORE), 1 - _LEAST_SCORE)
    return math.log(bounded / (1 - bounded))
