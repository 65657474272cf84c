"""A pair that was scored before is not read again."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import never_cancelled
from desktop_app.inference.score_cache import ScoreCache
from desktop_app.inference.worker import ModelProcess


class Reader:
    """Scores each text by its length, two at a time, and remembers what it read."""

    def __init__(self, score=lambda text: float(len(text))):
        self.read: list[str] = []
        self._score = score

    def __call__(self, texts):
        for start in range(0, len(texts), 2):
            batch = texts[start : start + 2]
            self.read += batch
            values = np.array([self._score(each) for each in batch], np.float32)
            yield tuple(range(start, start + len(batch))), values


def ask(cache, texts, reader, *, question="q", kind="logit", is_cancelled=never_cancelled):
    scores: dict[int, float] = {}
    for places, values in cache.complete(
        question, texts, reader, kind=kind, is_cancelled=is_cancelled
    ):
        assert not scores.keys() & set(places)
        scores |= zip(places, values.tolist(), strict=True)
    return [scores.get(place) for place in range(len(texts))]


@given(st.lists(st.lists(st.text(max_size=6), max_size=8), max_size=6))
def test_every_position_gets_the_score_of_its_text(asked):
    cache = ScoreCache()
    for texts in asked:
        assert ask(cache, texts, Reader()) == [float(len(each)) for each in texts]


def test_only_what_is_new_is_read():
    cache, reader = ScoreCache(), Reader()
    ask(cache, ["a", "", "ccc"], reader)
    assert ask(cache, ["ccc", "dddd", "a", ""], reader) == [3.0, 4.0, 1.0, 0.0]
    assert reader.read == ["a", "", "ccc", "dddd"]


def test_another_question_or_another_kind_of_score_is_another_pair():
    cache, reader = ScoreCache(), Reader()
    ask(cache, ["b"], reader, question="a")
    ask(cache, ["b"], reader, question="a", kind="tokens")
    ask(cache, [""], reader, question="ab")
    ask(cache, ["ab"], reader, question="")
    assert reader.read == ["b", "b", "", "ab"]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_asked_for_again(bad):
    cache, reader = ScoreCache(), Reader(lambda _text: bad)
    ask(cache, ["a"], reader)
    ask(cache, ["a"], reader)
    assert reader.read == ["a", "a"]


def test_the_cache_is_bounded_and_keeps_what_is_asked_for():
    cache, reader = ScoreCache(most=20), Reader()
    for number in range(500):
        ask(cache, ["often", f"text {number}"], reader)
        assert len(cache) <= 20
    assert reader.read.count("often") == 1
    assert ask(cache, ["text 0"], reader) == [6.0]
    assert reader.read.count("text 0") == 2


def test_nothing_comes_after_cancelling():
    cache, reader = ScoreCache(), Reader()
    ask(cache, ["a"], reader)
    assert ask(cache, ["a"], reader, is_cancelled=lambda: True) == [None]


def test_a_lone_surrogate_is_a_text_too():
    assert ask(ScoreCache(), ["\ud800"], Reader(), question="\udfff") == [1.0]


def test_the_model_process_is_not_asked_for_a_pair_twice(tiny, cache):
    with closing(ModelProcess(tiny, cache_dir=cache)) as model:
        texts = ["The fox.", "The dog.", ""]
        first = _scores(model, texts)
        before = model.process_id
        model._forget_process()
        assert _scores(model, texts[::-1]) == first[::-1]
        assert model.process_id is None
        assert before is not None


def _scores(model, texts):
    scores: dict[int, float] = {}
    for places, values in model.rerank("fox", texts):
        scores |= zip(places, values.tolist(), strict=True)
    return [scores[place] for place in range(len(texts))]
