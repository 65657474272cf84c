"""An answer and a library that goes on being read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from desktop_app.domain import Verdict
from tests.ui.gestures import ask
from tests.ui.overheard import said_by
from tests.ui.samples import COVERAGE, make_hits, make_result

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SINCE = "More has been read since."


def grow(qtbot, window, coverage):
    """Let the library be read on, up to this coverage."""
    with qtbot.waitSignal(window.work.roots_changed):
        window.work.roots_changed.emit(window.library.roots, coverage)


def says_more(window):
    return any(SINCE in each for each in window.results.shown_sentences())


def test_a_good_answer_says_that_more_has_been_read_since_and_is_asked_again_by_a_key(
    qtbot, session, opened
):
    ask(qtbot, opened)
    assert not opened.results.again_link.isVisible()
    grow(qtbot, opened, replace(COVERAGE, searchable=COVERAGE.searchable + 9))
    link = opened.results.again_link
    assert link.isVisible()
    assert says_more(opened)
    before = len(session.called("search"))
    link.setFocus()
    qtbot.keyClick(link, Qt.Key.Key_Return)
    assert opened.results.list.hasFocus(), "the keyboard stays with the answer"
    qtbot.waitUntil(lambda: len(session.called("search")) > before)
    qtbot.waitUntil(lambda: not link.isVisible())
    assert not says_more(opened)


def test_an_answer_by_words_alone_can_be_asked_again_once_all_have_a_meaning(
    qtbot, session, opened
):
    half = replace(COVERAGE, embedded=COVERAGE.passages // 2)
    result = replace(make_result("energy", make_hits()), coverage=half, verdict=Verdict.GOOD)
    opened.results.show_result(result)
    grow(qtbot, opened, half)
    assert not says_more(opened)
    grow(qtbot, opened, COVERAGE)
    assert says_more(opened)


def test_nothing_is_said_while_the_library_stays_as_it_was_nor_of_a_poor_answer(
    qtbot, session, opened
):
    ask(qtbot, opened)
    grow(qtbot, opened, COVERAGE)
    grow(qtbot, opened, replace(COVERAGE, searchable=COVERAGE.searchable - 1))
    assert not says_more(opened)
    poor = replace(make_result("energy", make_hits()), coverage=COVERAGE, verdict=Verdict.WEAK)
    opened.results.show_result(poor)
    grow(qtbot, opened, replace(COVERAGE, searchable=COVERAGE.searchable + 9))
    assert not says_more(opened), "it is asked again by itself"


def test_the_row_that_is_read_stays_where_it_is_when_more_is_said_above(qtbot, session, opened):
    opened.resize(480, 600)
    ask(qtbot, opened)
    rows = opened.results.list

    def top():
        return rows.viewport().mapTo(opened, rows.visualRect(rows.currentIndex()).topLeft()).y()

    rows.verticalScrollBar().setValue(40)
    before, head = top(), rows.mapTo(opened, QPoint()).y()
    grow(qtbot, opened, replace(COVERAGE, searchable=COVERAGE.searchable + 9))
    qtbot.waitUntil(lambda: rows.mapTo(opened, QPoint()).y() > head)
    assert top() == before


def test_a_screen_reader_hears_why_to_ask_again(qtbot, session, opened):
    ask(qtbot, opened)
    grow(qtbot, opened, replace(COVERAGE, searchable=COVERAGE.searchable + 9))
    assert any("Ask again" in text for _, text in said_by(opened.results))
    assert opened.results.again_link.accessibleDescription() == SINCE
