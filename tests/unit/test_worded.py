"""Sentences that are made below the window and shown in it: errors, notices, the ledger."""

from __future__ import annotations

import gettext
import json
import pickle
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.shortfalls import (
    DAMAGED_MEMBERS,
    FILE_LEFT_OUT,
    LARGE_MEMBERS,
    LOST_CHAPTERS,
    SHORTFALLS,
    UNREAD_MEMBERS,
)
from desktop_app.errors import CorruptFile, FileTooLarge, LecternError, PackInUse
from desktop_app.parsing.replies import error_of, failure_of
from desktop_app.retelling import retell
from desktop_app.translation import (
    ENGLISH,
    LANGUAGES,
    Worded,
    listed,
    mark,
    sentences,
    speak_from,
    tr,
    worded,
    worded_n,
)


class _Dictionary(gettext.NullTranslations):
    """A catalog that is a dictionary, as a real one has nothing for what is not in it."""

    def __init__(self, said: dict[str, str]) -> None:
        super().__init__()
        self._said = said

    def gettext(self, message: str) -> str:
        return self._said.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._said.get(msgid1 if n == 1 else msgid2, msgid1 if n == 1 else msgid2)


@pytest.fixture(autouse=True)
def _back_to_english() -> Iterator[None]:
    yield
    speak_from(gettext.NullTranslations(), ENGLISH)


def _speak_german(**said: str) -> None:
    speak_from(_Dictionary(said), LANGUAGES["de"])


def test_a_plural_is_english_where_it_is_made_and_has_the_forms_of_the_language_where_shown() -> (
    None
):
    one, two = worded_n("{count} file", "{count} files", 1), worded_n("{count} file", "x", 2000)
    assert (one, worded_n("{count} file", "{count} files", 2)) == ("1 file", "2 files")
    _speak_german(**{"{count} file": "{count} Datei", "x": "{count} Dateien"})
    assert (tr(one), tr(two)) == ("1 Datei", "2.000 Dateien")


def test_sentences_in_a_row_are_each_said_in_the_language() -> None:
    said = sentences("", mark("Nothing."), worded("“{name}” goes on.", name="{x}"), "Own words.")
    assert said == "Nothing. “{x}” goes on. Own words."
    _speak_german(
        **{
            "Nothing.": "Nichts.",
            "“{name}” goes on.": "„{name}“ macht weiter.",
            "{sentence} {next}": "{sentence}{next}",
        }
    )
    assert tr(said) == "Nichts.„{x}“ macht weiter.Own words."


def test_no_sentence_stays_no_sentence() -> None:
    _speak_german()
    assert tr(sentences("", "")) == ""
    assert retell("", SHORTFALLS) == ""


def test_an_error_is_english_in_logs_and_translated_where_the_window_shows_it() -> None:
    error = PackInUse(worded("The model pack “{name}” is in use.", name="m3"))
    _speak_german(
        **{
            "The model pack “{name}” is in use.": "Das Modell „{name}“ wird gebraucht.",
            PackInUse.default_hint: "Warten Sie.",
        }
    )
    assert str(error).startswith("The model pack “m3” is in use. Choose another pack first")
    assert (tr(error.title), tr(error.hint)) == ("Das Modell „m3“ wird gebraucht.", "Warten Sie.")


def _errors() -> list[LecternError]:
    return [
        PackInUse(worded("The pack “{name}” is in use.", name="m3"), sentences("One.", "Two.")),
        FileTooLarge(worded("It has {size} MB.", size=1200)),
        CorruptFile(worded_n(*LOST_CHAPTERS, 2)),
        CorruptFile(),
    ]


@pytest.mark.parametrize("error", _errors(), ids=str)
def test_an_error_keeps_its_parts_on_the_way_between_processes(error: LecternError) -> None:
    come = pickle.loads(pickle.dumps(error))
    assert (type(come), str(come)) == (type(error), str(error))
    for before, after in ((error.title, come.title), (error.hint, come.hint)):
        assert _parts(after) == _parts(before)


def _parts(text: str) -> tuple[object, ...]:
    return (text.template, text.many, text.values) if isinstance(text, Worded) else (text,)


def test_what_a_reader_refuses_keeps_its_parts() -> None:
    error = FileTooLarge(worded(FILE_LEFT_OUT, size=1200, largest=300))
    failure = replace(failure_of(error), title=str(error.title))
    _speak_german(**{FILE_LEFT_OUT: "Es hat {size} MB."})
    assert tr(error_of(failure).title) == "Es hat 1.200 MB."


def test_a_worded_sentence_is_a_text_to_whoever_stores_or_writes_it() -> None:
    said = worded("It has {size} MB.", size=1200)
    assert json.dumps([said]) == '["It has 1,200 MB."]'
    assert {"It has 1,200 MB.": 1}[said] == 1


def test_a_reason_that_was_stored_is_found_again_with_what_it_was_filled_with() -> None:
    members = listed(
        [worded(DAMAGED_MEMBERS, count=3000), worded(LARGE_MEMBERS, count=1)],
    )
    stored = str(
        sentences(
            worded(FILE_LEFT_OUT, size=12345, largest=300),
            FileTooLarge.default_hint,
            worded(UNREAD_MEMBERS, members=members),
            worded_n(*LOST_CHAPTERS, 2),
            "What nobody translated stays.",
        )
    )
    assert retell(stored, SHORTFALLS) == stored
    _speak_german(
        **{
            FILE_LEFT_OUT: "{size} MB, mehr als {largest}.",
            FileTooLarge.default_hint: "Teilen Sie sie. In kleinere.",
            UNREAD_MEMBERS: "Nicht gelesen: {members}.",
            DAMAGED_MEMBERS: "{count} kaputt",
            LARGE_MEMBERS: "{count} zu groß",
            LOST_CHAPTERS[1]: "{count} Kapitel fehlen.",
        }
    )
    assert retell(stored, SHORTFALLS) == (
        "12.345 MB, mehr als 300. Teilen Sie sie. In kleinere. "
        "Nicht gelesen: 3.000 kaputt, 1 zu groß. 2 Kapitel fehlen. What nobody translated stays."
    )


def test_a_stored_hint_of_several_sentences_is_found_as_a_whole() -> None:
    hint = "The other files are not affected. Save it again in another format and retry."
    _speak_german(**{hint: "Andere sind heil."})
    assert retell(f"It crashed. {hint}", SHORTFALLS) == "It crashed. Andere sind heil."


def test_a_stored_text_of_very_many_sentences_is_not_searched_for_all_their_pairs() -> None:
    asked: list[str] = []

    class Catalog(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            asked.append(message)
            return message

    speak_from(Catalog(), LANGUAGES["de"])
    stored = "a. " * 600
    assert retell(stored, SHORTFALLS) == stored
    assert len(asked) < 10


@given(st.text(alphabet="a{}.!? ,1“”MB", max_size=40))
def test_any_stored_text_survives_being_said_again(text: str) -> None:
    assert retell(text, SHORTFALLS) == text
