"""What is looked for is found whatever its case, accents and white space."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.folding import find_folded, fold, wanted


@pytest.mark.parametrize(
    ("text", "needle", "found"),
    [
        ("The Café closed.", "cafe", ["Café"]),
        ("the cafe\u0301 closed", "CAFÉ", ["cafe\u0301"]),
        ("Straße und STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("an o\ufb03ce", "office", ["o\ufb03ce"]),
        ("full\n   moon, Full moon", "full moon", ["full\n   moon", "Full moon"]),
        ("\uff26\uff35\uff2c\uff2c", "full", ["\uff26\uff35\uff2c\uff2c"]),
        ("能源储存", "源储", ["源储"]),
        ("aaaa", "aa", ["aa", "aa"]),
        ("wait\u2026 and o\ufb00", ".", ["\u2026"]),
        ("wait\u2026 and o\ufb00", "f", ["\ufb00"]),
        ("nothing", "", []),
        ("nothing", "  \n", []),
    ],
)
def test_words_are_found_with_the_characters_that_stand_there(text, needle, found):
    places = [text[start:end] for start, end in find_folded(text, wanted(needle))]
    assert [fold(each) for each in places] == [fold(each) for each in found]
    assert all(place.startswith(each[:3]) for place, each in zip(places, found, strict=True))


@given(st.text(max_size=60), st.text(min_size=1, max_size=4))
def test_every_place_found_holds_what_was_wanted_and_they_are_in_order(text, needle):
    last = 0
    for start, end in find_folded(text, wanted(needle)):
        assert last <= start
        assert start < end <= len(text)
        assert "".join(wanted(needle).split()) in "".join(fold(text[start:end]).split())
        last = end


@given(st.text(alphabet="abcDEF é", max_size=20), st.text(alphabet="abDé", min_size=1, max_size=5))
def test_a_word_that_is_there_is_always_found(before, needle):
    text = f"{before}|{needle}|"
    assert any(
        fold(text[start:end]) == fold(needle) for start, end in find_folded(text, wanted(needle))
    )
