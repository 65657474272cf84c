"""What is foreseen of embedding and recognition while files are still being read."""

from __future__ import annotations

import pytest

from desktop_app.domain import Locator, Passage, VectorSpace
from desktop_app.indexing.outlook import Ahead, Outlook, expected_tokens

TEXT, PDF = "text/plain", "application/pdf"
ENGLISH = VectorSpace("english", "english", 8, has_sparse=False, languages=frozenset({"en"}))
ANY = VectorSpace("any", "any", 8, has_sparse=False, languages=frozenset())
MEGABYTE = 1_000_000


def test_half_of_the_files_tell_what_all_of_them_will_take_to_embed():
    outlook = Outlook(tokens_per_second=lambda: 1000.0)
    for _ in range(10):
        outlook.find(TEXT, 5_000_000)
    for _ in range(5):
        outlook.settle(TEXT, 5_000_000, tokens=1_000_000)
    expected = 10 * 1_000_000 / 1000
    assert outlook.seconds_to_embed() == pytest.approx(expected, rel=0.01)


def test_each_kind_of_file_is_foreseen_by_those_of_its_kind():
    outlook = Outlook(tokens_per_second=lambda: 1.0)
    for kind in (TEXT, PDF):
        outlook.find(kind, 100 * MEGABYTE)
        outlook.find(kind, 100 * MEGABYTE)
    outlook.settle(TEXT, 100 * MEGABYTE, tokens=25 * MEGABYTE)
    outlook.settle(PDF, 100 * MEGABYTE, tokens=MEGABYTE)
    expected = 52 * MEGABYTE
    assert outlook.seconds_to_embed() == pytest.approx(expected, rel=0.01)


def test_large_pictures_of_a_kind_not_read_yet_are_not_taken_for_text():
    outlook = Outlook(tokens_per_second=lambda: 1.0)
    outlook.find(TEXT, 1000)
    outlook.settle(TEXT, 1000, tokens=250)
    outlook.find(PDF, 10 * MEGABYTE)
    assert outlook.seconds_to_embed() == pytest.approx(MEGABYTE / 4, rel=0.01)


def test_what_earlier_runs_left_is_embedded_as_well():
    outlook = Outlook(tokens_per_second=lambda: 1.0)
    outlook.add_tokens(100)
    assert outlook.seconds_to_embed() == pytest.approx(100)


def test_without_a_speed_nothing_is_claimed_unless_nothing_is_to_do():
    outlook = Outlook(tokens_per_second=lambda: 0.0)
    assert outlook.seconds_to_embed() == 0.0
    outlook.add_tokens(1)
    assert outlook.seconds_to_embed() is None


def test_pages_without_text_take_time_where_they_will_be_recognized():
    for recognizers, is_longer in ((2, True), (0, False)):
        outlook = Outlook(recognizers=recognizers)
        outlook.find(PDF, 100)
        outlook.find(PDF, 100)
        outlook.settle(PDF, 100, pages=3)
        assert (outlook.seconds_to_recognize() > 0) is is_longer
        assert outlook.seconds_to_embed() == 0.0


def test_longer_passages_at_the_end_are_foreseen_by_a_sample():
    lengths = [100] * 500 + [1000] * 500
    ahead = Ahead([(place, lengths[place]) for place in range(0, 1000, 10)], 1000)
    for place in (0, 250, 500, 990):
        assert ahead.tokens_from(place) == pytest.approx(sum(lengths[place:]), rel=0.02)
    assert ahead.tokens_from(1000) == 0
    assert Ahead((), 0).tokens_from(0) == 0
    assert ahead.tokens_from(1200) == 0


def passage_in(language: str) -> Passage:
    text = "Some sixty words that a tokenizer cuts into pieces. " * 6
    return Passage("", "", 0, text, "", (), language, Locator(None, (), 0, len(text)))


def test_a_text_in_a_language_that_the_model_was_not_made_for_counts_for_more_tokens():
    english = expected_tokens(passage_in("en"), ENGLISH)
    assert expected_tokens(passage_in("de"), ENGLISH) == pytest.approx(1.33 * english)
    for language in ("und", "zh", "ja"):
        assert expected_tokens(passage_in(language), ENGLISH) == english
    for space in (ANY, None):
        assert expected_tokens(passage_in("de"), space) == english
    outlook = Outlook(space=ENGLISH)
    assert outlook.tokens_in([passage_in("en"), passage_in("de")]) == round(2.33 * english)
