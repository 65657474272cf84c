"""Where thousands of pages stand, and that what is read stays put while sizes become known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from desktop_app.domain import Box
from desktop_app.domain.printed import FoundPlace
from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_layout import A4, PageStack
from desktop_app.ui.preview_marks import Mark
from desktop_app.ui.preview_pages import DrawnPage
from desktop_app.ui.theme import Space

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

COUNT = 40
SIZES = st.tuples(st.integers(100, 900), st.integers(100, 900))


@given(st.lists(st.tuples(st.integers(1, COUNT), SIZES)), st.sampled_from((0.2, 1.0, 3.3)))
def test_pages_stand_under_each_other_whatever_is_known_of_their_sizes(learned, scale):
    stack = PageStack()
    stack.clear(COUNT)
    known = {}
    for page, size in learned:
        stack.learn(page, size)
        known[page] = size
    usual = learned[0][1] if learned else A4
    y = float(Space.L)
    tops = stack.tops(range(1, COUNT + 1), scale)
    for page in range(1, COUNT + 1):
        assert tops[page] == pytest.approx(y)
        assert stack.size(page) == known.get(page, usual)
        assert stack.top(page, scale) == pytest.approx(y)
        height = known.get(page, usual)[1] * scale
        assert stack.page_at(y + height / 2, scale) == page
        y += height + Space.M
    assert stack.end(scale) == pytest.approx(y - Space.M + Space.L)
    assert stack.page_at(-1e9, scale) == 1
    assert stack.page_at(1e9, scale) == COUNT


def drawn(page, width, height, scale, color=Qt.GlobalColor.white):
    image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
    image.fill(color)
    return DrawnPage(page, COUNT, float(width), float(height), scale, image)


@pytest.fixture
def view(theme, qtbot):
    made = PageView(theme)
    qtbot.addWidget(made)
    made.resize(420, 600)
    made.show()
    qtbot.waitExposed(made)
    made.open(COUNT, 1, ())
    made.show_page(drawn(1, 600, 800, made.scale))
    return made


def test_what_is_read_does_not_move_when_pages_above_turn_out_larger(view, qtbot):
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    page = view.page
    before = view.page_rect(page)
    scale = view.scale
    for above in (page - 1, page - 3):
        view.show_page(drawn(above, 600, 1400, scale))
    after = view.page_rect(page)
    assert view.page == page
    assert after.top() == pytest.approx(before.top(), abs=1)
    assert view.scale == scale, "one odd page changed the size of all"


def test_a_landscape_page_among_others_can_be_scrolled_sideways(view):
    before = view.page_rect(1)
    view.show_page(drawn(2, 1600, 800, view.scale))
    bar = view.horizontalScrollBar()
    assert bar.maximum() > 0
    assert view.page_rect(1).center().x() == pytest.approx(before.center().x(), abs=2)
    bar.setValue(0)
    assert view.page_rect(2).left() >= 0


def test_a_page_that_fits_stands_in_the_middle_however_wide_another_is(view):
    mark = Mark(Box(3, 36.0, 40.0, 300.0, 60.0), is_current=True)
    view.show_page(drawn(2, 1600, 800, view.scale))
    view.show_marks(3, (mark,))
    assert view.horizontalScrollBar().maximum() > 0
    middle = view.viewport().width() / 2
    assert view.page_rect(3).center().x() == pytest.approx(middle, abs=1)
    view.horizontalScrollBar().setValue(0)
    found = FoundPlace(4, (Box(4, 500.0, 700.0, 560.0, 712.0),))
    view.show_found((found,), found)
    assert view.page_rect(4).center().x() == pytest.approx(middle, abs=1)


def test_a_page_that_is_gone_to_is_as_wide_as_the_view_whatever_was_drawn_before(view):
    usual = view.scale
    view.show_marks(5, ())
    view.show_page(drawn(5, 1600, 800, usual))
    assert view.page_rect(5).left() >= 0
    assert view.page_rect(5).right() <= view.viewport().width()
    view.show_marks(1, ())
    assert view.scale == usual
    view.zoom_in()
    chosen = view.scale
    view.show_marks(5, ())
    assert view.scale == chosen, "the zoom that was chosen stays"


def test_a_page_is_painted_pixel_by_pixel_as_it_was_drawn(view, qtbot):
    image = drawn(1, 600, 800, view.scale * view.devicePixelRatioF())
    for y in range(image.image.height()):
        for x in (60, 61, 62, 63):
            ink = Qt.GlobalColor.black if (x + y) % 2 else Qt.GlobalColor.white
            image.image.setPixelColor(x, y, ink)
    view.show_page(image)
    shown = view.viewport().grab().toImage()
    ratio = shown.devicePixelRatio()
    corner = (view.page_rect(1).topLeft() * ratio).toPoint()
    for x in (60, 61, 62, 63):
        for y in range(100, 120):
            assert shown.pixelColor(corner.x() + x, corner.y() + y) == image.image.pixelColor(x, y)


def test_home_and_end_go_to_the_first_and_last_page(view, qtbot):
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.page == COUNT
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.page == 1
    qtbot.keyClick(view, Qt.Key.Key_PageDown)
    assert view.verticalScrollBar().value() > 0


def test_the_neighbors_of_what_is_in_view_are_asked_for_last(view, qtbot):
    view.zoom_in()
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    with qtbot.waitSignal(view.pages_wanted) as asked:
        view.viewport().update()
        view.moved.emit()
    pages = asked.args[0]
    visible = list(view._visible())
    assert set(pages) == {min(visible) - 1, *visible, max(visible) + 1}
    assert set(pages[: len(visible)]) == set(visible)
