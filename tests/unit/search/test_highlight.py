from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Query
from desktop_app.search.highlight import Highlighter
from desktop_app.search.words import content_words


def marked(text: str, question: str, *phrases: str, language: str = "en") -> list[str]:
    query = Query(
        raw=question,
        text=question,
        terms=content_words(question),
        phrases=phrases,
        language=language,
    )
    return [text[start:end] for start, end in Highlighter(query).highlight(text)]


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("The Rent is due.", "rent", ["Rent"]),
        ("It was connected by a connection.", "connecting", ["connected", "connection"]),
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


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("en", "control controls controlled controlling"),
        ("en", "folder folders"),
        ("en", "add adds added adding"),
        ("en", "plan plans planned planning"),
        ("en", "file files filed filing"),
        ("en", "policy policies"),
        ("en", "box boxes"),
        ("en", "agree agrees agreed agreeing"),
        ("en", "connect connection connections connecting"),
        ("en", "annual annually"),
        ("de", "vertrag verträge verträgen vertrages vertragsstrafe"),
        ("de", "ordner ordnern ordners"),
        ("de", "planen plante planung"),
        ("es", "contrato contratos"),
        ("es", "pagar pagado pagando"),
        ("fr", "animal animaux"),
        ("fr", "national nationale nationaux"),
        ("en", "organize organized organization"),
        ("it", "contratto contratti"),
        ("nl", "boek boeken"),
        ("ru", "договор договора договору"),
    ],
)
def test_forms_of_one_word_are_all_marked(language: str, forms: str):
    term, *others = forms.split()
    assert marked(" ".join(others), term, language=language) == others
    assert marked(term, others[0], language=language) == [term]


@pytest.mark.parametrize(
    ("language", "term", "text"),
    [
        ("en", "control", "content contract contrast"),
        ("en", "planet", "plan plans plane"),
        ("en", "plan", "planet plane plant planes"),
        ("en", "import", "important importance"),
        ("en", "port", "portion portal"),
        ("en", "folder", "fold folding"),
        ("en", "address", "add added"),
        ("en", "rent", "renewal rental"),
        ("de", "planet", "Plan"),
        ("de", "vertrag", "Vertrauen vertreten"),
        ("es", "contrato", "contra contraste"),
        ("und", "number2", "number3"),
    ],
)
def test_words_that_only_begin_alike_are_not_marked(language: str, term: str, text: str):
    assert marked(text, term, language=language) == []


def test_stop_words_are_not_marked():
    assert marked("What is the rent of the flat", "what is the rent") == ["rent"]


def test_a_phrase_is_marked_as_a_whole():
    text = "the annual\nreport, annually"
    assert marked(text, "annual report", "annual report") == ["annual\nreport"]
    assert marked(text, "annual annual report", "annual report") == ["annual\nreport", "annually"]


def test_the_words_of_a_phrase_are_marked_where_it_stands_in_other_forms():
    assert marked("annual reports", "annual report", "annual report") == ["annual", "reports"]


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("E-4711 Pump; E-4712 tank; e 4711 again", "E-4711", ["E-4711", "e 4711"]),
        ("1.0.22 of May, 1.0.21 of April, 0.1", "what is new in 1.0.21", ["1.0.21"]),
        (
            "belt 220-0415 fits, belt 220-0315 does not",
            "belt 220-0415",
            ["belt", "220-0415", "belt"],
        ),
        ("part 0415 of 220", "220-0415", ["0415"]),
        ("plan E and E-4711", "plan E of E-4711", ["plan", "E", "E-4711"]),
        ("see 10.2024, not 10", "10/2024", ["10.2024"]),
    ],
)
def test_a_code_is_marked_as_a_whole_and_not_its_pieces(text, question, expected):
    assert marked(text, question) == expected


def test_codes_of_a_long_question_are_found_in_a_moment():
    begun = time.perf_counter()
    assert marked("a-1", "a" * 50_000 + " " + "b-" * 50_000 + " a-1") == ["a-1"]
    assert time.perf_counter() - begun < 1.0


def test_a_text_without_a_space_is_marked_in_a_moment():
    begun = time.process_time()
    assert marked(f"rent {'a1B2' * 10_000} rents", "rent") == ["rent", "rents"]
    assert time.process_time() - begun < 2


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
