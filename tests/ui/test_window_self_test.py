"""The self-test's look at the window: what it does there, and what it says is wrong."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop_app.errors import LibraryLocked, ProcessorTooOld
from desktop_app.session import Session
from desktop_app.ui.application import show_failure
from desktop_app.ui.self_test import prove_window
from tests.ui.fakes import FakeSession

_SECONDS = 5.0


def _prove(session: FakeSession, file: str) -> str:
    folder = Path(__file__).parent
    return prove_window(lambda: session, folder, "energy target", file, seconds=_SECONDS)


def test_a_window_that_shows_the_file_is_well(qapp):
    session = FakeSession(roots=())
    assert _prove(session, session.hits[0].document.path) == ""
    assert [Path(root.path) for root in session.roots()] == [Path(__file__).parent]
    assert session.is_closed


def test_a_window_that_shows_other_files_names_them(qapp):
    session = FakeSession()
    wrong = _prove(session, "absent.pdf")
    assert wrong.startswith("The window shows ")
    assert session.hits[0].document.path in wrong


def test_a_library_that_does_not_open_is_said(qapp):
    def refuse() -> Session:
        raise LibraryLocked

    wrong = prove_window(refuse, Path(), "energy target", "any.pdf", seconds=_SECONDS)
    assert wrong == "The library did not open in the window."


def test_a_failure_before_the_window_is_shown_in_a_box(qapp, qtbot):
    said: list[str] = []

    def close() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        said.extend([box.text(), box.informativeText()])
        box.accept()

    QTimer.singleShot(0, close)
    show_failure(ProcessorTooOld())
    assert said == [ProcessorTooOld.default_title, ProcessorTooOld.default_hint]
