"""The quoted answer above the hits: it comes without moving rows, and opens its page."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from desktop_app.domain import FoundWord, Quote, Verdict
from desktop_app.ui.preview_marks import lines_of_sentence, marks_of, spans_of
from desktop_app.ui.results import ResultsView
from desktop_app.ui.results_quote import LOOKING, NOTHING, TYPING
from tests.ui.samples import make_hits, make_result


@pytest.fixture
def view(theme, qtbot):
    shown = ResultsView(theme)
    qtbot.addWidget(shown)
    shown.resize(700, 700)
    shown.show()
    qtbot.waitExposed(shown)
    return shown


def answer(*, is_quoted=False, **changes):
    hits = make_hits()
    quote = None
    if is_quoted:
        text = hits[1].passage.text
        span = (0, text.index(".") + 1 if "." in text else len(text))
        hits = (hits[0], replace(hits[1], sentence=span), *hits[2:])
        quote = Quote(hits[1].passage.passage_id, *span)
    result = make_result("energy", hits, verdict=Verdict.GOOD, is_final=True, is_reranked=True)
    return replace(result, quote=quote, **changes)


def test_the_rows_stay_where_they_are_when_the_quotation_comes(view):
    view.show_result(answer())
    before = view.list.viewport().mapTo(
        view, view.list.visualRect(view.list.hits.index(0)).topLeft()
    )
    assert view.quote.text_shown == LOOKING
    view.show_result(answer(is_quoted=True))
    after = view.list.viewport().mapTo(
        view, view.list.visualRect(view.list.hits.index(0)).topLeft()
    )
    assert after == before
    assert view.quote.text_shown.startswith("“")
    assert view.quote.accessibleName().startswith("“")


def test_the_place_of_a_quotation_that_does_not_come_says_so(view):
    view.show_result(answer())
    view.settle()
    assert view.quote.text_shown == NOTHING
    assert not view.quote.isEnabled()


def test_settling_keeps_a_quotation(view):
    view.show_result(answer(is_quoted=True))
    view.settle()
    assert view.quote.text_shown.startswith("“")


def test_a_click_on_the_quotation_goes_to_its_hit_and_reads_it(view, qtbot):
    result = answer(is_quoted=True)
    view.show_result(result)
    with qtbot.waitSignal(view.hit_activated) as caught:
        qtbot.mouseClick(view.quote, Qt.MouseButton.LeftButton)
    assert caught.args == [result.hits[1]]
    assert view.current_hit() == result.hits[1]


def test_the_space_key_reads_a_focused_quotation(view, qtbot):
    view.show_result(answer(is_quoted=True))
    with qtbot.waitSignal(view.hit_activated):
        qtbot.keyClick(view.quote, Qt.Key.Key_Space)


def test_nothing_is_quoted_where_no_passage_is_good(view):
    view.show_result(answer(verdict=Verdict.NONE))
    assert view.quote.isHidden()


def test_s_asks_for_similar_passages(view, qtbot):
    view.show_result(answer())
    with qtbot.waitSignal(view.similar_requested) as caught:
        qtbot.keyClick(view.list, Qt.Key.Key_S)
    assert caught.args == [view.hits[0]]


def test_w_says_why_a_passage_is_here_and_any_key_closes_it(view, qtbot):
    result = answer()
    first = replace(
        result.hits[0], words=(FoundWord("energy", ("Energy",)),), places=(("fulltext", 2),)
    )
    view.show_result(replace(result, hits=(first, *result.hits[1:])))
    qtbot.keyClick(view.list, Qt.Key.Key_W)
    reasons = view.list.reasons
    assert reasons.isVisible()
    assert "It has “energy”." in reasons.text
    assert "By its words it came number 2." in reasons.text
    assert reasons.accessibleDescription() == reasons.text
    assert not reasons.isWindow()
    assert view.rect().contains(reasons.geometry())
    qtbot.keyClick(reasons, Qt.Key.Key_W)
    assert not reasons.isVisible()
    assert view.list.hasFocus()


def test_the_reasons_go_when_something_else_is_used(view, qtbot):
    view.show_result(make_result("energy"))
    view.list.setFocus()
    qtbot.keyClick(view.list, Qt.Key.Key_W)
    assert view.list.reasons.isVisible()
    view.list.setFocus()
    assert not view.list.reasons.isVisible()


def test_while_a_question_is_typed_nothing_is_quoted_of_the_one_before(view):
    view.show_result(make_result("energy"))
    view.show_foreseen(make_result("energy t", is_final=False, is_reranked=False))
    assert view.quote.text_shown == TYPING


def test_a_sentence_is_marked_on_the_lines_that_have_it():
    hit = next(each for each in make_hits() if len(each.passage.locator.boxes) > 2)
    text = hit.passage.text
    whole = replace(hit, sentence=(0, len(text)))
    assert lines_of_sentence(whole) == hit.passage.locator.boxes
    start = replace(hit, sentence=(0, len(text) // len(hit.passage.locator.boxes)))
    lines = lines_of_sentence(start)
    assert lines
    assert lines[0] == hit.passage.locator.boxes[0]
    assert len(lines) < len(hit.passage.locator.boxes)
    assert any(mark.is_sentence for mark in marks_of([start], start))
    assert not any(mark.is_sentence for mark in marks_of([hit], hit))


def test_in_a_text_the_sentence_is_marked_as_a_whole_and_words_beside_it():
    hit = replace(make_hits()[0], highlights=((0, 3), (10, 12), (40, 44)), sentence=(8, 30))
    assert spans_of(hit) == ((0, 3), (8, 30), (40, 44))
