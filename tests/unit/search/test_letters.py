"""Comparing by letters: kin words of any language are alike, and who knows better is not asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import VectorSpace
from desktop_app.search.letters import compare_letters, letter_groups, needs_letters, plain_letters
from desktop_app.search.query import parse_query
from tests.unit.search.library_fakes import make_passage

ENGLISH = VectorSpace("fake", "fake", 4, False, frozenset({"en"}))
ALL = VectorSpace("fake", "fake", 4, False, frozenset())
GERMAN = "Wie lange läuft unser Vertrag über Energie?"


def speaking(language, text):
    return replace(make_passage(text), language=language)


def compared(question, passages, space=None):
    by_id = {each.passage_id: each for each in passages}
    run = compare_letters(parse_query(question), by_id, space)
    return [by_id[each] for each in run.passage_ids], run.scores


def test_a_word_that_is_part_of_a_longer_one_counts():
    right = speaking("de", "Die Energieverträge laufen drei Jahre.")
    wrong = speaking("de", "Das Haus hat einen Garten und zwei Keller.")
    found, scores = compared(GERMAN, [wrong, right])
    assert found[0] is right
    assert scores[0] > scores[1] >= 0.0


def test_scripts_without_spaces_are_compared_by_pairs():
    right = speaking("zh", "能源合同将于五月结束。")
    wrong = speaking("zh", "这座房子有一个花园。")
    assert compared("合同什么时候结束", [wrong, right])[0] == [right, wrong]


def test_vowel_signs_and_letters_written_for_one_another_make_no_difference():
    assert plain_letters("كِتَابٌ على مدرسة") == plain_letters("کتاب علي مدرسه")
    assert plain_letters("Übergröße, CAFÉ-Bar") == "ubergrosse cafe bar"
    assert plain_letters("한국어") == "한국어"


def test_passages_that_vectors_or_stems_find_are_left_to_these():
    english = speaking("en", "The energy contract ends in May.")
    german = speaking("de", "Der Energievertrag endet im Mai.")
    assert compared("when does the energy contract end", [english, german], ENGLISH)[0] == [german]
    assert compared(GERMAN, [english, german], ENGLISH)[0] == [german]
    assert compared(GERMAN, [english, german], ALL)[0] == []
    assert compared(GERMAN, [english, german])[0] == [german]


@pytest.mark.parametrize("language", ["de", "zh", "und"])
def test_without_an_embedder_everything_but_english_needs_letters(language):
    assert needs_letters(language, parse_query(GERMAN), None)
    assert not needs_letters("en", parse_query(GERMAN), None)


def test_a_short_word_is_not_found_inside_others_and_a_stop_word_not_at_all():
    assert letter_groups("für wen ist die EU gut") == (" eu ", " gut ")


def test_a_question_of_ten_thousand_characters_has_a_bounded_number_of_groups():
    assert len(letter_groups(" ".join(f"wort{number:05}x" for number in range(1_000)))) == 256


@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=5))
def test_whatever_the_letters_scores_are_finite_and_fall(question, texts):
    passages = {str(number): speaking("de", text) for number, text in enumerate(texts)}
    run = compare_letters(replace(parse_query("x"), text=question), passages, None)
    assert sorted(run.passage_ids) == sorted(passages)
    assert list(run.scores) == sorted(run.scores, reverse=True)
    assert all(0.0 <= each < float("inf") for each in run.scores)
