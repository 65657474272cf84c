"""The window on a fake session: keys, memory, access."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QLineEdit,
    QWidget,
)

from desktop_app.ui.actions import SHORTCUTS
from tests.ui.gestures import ask


@pytest.mark.parametrize("shortcut", [each for each in SHORTCUTS if each.name])
def test_every_shortcut_of_the_sheet_has_an_action(opened, shortcut):
    action = opened.keys[shortcut.name]
    assert [each.toString() for each in action.shortcuts()] == list(shortcut.keys)


def test_no_key_is_taken_twice_in_one_place():
    named = [key for each in SHORTCUTS if each.name for key in each.keys]
    assert len(named) == len(set(named))
    listed = [(each.group, key) for each in SHORTCUTS for key in each.keys]
    assert len(listed) == len(set(listed))


def test_the_readme_lists_the_keys_that_work():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    table = readme.split("## Keys", 1)[1].split("\n## ", 1)[0]
    listed = [line.strip("| ").split(" | ") for line in table.splitlines() if "`" in line]
    assert listed == [
        [" or ".join(f"`{key}`" for key in each.keys), each.text, each.group.lower()]
        for each in SHORTCUTS
    ]


def test_ctrl_k_focuses_the_box_and_escape_returns_there(qtbot, session, opened):
    ask(qtbot, opened)
    opened.results.setFocus()
    qtbot.keyClick(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is opened.top.question.edit)


def test_a_question_mark_shows_the_keys_but_can_be_typed(qtbot, opened):
    opened.top.question.focus()
    qtbot.keyClicks(opened.top.question.edit, "what?")
    assert opened.top.question.question == "what?"
    assert not opened.help.isVisible()
    opened.library._list.setFocus()
    qtbot.keyClick(opened.library._list, Qt.Key.Key_Question)
    assert opened.help.isVisible()
    qtbot.keyClick(opened.help, Qt.Key.Key_Escape)
    assert not opened.help.isVisible()


def test_the_keys_sheet_covers_the_window_and_a_click_closes_it(qtbot, opened):
    opened.keys["help"].trigger()
    opened.resize(1000, 640)
    assert opened.help.geometry() == opened.rect()
    qtbot.mouseClick(opened.help, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert not opened.help.isVisible()


@pytest.mark.parametrize(("width", "columns"), [(1600, 3), (1100, 2), (700, 1)])
def test_the_keys_sheet_shows_every_line_whole_in_as_many_columns_as_fit(
    qtbot, opened, width, columns
):
    opened.resize(width, 600)
    opened.keys["help"].trigger()
    sheet = opened.help
    assert len(sheet._columns) == columns
    qtbot.waitUntil(
        lambda: sheet._scroll.widget().width() >= sheet._scroll.widget().minimumSizeHint().width()
    )
    assert sheet.rect().contains(sheet._scroll.parentWidget().geometry())
    before = sheet._scroll.verticalScrollBar().value()
    qtbot.keyClick(sheet, Qt.Key.Key_Down)
    assert sheet.isVisible()
    bar = sheet._scroll.verticalScrollBar()
    assert bar.value() > before or bar.maximum() == 0


def test_down_enters_the_answer_and_enter_opens_the_preview(qtbot, session, opened):
    opened.resize(1000, 700)
    ask(qtbot, opened)
    qtbot.keyClick(opened.top.question.edit, Qt.Key.Key_Down)
    qtbot.waitUntil(opened.results.list.hasFocus)
    qtbot.keyClick(opened.results.list, Qt.Key.Key_Return)
    assert opened.panes.is_preview_open
    assert opened.preview.hit == opened.results.current_hit()
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.panes.is_preview_open


def test_a_new_question_puts_the_sheet_away_and_leaves_the_focus_in_the_box(qtbot, opened):
    opened.resize(1000, 700)
    ask(qtbot, opened)
    opened.results.hit_activated.emit(opened.results.current_hit())
    assert opened.panes.is_preview_open
    ask(qtbot, opened, "another question")
    assert not opened.panes.is_preview_open
    assert QApplication.focusWidget() is opened.top.question.edit


def test_f3_goes_through_the_document_and_the_list_follows(qtbot, session, opened):
    ask(qtbot, opened)
    first = opened.results.current_hit()
    opened.keys["next-in-document"].trigger()
    second = opened.results.current_hit()
    assert second != first
    assert second.document.full_path == first.document.full_path
    assert opened.preview.hit == second
    opened.keys["previous-in-document"].trigger()
    assert opened.results.current_hit() == first


def test_the_menu_offers_what_has_no_button_of_its_own(opened):
    texts = {action.text() for action in opened.top._more.menu().actions() if action.text()}
    assert {"Add a folder", "Appearance", "Quit"} <= texts


def test_copying_puts_passage_and_source_on_the_clipboard(qtbot, session, opened):
    ask(qtbot, opened)
    opened.keys["copy"].trigger()
    assert "Energy report 2022, p. 12" in QGuiApplication.clipboard().text()
    assert "Copied" in opened.message.text


def test_opening_a_file_that_is_gone_is_said_in_the_bar(qtbot, session, opened):
    ask(qtbot, opened)
    for name in ("open", "reveal"):
        opened.keys[name].trigger()
        qtbot.waitUntil(lambda: "no longer at" in opened.message.text)
        opened.message.settle()


def test_keys_for_a_hit_do_nothing_without_one(opened):
    for name in ("open", "reveal", "copy", "next-in-document", "previous-in-document"):
        opened.keys[name].trigger()
    assert opened.message.text == ""


def test_place_panes_question_and_look_survive_a_restart(qtbot, session, make_window):
    window = make_window(lambda: session)
    window.resize(640, 533)
    window.top.question.put("energy target")
    window.top.look_chosen.emit("dark")
    window.close()
    again = make_window(lambda: session)
    assert again.size() == window.size()
    assert again.top.question.question == "energy target"
    qtbot.waitUntil(lambda: session.called("search") == ["energy target"])
    again.top.look_chosen.emit("")


def test_everything_that_can_be_used_has_an_accessible_name(qtbot, session, opened):
    kinds = (QAbstractButton, QLineEdit, QAbstractItemView)
    nameless = []
    for widget in opened.findChildren(QWidget):
        inner = isinstance(widget.parent(), (QAbstractItemView, QAbstractScrollArea, QLineEdit))
        if not isinstance(widget, kinds) or inner or widget.objectName().startswith("qt_"):
            continue
        named = widget.accessibleName() or (
            widget.text() if isinstance(widget, QAbstractButton) else ""
        )
        if not named:
            nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert not nameless


@pytest.mark.parametrize("width", [1280, 1000, 700, 480])
def test_the_window_fits_and_nothing_sticks_out(qtbot, session, opened, width):
    opened.resize(width, 600)
    ask(qtbot, opened)
    assert opened.width() == width
    for part in (opened.top, opened.status, opened.body):
        assert part.geometry().right() < width
