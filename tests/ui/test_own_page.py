"""The page "How good is it here?", in the window and on a session that is made up."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QPushButton, QWidget

from desktop_app.domain.own import OwnFigures, OwnPack, OwnQuestion, OwnStage
from desktop_app.errors import ModelError, QueryError, StoreError
from desktop_app.ui.own_view import (
    cost_of,
    found_of,
    new_question,
    right_of,
    summary_of,
    where_of,
    with_right,
)
from tests.ui.gestures import ask, focused
from tests.ui.samples import make_hits

HITS = make_hits()
# Of three documents: passages of one document overlap in the samples.
OTHERS = (HITS[0], HITS[2], HITS[3])


@pytest.fixture
def page(qtbot, session, opened):
    session.own.kept = tuple(
        new_question(text, [right_of(hit)])
        for text, hit in zip(("energy target", "who pays", "what else"), OTHERS, strict=True)
    )
    opened.keys["own"].trigger()
    qtbot.waitUntil(lambda: "starter" in opened.judging.page.buttons())
    qtbot.waitUntil(lambda: said(opened.judging.page).count("Energy report 2022, p. 12") == 1)
    return opened.judging.page


def said(page) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page)]


def row_button(page: QWidget, name: str) -> QPushButton:
    (found,) = [
        each
        for each in page.findChildren(QPushButton)
        if each.accessibleName() == name and each.isVisibleTo(page)
    ]
    return found


def enter(qtbot, page, text: str) -> None:
    page.form.field.clear()
    qtbot.keyClicks(page.form.field, text)
    qtbot.keyClick(page.form.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.form.ticks) and page.form.ticks[0].isVisible())


def count(qtbot, page, pack: str, models: int = 1) -> None:
    qtbot.mouseClick(page.buttons()[pack], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.progress.isHidden() and len(page.figures.sentences) >= 4 * models)


def test_without_questions_the_page_begins_with_one(qtbot, session, opened):
    opened.keys["own"].trigger()
    page = opened.judging.page
    qtbot.waitUntil(lambda: page.form.isVisibleTo(page))
    assert not page.buttons() or not page.buttons()["starter"].isVisibleTo(page)
    enter(qtbot, page, "energy target")
    assert session.called("search")[-1] == "energy target"
    assert not page.form.keep.isEnabled()
    page.form.ticks[0].setChecked(True)
    qtbot.mouseClick(page.form.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(session.own.kept) == 1)
    (kept,) = session.own.kept
    assert kept.text == "energy target"
    assert kept.right == (right_of(HITS[0]),)
    assert not page.form.isVisibleTo(page)
    assert focused() is page.add


def test_the_first_question_can_be_canceled_once_something_was_entered(qtbot, session, opened):
    opened.keys["own"].trigger()
    form = opened.judging.page.form
    qtbot.waitUntil(form.isVisible)
    assert form.cancel.isHidden()
    qtbot.keyClicks(form.field, "energy")
    assert form.cancel.isVisible()
    form.cancel.click()
    assert form.cancel.isHidden()


def test_none_of_them_excludes_the_others_and_the_other_way_round(qtbot, page):
    page.edit(None)
    enter(qtbot, page, "energy target")
    page.form.ticks[1].setChecked(True)
    page.form.none.setChecked(True)
    assert not page.form.ticks[1].isChecked()
    page.form.ticks[2].setChecked(True)
    assert not page.form.none.isChecked()


def test_a_question_without_an_answer_is_kept_as_such(qtbot, session, page):
    page.edit(None)
    enter(qtbot, page, "unanswered")
    page.form.none.setChecked(True)
    qtbot.mouseClick(page.form.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(session.own.kept) == 4)
    assert session.own.kept[-1].right == ()
    qtbot.waitUntil(lambda: "Nothing that was found had the answer" in said(page))


def test_ticks_go_away_with_the_question_that_they_belong_to(qtbot, page):
    page.edit(None)
    enter(qtbot, page, "energy target")
    page.form.ticks[0].setChecked(True)
    qtbot.keyClicks(page.form.field, "s")
    assert page.form.ticks == ()
    assert not page.form.keep.isEnabled()


def test_changing_a_question_finds_what_was_ticked(qtbot, session, page):
    before = session.own.kept
    qtbot.mouseClick(row_button(page, "Change: who pays"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(page.form.ticks))
    assert [each.isChecked() for each in page.form.ticks[:4]] == [False, False, True, False]
    page.form.ticks[3].setChecked(True)
    qtbot.mouseClick(page.form.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.own.kept != before)
    assert [each.question_id for each in session.own.kept] == [each.question_id for each in before]
    assert session.own.kept[1].right == (right_of(HITS[2]), right_of(HITS[3]))


def test_a_right_passage_that_is_not_found_now_stays_right(qtbot, session, page):
    session.hits = HITS[2:]
    qtbot.mouseClick(row_button(page, "Change: energy target"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(page.form.ticks))
    page.form.ticks[0].setChecked(True)
    qtbot.mouseClick(page.form.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(session.own.kept[0].right) == 2)
    assert right_of(HITS[0]) in session.own.kept[0].right


def test_a_removed_question_can_be_brought_back(qtbot, session, opened, page):
    before = session.own.kept
    qtbot.mouseClick(row_button(page, "Remove: who pays"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(session.own.kept) == 2)
    qtbot.mouseClick(opened.message.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.own.kept == before)


def test_bringing_a_question_back_keeps_what_was_changed_after_it_was_removed(
    qtbot, session, opened, page
):
    first, second, third = session.own.kept
    qtbot.mouseClick(row_button(page, "Remove: who pays"), Qt.MouseButton.LeftButton)
    changed = dataclasses.replace(third, text="what else is due")
    page.kept.emit(changed)
    qtbot.waitUntil(lambda: session.own.kept == (first, changed))
    qtbot.mouseClick(opened.message.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.own.kept == (first, second, changed))


def test_counting_tells_how_many_are_answered_before_and_after_reranking(qtbot, page):
    count(qtbot, page, "starter")
    assert page.figures.sentences == (
        "Starter, By words: 1 of 3",
        "Starter, By meaning: 2 of 3",
        "Starter, Together: 2 of 3",
        "Starter, Together, reranked: 3 of 3",
    )
    assert "Reranking gained 1 of them." in page.figures.summary.text()
    qtbot.waitUntil(lambda: "Energy report 2022, p. 12  ·  found at place 1" in said(page))
    assert "Count again with Starter" in [each.text() for each in page.buttons().values()]


def test_counting_shows_how_far_it_is_and_can_be_stopped(qtbot, session, page):
    session.own.gate.shut_after(1)
    qtbot.mouseClick(page.buttons()["starter"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "question 1 of 3" in page.progress.sentences)
    qtbot.mouseClick(page._stop, Qt.MouseButton.LeftButton)
    assert page.progress.isHidden()
    assert page.figures.sentences == ()
    session.own.gate.open()
    count(qtbot, page, "starter")


def test_the_best_of_two_models_is_named(qtbot, session, opened, page):
    session.own.listed = (
        session.own.listed[0],
        OwnPack("bge-m3", "BGE-M3", True, False, 0.0),
    )
    opened.judging.look()
    qtbot.waitUntil(lambda: "bge-m3" in page.buttons())
    count(qtbot, page, "starter")
    session.own.ranks = dict.fromkeys(session.own.ranks, (9, 1, 0))
    count(qtbot, page, "bge-m3", models=2)
    assert session.own.measured == ["starter", "bge-m3"]
    assert "Starter does best: 3, against 1 with BGE-M3." in page.figures.summary.text()


def test_a_model_that_has_not_read_the_library_tells_its_cost_and_leads_on(qtbot, opened, page):
    assert "bge-m3" not in page.buttons()
    assert any("about 3 hours" in each for each in said(page))
    qtbot.mouseClick(page.buttons()["models"], Qt.MouseButton.LeftButton)
    assert opened.answer.currentWidget() is opened.models


def test_what_was_counted_goes_away_when_a_question_changes(qtbot, session, page):
    count(qtbot, page, "starter")
    qtbot.mouseClick(row_button(page, "Remove: who pays"), Qt.MouseButton.LeftButton)
    assert page.figures.isHidden()
    assert not any("found at place 1" in each for each in said(page))


def test_what_goes_wrong_is_said_in_place(qtbot, session, page):
    session.own.error = ModelError("The model stopped.", "Try again.")
    qtbot.mouseClick(page.buttons()["starter"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "The model stopped" in page.error.text())
    assert page.progress.isHidden()


def test_a_question_that_cannot_be_asked_is_told_in_the_form(qtbot, session, page):
    session.search_error = QueryError()
    page.edit(None)
    qtbot.keyClicks(page.form.field, "???")
    qtbot.keyClick(page.form.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "could not be understood" in page.form.state.text())
    assert page.form.finding.isEnabled()


def test_questions_that_could_not_be_read_are_never_written_over(qtbot, session, opened):
    session.own.error = StoreError("Your own questions could not be read.")
    opened.judging.look()
    opened.keys["own"].trigger()
    page = opened.judging.page
    qtbot.waitUntil(lambda: "could not be read" in page.error.text())
    session.own.error = None
    kept = session.own.kept = (OwnQuestion("x", "precious"),)
    opened.judging._on_kept(new_question("another"))
    assert "could not be read" in opened.message.text
    assert session.own.kept == kept


def test_a_hit_can_be_marked_as_right_where_it_is_found(qtbot, session, opened):
    ask(qtbot, opened)
    opened.results.mark_requested.emit(opened.results.hits[1])
    qtbot.waitUntil(lambda: len(session.own.kept) == 1)
    opened.results.mark_requested.emit(opened.results.hits[0])
    opened.results.mark_requested.emit(opened.results.hits[0])
    qtbot.waitUntil(lambda: bool(session.own.kept and len(session.own.kept[0].right) == 2))
    assert session.own.kept[0].text == "energy target"
    assert "You have 1 question of your own" in opened.message.text
    qtbot.mouseClick(opened.message.action, Qt.MouseButton.LeftButton)
    assert opened.answer.currentWidget() is opened.judging.page


def test_questions_are_written_to_a_folder_of_their_own(qtbot, session, page, tmp_path):
    message = page.window().message
    qtbot.mouseClick(page.export, Qt.MouseButton.LeftButton)
    dialog = page.findChild(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path))
    dialog.close()
    qtbot.waitUntil(lambda: "18,360 passages" in message.text)
    assert session.own.exported == [tmp_path / "Lectern questions"]


def test_escape_closes_the_form_first_and_then_the_page(qtbot, opened, page):
    page.edit(None)
    qtbot.keyClick(page.form.field, Qt.Key.Key_Escape)
    assert not page.form.isVisibleTo(page)
    assert opened.answer.currentWidget() is page
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert opened.answer.currentWidget() is opened.results


def test_the_page_is_reached_from_the_library_and_by_key(qtbot, opened):
    qtbot.mouseClick(opened.library._own, Qt.MouseButton.LeftButton)
    assert opened.answer.currentWidget() is opened.judging.page
    opened.keys["own"].trigger()
    assert opened.answer.currentWidget() is opened.results


def test_every_control_has_a_name_for_screen_readers_and_the_keyboard(qtbot, page):
    page.edit(None)
    enter(qtbot, page, "energy target")
    tick = page.form.ticks[0]
    assert tick.accessibleName() == "Energy report 2022, p. 12"
    assert "target of cutting energy use" in tick.accessibleDescription()
    assert focused() is tick
    qtbot.keyClick(tick, Qt.Key.Key_Space)
    assert isinstance(tick, QAbstractButton)
    assert tick.isChecked()
    qtbot.keyClick(tick, Qt.Key.Key_Tab)
    assert focused() is page.form.ticks[1]
    for button in page.findChildren(QPushButton):
        assert button.accessibleName() or button.text()


@pytest.mark.parametrize("width", [1440, 800, 480])
def test_nothing_is_cut_and_the_page_needs_no_more_width_than_there_is(qtbot, opened, page, width):
    page.edit(None)
    enter(qtbot, page, "energy target")
    opened.resize(width, 600)
    qtbot.waitUntil(lambda: page.widget().width() <= page.viewport().width())
    qtbot.waitUntil(
        lambda: all(
            each.height() >= each.heightForWidth(each.width())
            for each in page.findChildren(QLabel)
            if each.isVisibleTo(page) and each.wordWrap()
        )
    )


def test_a_click_on_the_words_ticks_the_box(qtbot, page):
    page.edit(None)
    enter(qtbot, page, "energy target")
    tick = page.form.ticks[0]
    qtbot.waitUntil(lambda: bool(tick.visibleRegion().boundingRect().height()))
    point = tick.rect().center()
    qtbot.mouseClick(tick, Qt.MouseButton.LeftButton, pos=point)
    assert isinstance(tick, QAbstractButton)
    assert tick.isChecked()
    ticked = tick.grab().toImage()
    qtbot.mouseClick(tick, Qt.MouseButton.LeftButton, pos=point)
    assert tick.grab().toImage() != ticked


@pytest.mark.parametrize(
    ("rank", "words"),
    [
        *[
            (0, "not found"),
            (1, "found at place 1"),
            (2, "found at place 2"),
            (3, "found at place 3"),
        ],
        *[(5, "found at place 5"), (6, "only found at place 6"), (11, "only found at place 11")],
        (22, "only found at place 22"),
    ],
)
def test_places_are_said_in_words(rank, words):
    assert found_of(rank) == words


def test_what_is_not_known_is_not_promised():
    pack = OwnPack("x", "X", False, False, None)
    assert "not known yet" in cost_of(pack)
    assert "about 3 hours" in cost_of(dataclasses.replace(pack, seconds=10_800.0))


def figures(pack: str, **stages: tuple[int, ...]) -> OwnFigures:
    made = tuple(OwnStage(name, ranks) for name, ranks in stages.items())
    return OwnFigures(pack, ("a",) * len(made[0].ranks), made)


def test_ten_questions_are_enough_and_few_are_called_a_first_impression():
    few = summary_of([figures("x", fused=(1, 0))], {})
    assert "first impression" in few
    assert "Reranking" not in few
    assert "first impression" not in summary_of([figures("x", fused=(1,) * 10)], {})


def test_what_reranking_loses_is_said_as_plainly():
    lost = summary_of([figures("x", fused=(1, 2), reranked=(1, 9))], {})
    assert "Reranking lost 1." in lost
    same = summary_of([figures("x", fused=(1, 2), reranked=(2, 1))], {})
    assert "changed nothing" in same


def test_models_that_do_equally_well_are_called_so():
    both = [figures("x", fused=(1, 2)), figures("y", fused=(2, 1))]
    assert "The models do equally well." in summary_of(both, {})


def test_marking_the_same_question_again_adds_to_it():
    first, second = right_of(HITS[0]), right_of(HITS[1])
    marked = with_right((), "Energy target ", first)
    marked = with_right(marked, "energy target", second)
    assert [each.right for each in marked] == [(first, second)]
    assert with_right(marked, "energy target", first) == marked
    assert where_of(marked[0]).endswith("and 1 more")
