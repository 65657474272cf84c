"""Words are found in the document that is read: while typing, page by page, with the keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt

from desktop_app.errors import FileUnreadable
from desktop_app.ui.text_view_finding import TextPlace, find_in_passages
from tests.ui.fakes import BlankSession
from tests.ui.gestures import ask
from tests.ui.samples import make_hits, make_passage

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HITS = make_hits()
PDF_HIT, SHEET_HIT = HITS[0], HITS[5]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def blank():
    session = BlankSession()
    session.pages.lines = {
        3: ["Energy in March", "energie"],
        12: ["The énergy of tides"],
        40: ["energy", "ENERGY again"],
    }
    return session


@pytest.fixture
def pane(qtbot, pane):
    pane.show_hit(PDF_HIT, HITS)
    qtbot.waitUntil(lambda: 12 in pane.page_view._pages)
    pane.page_view.setFocus()
    return pane


def find(qtbot, pane, text):
    qtbot.keyClick(pane.page_view, Qt.Key.Key_F, CTRL)
    pane.find_bar.field.clear()
    qtbot.keyClicks(pane.find_bar.field, text)


def count(pane):
    return pane.find_bar.count.text()


def test_ctrl_f_looks_from_the_page_that_is_read_on(pane, qtbot):
    assert pane.find_bar.isHidden()
    find(qtbot, pane, "Energy")
    assert pane.find_bar.field.hasFocus()
    qtbot.waitUntil(lambda: count(pane) == "2 of 4")
    assert pane.page_view.page == 12
    assert pane.find_bar.field.accessibleDescription() == "2 of 4"


def test_f3_and_enter_go_round_and_the_place_is_in_view(pane, qtbot):
    find(qtbot, pane, "energy")
    qtbot.waitUntil(lambda: count(pane) == "2 of 4")
    with qtbot.assertNotEmitted(pane.hit_changed):
        qtbot.keyClick(pane.find_bar.field, Qt.Key.Key_F3)
    assert count(pane) == "3 of 4"
    assert pane.page_view.page == 40
    (box,) = pane.page_view._found_now.boxes
    assert pane.page_view.viewport().rect().contains(pane.page_view._rect_of(box).toRect())
    qtbot.keyClick(pane.find_bar.field, Qt.Key.Key_Return)
    assert count(pane) == "4 of 4"
    qtbot.mouseClick(pane.find_bar.next_button, Qt.MouseButton.LeftButton)
    assert count(pane) == "1 of 4"
    assert pane.page_view.page == 3
    qtbot.keyClick(pane.page_view, Qt.Key.Key_F3, SHIFT)
    assert count(pane) == "4 of 4"
    qtbot.keyClick(pane.find_bar.field, Qt.Key.Key_Return, SHIFT)
    assert count(pane) == "3 of 4"


def test_places_stream_in_while_the_rest_is_still_searched(pane, qtbot, blank):
    blank.pages.gate.shut_after(2)
    find(qtbot, pane, "energy")
    qtbot.waitUntil(lambda: count(pane) == "2 of 2…")
    assert pane.page_view.page == 12
    blank.pages.gate.open()
    qtbot.waitUntil(lambda: count(pane) == "2 of 4")
    assert pane.page_view.page == 12, "what came later moved the page"


def test_another_word_ends_the_search_before(pane, qtbot, blank):
    blank.pages.gate.shut()
    find(qtbot, pane, "energy")
    qtbot.waitUntil(lambda: blank.pages.sought == ["energy"])
    assert count(pane) == "Looking…"
    find(qtbot, pane, "again")
    blank.pages.gate.open()
    qtbot.waitUntil(lambda: count(pane) == "1 of 1")
    assert pane.page_view.page == 40


def test_what_is_not_there_is_said(pane, qtbot):
    find(qtbot, pane, "whale")
    qtbot.waitUntil(lambda: count(pane) == "Not in this document")
    assert not pane.find_bar.next_button.isEnabled()
    assert pane.page_view.page == 12
    pane.find_bar.field.clear()
    qtbot.waitUntil(lambda: not count(pane))


def test_escape_closes_it_and_f3_goes_through_the_passages_again(pane, qtbot):
    find(qtbot, pane, "energy")
    qtbot.waitUntil(lambda: count(pane) == "2 of 4")
    qtbot.keyClick(pane.find_bar.field, Qt.Key.Key_Escape)
    assert pane.find_bar.isHidden()
    assert pane.page_view.hasFocus()
    assert pane.page_view._found == {}
    with qtbot.waitSignal(pane.hit_changed):
        qtbot.keyClick(pane.page_view, Qt.Key.Key_F3)


def test_a_file_that_is_gone_says_so_in_the_line(pane, qtbot, blank):
    blank.pages.error = FileUnreadable()
    find(qtbot, pane, "energy")
    qtbot.waitUntil(lambda: count(pane) == FileUnreadable.default_title)


def test_another_document_is_searched_for_the_same_word(pane, qtbot, blank):
    find(qtbot, pane, "energy")
    qtbot.waitUntil(lambda: count(pane) == "2 of 4")
    other = next(
        each
        for each in HITS
        if each.document.media_type == "application/pdf"
        and each.document.full_path != PDF_HIT.document.full_path
    )
    pane.show_hit(other, HITS)
    qtbot.waitUntil(lambda: blank.pages.sought == ["energy", "energy"])
    assert not pane.find_bar.isHidden()


# ------------------------------------------------------------------- in the window


@pytest.fixture
def reading(qtbot, session, opened):
    """The window with a hit's page in the preview, which has the focus."""
    session.pages.lines = {12: ["The energy of tides"]}
    ask(qtbot, opened)
    pane = opened.preview
    pane.show_hit(PDF_HIT, HITS)
    qtbot.waitUntil(lambda: 12 in pane.page_view._pages)
    pane.page_view.setFocus()
    return opened


