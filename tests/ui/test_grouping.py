"""Hits grouped by document: together under the best one, folded and unfolded, remembered."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from desktop_app.ui.grouping import document_of, group, keep_places, standings, unfolded
from desktop_app.ui.hit_group import fold_area
from desktop_app.ui.results_model import STANDING_ROLE, ResultsModel
from tests.ui.gestures import ask
from tests.ui.samples import make_document, make_hits, make_passage, make_result

SAMPLE = make_hits()[0]
CTRL = Qt.KeyboardModifier.ControlModifier


def hits_of(documents):
    """One hit a letter, ranked in this order; the letter names the document."""
    counts: dict[str, int] = {}
    hits = []
    for rank, letter in enumerate(documents, start=1):
        counts[letter] = counts.get(letter, -1) + 1
        passage = make_passage(
            f"{letter}{counts[letter]}", title=letter, ordinal=counts[letter], page=1
        )
        document = make_document(f"{letter}.pdf", title=letter)
        hits.append(
            replace(SAMPLE, rank=rank, score=1 - rank / 50, passage=passage, document=document)
        )
    return tuple(hits)


def texts(hits):
    return " ".join(hit.passage.text for hit in hits)


def passage_ids(hits):
    return [hit.passage.passage_id for hit in hits]


letters = st.lists(st.sampled_from("abcd"), min_size=1, max_size=12)


# ------------------------------------------------------------------- the order


@given(letters)
def test_each_document_stands_together_and_in_the_order_of_its_best(documents):
    hits = hits_of(documents)
    made = group(hits, (), ())
    assert sorted(passage_ids(made)) == sorted(passage_ids(hits))
    order = [document_of(hit) for hit in made]
    assert list(dict.fromkeys(order)) == list(dict.fromkeys(map(document_of, hits)))
    assert len([at for at in range(1, len(order)) if order[at] != order[at - 1]]) == (
        len(set(order)) - 1
    )
    for document in set(order):
        ranks = [hit.rank for hit in made if document_of(hit) == document]
        assert ranks == sorted(ranks)


@given(letters, st.randoms(use_true_random=False))
def test_a_held_passage_keeps_its_document_s_place_and_its_own_within(documents, random):
    before = group(hits_of(documents), (), ())
    held = random.choice(before)
    ranked = list(before)
    random.shuffle(ranked)
    again = [replace(hit, rank=rank) for rank, hit in enumerate(ranked, start=1)]
    after = group(again, before, {held.passage.passage_id})

    def place(hits):
        names = list(dict.fromkeys(map(document_of, hits)))
        inside = [h.passage.passage_id for h in hits if document_of(h) == document_of(held)]
        return names.index(document_of(held)), inside.index(held.passage.passage_id)

    assert place(before) == place(after)


def test_names_that_are_held_keep_their_place():
    assert keep_places(["c", "a", "b"], ["a", "b", "c"], {"b"}) == ["c", "b", "a"]
    assert keep_places(["c"], ["a", "b", "c"], {"c"}) == ["c"]
    assert keep_places(["c"], ["a"], {"a"}) == ["c"]


def test_a_head_says_how_many_it_has_below_and_folding_hides_them():
    hits = group(hits_of("abaac"), (), ())
    folded = {document_of(hits[0])}
    standing = standings(hits, folded)
    assert [standing[each].others for each in passage_ids(hits)] == [2, 0, 0, 0, 0]
    assert not standing[passage_ids(hits)[0]].is_open
    assert texts(unfolded(hits, folded)) == "a0 b0 c0"


# ------------------------------------------------------------------- the model


@given(letters, letters, st.sets(st.sampled_from("abcd")))
def test_the_rows_follow_whatever_is_grouped_folded_and_refined(first, second, folded):
    model = ResultsModel()
    model.group(is_grouped=True)
    model.update(make_result("q", hits_of(first)))
    for hit in model.answer:
        if hit.passage.title in folded:
            model.fold(hit, is_folded=True)
    model.update(make_result("q", hits_of(second)))
    names = {document_of(hit) for hit in model.answer if hit.passage.title in folded & set(first)}
    assert list(model.hits) == unfolded(model.answer, names)
    assert sorted(passage_ids(model.answer)) == sorted(passage_ids(hits_of(second)))
    model.group(is_grouped=False)
    assert list(model.hits) == list(hits_of(second))


def test_qt_is_told_of_every_change(qapp):
    model = ResultsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.update(make_result("q", hits_of("abacab")))
    model.group(is_grouped=True)
    assert texts(model.hits) == "a0 a1 a2 b0 b1 c0"
    model.fold(model.hits[0], is_folded=True)
    assert texts(model.hits) == "a0 b0 b1 c0"
    model.update(make_result("q", hits_of("cabab")))
    assert texts(model.hits) == "c0 a0 b0 b1"
    model.fold(model.hits[1], is_folded=False)
    model.group(is_grouped=False)
    assert texts(model.hits) == "c0 a0 b0 a1 b1"
    tester.deleteLater()


# ------------------------------------------------------------------- the view


@pytest.fixture
def view(view):
    view.show_result(make_result("q", hits_of("abacabdddd")))
    view.list.setFocus()
    return view


def test_a_key_groups_and_ungroups_and_the_current_hit_stays(qtbot, view):
    view.select_next()
    with qtbot.waitSignal(view.grouped):
        qtbot.keyClick(view.list, Qt.Key.Key_G)
    assert view.group_button.isChecked()
    assert view.current_hit().passage.text == "b0"
    assert texts(view.list.hits.hits) == "a0 a1 a2 b0 b1 c0 d0 d1 d2 d3"
    qtbot.keyClick(view.list, Qt.Key.Key_G)
    assert view.current_hit().passage.text == "b0"
    assert not view.is_grouped


def test_left_folds_to_the_best_and_right_unfolds(qtbot, view):
    view.group_button.click()
    view.list.setFocus()
    qtbot.keyClick(view.list, Qt.Key.Key_Down)
    assert view.current_hit().passage.text == "a1"
    qtbot.keyClick(view.list, Qt.Key.Key_Left)
    assert view.current_hit().passage.text == "a0"
    assert texts(view.list.hits.hits).startswith("a0 b0")
    qtbot.keyClick(view.list, Qt.Key.Key_Down)
    assert view.current_hit().passage.text == "b0"
    qtbot.keyClick(view.list, Qt.Key.Key_Up)
    qtbot.keyClick(view.list, Qt.Key.Key_Right)
    assert texts(view.list.hits.hits).startswith("a0 a1 a2 b0")


def test_a_click_on_how_many_more_folds_without_choosing_another_row(qtbot, view, theme):
    view.group_button.click()
    view.grab()
    index = view.list.hits.index(3)
    row = view.list.visualRect(index)
    line = view.list.delegate._place_line(row.adjusted(16, 12, -16, -16))
    place = fold_area(theme, line, index.data(STANDING_ROLE)).center()
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert texts(view.list.hits.hits).startswith("a0 a1 a2 b0 c0")
    assert view.current_hit().passage.text == "a0"
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert texts(view.list.hits.hits).startswith("a0 a1 a2 b0 b1 c0")


def test_a_hit_that_is_folded_away_is_shown_when_it_is_chosen_elsewhere(view):
    view.group(is_grouped=True)
    view.list.fold(view.hits[0], is_folded=True)
    hidden = next(hit for hit in view.hits if hit.passage.text == "a2")
    view.select_hit(hidden)
    assert view.current_hit() == hidden


@pytest.mark.parametrize("is_grouped", [True, False])
def test_a_hit_of_an_earlier_answer_is_found_though_it_stands_in_another_file_now(view, is_grouped):
    view.group(is_grouped=is_grouped)
    moved = replace(view.hits[2], document=make_document("moved.pdf"))
    view.select_hit(moved)
    assert view.current_hit().passage == moved.passage


def test_the_row_that_is_looked_at_stays_where_it_is_though_documents_above_grow(view):
    view.group(is_grouped=True)
    view.show_result(make_result("q", hits_of("bcaddddaa"), is_final=False))
    chosen = next(hit for hit in view.hits if hit.passage.text == "d2")
    view.select_hit(chosen)
    top = view.list.visualRect(view.list.currentIndex()).top()
    view.show_result(make_result("q", hits_of("aaabbbcddddcc")))
    assert view.current_hit().passage.text == "d2"
    assert view.list.visualRect(view.list.currentIndex()).top() == top


def test_rows_below_the_best_are_lower_and_say_where_they_stand(view):
    view.group(is_grouped=True)
    view.grab()
    heights = [view.list.visualRect(view.list.hits.index(row)).height() for row in range(4)]
    assert heights[1] == heights[2] < heights[0] == heights[3]
    said = view.list.hits.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "2 more passages of this document below" in said


def test_several_chosen_rows_are_ticked_and_one_alone_is_not(qtbot, view):
    assert not view.list.delegate.has_several
    qtbot.keyClick(view.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert view.list.delegate.has_several
    qtbot.keyClick(view.list, Qt.Key.Key_Down)
    assert not view.list.delegate.has_several


def test_a_held_shift_key_chooses_nothing_of_an_answer_that_comes(qtbot, view):
    qtbot.keyClick(view.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(view.selected_hits()) == 2
    view.show_result(make_result("another question", hits_of("abc")))
    view.select_hit(view.hits[2])
    assert view.selected_hits() == (view.hits[2],)


def test_two_chosen_rows_look_other_than_the_current_one(qtbot, view, theme):
    view.resize(560, 900)
    qtbot.keyClick(view.list, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    image = view.list.viewport().grab().toImage()

    def side(row):
        rect = view.list.visualRect(view.list.hits.index(row))
        return image.pixelColor(QPoint(5, rect.center().y()))

    assert side(1) != side(0)
    assert side(0) != side(2)


# ------------------------------------------------------------------- in the window


def test_it_is_remembered_over_a_restart(qtbot, session, make_window):
    window = make_window(lambda: session)
    window.results.group_button.click()
    window.close()
    again = make_window(lambda: session)
    assert again.results.is_grouped
    again.results.group_button.click()
    again.close()
    assert not make_window(lambda: session).results.is_grouped


def test_copy_and_the_hit_keys_go_on_working(qtbot, session, opened):
    ask(qtbot, opened)
    opened.results.group_button.click()
    opened.results.setFocus()
    opened.results.list.fold(opened.results.hits[0], is_folded=True)
    first = opened.results.current_hit()
    opened.keys["next-in-document"].trigger()
    second = opened.results.current_hit()
    assert second != first
    assert document_of(second) == document_of(first)
    qtbot.keyClick(opened.results.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(opened.results.list, Qt.Key.Key_C, CTRL)
    assert "2 passages" in opened.message.text
    assert QGuiApplication.clipboard().text().count("Energy report 2022, p.") == 2
