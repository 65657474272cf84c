"""The list of hits: states, refinement in place, keys, and what a paint costs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop_app.domain import Coverage, Filters, Query, Verdict
from desktop_app.errors import ModelCrashed
from desktop_app.ui.results import FLICKER_MS
from desktop_app.ui.results_model import HIT_ROLE, ResultsModel
from desktop_app.ui.results_states import ResultsState
from tests.ui.samples import make_hits, make_passage, make_result

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HITS = make_hits()


def ids(hits):
    return [hit.passage.passage_id for hit in hits]


def ranked(*order):
    """The sample hits in another order, with ranks and scores to match."""
    return tuple(
        replace(HITS[at], rank=rank, score=1 - rank / 20) for rank, at in enumerate(order, start=1)
    )


# ------------------------------------------------------------------- model


def test_refining_keeps_qt_informed_whatever_moves_comes_or_goes(qapp):
    model = ResultsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    for order in ((0, 1, 2, 3), (3, 1, 0), (4, 3, 5, 1, 0, 2), (2,), (), (6, 7, 8)):
        hits = ranked(*order)
        model.update(make_result("a question", hits))
        assert model.hits == hits
    model.clear()
    assert model.rowCount() == 0
    tester.deleteLater()


@given(
    first=st.permutations(range(9)).map(lambda order: order[:6]),
    second=st.permutations(range(9)).map(lambda order: order[:7]),
    pinned=st.sets(st.integers(0, 8), max_size=2),
)
def test_pinned_rows_stay_and_the_others_follow_their_ranks(first, second, pinned):
    model = ResultsModel()
    model.update(make_result("a question", ranked(*first)))
    held = {HITS[at].passage.passage_id for at in pinned}
    before = {key: row for row, key in enumerate(ids(model.hits)) if key in held}
    model.update(make_result("a question", ranked(*second)), pinned=held)
    after = ids(model.hits)
    assert sorted(after) == sorted(ids(ranked(*second)))
    for key, row in before.items():
        if key in after:
            assert after[row] == key
    free = [hit.rank for hit in model.hits if hit.passage.passage_id not in before]
    assert free == sorted(free)


def test_the_current_row_of_qt_follows_its_hit_when_ranks_change(qapp):
    model = ResultsModel()
    model.update(make_result("a question", ranked(0, 1, 2)))
    from PySide6.QtCore import QPersistentModelIndex

    kept = QPersistentModelIndex(model.index(2))
    model.update(make_result("a question", ranked(2, 0, 1)))
    assert kept.row() == 0
    assert kept.data(HIT_ROLE).passage == HITS[2].passage


def test_scores_that_change_without_a_move_reach_the_view(qtbot):
    model = ResultsModel()
    model.update(make_result("a question", ranked(0, 1)))
    better = tuple(replace(hit, score=0.99) for hit in ranked(0, 1))
    with qtbot.waitSignal(model.dataChanged):
        model.update(make_result("a question", better))
    assert [hit.score for hit in model.hits] == [0.99, 0.99]


# ------------------------------------------------------------------- view


def test_the_best_hit_is_current_until_the_user_chooses(view):
    view.show_result(make_result("a question", ranked(0, 1, 2), is_final=False))
    assert view.current_hit().passage == HITS[0].passage
    view.show_result(make_result("a question", ranked(2, 0, 1)))
    assert view.current_hit().passage == HITS[2].passage


def test_a_row_that_the_user_chose_does_not_move_while_ranking_goes_on(view, qtbot):
    view.show_result(make_result("a question", ranked(0, 1, 2, 3, 4), is_final=False))
    view.select_next()
    view.select_next()
    chosen = view.current_hit()
    index = view.list.currentIndex()
    place = view.list.visualRect(index).top()
    view.show_result(make_result("a question", ranked(4, 2, 3, 0, 1)))
    assert view.current_hit().passage == chosen.passage
    assert view.list.visualRect(view.list.currentIndex()).top() == place
    assert view.current_hit().rank == 2


@pytest.fixture
def mouse(view, monkeypatch):
    """Point at rows of the list, as far as the list can tell."""
    place = [QPoint(-1, -1)]
    viewport = view.list.viewport()
    monkeypatch.setattr(type(viewport), "underMouse", lambda _self: place[0].x() >= 0)
    monkeypatch.setattr("desktop_app.ui.results_list.QCursor.pos", lambda: place[0])

    def point(row):
        center = view.list.visualRect(view.list.hits.index(row)).center()
        place[0] = viewport.mapToGlobal(center)

    return point


def test_the_row_under_a_moving_mouse_does_not_move_either(view, mouse):
    view.show_state(ResultsState.SEARCHING)
    view.show_result(make_result("a question", ranked(0, 1, 2, 3), is_final=False))
    view.list.clearFocus()
    mouse(2)
    view.show_result(make_result("a question", ranked(2, 3, 1, 0)))
    assert view.hits[2].passage == HITS[2].passage


def test_a_mouse_that_rests_on_the_list_since_before_the_question_holds_no_row(view, mouse):
    view.show_result(make_result("an earlier question", ranked(3, 2, 1, 0)))
    view.list.clearFocus()
    mouse(2)
    view.show_state(ResultsState.SEARCHING)
    view.show_result(make_result("a question", ranked(0, 1, 2, 3), is_final=False))
    view.show_result(make_result("a question", ranked(2, 3, 1, 0)))
    assert [hit.rank for hit in view.hits] == [1, 2, 3, 4]


def test_another_question_starts_at_the_top_with_its_best_hit(view):
    view.show_result(make_result("one question", HITS))
    view.list.scrollToBottom()
    view.select_next()
    view.show_result(make_result("another question", ranked(3, 2, 1, 0)))
    assert view.current_hit().passage == HITS[3].passage
    assert view.list.verticalScrollBar().value() == 0


def test_selecting_is_announced_once_a_hit_and_again_with_the_final_answer(view):
    seen = []
    view.hit_selected.connect(lambda hit: seen.append((hit.passage.passage_id, hit.score)))
    early = ranked(0, 1, 2)
    view.show_result(make_result("a question", early, is_final=False))
    view.show_result(make_result("a question", early, is_final=False))
    assert len(seen) == 1
    view.show_result(make_result("a question", tuple(replace(hit, score=0.9) for hit in early)))
    assert seen[1:] == [(HITS[0].passage.passage_id, 0.9)]


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        ([Qt.Key.Key_Down], 1),
        ([Qt.Key.Key_J, Qt.Key.Key_J], 2),
        ([Qt.Key.Key_J, Qt.Key.Key_K], 0),
        ([Qt.Key.Key_End], len(HITS) - 1),
        ([Qt.Key.Key_End, Qt.Key.Key_Home], 0),
        ([Qt.Key.Key_End, Qt.Key.Key_Up], len(HITS) - 2),
        ([Qt.Key.Key_Up], 0),
    ],
)
def test_keys_move_through_the_hits(view, qtbot, keys, row):
    view.show_result(make_result("a question"))
    for key in keys:
        qtbot.keyClick(view.list, key)
    assert view.current_hit() == view.hits[row]


def test_page_down_moves_by_a_screen(view, qtbot):
    view.show_result(make_result("a question"))
    qtbot.keyClick(view.list, Qt.Key.Key_PageDown)
    assert view.list.currentIndex().row() > 1


@pytest.mark.parametrize(
    ("key", "modifier", "signal"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "hit_activated"),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, "hit_activated"),
        (Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, "hit_activated"),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier, "open_requested"),
        (Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier, "copy_requested"),
        (
            Qt.Key.Key_Return,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
            "reveal_requested",
        ),
    ],
)
def test_keys_say_what_is_wanted_with_the_current_hit(view, qtbot, key, modifier, signal):
    view.show_result(make_result("a question"))
    view.select_next()
    with qtbot.waitSignal(getattr(view, signal)) as caught:
        qtbot.keyClick(view.list, key, modifier)
    assert caught.args == [view.hits[1]]


def test_a_hit_chosen_elsewhere_becomes_the_current_one(view, qtbot):
    view.show_result(make_result("a question"))
    with qtbot.waitSignal(view.hit_selected) as caught:
        view.select_hit(HITS[4])
    assert caught.args == [HITS[4]]
    view.select_hit(replace(HITS[0], passage=make_passage("of another answer")))
    assert view.current_hit() == HITS[4]


def test_keys_on_an_empty_list_do_nothing(view, qtbot):
    with qtbot.assertNotEmitted(view.hit_activated), qtbot.assertNotEmitted(view.copy_requested):
        for key in (Qt.Key.Key_Return, Qt.Key.Key_J, Qt.Key.Key_K, Qt.Key.Key_End):
            qtbot.keyClick(view.list, key)
    assert view.current_hit() is None


def test_a_double_click_reads_the_hit(view, qtbot):
    view.show_result(make_result("a question"))
    place = view.list.visualRect(view.list.hits.index(1)).center()
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(view.hit_activated) as caught:
        qtbot.mouseDClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [view.hits[1]]


def test_the_context_menu_offers_what_the_keys_do(view, qtbot):
    from PySide6.QtGui import QContextMenuEvent
    from PySide6.QtWidgets import QMenu

    view.show_result(make_result("a question"))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), QPoint(5, 5))
    view.list.contextMenuEvent(event)
    menu = view.list.findChild(QMenu)
    texts = [action.text() for action in menu.actions()]
    shared = ["Show in preview", "Open file", "Show in folder", "Copy with citation"]
    ours = ["Find similar", "Why this passage", "Mark as right", ""]
    assert texts == [*shared, *ours, "Group by document", "Export the chosen…"]
    with qtbot.waitSignal(view.open_requested) as caught:
        menu.actions()[1].trigger()
    assert caught.args == [view.hits[0]]
    menu.close()


# ------------------------------------------------------------------- states


def test_at_first_it_says_what_can_be_asked(view):
    assert view.shown_sentences()[0] == "Ask your documents"
    assert not view.notice._add.isVisible()


def test_an_empty_library_offers_to_add_a_folder(view, qtbot):
    view.show_state(ResultsState.EMPTY_LIBRARY)
    assert view.shown_sentences()[0] == "Your library is empty"
    with qtbot.waitSignal(view.add_folder_requested):
        qtbot.mouseClick(view.notice._add, Qt.MouseButton.LeftButton)


def test_a_search_is_announced_only_when_it_takes_long(view, qtbot):
    view.show_state(ResultsState.SEARCHING)
    assert view.shown_sentences()[0] == "Ask your documents"
    qtbot.waitUntil(lambda: view.shown_sentences()[0] == "Searching…", timeout=10 * FLICKER_MS)
    view.show_result(make_result("a question"))
    assert view.hits == HITS


def test_the_hits_before_stay_while_the_next_question_is_searched(view, qtbot):
    view.show_result(make_result("one question"))
    view.show_state(ResultsState.SEARCHING)
    qtbot.waitUntil(lambda: "Searching…" in view.shown_sentences(), timeout=10 * FLICKER_MS)
    assert view.hits == HITS
    view.show_result(make_result("another question"))
    assert "Searching…" not in view.shown_sentences()


def test_ranking_is_marked_until_the_answer_is_final(view):
    view.show_result(make_result("a question", is_final=False, is_reranked=False))
    assert "Ranking…" in view.shown_sentences()
    view.show_result(make_result("a question"))
    assert not {"Ranking…", "Not reranked"} & set(view.shown_sentences())


def test_an_answer_without_reranking_says_so(view):
    view.show_result(make_result("a question", is_reranked=False))
    assert "Not reranked" in view.shown_sentences()


@pytest.mark.parametrize(
    ("verdict", "words"),
    [(Verdict.WEAK, "No strong match"), (Verdict.NONE, "No good match"), (Verdict.GOOD, "")],
)
def test_the_verdict_stands_above_the_hits_of_a_final_answer(view, verdict, words):
    view.show_result(make_result("a question", verdict=verdict, is_final=False))
    assert view.verdict_label.text() == ""
    view.show_result(make_result("a question", verdict=verdict))
    assert view.verdict_label.text().startswith(words)
    assert bool(view.verdict_label.text()) == bool(words)


def test_coverage_and_notices_are_said_with_every_answer(view):
    view.show_result(make_result("a question", notices=("Meaning search is not ready.",)))
    said = " ".join(view.shown_sentences())
    assert "Meaning search is not ready." in said
    assert "Searched 1,006 of 1,020 files; 14 could not be read fully." in said


def test_nothing_found_says_what_was_searched_and_what_to_try(view):
    view.show_result(make_result("a question"))
    empty = make_result("“exactly this” type:pdf", (), coverage=Coverage(10, 8, 2, 99, 99))
    query = Query("q", "q", phrases=("exactly this",), filters=Filters(types=("pdf",)))
    view.show_result(replace(empty, query=query))
    said = " ".join(view.shown_sentences())
    assert "Nothing found" in said
    assert "Searched 8 of 10 files" in said
    assert "Take a filter out" in said
    assert "without the quotes" in said
    assert "could not be read" in said
    assert view.hits == ()


def test_an_error_is_shown_in_its_own_words(view):
    view.show_error(ModelCrashed())
    assert view.shown_sentences() == (ModelCrashed.default_title, ModelCrashed.default_hint)
