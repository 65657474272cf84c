"""Builds the application around the window, runs it, and ends everything after it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop_app.errors import LecternError
from desktop_app.session import LibraryCare, Session
from desktop_app.settings import default_settings_file, resources_dir, translations_dir
from desktop_app.translation import tr
from desktop_app.ui.garbage import sparing_what_is_made
from desktop_app.ui.instance import SingleInstance
from desktop_app.ui.interrupts import Interrupts
from desktop_app.ui.keeping import Errand
from desktop_app.ui.opened_files import Application
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.speaking import speak_in, system_language, wished_language
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.theme import Scheme, Theme
from desktop_app.ui.window import MainWindow

CLOSE_SECONDS = 5.0
"""How long indexing, the model process and the library may take to end."""

SWITCH_SECONDS = 0.001
"""How long a worker thread may keep the interpreter while the window waits for it."""


def run_window(
    argv_paths: Sequence[Path],
    open_session: Callable[[], Session],
    *,
    instance_key: str = "",
    care: LibraryCare | None = None,
) -> int:
    """Open the window, run it until it is closed, and return the exit status.

    ``argv_paths`` are added to the library. Windows with the same ``instance_key`` (best:
    the library's directory) are one: a second start hands over its paths and ends.
    ``open_session`` is called on a thread of its own. ``care`` is for what needs the library
    closed: then the window closes, and another one does that before it opens the library.
    Must run on the main thread.
    """
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    # A worker thread that computes in Python keeps the interpreter for one interval at a
    # time; at the default of 5 ms a few hand-overs are a visible stall.
    sys.setswitchinterval(SWITCH_SECONDS)
    app = Application(sys.argv[:1])
    app.setApplicationName("Lectern")
    app.setApplicationDisplayName("Lectern")
    app.setDesktopFileName("lectern")
    # A window that is hidden in the tray goes on; the one that is closed says so itself.
    app.setQuitOnLastWindowClosed(False)
    instance = SingleInstance(instance_key)
    if instance.hand_over(argv_paths):
        return 0
    instance.listen()
    app.setWindowIcon(QIcon(str(resources_dir() / "icons" / "lectern.svg")))
    theme = Theme(app, resources_dir() / "icons")
    store = SettingsStore(default_settings_file().with_name("window.ini"))
    look = store.text("look")
    theme.choose(Scheme(look) if look in set(Scheme) else None)
    interrupts = Interrupts(app)
    errand: Errand | None = None
    paths = argv_paths
    is_again = False
    while True:
        speak_in(app, wished_language(store), translations_dir())
        tasks, opening = TaskRunner(), _Opening(open_session)
        window = MainWindow(theme, tasks, store, opening.open, care=care)
        for source in (instance, app):
            source.received.connect(window.take_paths)
        window.closed.connect(app.quit)
        # Queued: before ``exec`` there is nothing that could be told to quit.
        interrupts.received.connect(window.quit, Qt.ConnectionType.QueuedConnection)
        window.open(errand)
        window.take_paths(paths)
        if is_again:
            window.keys["settings"].trigger()
        status = app.exec()
        for source in (instance, app):
            source.received.disconnect(window.take_paths)
        interrupts.received.disconnect(window.quit)
        tasks.close(seconds=CLOSE_SECONDS, last=opening.close)
        errand, paths, is_again = window.keeping.errand, (), window.language.is_followed
        if errand is None and not is_again:
            instance.close()
            interrupts.close()
            return status
        window.deleteLater()


class _Opening:
    """Opens the library of a window, and closes it also where the window was gone by then."""

    def __init__(self, open_session: Callable[[], Session]) -> None:
        self._open_session = open_session
        self._opened: list[Session] = []

    def open(self) -> Session:
        with sparing_what_is_made():
            session = self._open_session()
        self._opened.append(session)
        return session

    def close(self) -> None:
        for session in self._opened:
            session.close()


def show_failure(error: LecternError) -> None:
    """Say why there will be no window, to someone without a terminal; until it is closed.

    Must run on the main thread.
    """
    # Kept: Qt ends with the last reference to it.
    app = QApplication.instance()
    if app is None:
        app = QApplication(sys.argv[:1])
        # The settings may be what could not be read, so the system decides.
        speak_in(app, system_language(), translations_dir())
    box = QMessageBox(QMessageBox.Icon.Warning, "Lectern", tr(error.title))
    box.setInformativeText(tr(error.hint))
    box.exec()
