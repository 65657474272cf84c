"""A robot that clicks and types at random over a window, and what watches it meanwhile."""

# ruff: noqa: RUF001 - questions in other scripts have their own punctuation
from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QLineEdit,
    QMenu,
    QWidget,
)

from desktop_app.ui.theme import Scheme, Theme
from desktop_app.ui.window import MainWindow
from tests.ui.gestures import drop

_KINDS = (QAbstractButton, QAbstractItemView, QLineEdit)
_SIZES = ((1280, 820), (1000, 700), (800, 600), (640, 480), (480, 400), (1700, 900))
_WORDS = (
    *("how do I add a folder", "energy target", "privacy", "“exact words”", '"half', "type:pdf"),
    *(
        "folder:",
        "was ist Lectern?",
        "如何添加文件夹？",
        "ما هدف الطاقة؟",
        "🎉",
        "x" * 300,
        "-",
        "a",
    ),
)
_K, _M = Qt.Key, Qt.KeyboardModifier
_PLAIN = (
    *(_K.Key_Up, _K.Key_Down, _K.Key_Left, _K.Key_Right, _K.Key_Home, _K.Key_End, _K.Key_F2),
    *(_K.Key_PageUp, _K.Key_PageDown, _K.Key_Tab, _K.Key_Backtab, _K.Key_Return, _K.Key_Escape),
    *(_K.Key_Space, _K.Key_Delete, _K.Key_Backspace, _K.Key_F3, _K.Key_Question),
    *(_K.Key_J, _K.Key_K, _K.Key_S, _K.Key_W, _K.Key_G),
)
_HELD = (
    *((key, _M.ControlModifier) for key in (_K.Key_A, _K.Key_C, _K.Key_V, _K.Key_E, _K.Key_D)),
    *((key, _M.ControlModifier) for key in (_K.Key_K, _K.Key_F, _K.Key_Plus, _K.Key_Minus)),
    *((key, _M.ShiftModifier) for key in (_K.Key_Up, _K.Key_Down, _K.Key_End, _K.Key_F3)),
    (_K.Key_Return, _M.ControlModifier),
)
_LEFT, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Robot(QObject):
    """Takes one random step at each turn of a timer, also inside menus that wait.

    ``folders`` are dropped now and then; ``forbidden`` are names of actions never taken.
    What it did last is in ``steps``.
    """

    def __init__(
        self,
        window: MainWindow,
        theme: Theme,
        random: Random,
        *,
        folders: Sequence[Path] = (),
        forbidden: Sequence[str] = ("quit",),
    ) -> None:
        super().__init__(window)
        self._window, self._theme, self._random = window, theme, random
        self._folders, self._forbidden = tuple(folders), set(forbidden)
        self.steps: deque[str] = deque(maxlen=40)
        self.count = 0
        for name in forbidden:
            window.keys[name].setEnabled(False)
        self._interval_ms = 0
        self._is_on = False

    def start(self, interval_ms: int) -> None:
        """Begin; every step follows the one before after this time at the soonest."""
        self._interval_ms, self._is_on = interval_ms, True
        self._go_on()

    def stop(self) -> None:
        """Take no more steps, and leave nothing open."""
        self._is_on = False
        for _ in range(20):
            open_now = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if open_now is None:
                return
            open_now.close()

    def step(self) -> None:
        """Do one thing."""
        if not self._is_on:
            return
        # Before the step, which may wait in a menu; a timer is deaf until its own turn ends.
        self._go_on()
        self.count += 1
        popup = QApplication.activePopupWidget()
        dialog = QApplication.activeModalWidget()
        if popup is not None:
            self._do("popup", lambda: self._leave_popup(popup))
            return
        if dialog is not None:
            leave = dialog.reject if isinstance(dialog, QDialog) else dialog.close
            self._do("dialog", leave)
            return
        if not self._window.isVisible():
            self._do("summon", lambda: self._window.take_paths(()))
            return
        steps: tuple[tuple[int, str, Callable[[], object]], ...] = (
            (30, "click", self._click),
            (26, "key", self._press),
            (14, "ask", self._ask),
            (10, "action", self._act),
            (6, "wheel", self._scroll),
            (4, "menu", self._open_menu),
            (3, "size", self._resize),
            (2, "look", self._change_look),
            (2, "drop", self._drop),
            (1, "paste", self._paste),
        )
        weights = [weight for weight, _, _ in steps]
        _, name, act = self._random.choices(steps, weights)[0]
        self._do(name, act)

    def _go_on(self) -> None:
        QTimer.singleShot(self._interval_ms, self, self.step)

    def _do(self, name: str, act: Callable[[], object]) -> None:
        self.steps.append(name)
        act()

    def _note(self, what: object) -> None:
        self.steps[-1] = f"{self.steps[-1]} {what}"

    def _target(self, kinds: type[QWidget] | tuple[type[QWidget], ...]) -> QWidget | None:
        found = [
            each
            for each in self._window.findChildren(QWidget)
            if isinstance(each, kinds) and each.isVisible() and each.isEnabled()
        ]
        return self._random.choice(found) if found else None

    def _place_in(self, widget: QWidget) -> QPoint:
        width, height = max(1, widget.width()), max(1, widget.height())
        return QPoint(self._random.randrange(width), self._random.randrange(height))

    def _click(self) -> None:
        target = self._target(_KINDS if self._random.random() < 0.8 else QWidget)
        if target is None:
            return
        self._note(f"{type(target).__name__} {target.accessibleName()[:40]!r}")
        if isinstance(target, QAbstractItemView):
            target = target.viewport()
        button = _RIGHT if self._random.random() < 0.1 else _LEFT
        held = _M.ShiftModifier if self._random.random() < 0.1 else _M.NoModifier
        press = QTest.mouseDClick if self._random.random() < 0.1 else QTest.mouseClick
        press(target, button, held, self._place_in(target))

    def _press(self) -> None:
        target = QApplication.focusWidget() or self._window
        if self._random.random() < 0.3:
            key, held = self._random.choice(_HELD)
        else:
            key, held = self._random.choice(_PLAIN), _M.NoModifier
        self._note(f"{key.name} {held.name} in {type(target).__name__}")
        QTest.keyClick(target, key, held)

    def _ask(self) -> None:
        words = self._random.choice(_WORDS)
        self._note(words[:20])
        self._window.top.question.focus()
        for letter in words[: self._random.randrange(1, 24)]:
            # Not by key: Qt's test keys know no other scripts.
            self._window.top.question.edit.insert(letter)
        if self._random.random() < 0.5:
            QTest.keyClick(self._window.top.question.edit, _K.Key_Return)

    def _act(self) -> None:
        name = self._random.choice(sorted(self._window.keys.keys() - self._forbidden))
        self._note(name)
        self._window.keys[name].trigger()

    def _scroll(self) -> None:
        target = self._target(QAbstractItemView) or self._window
        place = QPointF(self._place_in(target))
        turn = QPoint(0, self._random.choice((-960, -120, 120, 960)))
        held = _M.ControlModifier if self._random.random() < 0.1 else _M.NoModifier
        phase = Qt.ScrollPhase.NoScrollPhase
        around = QPointF(target.mapToGlobal(place.toPoint()))
        event = QWheelEvent(
            place, around, QPoint(), turn, Qt.MouseButton.NoButton, held, phase, False
        )
        QApplication.sendEvent(target, event)

    def _open_menu(self) -> None:
        target = self._target(_KINDS)
        if target is not None:
            self._note(type(target).__name__)
            place = self._place_in(target)
            reason = QContextMenuEvent.Reason.Mouse
            event = QContextMenuEvent(reason, place, target.mapToGlobal(place), _M.NoModifier)
            QApplication.sendEvent(target, event)

    def _leave_popup(self, popup: QWidget) -> None:
        if isinstance(popup, QMenu) and self._random.random() < 0.6:
            forbidden = {self._window.keys[each].text() for each in self._forbidden}
            actions = [
                each
                for each in popup.actions()
                if each.isEnabled() and each.menu() is None and each.text() not in forbidden
            ]
            if actions:
                action = self._random.choice(actions)
                self._note(action.text())
                popup.setActiveAction(action)
                QTest.keyClick(popup, _K.Key_Return)
                return
        QTest.keyClick(popup, _K.Key_Escape)
        if popup.isVisible():
            popup.close()

    def _resize(self) -> None:
        size = self._random.choice(_SIZES)
        self._note(size)
        self._window.resize(*size)

    def _change_look(self) -> None:
        self._theme.choose(self._random.choice((None, *Scheme)))

    def _drop(self) -> None:
        if self._folders:
            drop(
                self._window,
                [self._random.choice(self._folders)],
                leave=self._random.random() < 0.5,
            )

    def _paste(self) -> None:
        QGuiApplication.clipboard().setText("pasted words " * self._random.choice((1, 100_000)))
        self._window.top.question.focus()
        QTest.keyClick(self._window.top.question.edit, _K.Key_V, _M.ControlModifier)


class Troubles(logging.Handler):
    """Collects what nobody should see: exceptions anywhere, and what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []
        self._hooks: tuple[Any, ...] = ()

    def install(self) -> None:
        """Take the place of the interpreter's hooks."""
        self._hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = lambda *raised: self._add("".join(traceback.format_exception(*raised)))
        threading.excepthook = lambda raised: self._add(
            "".join(traceback.format_exception(raised.exc_type, raised.exc_value))
        )
        sys.unraisablehook = lambda raised: self._add(
            "".join(traceback.format_exception(raised.exc_type, raised.exc_value))
        )
        logging.getLogger().addHandler(self)

    def remove(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Collect a record."""
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self._add(f"{record.name}: {record.getMessage()}\n{trace}")

    def _add(self, trouble: str) -> None:
        self.found.append(trouble)
