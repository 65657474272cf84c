"""The self-test of an installed copy, where something is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from desktop_app.cli.self_test import run_self_test
from desktop_app.domain import IndexProgress
from desktop_app.errors import LecternError, PackMissing
from desktop_app.session import Session
from desktop_app.settings import Settings
from tests.ui.fakes import FakeSession


class Unreadable(FakeSession):
    """A copy in which no parser can be started."""

    def index(self, *_: object, **__: object) -> Iterator[IndexProgress]:
        """Fail at once."""
        raise LecternError


def _checks(
    session: Session | LecternError, capsys: pytest.CaptureFixture[str], window: str = ""
) -> tuple[int, dict[str, str]]:
    def open_session(settings: Settings) -> Session:
        assert settings.pack == "starter"
        if isinstance(session, LecternError):
            raise session
        return session

    def prove_window(*_: object) -> str:
        return window

    status = run_self_test(Settings(pack="another"), open_session, prove_window)
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is (status == 0)
    return status, answer["checks"]


def test_a_copy_that_finds_other_files_fails_and_names_them(capsys: pytest.CaptureFixture[str]):
    status, checks = _checks(FakeSession(), capsys)
    assert status == 1
    assert "Not read" in checks["reading"]
    assert any("first" in wrong for what, wrong in checks.items() if what.startswith("answer"))


def test_a_copy_without_its_models_fails_in_a_sentence(capsys: pytest.CaptureFixture[str]):
    error = PackMissing("starter")
    assert _checks(error, capsys) == (1, {"library": str(error), "window": "ok"})


def test_a_copy_that_cannot_index_fails_in_a_sentence(capsys: pytest.CaptureFixture[str]):
    assert _checks(Unreadable(), capsys) == (1, {"work": str(LecternError()), "window": "ok"})


def test_a_copy_whose_window_fails_says_what_it_shows(capsys: pytest.CaptureFixture[str]):
    status, checks = _checks(FakeSession(), capsys, "The window shows nothing first.")
    assert status == 1
    assert checks["window"] == "The window shows nothing first."
