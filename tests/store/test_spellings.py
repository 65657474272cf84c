"""Other forms and spellings of words against the full-text index, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_app.domain import Query, Spellings
from desktop_app.errors import QueryError
from desktop_app.search.query import parse_query
from desktop_app.search.retrieval import begin_fulltext, describe_changes, retrieve_fulltext
from desktop_app.store.lexical import affordable
from tests.store.library_samples import add, make_hash

TEXTS = (
    "The government publishes a report every year.",
    "Die Verträge wurden gestern unterschrieben.",
    "وصل الوفد إلى المدينة صباحا",
    "Toute l'eau vient de la montagne.",
    "Transfer to DE89 3704 0044 0532 0130 00 today.",
    "Part number A4-12/b fits release 1.0.21 of the pump.",
    "Part number A4-13/b fits release 1.0.22 of the pump.",
)


@pytest.fixture
def asked(library):
    add(library, "texts", *TEXTS, title="", heading=())
    library.maintain()  # new rows are scanned for words as they stand only

    def ask(raw: str, language: str = "en"):
        query = parse_query(raw, identify_language=lambda _: language)
        run, answered = retrieve_fulltext(library, query, k=20, within=None)
        passages = library.get_passages(run.passage_ids)
        return [passages[each].text for each in run.passage_ids], describe_changes(query, answered)

    return ask


@pytest.mark.parametrize(
    ("question", "language", "at"),
    [
        ("Vertrages", "de", 1),
        ("مدينة", "ar", 2),
        ("eau", "fr", 3),
        ("DE89370400440532013000", "und", 4),
        ("DE89 3704 0044 0532 0130 00", "und", 4),
        ("A4-12/b", "und", 5),
        ("1.0.21", "und", 5),
        ("1.0.22", "und", 6),
    ],
)
def test_forms_and_codes_are_found_and_the_exact_one_comes_first(asked, question, language, at):
    found, said = asked(question, language)
    assert found[0] == TEXTS[at]
    assert said == ()


@pytest.mark.parametrize("typed", ["goverment", "govrenment", "Goverment?", "goverment report"])
def test_a_word_that_is_in_no_passage_is_corrected_and_said_so(asked, typed):
    found, said = asked(typed)
    assert found[0] == TEXTS[0]
    (sentence,) = said
    assert "overment" in sentence or "ovrenment" in sentence
    assert "\u201cgovernment\u201d" in sentence


@pytest.mark.parametrize("typed", ["report", "zebra", "A4-14/b", "xq"])
def test_nothing_is_corrected_that_is_there_or_like_nothing_or_a_code(asked, typed):
    assert "searched instead" not in "".join(asked(typed)[1])


def test_a_word_as_it_stands_ranks_before_its_forms(library):
    ids = add(library, "a", "one contract of many", "two contraction and words", "contracted labor")
    query = Query("contract", "contract", terms=("contract",), language="en")
    run, _ = retrieve_fulltext(library, query, k=10, within=None)
    assert ids.index(run.passage_ids[0]) in (0, 2)
    assert set(run.passage_ids) >= {ids[0], ids[2]}


def test_a_question_of_many_unknown_words_is_left_as_it_is(asked):
    with pytest.raises(QueryError):
        asked("\x00")
    assert asked("goverments publishs raport yeer")[1] == ()


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("\udcff",),
        ("...",),
        ("a" * 5000,),
        ("x y z",),
        ("汉字",),
        ("é" * 40,),
        ("𠀀" * 40,),
        ("\u0301" * 40,),
    ],
)
def test_no_spelling_makes_a_search_fail(library, words):
    add(library, "a", "some text")
    library.maintain()
    for edits, kept in ((0, 0), (1, 0), (2, 9)):
        run = library.search_spellings((Spellings(words, edits, kept),), k=5)
        assert len(run.passage_ids) <= 1
    assert library.search_spellings((Spellings(words),), k=0).passage_ids == ()


def test_a_question_asked_twice_has_the_same_words_corrected(library):
    topics = "harbor winter lantern river granite meadow orchard saddle".split()
    for topic in topics:
        add(library, topic, *(f"{topic} number {each}" for each in range(30)), title="", heading=())
    add(library, "report", "a government report", title="", heading=())
    library.maintain()
    raw = f"{' '.join(topics)} goverment"
    query = parse_query(raw, identify_language=lambda _: "en")
    answered = [retrieve_fulltext(library, query, k=20, within=None)[1] for _ in range(3)]
    assert answered[0] == answered[1] == answered[2]


def test_a_word_that_was_seen_in_a_passage_is_not_looked_for_again(library):
    add(library, "texts", *TEXTS, title="", heading=())
    looked_for: list[str] = []

    class Watched:
        """The library, or what it begins ahead, noting what its full text is asked for."""

        def __init__(self, watched: Any) -> None:
            self._watched = watched

        def __getattr__(self, name):
            if name == "ahead":
                return Watched(library.ahead)
            if name in ("search_fulltext", "fulltext"):
                return self._note
            return getattr(self._watched, name)

        def _note(self, text, **narrowed):
            looked_for.append(text)
            is_ahead = self._watched is library.ahead
            search = library.ahead.fulltext if is_ahead else library.search_fulltext
            return search(text, **narrowed)

    def ask(raw: str) -> list[str]:
        looked_for.clear()
        query = parse_query(raw, identify_language=lambda _: "en")
        watched: Any = Watched(library)
        retrieve_fulltext(watched, query, k=20, within=None)
        return list(looked_for)

    # Stems match, so the texts found do not hold the words as they were typed.
    assert ask("publishing reports") == ["publishing reports", "publishing", "reports"]
    assert ask("publishing reports") == ["publishing reports"]
    assert ask("government release") == ["government release"]
    assert ask("quagga report") == ["quagga report", "quagga"]
    assert ask("quagga report") == ["quagga report"]
    # It may have come meanwhile.
    add(library, "more", "The zebra's cousin.", path="more.pdf")
    assert ask("quagga report") == ["quagga report", "quagga"]
    add(library, "most", "The quagga.", path="most.pdf")
    assert ask("a report about the quagga") == ["a report about the quagga"]


def test_a_word_that_is_being_typed_is_not_corrected_until_it_has_ended(library):
    add(library, "texts", *TEXTS, title="", heading=())
    library.maintain()

    def answered(raw: str, *, is_typed: bool) -> str:
        query = parse_query(raw, identify_language=lambda _: "en")
        wait = begin_fulltext(library, query, k=20, within=None, is_typed=is_typed)
        return wait()[1].text

    assert answered("goverment", is_typed=False) == "government"
    for raw in ("goverment", "repots goverment", "the goverment"):
        assert answered(raw, is_typed=True).endswith("goverment")
    for raw in ("goverment ", "goverment, ", "goverment r", "goverment type:pdf "):
        assert answered(raw, is_typed=True).startswith("government")


def test_a_word_that_no_document_of_a_filter_holds_is_looked_for_in_the_others(library):
    add(library, "texts", *TEXTS, title="", heading=())
    add(library, "other", "Nothing.", path="other.pdf")
    library.maintain()
    query = parse_query("goverment", identify_language=lambda _: "en")
    for within, text in ((frozenset({make_hash("other")}), "goverment"), (None, "government")):
        assert retrieve_fulltext(library, query, k=20, within=within)[1].text == text


@pytest.mark.parametrize(("rows", "words"), [(10, 8), (50_000, 8), (200_000, 2), (5_000_000, 1)])
def test_the_more_passages_the_fewer_words_are_looked_for_in_other_spellings(rows, words):
    asked = (
        Spellings(tuple("abcde"), edits=1),
        Spellings(tuple("fgh"), edits=2),
        Spellings(("as", "they", "stand")),
    )
    *changed, exact = affordable(asked, rows)
    assert sum(len(each.words) for each in changed) == words
    assert exact == asked[-1]
