from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.search.duplicates import fold
from desktop_app.search.words import word_keys

LONG = " ".join(
    f"word{letter}{other}" for letter in "abcdefghijklmnop" for other in "ghijklmnopqrstuvwxyz"
)


def kept(*texts: str) -> tuple[int, ...]:
    return tuple(fold([word_keys(text) for text in texts]))


def test_the_first_of_equal_texts_is_kept():
    assert kept("The rent is due.", "Something else.", "The rent is due.") == (0, 1)


def test_case_accents_and_punctuation_make_no_difference():
    assert kept("The café: rent, due!", "the Cafe rent due") == (0,)


def test_one_changed_word_in_a_long_text_makes_no_difference():
    assert kept(LONG, LONG.replace("wordhq ", "other ", 1)) == (0,)


def test_one_changed_word_in_a_short_text_is_another_text():
    assert kept("You may cancel at any time.", "You may never cancel at any time.") == (0, 1)


def test_texts_with_other_numbers_are_other_texts():
    assert kept(f"{LONG} in 2022", f"{LONG} in 2023") == (0, 1)


def test_texts_without_words_are_all_kept():
    assert kept("...", "!!!") == (0, 1)


@given(st.lists(st.text("ab ", max_size=30), max_size=8))
def test_folding_twice_folds_nothing_more(texts):
    once = kept(*texts)
    assert list(once) == sorted(set(once))
    again = kept(*[texts[index] for index in once])
    assert len(again) == len(once)


def test_what_was_folded_is_named_with_what_was_kept():
    texts = ("The rent is due.", "Else.", "the rent is due", "The rent, is due!")
    assert fold([word_keys(each) for each in texts]) == {0: (2, 3), 1: ()}
