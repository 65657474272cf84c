"""A number or a code that is asked for is found to the letter."""

from __future__ import annotations

from typing import Any

import pytest

from desktop_app.search.query import parse_query_of
from desktop_app.search.retrieval import retrieve_fulltext
from tests.unit.search.library_fakes import FakeLibrary, make_passage

RIGHT = make_passage("7.2 The notice has effect only if the rent has been paid.")
PIECES = make_passage("Each clause of the 7 try statements has 2 handlers, clause by clause.")


def first(question: str, *passages) -> Any:
    library: Any = FakeLibrary((*passages, *(make_passage(f"filler {at}") for at in range(5))))
    run, _ = retrieve_fulltext(library, parse_query_of(library, question), k=10, within=None)
    return library.passages[run.passage_ids[0]]


@pytest.mark.parametrize("question", ["clause 7.2", "7.2", "what says clause 7.2"])
def test_a_short_question_finds_its_number_before_the_pieces_of_it(question):
    assert first(question, PIECES, RIGHT) is RIGHT


def test_in_a_whole_sentence_a_number_is_one_thing_among_others():
    asked = "how many handlers has each clause of try statements in version 7.2"
    assert first(asked, RIGHT, PIECES) is PIECES


def test_what_is_written_in_many_ways_is_no_code():
    report = make_passage("The annual report of 10 pages, quarter Q, calls it a form.")
    form = make_passage("Form 10-Q")
    assert first("annual report 10-Q", form, report) is report
