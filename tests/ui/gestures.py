"""What a user does with the window, for the tests of the whole window."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication


def ask(qtbot, window, question="energy target"):
    window.top.question.focus()
    qtbot.keyClicks(window.top.question._edit, question)
    qtbot.keyClick(window.top.question._edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.results.result is not None and window.results.result.is_final)


def drag(window, paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    return mime, enter


def drop(window, paths, *, leave=False):
    mime, enter = drag(window, paths)
    if leave:
        QApplication.sendEvent(window, QDragLeaveEvent())
    elif enter.isAccepted():
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        dropped = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
        QApplication.sendEvent(window, dropped)
