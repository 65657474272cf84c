"""Nothing that judges the model was seen by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import TrainingError
from desktop_app.training.pairs import Pair, same_question
from desktop_app.training.splitting import FEWEST_HELD_OUT, FEWEST_TRAINED, split_pairs

numbers = st.integers(0, 30)


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=40, max_size=80), st.integers(0, 3))
def test_no_passage_document_or_question_is_on_both_sides(rows, seed):
    pairs = [Pair(f"what {q}", f"text {p}", f"doc {d}") for q, p, d in rows]
    try:
        split = split_pairs(pairs, seed=seed)
    except TrainingError:
        return
    trained, held_out = split.trained, split.held_out
    assert {each.passage for each in trained}.isdisjoint(each.passage for each in held_out)
    questions = {same_question(each.question) for each in trained}
    assert questions.isdisjoint(same_question(each.question) for each in held_out)
    assert split.held_out_documents.isdisjoint(each.document for each in trained)
    if split.way == "by document":
        documents = {each.document for each in trained}
        assert documents.isdisjoint(each.document for each in held_out)


def test_what_a_file_holds_out_takes_its_whole_document_along():
    pairs = [Pair(f"q{n}", f"p{n}", f"d{n // 2}") for n in range(60)]
    pairs += [Pair(f"h{n}", f"hp{n}", f"d{n}", is_held_out=True) for n in range(5)]
    split = split_pairs(pairs, seed=1)
    assert {each.document for each in split.held_out} == {f"d{n}" for n in range(5)}
    assert len(split.held_out) == 15
    assert split.way == "by document, as the files say"


def test_a_tenth_is_held_out_and_the_same_one_each_time():
    pairs = [Pair(f"q{n}", f"p{n}", f"d{n}") for n in range(500)]
    split = split_pairs(pairs, seed=1)
    assert (len(split.trained), len(split.held_out)) == (450, 50)
    assert split_pairs(pairs[::-1], seed=1).held_out_documents == split.held_out_documents
    assert split_pairs(pairs, seed=2).held_out_documents != split.held_out_documents


def test_questions_about_one_document_are_split_by_passage_and_it_is_said():
    split = split_pairs([Pair(f"q{n}", f"p{n}", "one") for n in range(60)], seed=1)
    assert split.way.startswith("by passage")
    assert split.held_out_documents == frozenset()


@pytest.mark.parametrize("count", [0, 1, FEWEST_TRAINED + FEWEST_HELD_OUT - 1])
def test_too_few_questions_are_refused(count):
    with pytest.raises(TrainingError, match="too few questions"):
        split_pairs([Pair(f"q{n}", f"p{n}", f"d{n}") for n in range(count)], seed=1)
