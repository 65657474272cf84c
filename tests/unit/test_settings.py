"""A settings file may be missing, partly wrong or not TOML at all."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from desktop_app.errors import SettingsError
from desktop_app.settings import Settings, load_settings


def test_without_a_file_the_defaults_hold(tmp_path: Path):
    assert load_settings(tmp_path / "absent.toml") == Settings()


def test_values_are_read_with_their_types(tmp_path: Path):
    file = tmp_path / "settings.toml"
    file.write_text('library_dir = "/data/lib"\nparse_seconds = 5\nthreads = 2\n')
    settings = load_settings(file)
    assert settings.library_dir == Path("/data/lib")
    assert settings.parse_seconds == 5.0
    assert isinstance(settings.parse_seconds, float)
    assert settings.threads == 2


@pytest.mark.parametrize("line", ['threads = "two"', "threads = -1", "threads = true", "pack = 3"])
def test_a_wrong_value_is_named_with_its_default(tmp_path: Path, line: str):
    file = tmp_path / "settings.toml"
    file.write_text(line)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert line.split(maxsplit=1)[0] in caught.value.title
    assert "default" in caught.value.hint


def test_a_word_that_is_no_choice_is_answered_with_the_choices(tmp_path: Path):
    file = tmp_path / "settings.toml"
    file.write_text('index_when = "on power"')
    assert load_settings(file).index_when == "on power"
    file.write_text('index_when = "sometimes"')
    with pytest.raises(SettingsError, match="'always', 'on power', 'when idle'"):
        load_settings(file)


def test_a_file_that_is_not_toml_is_named(tmp_path: Path):
    file = tmp_path / "settings.toml"
    file.write_bytes(b"\xff\xfe not toml [")
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load_settings(file)


def test_an_unknown_key_is_a_warning_not_an_error(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    file = tmp_path / "settings.toml"
    file.write_text("colour = 'blue'\n")
    with caplog.at_level(logging.WARNING):
        assert load_settings(file) == Settings()
    assert "colour" in caplog.text
