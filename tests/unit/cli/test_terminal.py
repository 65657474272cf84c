"""What is printed on a terminal, whatever files, folders and packs are called."""

from __future__ import annotations

import sys

import pytest

from desktop_app.app import open_session
from desktop_app.cli import parse_arguments, run
from desktop_app.settings import Settings

STEERS = "\x1b]0;taken over\x07"


def _no_window(*_):
    raise AssertionError("only the self-test opens a window")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes no such name")
def test_no_name_steers_the_terminal(tmp_path, capsys):
    settings = Settings(
        library_dir=tmp_path / "library",
        cache_dir=tmp_path / "cache",
        packs_dir=tmp_path / "packs",
        pack=f"none{STEERS}",
    )
    folder = tmp_path / f"papers{STEERS}"
    folder.mkdir()
    (folder / f"drawing.x{STEERS[:6]}").write_text("no text")
    for arguments in (
        ["index", str(folder)],
        ["files"],
        ["folders"],
        ["folders", "rules", str(folder), "--exclude", f"*{STEERS}"],
        ["doctor"],
        ["folders", "remove", str(folder)],
    ):
        assert run(parse_arguments(arguments), settings, open_session, _no_window) == 0
        printed = capsys.readouterr().out
        assert printed
        assert "\x1b" not in printed, arguments
