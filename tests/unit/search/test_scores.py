from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Query, Stages, Verdict
from desktop_app.search.scores import (
    GOOD_SCORE,
    NONE_SCORE,
    estimate_odds,
    estimate_probabilities,
    judge,
    normalize_logit,
    pool_violators,
    weigh_evidence,
)

QUERY = Query(raw="rent flat", text="rent flat", terms=("rent", "flat"), language="en")


def estimate(candidates, pack="starter"):
    return estimate_probabilities(weigh_evidence(QUERY, candidates), pack=pack)


def test_a_logit_of_zero_is_one_half():
    assert normalize_logit(0.0) == 0.5
    assert normalize_logit(2.0) == pytest.approx(0.8807970779778823)


@given(st.floats(min_value=-1e6, max_value=1e6))
def test_a_score_is_between_zero_and_one_and_symmetric(logit):
    score = normalize_logit(logit)
    assert 0.0 <= score <= 1.0
    assert score + normalize_logit(-logit) == pytest.approx(1.0)


def test_more_of_the_words_and_a_closer_meaning_are_more_probable():
    def probability(keys, cosine):
        stages = Stages(dense=cosine, fulltext=5.0, fused=2.0)
        return estimate([(keys, stages)])[0]

    assert probability(("rent", "flat"), 0.6) > probability(("rent",), 0.6)
    assert probability(("rent",), 0.6) > probability(("rent",), 0.2)


def test_without_a_dense_score_words_alone_decide():
    stages = Stages(fulltext=5.0, fused=2.0)
    by_words = estimate([(("rent",), stages)], pack="unknown")
    assert estimate([(("rent",), stages)]) == by_words


def test_a_candidate_that_meaning_did_not_return_counts_as_the_lowest():
    found, missed = Stages(dense=0.3), Stages(fulltext=5.0)
    evidence = weigh_evidence(QUERY, [(("rent",), found), (("flat", "dog"), missed)])
    assert [each.cosine for each in evidence] == [0.3, 0.3]
    assert [each.share for each in evidence] == [0.5, 0.5]


def test_of_a_candidate_that_meaning_could_not_find_only_words_speak():
    found, waiting = Stages(dense=0.9, fulltext=1.0), Stages(fulltext=5.0)
    rows = [(("rent",), found), (("rent", "flat"), waiting)]
    known, stranger = weigh_evidence(QUERY, rows, unknown={1})
    assert (known.cosine, stranger.cosine) == (0.9, None)
    assert (known.cosine_lead, stranger.cosine_lead) == (0.0, 0.0)
    by_words = estimate_odds(stranger, "no calibration")
    assert estimate_odds(stranger, "starter") == by_words
    assert estimate_odds(weigh_evidence(QUERY, rows)[1], "starter") != by_words


def test_a_lead_is_over_the_best_of_the_others():
    rows = [
        (("rent", "flat"), Stages(dense=0.7, fulltext=math.e - 1)),
        (("rent",), Stages(dense=0.4, fulltext=0.0)),
        (("dog",), Stages(dense=0.3)),
    ]
    first, second, _ = weigh_evidence(QUERY, rows)
    assert (first.share_lead, second.share_lead) == (0.5, -0.5)
    assert first.cosine_lead == pytest.approx(0.3)
    assert second.cosine_lead == pytest.approx(-0.3)
    assert first.fulltext_lead == pytest.approx(1.0)


def test_who_is_alone_or_equal_leads_nobody():
    row = (("rent",), Stages(dense=0.7, fulltext=5.0))
    for rows in ([row], [row, row]):
        for each in weigh_evidence(QUERY, rows):
            assert each.share_lead == each.cosine_lead == each.fulltext_lead == 0.0


@given(st.integers(0, 60))
def test_a_probability_does_not_depend_on_how_many_others_do_not_match(count):
    best = (("rent", "flat"), Stages(dense=0.6, fulltext=5.0, fused=3.0))
    other = (("dog",), Stages(dense=0.1, fulltext=0.5, fused=-0.1))
    assert estimate([best, other, *[other] * count])[0] == estimate([best, other])[0]


def test_forms_of_a_word_count_as_the_word():
    (evidence,) = weigh_evidence(QUERY, [(("rents", "flats"), Stages(fulltext=1.0))])
    assert evidence.share == 1.0


def test_no_candidates_have_no_probabilities():
    assert estimate([]) == ()


def test_a_later_better_estimate_is_shared_with_its_neighbors():
    assert pool_violators([0.9, 0.2, 0.6, 0.1]) == pytest.approx((0.9, 0.4, 0.4, 0.1))


@given(st.lists(st.floats(0, 1), max_size=30))
def test_pooled_values_never_rise_and_keep_their_sum(values):
    pooled = pool_violators(values)
    assert len(pooled) == len(values)
    assert all(a >= b - 1e-12 for a, b in itertools.pairwise(pooled))
    assert math.fsum(pooled) == pytest.approx(math.fsum(values), abs=1e-9)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([("rent",), ("flat", "rent"), ("dog",)]),
            st.floats(-1, 1),
            st.floats(0, 40),
        ),
        max_size=20,
    )
)
def test_the_list_is_never_ordered_against_its_scores(rows):
    candidates = [
        (keys, Stages(dense=cosine, fulltext=bm25, fused=-float(rank)))
        for rank, (keys, cosine, bm25) in enumerate(rows)
    ]
    scores = estimate(candidates)
    assert all(0 <= score <= 1 for score in scores)
    assert all(a >= b - 1e-12 for a, b in itertools.pairwise(scores))


def test_the_verdict_follows_the_best_score():
    assert judge(None) is Verdict.NONE
    assert judge(NONE_SCORE - 0.01) is Verdict.NONE
    assert judge(NONE_SCORE) is Verdict.WEAK
    assert judge(GOOD_SCORE) is Verdict.GOOD
