"""What the window's tests share: a theme, a task runner, and nothing left running."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.settings import resources_dir
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.theme import Theme
from tests.ui.fakes import FakeSession


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, resources_dir() / "icons")
    yield made
    made.deleteLater()


@pytest.fixture
def tasks(qapp: QApplication) -> Iterator[TaskRunner]:
    runner = TaskRunner()
    yield runner
    assert runner.close(seconds=5.0), "a lane was still running five seconds after the test"
    runner.deleteLater()


@pytest.fixture
def session() -> FakeSession:
    return FakeSession()


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [each.name for each in threading.enumerate() if each not in before and each.is_alive()]
    assert not left, f"threads left running: {left}"


@pytest.fixture(autouse=True)
def _no_timer_is_left(qapp: QApplication) -> Iterator[None]:
    yield
    running = [
        f"{type(widget).__name__}/{timer.objectName()}"
        for widget in qapp.topLevelWidgets()
        if not widget.isVisible()
        for timer in widget.findChildren(QTimer)
        if timer.isActive()
    ]
    assert not running, f"timers left running: {running}"
