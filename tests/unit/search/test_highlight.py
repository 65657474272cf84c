from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Query
from desktop_app.search.highlight import Highlighter
from desktop_app.search.words import content_words


def marked(text: str, question: str, *phrases: str) -> list[str]:
    query = Query(raw=question, text=question, terms=content_words(question), phrases=phrases)
    return [text[start:end] for start, end in Highlighter(query).highlight(text)]


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("The Rent is due.", "rent", ["Rent"]),
        ("It was connected by a connection.", "connecting", ["connected", "connection"]),
        ("Die Vertragsstrafe gilt.", "Vertrag", ["Vertragsstrafe"]),
        ("Un café noir", "cafe", ["café"]),
        ("A cafe again", "café", ["cafe"]),
        ("Die Größe zählt", "GRÖSSE", ["Größe"]),
        ("current rents", "rent", ["rents"]),
        ("黑豹队的防守只丢了分", "防守", ["防守"]),
        ("我们的黑豹队赢了", "黑豹队", ["黑豹队"]),
        ("CVE-2021-44228 is not CVE-2021-44229", "44228", ["44228"]),
        ("nothing here", "rent", []),
        ("", "rent", []),
    ],
)
def test_words_are_marked_in_their_forms(text: str, question: str, expected: list[str]):
    assert marked(text, question) == expected


def test_stop_words_are_not_marked():
    assert marked("What is the rent of the flat", "what is the rent") == ["rent"]


def test_a_phrase_is_marked_as_a_whole():
    assert marked("the annual\nreport, annually", "annual report", "annual report") == [
        "annual\nreport",
        "annually",
    ]


def test_marks_end_where_a_page_would_be_all_marks():
    assert len(marked("rent " * 1000, "rent")) == 200


_alphabet = st.sampled_from("abceé \n.黑豹队あİßſ\u0301\ufb01เก한국-0")


@given(
    st.text(_alphabet, max_size=80), st.text(_alphabet, max_size=20), st.text(_alphabet, max_size=6)
)
def test_marks_are_sorted_apart_and_inside_the_text(text, question, phrase):
    query = Query(raw=question, text=question, terms=content_words(question), phrases=(phrase,))
    spans = Highlighter(query).highlight(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
