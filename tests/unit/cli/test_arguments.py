"""What the words after the program's name mean."""

from __future__ import annotations

import pytest

from desktop_app.cli import parse_arguments


def test_alone_it_is_the_window():
    options = parse_arguments([])
    assert (options.command, options.folders) == ("gui", [])


def test_what_is_dropped_on_the_icon_opens_in_the_window(tmp_path):
    dropped = [str(tmp_path / "Papers"), str(tmp_path / "search")]
    options = parse_arguments(dropped)
    assert (options.command, options.folders) == ("gui", dropped)


def test_a_name_that_is_no_command_is_told(capsys):
    with pytest.raises(SystemExit):
        parse_arguments(["Papers"])
    assert "invalid choice" in capsys.readouterr().err
