"""What the window's tests share: a theme, a task runner, and nothing left running."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.session import Session
from desktop_app.settings import resources_dir
from desktop_app.ui.preview import PreviewPane
from desktop_app.ui.results import ResultsView
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow
from tests.ui.fakes import FakeSession

MakeWindow = Callable[[Callable[[], Session]], MainWindow]


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


@pytest.fixture
def make_window(qtbot, theme: Theme, tasks: TaskRunner, tmp_path: Path) -> MakeWindow:
    """Make and open a window; the second one of a test finds what the first remembered."""

    def make(open_session: Callable[[], Session]) -> MainWindow:
        store = SettingsStore(tmp_path / "window.ini")
        window = MainWindow(theme, tasks, store, open_session)
        qtbot.addWidget(window)
        window.open()
        qtbot.waitExposed(window)
        return window

    return make


@pytest.fixture
def opened(qtbot, session: FakeSession, make_window: MakeWindow) -> MainWindow:
    """A wide window whose first run of indexing is over."""
    session.steps = 3
    window = make_window(lambda: session)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: bool(session.called("index")) and not window.work.is_indexing)
    qtbot.waitUntil(lambda: bool(window.library.roots))
    return window


@pytest.fixture
def models(qtbot, opened: MainWindow) -> MainWindow:
    """The window with its Models page in front."""
    opened.keys["models"].trigger()
    qtbot.waitUntil(lambda: len(opened.models.packs) == 3)
    return opened


@pytest.fixture(autouse=True)
def _nothing_is_said_to_a_real_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [each.name for each in threading.enumerate() if each not in before and each.is_alive()]
    assert not left, f"threads left running: {left}"


@pytest.fixture(autouse=True)
def _no_timer_is_left(qapp: QApplication) -> Iterator[None]:
    yield
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    running = [
        f"{type(widget).__name__}/{timer.objectName()}"
        for widget in qapp.topLevelWidgets()
        for timer in widget.findChildren(QTimer)
        if timer.isActive()
    ]
    assert not running, f"timers left running: {running}"


@pytest.fixture
def pane(qtbot, theme: Theme, tasks: TaskRunner, blank) -> PreviewPane:
    """Make the pane that shows documents; ``blank`` is the session, each module's own."""
    made = PreviewPane(theme, tasks, lambda: blank)
    qtbot.addWidget(made)
    made.resize(640, 800)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def view(qtbot, theme: Theme) -> ResultsView:
    """Make the view of answers, which shows none yet."""
    made = ResultsView(theme)
    qtbot.addWidget(made)
    made.resize(560, 700)
    made.show()
    qtbot.waitExposed(made)
    return made
