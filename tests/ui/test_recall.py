"""What was asked before: kept, offered, filtered, removed, forgotten, saved under a name."""

from __future__ import annotations

import logging
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from desktop_app.ui.narrowing import Narrowing
from desktop_app.ui.recall import LONGEST, MOST_KEPT, Asked, Recall
from desktop_app.ui.recall_list import remove_area
from desktop_app.ui.settings_store import SettingsStore
from tests.ui.gestures import ask, focused
from tests.ui.samples import ROOT


@pytest.fixture
def store(qapp, tmp_path):
    return SettingsStore(tmp_path / "window.ini")


@pytest.fixture
def recall(store):
    return Recall(store)


def questions(recall):
    return [each.question for each in recall.earlier]


# ------------------------------------------------------------------- what is kept


def test_the_latest_question_comes_first_and_a_repeated_one_moves_up(recall):
    for question in ("one", "two", "one"):
        recall.note(Asked(question))
    assert questions(recall) == ["one", "two"]


def test_the_same_words_in_another_folder_are_another_question(recall):
    recall.note(Asked("one"))
    recall.note(Asked("one", Narrowing(folder="/papers")))
    assert len(recall.earlier) == 2


def test_at_most_two_hundred_are_kept_and_pasted_texts_are_not(recall):
    for number in range(MOST_KEPT + 5):
        recall.note(Asked(f"question {number}"))
    recall.note(Asked("x" * (LONGEST + 1)))
    recall.note(Asked(""))
    assert len(recall.earlier) == MOST_KEPT
    assert questions(recall)[0] == f"question {MOST_KEPT + 4}"


def test_both_lists_survive_a_restart(recall, store):
    asked = Asked('目标 "a", b;\n=', Narrowing("/a b", "PDF", "Last 7 days"))
    recall.note(asked)
    recall.save(Asked("budget"), "Money")
    store.close()
    again = Recall(store)
    assert again.earlier == (asked,)
    assert [each.name for each in again.saved] == ["Money"]


def test_nonsense_in_the_store_is_passed_over(store):
    lines = ("[", "3", '["q"]', '["q", "", "No such kind", "", ""]', '[1, "", "", "", ""]')
    store.put("history", (*lines, '["right", "", "", "", ""]'))
    assert questions(Recall(store)) == ["right"]


def test_nothing_is_kept_when_it_is_switched_off(store):
    recall = Recall(store, is_on=False)
    recall.note(Asked("secret"))
    assert recall.earlier == ()


def test_a_saved_search_has_one_name_and_a_name_one_search(recall):
    recall.save(Asked("one"), "Name")
    recall.save(Asked("one"), "Better name")
    assert [each.name for each in recall.saved] == ["Better name"]
    recall.save(Asked("two"), "better NAME")
    assert [(each.name, each.question) for each in recall.saved] == [("better NAME", "two")]
    assert recall.name_of(Asked("two")) == "better NAME"
    assert recall.name_of(Asked("one")) == ""


def test_what_was_forgotten_comes_back_behind_what_was_asked_since(recall):
    recall.note(Asked("old"))
    forgotten = recall.forget_all()
    recall.note(Asked("new"))
    recall.bring_back(forgotten)
    assert questions(recall) == ["new", "old"]


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=12), st.text(max_size=4))
def test_what_matches_holds_every_word_and_keeps_its_order(texts, words):
    recall = Recall(_NoStore())
    for text in texts:
        recall.note(Asked(text))
    _, found = recall.matching(words)
    assert [each for each in recall.earlier if each in found] == list(found)
    for each in recall.earlier:
        holds = all(word in each.question.casefold() for word in words.casefold().split())
        assert (each in found) == holds


class _NoStore(SettingsStore):
    def __init__(self):
        self.values = {}

    def texts(self, key):
        return self.values.get(key, ())

    def put(self, key, value):
        self.values[key] = value


@pytest.mark.skipif(sys.platform == "win32", reason="Windows guards the user's folder instead")
def test_nobody_else_may_read_what_was_asked(qapp, tmp_path):
    path = tmp_path / "config" / "window.ini"
    store = SettingsStore(path)
    Recall(store).note(Asked("secret"))
    store.close()
    assert "secret" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o077 == 0


