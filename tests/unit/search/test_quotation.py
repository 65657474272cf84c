"""After the list: its quotation, chosen by reranker, meaning or words."""

from typing import Any

import pytest

from desktop_app.domain import Verdict
from desktop_app.errors import ModelCrashed
from desktop_app.search.quotation import quote
from tests.unit.search.hits import make_result
from tests.unit.search.library_fakes import FakeModel

QUESTION = "when does the energy contract end"
ANSWER = "The energy contract ends in May."
TEXT = f"Nothing of note was said at all. {ANSWER} The meeting was closed at noon."


def quoted(result):
    if result.quote is None:
        return None
    hit = next(each for each in result.hits if each.passage.passage_id == result.quote.passage_id)
    return hit.passage.text[result.quote.start : result.quote.end]


def test_the_list_comes_first_and_unchanged_then_the_same_with_its_quotation():
    listed = make_result(QUESTION, TEXT)
    first, second = quote(iter([listed]), None)
    assert first is listed
    assert quoted(second) == ANSWER
    assert second.is_final
    assert [hit.passage for hit in second.hits] == [hit.passage for hit in listed.hits]


def test_a_reranker_chooses_where_the_answer_was_reranked():
    model: Any = FakeModel(has_reranker=True, logit=lambda text: 2.0 if "noon" in text else -2.0)
    *_, last = quote(iter([make_result(QUESTION, TEXT, is_reranked=True)]), model)
    assert quoted(last) == "The meeting was closed at noon."


def test_a_reranker_that_needs_a_blend_to_rank_does_not_choose():
    def contrary(text: str) -> float:
        return 2.0 if "noon" in text else -2.0

    model: Any = FakeModel(has_reranker=True, ranks_alone=False, logit=contrary)
    *_, last = quote(iter([make_result(QUESTION, TEXT, is_reranked=True)]), model)
    assert not model.reranked
    assert quoted(last) == ANSWER


def test_without_a_reranker_meaning_and_words_choose():
    model: Any = FakeModel()
    *_, last = quote(iter([make_result(QUESTION, TEXT)]), model)
    assert model.embedded
    assert quoted(last) == ANSWER


def test_a_model_that_does_not_know_the_language_is_not_asked():
    model: Any = FakeModel(languages=("de",))
    *_, last = quote(iter([make_result(QUESTION, TEXT)]), model)
    assert not model.embedded
    assert quoted(last) == ANSWER


def test_a_model_that_fails_leaves_the_choice_to_the_words():
    model: Any = FakeModel(fails_to={"embed": ModelCrashed()})
    *_, last = quote(iter([make_result(QUESTION, TEXT)]), model)
    assert quoted(last) == ANSWER


def test_nothing_is_quoted_where_the_verdict_is_none():
    *_, last = quote(iter([make_result(QUESTION, TEXT, verdict=Verdict.NONE)]), None)
    assert last.quote is None


@pytest.mark.parametrize("text", ["", "x" * 3000, "It rained on the hills for a week."])
def test_nothing_is_quoted_where_no_sentence_stands_out(text):
    *_, last = quote(iter([make_result(QUESTION, text)]), None)
    assert last.quote is None
    assert last.hits[0].sentence is None


def test_a_question_that_is_withdrawn_gets_no_quotation():
    assert (
        len(list(quote(iter([make_result(QUESTION, TEXT)]), None, is_cancelled=lambda: True))) == 1
    )


def test_an_answer_that_ended_early_gets_no_quotation():
    assert len(list(quote(iter([make_result(QUESTION, TEXT, is_final=False)]), None))) == 1


def test_every_hit_says_which_words_it_has_and_in_which_forms():
    *_, last = quote(iter([make_result("energy contracts quota", TEXT)]), None)
    words = {each.asked: each.forms for each in last.hits[0].words}
    assert words == {"energy": ("energy",), "contracts": ("contract",), "quota": ()}


def test_chinese_is_quoted_by_its_words():
    *_, last = quote(
        iter([make_result("合同何时结束", "今天下雨。合同于五月结束。我们走了。")]), None
    )
    assert quoted(last) == "合同于五月结束。"
