"""Logging must never stop the application, and an uncaught error must be in the file."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.log import set_up_logging


@pytest.fixture(autouse=True)
def _logging_restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr("faulthandler.enable", lambda: None)
    yield
    for added in [each for each in root.handlers if each not in before]:
        root.removeHandler(added)
        added.close()
    root.setLevel(level)


def test_an_uncaught_error_is_written_to_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    set_up_logging(tmp_path)
    error = ValueError("lost")
    sys.excepthook(ValueError, error, None)
    assert "ValueError: lost" in (tmp_path / "lectern.log").read_text()
    assert "lost" in capsys.readouterr().err


def test_a_directory_that_cannot_be_made_does_not_stop_the_start(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    set_up_logging(tmp_path / "file" / "logs")
    logging.getLogger("lectern.test").info("still here")
