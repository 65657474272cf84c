# ruff: noqa: RUF001 - Chinese and Arabic questions have their own punctuation
from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop_app.ui.question import QuestionBox


@pytest.fixture
def box(qtbot, theme):
    made = QuestionBox(theme)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def asked(box):
    questions: list[tuple[str, bool]] = []
    box.asked.connect(lambda question, is_submitted: questions.append((question, is_submitted)))
    return questions


def test_a_pause_in_typing_asks_once(qtbot, box, asked):
    qtbot.keyClicks(box.edit, "energy target")
    assert not asked
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [("energy target", False)]


def test_enter_asks_at_once_and_the_pause_does_not_ask_again(qtbot, box, asked):
    qtbot.keyClicks(box.edit, "energy")
    qtbot.keyClick(box.edit, Qt.Key.Key_Return)
    assert asked == [("energy", True)]
    assert not box._pause.isActive()


def test_every_key_starts_the_pause_anew(qtbot, box, asked):
    box._pause.setInterval(10_000)
    for letter in "abc":
        box._pause.stop()
        qtbot.keyClicks(box.edit, letter)
        assert box._pause.isActive()
    assert not asked
    box._pause.stop()


def test_one_latin_letter_is_no_question_but_one_chinese_character_is(qtbot, box, asked):
    box.edit.setText("e")
    box._pause.timeout.emit()
    assert not asked
    box.edit.setText("税")
    box._pause.timeout.emit()
    assert asked == [("税", False)]
    box._pause.stop()


def test_spaces_are_no_question(qtbot, box, asked):
    with qtbot.waitSignal(box.cleared):
        qtbot.keyClicks(box.edit, "  ")
    qtbot.keyClick(box.edit, Qt.Key.Key_Return)
    assert not asked
    assert not box._pause.isActive()


def test_clearing_empties_the_box_and_keeps_the_focus(qtbot, box):
    box.put("energy")
    assert box._clear.isVisible()
    with qtbot.waitSignal(box.cleared):
        qtbot.mouseClick(box._clear, Qt.MouseButton.LeftButton)
    assert box.question == ""
    assert box._hint.isVisible()


def test_a_restored_question_is_shown_but_not_asked_by_the_box(qtbot, box):
    box.put("energy")
    assert not box._pause.isActive()
    assert box.question == "energy"


def test_down_leaves_into_the_answer(qtbot, box):
    with qtbot.waitSignal(box.left_downwards):
        qtbot.keyClick(box.edit, Qt.Key.Key_Down)


def test_right_to_left_and_emoji_survive_the_box(qtbot, box, asked):
    for question in ("ما هدف خفض الطاقة؟", "目标是什么？🎉"):
        box.edit.setText(question)
        qtbot.keyClick(box.edit, Qt.Key.Key_Return)
        assert asked[-1] == (question, True)
