"""Whether the window does its job on this computer: opened, given a folder, asked, closed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QEvent, QEventLoop, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from desktop_app.session import Session
from desktop_app.settings import resources_dir
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.theme import Theme
from desktop_app.ui.window import MainWindow

_SECONDS = 300.0
"""For each step; a computer that is busy with much else makes vectors of the guide in ninety."""
_CLOSE_SECONDS = 10.0
_TICK_MS = 50
_FIRST = 3


def prove_window(
    open_session: Callable[[], Session],
    folder: Path,
    question: str,
    file: str,
    *,
    seconds: float = _SECONDS,
) -> str:
    """Drop ``folder`` on a window, type ``question``, and look for ``file`` among the best.

    Returns what is wrong in a sentence, "" where nothing is. Must run on the main thread;
    the window remembers nothing of it.
    """
    app = QApplication.instance() or QApplication(["lectern"])
    assert isinstance(app, QApplication)
    with tempfile.TemporaryDirectory(prefix="lectern-window-") as directory:
        tasks = TaskRunner()
        store = SettingsStore(Path(directory, "window.ini"))
        window = MainWindow(Theme(app, resources_dir() / "icons"), tasks, store, open_session)
        window.open()
        try:
            return _wrong_with(window, folder, question, file, seconds=seconds)
        finally:
            window.close()
            last = window.session.close if window.session is not None else None
            tasks.close(seconds=_CLOSE_SECONDS, last=last)
            window.deleteLater()


def _wrong_with(
    window: MainWindow, folder: Path, question: str, file: str, *, seconds: float
) -> str:
    def is_settled() -> bool:
        return window.session is not None or window.body.currentWidget() is window.failure

    def is_read() -> bool:
        coverage = window.session.coverage() if window.session is not None else None
        return coverage is not None and coverage.is_complete and coverage.embedded > 0

    def is_answered() -> bool:
        result = window.results.result
        return result is not None and result.is_final

    if not _happens(is_settled, seconds) or window.session is None:
        return "The library did not open in the window."
    _drop(window, folder)
    if not _happens(is_read, seconds):
        return "What was dropped was not read to the end."
    _type(window, question)
    if not _happens(is_answered, seconds):
        return "There was no answer in the window."
    found = [hit.document.path for hit in window.results.hits[:_FIRST]]
    return "" if file in found else f"The window shows {', '.join(found) or 'nothing'} first."


def _happens(condition: Callable[[], bool], seconds: float) -> bool:
    """Let the window live until the condition holds; False when that takes too long."""
    ends = monotonic() + seconds
    loop, timer = QEventLoop(), QTimer(interval=_TICK_MS)

    def look() -> None:
        if condition() or monotonic() > ends:
            loop.quit()

    timer.timeout.connect(look)
    timer.start()
    loop.exec()
    timer.stop()
    return condition()


def _drop(window: QWidget, folder: Path) -> None:
    dragged = QMimeData()
    dragged.setUrls([QUrl.fromLocalFile(str(folder))])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    keys = Qt.KeyboardModifier.NoModifier
    place = QPoint(9, 9)
    QApplication.sendEvent(window, QDragEnterEvent(place, action, dragged, button, keys))
    QApplication.sendEvent(window, QDropEvent(QPointF(place), action, dragged, button, keys))


def _type(window: MainWindow, question: str) -> None:
    box = window.top.question.findChild(QLineEdit)
    assert box is not None
    for letter in question:
        _press(box, 0, letter)
    _press(box, Qt.Key.Key_Return, "\r")


def _press(box: QWidget, key: int, text: str) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text)
        QApplication.sendEvent(box, event)
