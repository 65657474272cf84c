"""The icon in the tray: there only where there is a tray and where it is wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from desktop_app.domain import IndexPhase, IndexProgress
from desktop_app.ui.habits import Habits, KeptHabits
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.status import StatusLine
from desktop_app.ui.tray import LONG_MS, Tray

# The offscreen platform has no tray, and warns of what it lacks for one.
pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support", "No such signal QPlatformNativeInterface"
)


class Work(QObject):
    """What the icon knows of the work."""

    index_began = Signal()
    progressed = Signal(object)
    index_ended = Signal()
    is_indexing = is_paused = False


class Service(QObject):
    """The notifications of a desktop that has none until a test says so."""

    clicked = Signal()
    refused = Signal(str, str)

    def __init__(self):
        super().__init__()
        self.is_possible = False
        self.said: list[str] = []

    def show(self, title, sentence):
        self.said.append(f"{title}: {sentence}")

    def close(self):
        self.said.append("closed")


class Desk:
    """A window with its icon, a clock that a test sets, and what the icon said."""

    def __init__(self, qtbot, theme, folder):
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.work = cast("Any", Work(self.window))
        self.status = StatusLine(theme, self.window)
        self.habits = KeptHabits(SettingsStore(folder / "window.ini"), self.window)
        self.now, self.has_tray = 0, True
        self.service = Service()
        self.said: list[str] = []
        self.tray = Tray(
            self.window,
            self.work,
            self.status,
            self.habits,
            notifications=cast("Any", self.service),
            is_available=lambda: self.has_tray,
            now_ms=lambda: self.now,
        )
        cast("Any", self.tray.icon).showMessage = self._hear

    def _hear(self, title, sentence, *_):
        self.said.append(f"{title}: {sentence}")

    def run(self, ms):
        self.work.index_began.emit()
        self.now += ms
        self.work.index_ended.emit()


@pytest.fixture
def desk(qtbot, theme, tmp_path):
    made = Desk(qtbot, theme, tmp_path)
    yield made
    made.tray.close()


def stay(desk):
    desk.habits.choose(replace(desk.habits.now, stays=True))


def test_there_is_no_icon_until_the_user_wants_one(desk):
    assert not desk.tray.icon.isVisible()
    stay(desk)
    assert desk.tray.icon.isVisible()
    desk.habits.choose(Habits())
    assert not desk.tray.icon.isVisible()


def test_without_a_tray_there_is_none_and_closing_closes(desk):
    desk.has_tray = False
    stay(desk)
    assert not desk.tray.icon.isVisible()
    assert not desk.tray.keep()


def test_a_tray_that_comes_later_gets_the_icon_when_the_window_is_looked_at(qtbot, desk):
    desk.has_tray = False
    stay(desk)
    desk.has_tray = True
    desk.window.show()
    desk.window.activateWindow()
    qtbot.waitUntil(desk.tray.icon.isVisible)


def test_no_window_is_hidden_without_an_icon_to_find_it_by(desk):
    stay(desk)
    desk.has_tray = False
    desk.habits.choose(replace(desk.habits.now, tells=False))
    assert not desk.tray.icon.isVisible()
    desk.has_tray = True
    desk.window.show()
    assert desk.tray.keep()
    assert desk.tray.icon.isVisible()


def test_closing_hides_the_window_only_where_that_is_wanted(qtbot, desk):
    desk.window.show()
    assert not desk.tray.keep()
    stay(desk)
    assert desk.tray.keep()
    assert not desk.window.isVisible()
    assert desk.said == ["Lectern goes on in the tray: The menu of its icon ends it."]
    assert desk.tray.keep()
    assert len(desk.said) == 1
    desk.tray.release()
    assert not desk.tray.keep()


def test_the_menu_shows_and_hides_pauses_and_quits(qtbot, desk):
    toggle, pause, _, leave = desk.tray.menu.actions()
    desk.window.show()
    desk.tray._fill()
    assert (toggle.text(), pause.isEnabled()) == ("Hide Lectern", False)
    toggle.trigger()
    assert not desk.window.isVisible()
    desk.work.is_indexing = desk.work.is_paused = True
    desk.tray._fill()
    assert (toggle.text(), pause.text()) == ("Show Lectern", "Resume indexing")
    with qtbot.waitSignals(
        [desk.tray.summoned, desk.tray.pause_requested, desk.tray.quit_requested]
    ):
        for action in (toggle, pause, leave):
            action.trigger()


def test_a_click_on_the_icon_summons_a_hidden_window(qtbot, desk):
    with qtbot.waitSignal(desk.tray.summoned):
        desk.tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)


def test_the_tip_says_how_far_indexing_is_once_a_second_at_most(desk):
    stay(desk)
    for done in (1, 2, 3):
        progress = IndexProgress(IndexPhase.READING, files_done=done, files_total=9)
        desk.status.show_progress(progress, is_paused=False)
        desk.work.progressed.emit(progress)
        desk.now += 600
    assert "Reading 3 of 9 files" in desk.tray.icon.toolTip()
    desk.now -= 600
    desk.status.show_progress(replace(progress, files_done=4), is_paused=False)
    desk.work.progressed.emit(progress)
    assert "Reading 3 of 9 files" in desk.tray.icon.toolTip()


def test_the_end_of_a_long_run_is_said_while_the_window_is_not_in_front(desk):
    desk.run(LONG_MS - 1)
    assert desk.said == []
    desk.run(LONG_MS)
    assert desk.said == [f"Indexing has ended: {desk.status.sentence}."]
    assert desk.tray.icon.isVisible()


def test_a_run_that_begins_anew_after_a_write_is_still_the_same_run(desk):
    desk.work.index_began.emit()
    desk.now += LONG_MS
    desk.run(1)
    assert len(desk.said) == 1


def test_it_is_not_said_to_who_looks_at_it_or_does_not_want_it(qtbot, desk):
    desk.habits.choose(Habits(tells=False))
    desk.run(LONG_MS)
    desk.habits.choose(Habits())
    desk.window.show()
    desk.window.activateWindow()
    qtbot.waitUntil(desk.window.isActiveWindow)
    desk.run(LONG_MS)
    assert desk.said == []


def test_an_icon_that_only_told_something_goes_when_the_window_is_looked_at(qtbot, desk):
    desk.run(LONG_MS)
    desk.window.show()
    desk.window.activateWindow()
    qtbot.waitUntil(lambda: not desk.tray.icon.isVisible())


def test_where_the_desktop_shows_messages_no_icon_is_needed_for_them(qtbot, desk):
    desk.has_tray, desk.service.is_possible = False, True
    assert desk.tray.can_tell
    desk.run(LONG_MS)
    assert desk.service.said == [f"Indexing has ended: {desk.status.sentence}."]
    assert desk.said == []
    with qtbot.waitSignal(desk.tray.summoned):
        desk.service.clicked.emit()
    desk.tray.close()
    assert desk.service.said[-1] == "closed"


def test_what_the_desktop_does_not_show_the_icon_says(desk):
    desk.service.is_possible = True
    desk.run(LONG_MS)
    assert not desk.tray.icon.isVisible()
    desk.service.refused.emit("Indexing has ended", "All is read.")
    assert desk.said == ["Indexing has ended: All is read."]
    assert desk.tray.icon.isVisible()


def test_without_either_nothing_is_said_and_nothing_breaks(desk):
    desk.has_tray = False
    assert not desk.tray.can_tell
    desk.run(LONG_MS)
    assert desk.said == desk.service.said == []


# ------------------------------------------------------------------- in the window


def test_the_settings_offer_it_only_where_there_is_a_tray(opened):
    opened.keys["settings"].trigger()
    boxes = opened.tending.settings.habits
    assert opened.tray.is_possible == boxes.box("stays").isVisible()
    assert opened.tray.can_tell == boxes.box("tells").isVisible()


@pytest.mark.parametrize("is_summoned", [True, False])
def test_quitting_closes_also_where_closing_hides(qtbot, opened, monkeypatch, is_summoned):
    monkeypatch.setattr(opened.tray, "_is_available", lambda: True)
    opened._habits.choose(Habits(stays=True))
    opened.close()
    assert not opened.isVisible()
    if is_summoned:
        opened.take_paths(())
        assert opened.isVisible()
    with qtbot.waitSignal(opened.closed):
        opened.keys["quit"].trigger()
    assert not opened.tray.icon.isVisible()


def test_being_summoned_puts_the_cursor_into_the_question_box(qtbot, opened):
    opened.library._list.setFocus()
    opened.setWindowState(Qt.WindowState.WindowMinimized)
    opened.take_paths(())
    assert not opened.isMinimized()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is opened.top.question.edit)
