"""What a user does with the window and sees there, for the tests of the whole window."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui.pack_actions import PackWish


def ask(qtbot, window, question="energy target"):
    window.top.question.focus()
    qtbot.keyClicks(window.top.question.edit, question)
    qtbot.keyClick(window.top.question.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.results.result is not None and window.results.result.is_final)


def drag(window, paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    return mime, enter


_ACTIONS = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
"""What an editor offers to do with its text."""


def drag_text(window, text, *, actions=_ACTIONS, **named):
    """Drag text over the window; what else the program that gives it says is named by format."""
    mime = QMimeData()
    mime.setText(text)
    for name, value in named.items():
        mime.setData(f"text/{name}", value)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), actions, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    return mime, enter


def drop_text(window, text):
    mime, enter = drag_text(window, text)
    assert enter.isAccepted()
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), _ACTIONS, mime, buttons, keys))


def drop(window, paths, *, leave=False):
    mime, enter = drag(window, paths)
    if leave:
        QApplication.sendEvent(window, QDragLeaveEvent())
    elif enter.isAccepted():
        buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        dropped = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
        QApplication.sendEvent(window, dropped)


def click(qtbot, card, wish):
    button = card.choices.button(wish)
    qtbot.waitUntil(button.isVisible)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def consent(qtbot, card):
    qtbot.mouseClick(card.choices.consent, Qt.MouseButton.LeftButton)


def said(card):
    return " ".join(card.sentences)


def begin_download(qtbot, session, window, *, steps=4, until=2):
    """Let a download of BGE-M3 come as far as ``until`` of its steps."""
    session.pack_steps = steps
    session.pack_gate.shut_after(until)
    card = window.models.card("bge-m3")
    click(qtbot, card, PackWish.DOWNLOAD)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "Downloading 2.3 of 4.6 GB" in said(card))
    return card


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget
