"""Candidates are ordered by the score that is shown, whatever of them was read."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Stages
from desktop_app.inference.manifest import Blend
from desktop_app.search.ranking import Candidate, rerank_candidates
from desktop_app.search.scores import Evidence, normalize_logit
from tests.unit.search.library_fakes import make_document, make_passage

BLEND = Blend(fused=0.3, odds=0.8, logit=0.5, bias=-0.5)
APART = replace(BLEND, score=Blend(odds=0.2, logit=1.0, bias=-2.0))
EVIDENCE = Evidence(0.5, 0.0, 0.5, 0.5, 0.0, 0.0)
MODERATE = st.floats(min_value=-30, max_value=30)


def make_candidates(odds):
    """Candidates in fused order; odds by themselves may rise, probabilities never do."""
    falling = sorted(odds, reverse=True)
    found = []
    for number, (each, shown) in enumerate(zip(odds, falling, strict=True)):
        passage = make_passage(f"passage {number}")
        found.append(
            Candidate(
                passage, make_document(passage), Stages(), EVIDENCE, normalize_logit(shown), each
            )
        )
    return tuple(found)


def ids(candidates):
    return [each.passage.passage_id for each in candidates]


@given(
    st.lists(st.tuples(MODERATE, MODERATE), min_size=1, max_size=12),
    st.sampled_from([None, BLEND, APART, Blend(logit=1.0), Blend(odds=3.0, logit=0.01, bias=5.0)]),
    st.integers(1, 4),
)
def test_a_list_is_ordered_by_score_at_every_step_and_what_was_read_stays_in_order(
    values, blend, step
):
    candidates = make_candidates([odds for odds, _ in values])
    logits: dict[str, float] = {}
    before: list[str] = []
    shown: dict[str, float] = {}
    for start in range(0, len(values), step):
        for each, (_, logit) in list(zip(candidates, values, strict=True))[start : start + step]:
            logits[each.passage.passage_id] = logit
        ranked = rerank_candidates(candidates, logits, blend)
        scores = [each.score for each in ranked]
        assert scores == sorted(scores, reverse=True)
        assert all(0.0 <= each <= 1.0 for each in scores)
        assert sorted(ids(ranked)) == sorted(ids(candidates))
        read = [each for each in ids(ranked) if each in logits]
        assert read == ids(ranked)[: len(read)]
        assert [each for each in read if each in before] == before
        now = {each.passage.passage_id: each.score for each in ranked}
        assert blend is APART or all(now[each] == shown[each] for each in before)
        before, shown = read, now


def test_the_score_is_the_sigmoid_of_all_that_is_known():
    (made,) = make_candidates([1.0])
    only = replace(made, stages=Stages(fused=1.5))
    (ranked,) = rerank_candidates([only], {only.passage.passage_id: 2.0}, BLEND)
    assert ranked.score == pytest.approx(
        1 / (1 + math.exp(-(0.3 * 1.5 + 0.8 * 1.0 + 0.5 * 2.0 - 0.5)))
    )
    assert ranked.stages.logit == 2.0


def test_what_orders_need_not_be_what_says_how_likely_an_answer_is():
    first, second = make_candidates([1.0, 0.0])
    first = replace(first, stages=Stages(fused=9.0))
    logits = {first.passage.passage_id: 1.0, second.passage.passage_id: 2.0}
    blend = Blend(fused=1.0, logit=1.0, score=Blend(logit=1.0, bias=0.5))
    ranked = rerank_candidates([first, second], logits, blend)
    assert ids(ranked) == ids([first, second])
    shared = (normalize_logit(1.5) + normalize_logit(2.5)) / 2
    assert [each.score for each in ranked] == pytest.approx([shared, shared])


def test_without_a_blend_the_logit_alone_is_the_score():
    low, high = make_candidates([5.0, -5.0])
    ranked = rerank_candidates(
        [low, high], {low.passage.passage_id: -1.0, high.passage.passage_id: 1.0}
    )
    assert [each.score for each in ranked] == [normalize_logit(1.0), normalize_logit(-1.0)]


def test_the_score_does_not_depend_on_the_other_candidates():
    candidates = make_candidates([2.0, 1.0, -4.0])
    logits = {each.passage.passage_id: 0.3 for each in candidates}
    whole = rerank_candidates(candidates, logits, BLEND)
    for each in whole:
        (alone,) = rerank_candidates([replace(each)], logits, BLEND)
        assert alone.score == each.score


def test_large_values_are_told_apart_although_their_scores_are_both_one():
    candidates = make_candidates([0.0, 0.0])
    logits = {candidates[0].passage.passage_id: 400.0, candidates[1].passage.passage_id: 900.0}
    assert ids(rerank_candidates(candidates, logits, BLEND)) == ids(candidates)[::-1]


def test_what_the_reranker_cannot_read_stands_where_its_probability_puts_it():
    read, foreign, late, worse, last = candidates = make_candidates([3.0, 2.0, 1.0, -6.0, -7.0])
    logits = {read.passage.passage_id: 3.0, last.passage.passage_id: -3.0}
    unreadable = {foreign.passage.passage_id, worse.passage.passage_id}
    ranked = rerank_candidates(candidates, logits, unreadable=unreadable)
    assert ids(ranked) == ids([read, foreign, last, late, worse])
    scores = [each.score for each in ranked]
    assert scores == sorted(scores, reverse=True)
    assert ranked[1].score == foreign.score