def test_ctrl_f_finds_in_the_document_only_while_that_is_read(reading, qtbot):
    qtbot.keyClick(reading.preview.page_view, Qt.Key.Key_F, CTRL)
    assert reading.preview.find_bar.field.hasFocus()
    reading.results.setFocus()
    qtbot.keyClick(reading.results.list, Qt.Key.Key_F, CTRL)
    assert reading.top.question.edit.hasFocus()


def test_escape_closes_the_line_before_it_goes_back_in_the_window(reading, qtbot):
    reading.resize(1000, 700)
    reading.panes.open_preview()
    pane = reading.preview
    pane.page_view.setFocus()
    qtbot.keyClick(pane.page_view, Qt.Key.Key_F, CTRL)
    qtbot.keyClick(pane.find_bar.field, Qt.Key.Key_Escape)
    assert pane.find_bar.isHidden()
    assert pane.isVisible()
    qtbot.keyClick(pane.page_view, Qt.Key.Key_F, CTRL)
    pane.page_view.setFocus()
    qtbot.keyClick(pane.page_view, Qt.Key.Key_Escape)
    assert pane.find_bar.isHidden()
    assert pane.isVisible()
    qtbot.keyClick(pane.page_view, Qt.Key.Key_Escape)
    assert not pane.isVisible()


# ------------------------------------------------------------------- text


def show_text(qtbot, pane, blank, texts, media_type="text/plain"):
    passages = tuple(
        make_passage(text, ordinal=at, content_hash="c") for at, text in enumerate(texts)
    )
    blank.passages = lambda _content: passages
    document = replace(SHEET_HIT.document, media_type=media_type)
    hit = replace(SHEET_HIT, passage=passages[len(passages) // 2], document=document, sentence=None)
    pane.show_hit(replace(hit, highlights=()), ())
    qtbot.waitUntil(lambda: pane._pages.currentWidget() is pane.text_view)
    pane.text_view.setFocus()
    return passages


def test_words_of_a_long_text_are_found_wherever_they_stand(pane, qtbot, blank):
    texts = [f"Passage {at} about nothing much. " * 12 for at in range(400)]
    texts[20] += "Here is the Wal."
    texts[350] += "And here: wál, WAL."
    show_text(qtbot, pane, blank, texts)
    qtbot.keyClick(pane.text_view, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(pane.find_bar.field, "wal")
    qtbot.waitUntil(lambda: count(pane) == "2 of 3")
    assert 350 in pane.text_view.written
    colored = [each.cursor.selectedText() for each in pane.text_view.extraSelections()]
    assert colored == ["wál", "WAL"]
    assert pane.text_view.viewport().rect().contains(pane.text_view.cursorRect())
    qtbot.keyClick(pane.find_bar.field, Qt.Key.Key_F3)
    qtbot.keyClick(pane.find_bar.field, Qt.Key.Key_F3)
    assert count(pane) == "1 of 3"
    assert 20 in pane.text_view.written
    qtbot.keyClick(pane.find_bar.field, Qt.Key.Key_Escape)
    assert pane.text_view.extraSelections() == []
    assert pane.text_view.hasFocus()


def test_words_are_found_in_the_cells_of_a_table_and_beyond_the_basic_plane(pane, qtbot, blank):
    show_text(qtbot, pane, blank, ["Name | Kind\n\U0001f40b one | whale\nshark | fish", "A whale."])
    qtbot.keyClick(pane.text_view, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(pane.find_bar.field, "one")
    qtbot.waitUntil(lambda: count(pane) == "1 of 1")
    (colored,) = pane.text_view.extraSelections()
    assert colored.cursor.selectedText() == "one"


def test_places_of_a_text_are_told_by_passage_number_and_character():
    passages = [
        make_passage("One, two.\n\nOne"),
        make_passage("three"),
        make_passage("öne | 1\n2 | x"),
    ]
    *_, last = find_in_passages(passages, "ONE", lambda: False)
    assert last.places == (TextPlace(0, 0, 0), TextPlace(0, 1, 11), TextPlace(2, 0, 0))
    assert not list(find_in_passages(passages, "one", lambda: True))
    *_, cut = find_in_passages([make_passage("a " * 3000)], "a", lambda: False)
    assert cut.is_cut
    assert len(cut.places) == 2000


def test_a_press_on_the_strip_goes_to_what_was_found_there(pane, qtbot):
    find(qtbot, pane, "energy")
    qtbot.waitUntil(lambda: count(pane) == "2 of 4")
    strip = pane.page_view.strip
    last = max(strip.dots)
    y = round(strip.dot_rect(last).center().y())
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, y))
    assert count(pane) == "3 of 4"
    assert pane.page_view.page == 40