# ------------------------------------------------------------------- in the window


@pytest.fixture
def window(qtbot, opened):
    for question in ("energy target", "heat pump", "district heating"):
        ask(qtbot, opened, question)
    opened.top.question.clear()
    return opened


def press(qtbot, window, *keys):
    for key in keys:
        qtbot.keyClick(window.top.question.edit, key)


def rows(window):
    shown = window.recalling.sheet.list
    return [shown.item(row).text() for row in range(shown.count())]


def test_down_in_the_empty_box_offers_earlier_questions_and_enter_asks(qtbot, session, window):
    press(qtbot, window, Qt.Key.Key_Down)
    assert rows(window) == [
        "Earlier questions",
        "district heating",
        "heat pump",
        "energy target",
    ]
    assert focused() is window.top.question.edit
    assert "district heating" in window.top.question.edit.accessibleDescription()
    press(qtbot, window, Qt.Key.Key_Down, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.called("search")[-1] == "heat pump")
    assert window.recalling.sheet.isHidden()
    assert window.top.question.question == "heat pump"


def test_the_button_offers_them_too_and_takes_them_away_again(qtbot, window):
    button = window.top.question.recall
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.recalling.sheet.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.recalling.sheet.isHidden()


def test_typing_filters_and_enter_without_a_row_asks_what_was_typed(qtbot, session, window):
    press(qtbot, window, Qt.Key.Key_Down)
    qtbot.keyClicks(window.top.question.edit, "heat")
    assert rows(window) == ["Earlier questions", "district heating", "heat pump"]
    press(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.called("search")[-1] == "heat")
    assert window.recalling.sheet.isHidden()


def test_delete_removes_a_row_and_goes_to_the_next(qtbot, window):
    press(qtbot, window, Qt.Key.Key_Down, Qt.Key.Key_Delete)
    assert rows(window) == ["Earlier questions", "heat pump", "energy target"]
    assert window.recalling.sheet.list.current_asked() == Asked("heat pump")
    press(qtbot, window, Qt.Key.Key_Delete, Qt.Key.Key_Delete)
    assert window.recalling.recall.earlier == ()
    assert window.recalling.sheet.list.isHidden()


def test_escape_and_a_click_beside_it_put_the_sheet_away(qtbot, window):
    press(qtbot, window, Qt.Key.Key_Down)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.recalling.sheet.isHidden()
    press(qtbot, window, Qt.Key.Key_Down)
    place = window.status.mapTo(window, window.status.rect().center())
    qtbot.mouseClick(window.windowHandle(), Qt.MouseButton.RightButton, pos=place)
    assert window.recalling.sheet.isHidden()


def test_forgetting_all_can_be_undone(qtbot, window):
    press(qtbot, window, Qt.Key.Key_Down)
    window.recalling.recall.save(Asked("budget"), "Money")
    qtbot.mouseClick(window.recalling.sheet.forget, Qt.MouseButton.LeftButton)
    assert window.recalling.recall.earlier == ()
    assert window.recalling.recall.saved
    assert "3 earlier questions are forgotten" in window.message.text
    qtbot.mouseClick(window.message.action, Qt.MouseButton.LeftButton)
    assert len(window.recalling.recall.earlier) == 3


def test_a_row_is_asked_by_a_click_and_removed_by_one_on_its_cross(qtbot, session, window):
    press(qtbot, window, Qt.Key.Key_Down)
    shown = window.recalling.sheet.list
    area = shown.visualItemRect(shown.item(1))
    cross = remove_area(area, shown.layoutDirection()).center()
    qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=cross)
    assert "district heating" not in rows(window)
    qtbot.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    qtbot.waitUntil(lambda: session.called("search")[-1] == "heat pump")


def test_what_was_only_typed_is_kept_once_its_answer_is_used(qtbot, opened):
    qtbot.keyClicks(opened.top.question.edit, "boiler")
    qtbot.waitUntil(lambda: opened.results.result is not None and opened.results.result.is_final)
    assert opened.recalling.recall.earlier == ()
    opened.results.hit_activated.emit(opened.results.current_hit())
    assert questions(opened.recalling.recall) == ["boiler"]


