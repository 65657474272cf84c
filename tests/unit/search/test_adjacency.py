from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Passage, Run
from desktop_app.search.adjacency import add_neighbors
from tests.unit.search.library_fakes import make_passage


def passage(name: str) -> Passage:
    """Make the passage "report-3": the third of the document "report"."""
    document, ordinal = name.split("-")
    return replace(make_passage(name), passage_id=name, content_hash=document, ordinal=int(ordinal))


def add(**scores: float) -> Run:
    named = {name.replace("_", "-"): score for name, score in scores.items()}
    ranked = sorted(named.items(), key=lambda each: -each[1])
    run = Run("fused", tuple(each for each, _ in ranked), tuple(score for _, score in ranked))
    return add_neighbors(run, {each: passage(each) for each in named})


def test_a_passage_among_others_that_match_comes_before_one_that_matches_alone():
    run = add(lone_7=1.0, report_4=0.9, report_5=0.8, report_3=0.7, other_1=-1.0)
    assert run.passage_ids[0] == "report-4"


def test_the_second_neighbor_counts_half():
    run = add(report_1=1.0, report_2=0.0, report_3=0.0, other_9=-1.0)
    scores = dict(zip(run.passage_ids, run.scores, strict=True))
    assert scores["report-2"] == pytest.approx(0.2 * (2.0 + 1.0))
    assert scores["report-3"] == pytest.approx(0.2 * (2.0 / 2 + 1.0))


def test_passages_of_the_same_place_in_other_documents_are_no_neighbors():
    run = add(report_1=1.0, other_2=0.5, third_3=0.0)
    assert run.scores == (1.0, 0.5, 0.0)


def test_a_candidate_whose_passage_is_gone_keeps_its_score():
    run = Run("fused", ("gone-1", "report-2", "report-3"), (1.0, 0.5, 0.0))
    added = add_neighbors(run, {each: passage(each) for each in run.passage_ids[1:]})
    assert dict(zip(added.passage_ids, added.scores, strict=True))["gone-1"] == 1.0


def test_a_far_better_passage_stays_first():
    run = add(exact_1=7.0, report_1=0.4, report_2=0.4, report_3=0.4, report_4=0.4, report_5=-0.1)
    assert run.passage_ids[0] == "exact-1"


def test_no_candidates_stay_none():
    assert add_neighbors(Run("fused", (), ()), {}) == Run("fused", (), ())


_scores = st.dictionaries(
    st.sampled_from([f"{document}-{ordinal}" for document in "ab" for ordinal in range(8)]),
    st.floats(min_value=-3, max_value=8, allow_nan=False, width=32),
    max_size=16,
)


@given(_scores)
def test_nobody_loses_by_neighbors_and_the_order_is_that_of_the_scores(scores: dict[str, float]):
    ranked = sorted(scores, key=lambda each: -scores[each])
    run = Run("fused", tuple(ranked), tuple(scores[each] for each in ranked))
    added = add_neighbors(run, {each: passage(each) for each in scores})
    assert sorted(added.passage_ids) == sorted(scores)
    assert list(added.scores) == sorted(added.scores, reverse=True)
    for name, score in zip(added.passage_ids, added.scores, strict=True):
        assert score >= scores[name]
