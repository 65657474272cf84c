"""The settings page: every choice is in force at once, and says what it means here."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from desktop_app.domain.preferences import Preferences, Surroundings
from desktop_app.errors import SettingsError
from desktop_app.ui.settings_wording import languages_sentence, when_sentence
from desktop_app.ui.wrapped import WrappedLabel


@pytest.fixture
def settings(qtbot, opened):
    opened.keys["settings"].trigger()
    page = opened.tending.settings
    qtbot.waitUntil(page.isVisible)
    qtbot.waitUntil(lambda: bool(page._languages))
    return page


def click(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_the_settings_open_from_the_keys_and_close_again(opened, settings):
    opened.keys["settings"].trigger()
    assert not settings.isVisible()


def test_what_explains_a_choice_is_written_alike_everywhere(settings):
    styles = {label.property("style") for label in settings.findChildren(WrappedLabel)}
    assert styles == {"title", "heading", "caption", "danger"}


@pytest.mark.parametrize(
    ("row", "value", "field"),
    [
        ("when", "when idle", "index_when"),
        ("share", "50", "cpu_percent"),
        ("limit", "100", "largest_file_mb"),
        ("patience", "5000", "rerank_budget_ms"),
    ],
)
def test_a_choice_is_kept_at_once_and_indexing_goes_on(  # noqa: PLR0917  # fixtures
    qtbot, session, settings, row, value, field
):
    settings._more.show()
    runs = len(session.called("index"))
    click(qtbot, getattr(settings, row).chip(value))
    qtbot.waitUntil(lambda: str(getattr(session.choices.chosen, field)) == value)
    qtbot.waitUntil(lambda: len(session.called("index")) > runs)


def test_scans_are_recognized_in_the_ticked_languages(qtbot, session, settings):
    assert settings.tick("eng").isChecked()
    click(qtbot, settings.tick("deu"))
    qtbot.waitUntil(lambda: session.choices.chosen.ocr_languages == "eng+deu")


def test_the_last_language_cannot_be_taken_away(qtbot, session, settings):
    click(qtbot, settings.tick("eng"))
    assert settings.tick("eng").isChecked()
    assert "At least one language" in settings.error.text()
    assert session.choices.chosen.ocr_languages == ""


def test_recognition_can_be_switched_off(qtbot, session, settings):
    click(qtbot, settings.recognize)
    qtbot.waitUntil(lambda: not session.choices.chosen.ocr)
    qtbot.waitUntil(lambda: not settings.tick("eng").isEnabled())


def test_a_folder_with_language_data_is_used_and_indexing_goes_on(
    qtbot, session, opened, settings, tmp_path
):
    (tmp_path / "deu.traineddata").touch()
    runs = len(session.called("index"))
    opened.tending.use_data(tmp_path)
    qtbot.waitUntil(lambda: session.choices.chosen.tessdata_dir == str(tmp_path))
    qtbot.waitUntil(lambda: len(session.called("index")) > runs)


def test_a_folder_without_language_data_is_refused_in_words(
    qtbot, session, opened, settings, tmp_path
):
    opened.tending.use_data(tmp_path)
    qtbot.waitUntil(lambda: "traineddata" in settings.error.text())
    assert session.choices.chosen.tessdata_dir == "/data/tessdata"


def test_what_cannot_be_kept_is_told_and_the_page_shows_what_holds(qtbot, session, settings):
    session.choices.error = SettingsError("The settings file could not be written.")
    click(qtbot, settings.share.chip("25"))
    qtbot.waitUntil(lambda: "could not be written" in settings.error.text())
    qtbot.waitUntil(lambda: settings.share.value == "100")


def test_the_appearance_changes_at_once_and_the_menu_knows(qtbot, opened, settings):
    click(qtbot, settings.look.chip("dark"))
    assert opened._store.text("look") == "dark"
    chosen = [each.data() for each in opened.top._looks.actions() if each.isChecked()]
    assert chosen == ["dark"]


def test_one_click_on_what_needs_recognition_says_how(qtbot, session, opened):
    scan = replace(session.documents[0], path="scan.pdf", reason_code="needs-ocr")
    session.documents = [*session.documents, scan]
    opened.work.refresh()
    opened.keys["ledger"].trigger()
    qtbot.waitUntil(opened.ledger.scans_button.isVisible)
    click(qtbot, opened.ledger.scans_button)
    page = opened.tending.settings
    qtbot.waitUntil(page.isVisible)
    assert "tesseract-ocr-eng" in page.languages_note.text()
    qtbot.waitUntil(page.recognize.hasFocus)


def test_more_settings_are_shown_when_asked_for(qtbot, settings):
    assert not settings.limit.isVisible()
    click(qtbot, settings.advanced)
    assert settings.limit.isVisible()
    click(qtbot, settings.advanced)
    assert not settings.limit.isVisible()


@pytest.mark.parametrize(
    ("chosen", "around", "words"),
    [
        (Preferences(index_when="on power"), Surroundings(), "no battery"),
        (Preferences(index_when="on power"), Surroundings(has_battery=True), "On battery"),
        (Preferences(index_when="when idle"), Surroundings(), "two minutes"),
        (Preferences(index_when="when idle"), Surroundings(knows_idle=False), "does not tell"),
        (Preferences(), Surroundings(), "yields"),
    ],
)
def test_a_choice_says_what_it_means_on_this_computer(chosen, around, words):
    assert words in when_sentence(chosen, around)


@pytest.mark.parametrize(
    ("chosen", "around", "words"),
    [
        (Preferences(ocr=False), Surroundings(), "stay pictures"),
        (Preferences(), Surroundings(how_to_get="Install x."), "no language data"),
        (Preferences(), Surroundings(("eng",), ("eng",), ("deu",), "Install x."), "for German"),
        (Preferences(), Surroundings(("eng",), ("eng",), (), "Install x."), ": Install x."),
    ],
)
def test_what_can_be_recognized_is_said_with_the_way_to_more(chosen, around, words):
    assert words in languages_sentence(chosen, around)
