"""Choices made in the window are kept in the settings file, and in force at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop_app.app.choices import LocalChoices
from desktop_app.errors import SettingsError
from desktop_app.settings import Settings, load_settings, save_settings


def test_a_choice_is_in_force_and_in_the_file(tmp_path):
    file = tmp_path / "etc" / "settings.toml"
    adopted: list[Settings] = []
    choices = LocalChoices(Settings(), file, adopted.append)
    folder = tmp_path / "tess data"
    chosen = replace(
        choices.preferences(), ocr_languages="deu+eng", cpu_percent=50, tessdata_dir=str(folder)
    )
    choices.choose(chosen)
    assert adopted == [load_settings(file)]
    assert adopted[0].tessdata_dir == folder
    assert LocalChoices(adopted[0], file, adopted.append).preferences() == chosen


def test_what_did_not_change_is_not_written(tmp_path):
    file = tmp_path / "settings.toml"
    choices = LocalChoices(Settings(), file, lambda _: pytest.fail("nothing changed"))
    choices.choose(choices.preferences())
    assert not file.exists()


def test_the_rest_of_the_file_stays(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('# mine\npack = "bge-m3"\nthreads = 2 # two\n\n[later]\nthreads = 9\n')
    save_settings(file, {"threads": 4, "ocr": False})
    text = file.read_text()
    assert text == 'ocr = false\n# mine\npack = "bge-m3"\nthreads = 4\n\n[later]\nthreads = 9\n'


@pytest.mark.parametrize("content", [b"\xff\xfe", b"not toml [", b'x = """\nthreads = 1\n"""\n'])
def test_a_file_that_cannot_be_changed_is_left_alone(tmp_path, content):
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError):
        save_settings(file, {"threads": 4})
    assert file.read_bytes() == content


@example('\x7f\x85\u2028\\"\n', 1, True)
@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 100), st.booleans())
def test_every_value_is_read_as_it_was_written(tmp_path_factory, text, number, flag):
    file: Path = tmp_path_factory.mktemp("settings") / "settings.toml"
    for other in ("", text):
        save_settings(file, {"ocr_languages": other, "cpu_percent": number, "ocr": flag})
    read = load_settings(file)
    assert (read.ocr_languages, read.cpu_percent, read.ocr) == (text, number, flag)


def test_languages_found_in_a_chosen_folder_are_told(tmp_path):
    for name in ("deu", "fra", "osd"):
        (tmp_path / f"{name}.traineddata").touch()
    settings = Settings(tessdata_dir=tmp_path, ocr_languages="deu+ita")
    found = LocalChoices(settings, None, lambda _: None).surroundings()
    assert (found.languages, found.recognized) == (("deu", "fra"), ("deu",))
    assert found.missing == ("ita",)
    assert found.how_to_get
