"""What the answer says of itself, in languages that are not English."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.domain import Coverage, FoundWord
from desktop_app.domain.reasons import explain
from desktop_app.translation import LANGUAGES
from desktop_app.ui.drop import Dropped
from desktop_app.ui.narrowing import AGES, TYPES, Narrowing, NarrowingButton
from desktop_app.ui.results_wording import figure_of, page_label, page_position, say_pages
from tests.ui.tongues import Marked, Written, speaking
from tests.unit.search.hits import make_hit

SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
GERMAN = LANGUAGES["de"]


def test_figures_are_written_as_the_language_writes_them():
    with speaking(Written({}), GERMAN):
        assert [figure_of(score) for score in (0.943, 0.0, 0.999, 1.0)] == [
            "0,94", "0,00", "0,99", "1,00",
        ]  # fmt: skip


def test_pages_are_counted_in_the_forms_of_the_language():
    table = {"p. {page}": "S. {page}", "Slide {page} of {count}": "Folie {page} von {count}"}
    with speaking(Written(table), GERMAN):
        assert page_label("application/pdf", 1200) == "S. 1.200"
        assert page_position(SLIDES, 3, 20) == "Folie 3 von 20"
    assert [say_pages(SLIDES, count) for count in (1, 1200)] == ["1 slide", "1,200 slides"]


def test_reasons_and_coverage_are_said_in_whole_sentences_of_the_language():
    words = tuple(FoundWord(f"w{number}", (f"W{number}s",)) for number in range(14))
    hit = replace(make_hit("Some text.", 1), words=words, places=(("fulltext", 3),))
    with speaking(Marked()):
        said = explain(hit)
        coverage = Coverage(10, 8, 2, 100, 50, rejected=1, needs_ocr=1, unread=1).sentence
    assert said[0].startswith("[It has ")
    assert said[0].endswith(" and 2 more.]")
    assert said[1:] == (
        "[By its words it came number 3.]",
        "[Its score of 0.90 is an estimate; it was not reranked.]",
    )
    for clause in (
        "[1 is still to be read]",
        "[1 needs OCR]",
        "[1 could not be read fully]",
        "[meaning search covers 50% so far]",
        "[1 passage is found by its words only]",
    ):
        assert clause in coverage


@pytest.mark.parametrize(
    ("dropped", "sentence"),
    [
        (Dropped((), (Path("a"), Path("b")), 1), "Drop to add 1 folder and 1 file to your library"),
        (Dropped((Path("m"),), (), 0), "Drop to import the model in “m”"),
        (Dropped((Path("m"), Path("n")), (), 0), "Drop to import 2 models"),
        (
            Dropped((Path("m"),), (Path("a"),), 0),
            "Drop to add 1 file to your library and import the model in “m”",
        ),
        (
            Dropped((Path("m"), Path("n")), (Path("a"),), 1),
            "Drop to add 1 folder to your library and import 2 models",
        ),
    ],
)
def test_a_drop_is_one_sentence_whatever_it_holds(dropped, sentence):
    assert dropped.sentence == sentence
    with speaking(Marked()):
        assert dropped.sentence.startswith("[Drop to ")
        assert dropped.sentence.endswith("]")


def test_what_narrows_is_said_in_the_language_and_kept_in_english(qtbot, theme):
    with speaking(Marked()):
        button = NarrowingButton(theme)
        qtbot.addWidget(button)
        texts = [action.text() for action in button.menu().actions() if action.text()]
        assert texts == [
            "[Any type of file]", *(f"[{kind}]" for kind in TYPES),
            "[Any time]", *(f"[{age}]" for age in AGES),
        ]  # fmt: skip
        next(each for each in button.menu().actions() if each.text() == "[Mail]").trigger()
        assert button.text() == "[Mail]"
    assert button.narrowing == Narrowing(kind="Mail")
