"""Words of pages are selected with the mouse and copied in the order of reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication

from desktop_app.domain.printed import PageWords
from desktop_app.errors import CorruptFile
from desktop_app.ui.preview_selection import Selection, Spot
from desktop_app.ui.theme import Role, Scheme, color_of
from tests.ui.fake_pages import CHARACTER, LEFT, LINE_HEIGHT, TOP, words_of
from tests.ui.fakes import BlankSession
from tests.ui.gestures import ask
from tests.ui.samples import make_hits

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HITS = make_hits()
CTRL, LEFT_BUTTON = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton
LINES = ["The harbor opens at dawn", "and its lamps go out", "one after another"]


@pytest.fixture
def blank():
    session = BlankSession()
    session.pages.lines = {12: LINES, 13: ["next page"]}
    return session


@pytest.fixture
def pane(qtbot, pane):
    pane.show_hit(HITS[0], HITS)
    view = pane.page_view
    qtbot.waitUntil(lambda: 12 in view._pages)
    view.show_spot(12, 0.0)
    qtbot.waitUntil(lambda: 12 in view.selecting._words)
    view.setFocus()
    return pane


def at(view, line, column, page=12):
    """Give the middle of a character in the viewport."""
    x, y = LEFT + (column + 0.5) * CHARACTER, TOP + line * LINE_HEIGHT + 7
    return (view.page_rect(page).topLeft() + QPointF(x, y) * view.scale).toPoint()


def drag(qtbot, view, begin, end):
    qtbot.mousePress(view.viewport(), LEFT_BUTTON, pos=begin)
    qtbot.mouseMove(view.viewport(), (begin + end) / 2)
    qtbot.mouseMove(view.viewport(), end)
    qtbot.mouseRelease(view.viewport(), LEFT_BUTTON, pos=end)


def test_a_drag_selects_the_words_it_touches_and_ctrl_c_copies_them(pane, qtbot):
    view = pane.page_view
    drag(qtbot, view, at(view, 0, 5), at(view, 1, 5))
    assert view.selecting.text == "harbor opens at dawn\nand its"
    with qtbot.waitSignal(pane.text_copied) as copied:
        qtbot.keyClick(view, Qt.Key.Key_C, CTRL)
    assert copied.args == ["harbor opens at dawn\nand its"]


def test_dragging_backwards_selects_the_same(pane, qtbot):
    view = pane.page_view
    drag(qtbot, view, at(view, 1, 5), at(view, 0, 5))
    assert view.selecting.text == "harbor opens at dawn\nand its"


def test_a_double_click_selects_one_word_and_a_click_none(pane, qtbot):
    view = pane.page_view
    qtbot.mouseDClick(view.viewport(), LEFT_BUTTON, pos=at(view, 1, 9))
    assert view.selecting.text == "lamps"
    qtbot.mouseRelease(view.viewport(), LEFT_BUTTON, pos=at(view, 1, 9))
    qtbot.mouseClick(view.viewport(), LEFT_BUTTON, pos=at(view, 0, 1))
    assert view.selecting.is_empty
    with qtbot.waitSignal(pane.copy_requested):
        qtbot.keyClick(view, Qt.Key.Key_C, CTRL)


def test_shift_and_a_click_go_on_with_the_selection(pane, qtbot):
    view = pane.page_view
    drag(qtbot, view, at(view, 0, 5), at(view, 0, 8))
    qtbot.mouseClick(
        view.viewport(), LEFT_BUTTON, Qt.KeyboardModifier.ShiftModifier, at(view, 2, 1)
    )
    assert view.selecting.text.endswith("lamps go out\none")


def test_ctrl_a_selects_the_page_that_is_read(pane, qtbot):
    qtbot.keyClick(pane.page_view, Qt.Key.Key_A, CTRL)
    assert pane.page_view.selecting.text == "\n".join(LINES)


def test_a_selection_goes_over_pages_whose_words_come_later(pane, qtbot, blank):
    view = pane.page_view
    blank.pages.words_gate.shut()
    begin = at(view, 2, 1)
    view.selecting._words.pop(13, None)
    qtbot.mousePress(view.viewport(), LEFT_BUTTON, pos=begin)
    qtbot.mouseMove(view.viewport(), begin + QPoint(5, 5))
    view.show_spot(13, 0.0)
    end = at(view, 0, 1, page=13)
    qtbot.mouseMove(view.viewport(), end)
    qtbot.mouseRelease(view.viewport(), LEFT_BUTTON, pos=end)
    qtbot.keyClick(view, Qt.Key.Key_C, CTRL)
    with qtbot.waitSignal(pane.text_copied) as copied:
        blank.pages.words_gate.open()
    assert copied.args == ["one after another\n\nnext"]


def test_a_drag_beyond_the_edge_scrolls_on(pane, qtbot):
    view = pane.page_view
    before = view.verticalScrollBar().value()
    qtbot.mousePress(view.viewport(), LEFT_BUTTON, pos=at(view, 0, 5))
    below = QPoint(200, view.viewport().height() + 40)
    qtbot.mouseMove(view.viewport(), below)
    qtbot.waitUntil(lambda: view.verticalScrollBar().value() > before + 100)
    qtbot.mouseRelease(view.viewport(), LEFT_BUTTON, pos=below)
    assert not view.selecting._following.isActive()


def test_the_pointer_tells_text_from_paper(pane, qtbot):
    view = pane.page_view
    qtbot.mouseMove(view.viewport(), at(view, 0, 5))
    assert view.viewport().cursor().shape() == Qt.CursorShape.IBeamCursor
    qtbot.mouseMove(view.viewport(), at(view, 12, 5))
    assert view.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor


def test_selected_words_have_a_color_of_their_own(pane, qtbot):
    view = pane.page_view
    qtbot.mouseDClick(view.viewport(), LEFT_BUTTON, pos=at(view, 1, 9))
    image = view.viewport().grab().toImage()
    shown = image.pixelColor(at(view, 1, 9) * image.devicePixelRatio())
    accent = color_of(Role.ACCENT, Scheme.LIGHT)
    assert shown.blue() > shown.red()
    assert abs(shown.red() - (0.7 * 255 + 0.3 * accent.red())) < 3


def test_a_page_that_cannot_be_read_selects_nothing(pane, qtbot, blank):
    view = pane.page_view
    view.selecting.forget()
    blank.pages.error = CorruptFile()
    qtbot.keyClick(view, Qt.Key.Key_A, CTRL)
    qtbot.waitUntil(lambda: 12 in view.selecting._words)
    assert view.selecting.is_empty


def test_what_was_selected_is_on_the_clipboard_and_said(qtbot, session, opened):
    session.pages.lines = {12: LINES}
    ask(qtbot, opened)
    pane = opened.preview
    pane.show_hit(HITS[0], HITS)
    qtbot.waitUntil(lambda: 12 in pane.page_view._pages)
    pane.page_view.setFocus()
    qtbot.keyClick(pane.page_view, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(pane.page_view, Qt.Key.Key_C, CTRL)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "\n".join(LINES))
    assert "Copied 13 words." in opened.message.text


@given(
    st.tuples(st.floats(-50, 700), st.floats(-50, 900)),
    st.tuples(st.floats(-50, 700), st.floats(-50, 900)),
)
def test_a_selection_is_a_stretch_of_the_text_whatever_its_ends(begin, end):
    page = words_of(1, LINES)
    selection = Selection()
    selection.begin(Spot(1, *begin))
    assert not selection.pages
    selection.extend(Spot(1, *end))
    words = list(page.words)
    chosen = list(selection.words(page))
    assert not chosen or words[words.index(chosen[0]) :][: len(chosen)] == chosen
    assert selection.words(PageWords(2, page.words)) == ()
