from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.search.spelling import distance, nearest_word

TEXTS = ("The government of Warsaw met the parliament.", "Governments agree; the world agrees.")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("goverment", "government"),
        ("wrold", "world"),
        ("warsw", "warsaw"),
        ("parlaiment", "parliament"),
        ("governmant", "government"),
        ("worlds", ""),
        ("agreed", ""),
        ("elephant", ""),
        ("orld", ""),
    ],
)
def test_the_word_that_is_spelled_most_alike_is_meant(typed, meant):
    assert nearest_word(typed, TEXTS) == meant


def test_where_the_index_does_not_stem_another_ending_is_another_form():
    texts = ("La gobernanza de la región.", "El gobierno de Shelley.")
    assert nearest_word("gobernante", texts, is_stemmed=False) == ""
    assert nearest_word("gobirno", texts, is_stemmed=False) == "gobierno"
    assert nearest_word("gobernante", texts) == "gobernanza"


def test_numbers_and_codes_are_never_meant():
    assert nearest_word("versio", ["version1 versio2"]) == ""


@pytest.mark.parametrize(
    ("first", "second", "edits"),
    [
        ("abc", "abc", 0),
        ("abcd", "abdc", 1),
        ("abcd", "bc", 2),
        ("abc", "xyz", 3),
        ("a", "abcd", 3),
    ],
)
def test_a_swap_of_neighbors_is_one_slip(first, second, edits):
    assert distance(first, second, 2) == edits


_words = st.text("abc", max_size=7)


@given(_words, _words)
def test_distance_is_the_same_both_ways_and_zero_only_for_equals(first, second):
    assert distance(first, second, 3) == distance(second, first, 3)
    assert (distance(first, second, 3) == 0) == (first == second)
