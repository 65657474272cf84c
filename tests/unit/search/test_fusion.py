from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Run
from desktop_app.search.fusion import fuse


def run(name: str, **scores: float) -> Run:
    ranked = sorted(scores.items(), key=lambda each: -each[1])
    return Run(name, tuple(each for each, _ in ranked), tuple(score for _, score in ranked))


def test_a_single_run_keeps_its_order():
    words = run("fulltext", a=9.0, b=7.5, c=7.5, d=0.1)
    assert fuse([(words, 1.0)]).passage_ids == words.passage_ids


def test_a_run_without_weight_has_no_vote():
    words, dense = run("fulltext", a=9.0, b=1.0), run("dense", b=0.9, a=0.1)
    assert fuse([(words, 1.0), (dense, 0.0)]).passage_ids == ("a", "b")


def test_what_both_runs_like_comes_first():
    words = run("fulltext", a=10.0, b=9.0, c=1.0)
    dense = run("dense", d=0.9, b=0.85, c=0.1)
    assert fuse([(words, 1.0), (dense, 1.0)]).passage_ids[0] == "b"


def test_the_only_passage_with_a_rare_word_comes_first():
    words = run("fulltext", code=8.0)
    dense = run("dense", **{f"p{number:02}": 0.5 - number / 1000 for number in range(50)})
    assert fuse([(words, 1.0), (dense, 1.0)]).passage_ids[0] == "code"


def test_scores_say_weighted_means_of_standard_scores():
    fused = fuse([(run("dense", a=0.9, b=0.1), 3.0)])
    assert fused.scores == pytest.approx((1.0, -1.0))


def test_equal_scores_leave_the_other_run_to_decide():
    words, dense = run("fulltext", a=1.0, b=1.0, c=1.0), run("dense", c=0.9, b=0.5, a=0.1)
    assert fuse([(words, 1.0), (dense, 1.0)]).passage_ids == ("c", "b", "a")


def test_a_passage_that_a_run_could_not_find_is_judged_by_the_others():
    words = run("fulltext", waiting=9.0, a=8.0, b=2.0, c=1.0)
    dense = run("dense", b=0.9, a=0.5, c=0.1)
    assert fuse([(words, 1.0), (dense, 1.0)]).passage_ids[0] != "waiting"
    fused = fuse([(words, 1.0), (dense, 1.0)], unknown={"dense": {"waiting"}})
    assert fused.passage_ids[0] == "waiting"


def test_what_a_run_found_it_could_find():
    runs = [(run("fulltext", a=9.0, b=1.0), 1.0), (run("dense", a=0.1, b=0.9), 1.0)]
    assert fuse(runs, unknown={"dense": {"a", "b"}}) == fuse(runs)


def test_no_runs_give_an_empty_run():
    assert fuse([]).passage_ids == ()
    assert fuse([(Run("dense", (), ()), 1.0)]).passage_ids == ()


_scores = st.dictionaries(
    st.sampled_from([f"p{number}" for number in range(12)]),
    st.floats(min_value=-1, max_value=50, allow_nan=False, width=32),
    max_size=12,
)


@given(_scores, _scores, _scores, st.floats(0.1, 2.0), st.permutations([0, 1, 2]))
def test_the_order_of_the_runs_does_not_matter(first, second, third, weight, order):
    runs = [
        (run("fulltext", **first), 1.0),
        (run("dense", **second), weight),
        (run("sparse", **third), 0.3),
    ]
    fused = fuse(runs)
    assert fuse([runs[position] for position in order]) == fused
    assert set(fused.passage_ids) == {*first, *second, *third}
    assert list(fused.scores) == sorted(fused.scores, reverse=True)
