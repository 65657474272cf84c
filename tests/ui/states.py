"""The main states of the window on a session without a library, each at rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from desktop_app.domain import Coverage, Root, RootState, Verdict
from desktop_app.errors import LibraryLocked
from desktop_app.ui.tasks import Lane, TaskRunner
from desktop_app.ui.window import MainWindow
from tests.ui.conftest import MakeWindow
from tests.ui.fakes import FakeSession
from tests.ui.gestures import ask

WIDTH, HEIGHT = 1120, 720
CALM_ROUNDS, MOST_ROUNDS = 3, 300
"""A window is at rest when this many turns in a row have changed nothing in its picture."""


class EmptySession(FakeSession):
    """Has a folder without a document."""

    def coverage(self) -> Coverage:
        return Coverage(0, 0, 0, 0, 0)

    @staticmethod
    def _root(path: str, state: RootState = RootState.HERE) -> Root:
        return Root(path, state)


def let_lanes_finish(qtbot, tasks: TaskRunner) -> None:
    """Wait until all that was begun off the UI thread has been told to it."""
    lanes: list[Lane] = [lane for lane in get_args(Lane) if lane in tasks._jobs]
    ended: list[None] = []
    for lane in lanes:
        tasks.submit(lane, lambda: None, ended.append)
    qtbot.waitUntil(lambda: len(ended) == len(lanes))


def is_waiting(window: MainWindow) -> bool:
    """Whether something in a window is to happen by itself."""
    return any(timer.isActive() and timer.isSingleShot() for timer in window.findChildren(QTimer))


def picture_of(qtbot, window: MainWindow) -> QImage:
    """Take the picture of a window once it has come to rest."""
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()
    last, calm = window.grab().toImage(), 0
    for _ in range(MOST_ROUNDS):
        let_lanes_finish(qtbot, window._tasks)
        qtbot.waitUntil(lambda: not is_waiting(window))
        QApplication.processEvents()
        taken = window.grab().toImage()
        calm = calm + 1 if taken == last and not is_waiting(window) else 0
        if calm == CALM_ROUNDS:
            return taken
        last = taken
    pytest.fail("the window did not come to rest")


def open_with(qtbot, make_window: MakeWindow, session: FakeSession) -> MainWindow:
    session.steps = 1
    window = make_window(lambda: session)
    window.resize(WIDTH, HEIGHT)
    qtbot.waitUntil(lambda: bool(session.called("index")) and not window.work.is_indexing)
    qtbot.waitUntil(lambda: bool(window.library.roots))
    # Their shares would tell how large the window was before, and that is up to the platform.
    window.panes._splitter.setSizes([220, 500, WIDTH - 720])
    return window


def answered(qtbot, make_window, session) -> MainWindow:
    window = open_with(qtbot, make_window, session)
    ask(qtbot, window)
    wait_for_the_page(qtbot, window)
    return window


def wait_for_the_page(qtbot, window: MainWindow) -> None:
    pages = window.preview.page_view
    qtbot.waitUntil(lambda: bool(pages._pages) and not pages._asking.isActive())
    qtbot.waitUntil(lambda: not window.preview._supply.pages._wanted)


def _first_run(qtbot, make_window):
    window = make_window(lambda: FakeSession((), steps=1))
    window.resize(WIDTH, HEIGHT)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    qtbot.waitUntil(window.first_run.choices.isVisible)
    return window


def _empty_library(qtbot, make_window):
    return open_with(qtbot, make_window, EmptySession())


def answer(qtbot, make_window):
    return answered(qtbot, make_window, FakeSession())


def _small(qtbot, make_window):
    window = answered(qtbot, make_window, FakeSession())
    window.resize(800, 600)
    return window


def _no_good_match(qtbot, make_window):
    session = FakeSession()
    session.verdict = Verdict.NONE
    return answered(qtbot, make_window, session)


def _nothing_found(qtbot, make_window):
    session = FakeSession()
    session.verdict, session.hits = Verdict.NONE, ()
    window = open_with(qtbot, make_window, session)
    ask(qtbot, window)
    return window


def _reading(qtbot, make_window):
    window = answered(qtbot, make_window, FakeSession())
    window.resize(1000, HEIGHT)
    qtbot.keyClick(window.results.list, Qt.Key.Key_Return)
    qtbot.waitUntil(window.preview.page_view.isVisible)
    wait_for_the_page(qtbot, window)
    return window


def _failure(qtbot, make_window):
    def refuse():
        raise LibraryLocked

    window = make_window(refuse)
    window.resize(WIDTH, HEIGHT)
    qtbot.waitUntil(window.failure.isVisible)
    return window


def visited(qtbot, make_window, key: str, is_there: Callable[[MainWindow], bool]) -> MainWindow:
    window = open_with(qtbot, make_window, FakeSession())
    window.keys[key].trigger()
    qtbot.waitUntil(lambda: is_there(window))
    return window


def _ledger(qtbot, make_window):
    return visited(
        qtbot, make_window, "ledger", lambda window: window.ledger.table.model().rowCount() > 0
    )


def _models(qtbot, make_window):
    return visited(qtbot, make_window, "models", lambda window: len(window.models.packs) == 3)


def _settings(qtbot, make_window):
    return visited(
        qtbot, make_window, "settings", lambda window: bool(window.tending.settings._languages)
    )


STATES = {
    "first-run": _first_run,
    "empty-library": _empty_library,
    "answer": answer,
    "answer-800x600": _small,
    "no-good-match": _no_good_match,
    "nothing-found": _nothing_found,
    "reading": _reading,
    "files": _ledger,
    "models": _models,
    "settings": _settings,
    "failure": _failure,
}