def test_a_search_is_saved_with_its_filters_and_asked_again_with_them(qtbot, session, window):
    window.library.choose(ROOT)
    window.top.narrowing.narrow(Narrowing(ROOT, "PDF", ""))
    ask(qtbot, window, "energy")
    window.keys["save"].trigger()
    name = window.recalling.sheet.name
    assert name.hasFocus()
    assert name.selectedText() == "energy"
    qtbot.keyClicks(name, "Energy papers")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "Saved as “Energy papers”" in window.message.text
    window.library.choose("")
    window.top.narrowing.narrow(Narrowing())
    window.top.question.clear()
    press(qtbot, window, Qt.Key.Key_Down)
    assert rows(window)[:2] == ["Saved searches", "Energy papers"]
    press(qtbot, window, Qt.Key.Key_Return)
    full = f"energy {Narrowing(ROOT, 'PDF', '').expression(date.today())}"  # noqa: DTZ011
    qtbot.waitUntil(lambda: session.called("search")[-1] == full)
    assert window.library.chosen == ROOT


def test_a_saved_search_is_renamed_and_removed_with_a_way_back(qtbot, window):
    recall = window.recalling.recall
    recall.save(Asked("budget"), "Money")
    press(qtbot, window, Qt.Key.Key_Down, Qt.Key.Key_F2)
    name = window.recalling.sheet.name
    assert name.text() == "Money"
    qtbot.keyClicks(name, "Cash")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert [each.name for each in recall.saved] == ["Cash"]
    press(qtbot, window, Qt.Key.Key_Down, Qt.Key.Key_Delete)
    assert recall.saved == ()
    qtbot.mouseClick(window.message.action, Qt.MouseButton.LeftButton)
    assert [each.name for each in recall.saved] == ["Cash"]


def test_a_folder_that_is_no_longer_there_narrows_nothing(qtbot, session, window):
    window.recalling.recall.save(Asked("budget", Narrowing("/gone", "PDF")), "Money")
    press(qtbot, window, Qt.Key.Key_Down, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.called("search")[-1] == "budget type:pdf")
    assert "“gone” is no longer in your library" in window.message.text


def test_without_a_question_there_is_nothing_to_save(window):
    window.keys["save"].trigger()
    assert "no question to save" in window.message.text
    assert window.recalling.sheet.isHidden()


def test_switching_it_off_forgets_and_keeps_no_more(qtbot, window):
    window.keys["settings"].trigger()
    box = window.tending.settings.habits.box("remembers")
    qtbot.waitUntil(box.isVisible)
    box.click()
    assert "no more are kept" in window.message.text
    ask(qtbot, window, "secret")
    assert window.recalling.recall.earlier == ()
    window.top.question.clear()
    press(qtbot, window, Qt.Key.Key_Down)
    assert window.recalling.sheet.isHidden()
    window.recalling.toggle()
    assert "not kept" in window.recalling.sheet._nothing.text()
    window.recalling.dismiss()


def test_questions_never_reach_the_log(qtbot, window, caplog):
    caplog.set_level(logging.DEBUG)
    ask(qtbot, window, "a very private question")
    window.keys["save"].trigger()
    qtbot.keyClick(window.recalling.sheet.name, Qt.Key.Key_Return)
    assert "private question" not in caplog.text


def test_the_sheet_stays_below_the_box_and_inside_the_window(qtbot, window):
    for number in range(40):
        window.recalling.recall.note(Asked(f"question {number}"))
    press(qtbot, window, Qt.Key.Key_Down)
    sheet = window.recalling.sheet
    for size in ((1280, 800), (800, 600), (480, 400)):
        window.resize(*size)
        assert sheet.geometry().bottom() < window.height()
        assert sheet.geometry().top() > window.top.question.height()
        assert 0 < sheet.geometry().left() < sheet.geometry().right() < window.width()
        assert sheet.width() >= 380
    window.recalling.dismiss()
