from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.evaluation.metrics import (
    confidence_interval,
    ndcg,
    percentile,
    recall,
    reciprocal_rank,
)


def test_ndcg_of_one_relevant_document_falls_with_its_rank():
    assert ndcg(["a", "b"], {"a": 1}, k=10) == 1.0
    assert ndcg(["b", "a"], {"a": 1}, k=10) == pytest.approx(1 / math.log2(3))
    assert ndcg(["b", "c"], {"a": 1}, k=10) == 0.0


def test_ndcg_of_grades_equals_the_sum_by_hand():
    # 3/log2(2) + 0 + 2/log2(4) over 3/log2(2) + 2/log2(3) + 1/log2(4)
    by_hand = (3 + 2 / 2) / (3 + 2 / 1.5849625007211562 + 1 / 2)
    assert ndcg(["a", "x", "b"], {"a": 3, "b": 2, "c": 1}, k=10) == pytest.approx(by_hand)


def test_ndcg_looks_no_further_than_k():
    assert ndcg(["x", "y", "a"], {"a": 1}, k=2) == 0.0
    assert ndcg(["a", "x"], {"a": 1, "b": 1, "c": 1}, k=1) == 1.0


def test_grades_of_zero_or_less_are_not_relevant():
    assert ndcg(["a"], {"a": 0, "b": -1}, k=10) == 0.0
    assert recall(["a"], {"a": 0}, k=5) == 0.0
    assert reciprocal_rank(["a", "b"], {"a": 0, "b": 1}, k=10) == 0.5


def test_recall_is_the_share_that_was_found():
    assert recall(["a", "x", "b", "c"], {"a": 1, "b": 1, "c": 2, "d": 1}, k=3) == 0.5


def test_the_reciprocal_rank_is_of_the_first():
    assert reciprocal_rank(["x", "y", "b", "a"], {"a": 1, "b": 1}, k=10) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "y", "a"], {"a": 1}, k=2) == 0.0


def test_the_interval_holds_the_mean_and_is_the_same_every_time():
    values = [0.0, 1.0] * 100
    low, high = confidence_interval(values)
    assert low < 0.5 < high
    # The standard error is .0354, so the interval is about .43 to .57.
    assert high - low == pytest.approx(0.1386, abs=0.02)
    assert confidence_interval(values) == (low, high)
    assert confidence_interval([]) == (0.0, 0.0)


def test_percentiles_interpolate():
    assert percentile([1.0, 2.0, 3.0, 4.0], 50) == 2.5
    assert percentile([], 95) == 0.0


@given(
    st.lists(st.sampled_from("abcdefgh"), unique=True),
    st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3)),
    st.integers(1, 10),
)
def test_measures_lie_between_zero_and_one(ranking, relevance, k):
    for measure in (ndcg, recall, reciprocal_rank):
        assert 0.0 <= measure(ranking, relevance, k=k) <= 1.0 + 1e-12
