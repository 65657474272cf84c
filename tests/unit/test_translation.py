"""Lectern speaks one language at a time, and is always able to say the English sentence."""

from __future__ import annotations

import gettext
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import CorruptFile
from desktop_app.translation import (
    ENGLISH,
    LANGUAGES,
    choose_language,
    mark,
    speak,
    speak_from,
    spoken,
    tr,
    tr_n,
    without_isolates,
    worded,
)


@pytest.fixture(autouse=True)
def _english_afterwards() -> Iterator[None]:
    yield
    speak_from(gettext.NullTranslations(), ENGLISH)


@pytest.fixture
def german(tmp_path: Path) -> None:
    catalog = Catalog(locale="de", fuzzy=False)
    catalog.add("Add a folder", "Ordner hinzufügen")
    catalog.add("{part} of {whole}", "{part} von {whole}")
    catalog.add("{done:.0%} done", "{done:.0%} erledigt")
    catalog.add("The pack “{name}” is in use.", "Das Modell „{name}“ wird benutzt.")
    catalog.add(("{count} file", "{count} files"), ("{count} Datei", "{count} Dateien"))
    with (tmp_path / "de.mo").open("wb") as file:
        write_mo(file, catalog)
    speak("de", tmp_path)


def test_a_sentence_is_said_in_the_language_that_is_spoken(german):
    assert spoken().name == "Deutsch"
    assert tr("Add a folder") == "Ordner hinzufügen"


def test_a_sentence_without_a_translation_stays_english(german):
    assert tr("Remove the folder") == "Remove the folder"


def test_no_text_is_said_as_no_text(german):
    assert tr("") == ""


def test_numbers_are_written_as_the_language_writes_them(german):
    assert tr("{part} of {whole}", part=1020, whole=4.5) == "1.020 von 4,5"
    assert tr("{done:.0%} done", done=0.5) == "50\N{NO-BREAK SPACE}% erledigt"


def test_texts_that_are_filled_in_are_left_alone(german):
    assert tr("{part} of {whole}", part="a.txt", whole="1,000 {x}") == "a.txt von 1,000 {x}"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 Dateien"), (1, "1 Datei"), (1020, "1.020 Dateien")]
)
def test_a_count_takes_the_form_of_its_language(german, count, said):
    assert tr_n("{count} file", "{count} files", count) == said


def test_english_separates_thousands_with_commas():
    assert tr_n("{count} file", "{count} files", 1020) == "1,020 files"
    assert tr_n("{count} file", "{count} files", 1) == "1 file"


def test_a_worded_sentence_is_english_until_it_is_said(german):
    sentence = worded("The pack “{name}” is in use.", name="bge-m3")
    assert sentence == "The pack “bge-m3” is in use."
    assert tr(sentence) == "Das Modell „bge-m3“ wird benutzt."


def test_an_error_is_said_anew_after_crossing_a_process_border(german):
    raised = CorruptFile(worded("The pack “{name}” is in use.", name="{odd}"), mark("Add a folder"))
    error = pickle.loads(pickle.dumps(raised))
    assert str(error) == "The pack “{odd}” is in use. Add a folder"
    assert tr(error.title) == "Das Modell „{odd}“ wird benutzt."
    assert tr(error.hint) == "Ordner hinzufügen"


def test_what_is_pasted_elsewhere_holds_no_isolates():
    speak_from(gettext.NullTranslations(), LANGUAGES["ar"])
    said = tr("{source} ({path})", source="تقرير", path="/home/noor/a.pdf")
    assert said != "تقرير (/home/noor/a.pdf)"
    assert without_isolates(said) == "تقرير (/home/noor/a.pdf)"


@given(value=st.text() | st.integers() | st.floats(allow_nan=False))
def test_whatever_is_filled_in_is_said(value):
    assert tr("<{value}>", value=value) == str(worded("<{value}>", value=value))


def test_a_build_without_catalogs_speaks_english(tmp_path):
    assert speak("de", tmp_path) is ENGLISH
    assert tr("Add a folder") == "Add a folder"


@pytest.mark.parametrize(
    ("wished", "preferred", "code"),
    [
        ("", ["de-AT", "en-US"], "de"),
        ("", ["zh-Hans-CN"], "zh"),
        ("", ["zh_CN"], "zh"),
        ("", ["zh-Hant-TW", "ja-JP"], "ja"),
        ("", ["zh-HK"], "en"),
        ("", ["tlh", "fr_CA"], "fr"),
        ("", ["C"], "en"),
        ("", [], "en"),
        ("es", ["de"], "es"),
        ("xx", ["ar-EG"], "ar"),
    ],
)
def test_the_wished_language_goes_before_the_systems(wished, preferred, code):
    assert choose_language(wished, preferred) == code


def test_every_language_has_its_own_name():
    assert len({each.name for each in LANGUAGES.values()}) == len(LANGUAGES) == 7
