from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Filters, Query
from desktop_app.search.widening import other_languages, widen


def forms(text: str, language: str) -> set[str]:
    asked = widen(Query(text, text, language=language))
    return {word for each in asked if not each.edits for word in each.words}


@pytest.mark.parametrize(
    ("text", "language", "form"),
    [
        ("المدينة", "ar", "مدينة"),
        ("مدينة", "ar", "بالمدينة"),
        ("הבית", "he", "בבית"),
        ("eau", "fr", "l'eau"),
        ("acqua", "it", "dell'acqua"),
    ],
)
def test_what_is_written_together_with_a_word_is_looked_for_with_and_without(text, language, form):
    assert form in forms(text, language)


def test_a_code_in_groups_is_also_looked_for_as_one_word_and_the_other_way_round():
    assert "DE89370400440532013000" in forms("DE89 3704 0044 0532 0130 00", "und")
    assert {"DE89", "3704", "0044"} <= forms("DE89370400440532013000", "und")
    assert forms("room 12 is on floor 3", "en") == set()


def test_long_words_are_looked_for_with_other_endings_the_longest_first():
    asked = widen(Query("", "Verträge und Mietverhältnisse 2024 im Haus", language="de"))
    assert [each.words for each in asked] == [("mietverhältnisse",), ("verträge",)]
    assert all(0 < each.edits <= 2 <= each.kept for each in asked)


@pytest.mark.parametrize("text", ["A4-12/b 1.0.21", "東京都の人口", "the of and", "", "ISO 27001"])
def test_numbers_short_words_and_scripts_without_spaces_have_no_forms(text):
    assert all(not each.edits for each in widen(Query(text, text)))


@given(st.text(max_size=200), st.sampled_from(["ar", "he", "fr", "en", "und"]))
def test_any_question_has_a_bounded_number_of_forms(text, language):
    asked = widen(Query(text, text, language=language))
    assert sum(len(each.words) for each in asked) <= 20_000
    assert all(word for each in asked for word in each.words)


def test_english_forms_are_looked_for_in_other_languages_only():
    assert other_languages(Query("", "Haus", language="de")) is None
    languages = other_languages(Query("", "house", language="en"))
    assert languages is not None
    assert "en" not in languages
    assert {"de", "fr", "ar"} <= set(languages)
    narrowed = Query("", "house", filters=Filters(languages=("en", "de")), language="en")
    assert other_languages(narrowed) == ("de",)
    english = Query("", "house", filters=Filters(languages=("en",)), language="en")
    assert other_languages(english) == ()
