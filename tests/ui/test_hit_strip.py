"""The strip beside the scroll bar: a tick for every hit, a press goes there."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt

from desktop_app.domain import Box
from desktop_app.domain.printed import FoundPlace
from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_marks import Mark
from desktop_app.ui.theme import Role
from tests.ui.strips import covers_nothing

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

PAGES = 2000
FIRST = Mark(Box(3, 50, 100, 300, 120), is_current=True)
FAR = Mark(Box(1500, 50, 400, 300, 420), is_current=False)


@pytest.fixture
def view(theme, qtbot):
    view = PageView(theme)
    qtbot.addWidget(view)
    view.resize(420, 600)
    view.show()
    qtbot.waitExposed(view)
    view.open(PAGES, 3, (FIRST, FAR))
    return view


def press(qtbot, view, y):
    qtbot.mouseClick(view.strip, Qt.MouseButton.LeftButton, pos=QPoint(5, round(y)))


def test_every_hit_has_a_tick_at_its_share_of_the_document(view):
    shares = {place.is_current: place.share for place in view.strip.places}
    assert shares[True] == pytest.approx(2.12 / PAGES, abs=1 / PAGES)
    assert shares[False] == pytest.approx(1499.5 / PAGES, abs=1 / PAGES)


def test_a_press_near_a_tick_shows_the_hit_itself(view, qtbot):
    (far,) = (place for place in view.strip.places if not place.is_current)
    press(qtbot, view, view.strip.tick_rect(far).center().y() + 4)
    assert view.page == FAR.box.page
    assert view.viewport().rect().contains(view.mark_rect(FAR).center().toPoint())


def test_a_press_far_from_every_tick_goes_to_that_height(view, qtbot):
    press(qtbot, view, view.strip.height() / 2)
    assert view.page == pytest.approx(PAGES / 2, abs=PAGES / view.strip.height() * 2)


def test_ticks_at_both_ends_are_whole(view):
    ends = (Mark(Box(1, 0, 0, 9, 9), is_current=True), Mark(Box(PAGES, 0, 830, 9, 842), False))
    view.refine_marks(ends)
    for place in view.strip.places:
        tick = view.strip.tick_rect(place)
        assert tick.top() >= 0
        assert tick.bottom() <= view.strip.height()


def test_the_answering_sentence_has_no_tick_of_its_own(view):
    view.refine_marks((FIRST, Mark(FIRST.box, is_current=True, is_sentence=True)))
    assert len(view.strip.places) == 1


def test_a_closed_document_leaves_no_ticks(view):
    view.clear()
    assert view.strip.places == ()


@pytest.mark.parametrize(
    "direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft]
)
def test_the_strip_covers_neither_page_nor_scroll_bar(view, qtbot, direction):
    view.setLayoutDirection(direction)
    view.resize(430, 600)
    qtbot.waitUntil(lambda: covers_nothing(view))


# ------------------------------------------------------------- found words


def found_on(*pages: int) -> tuple[FoundPlace, ...]:
    return tuple(FoundPlace(page, (Box(page, 50, 300, 120, 312),)) for page in pages)


def test_what_was_found_has_dots_beside_the_bars_of_the_passages(view):
    view.show_found(found_on(500, 1500))
    height = view.strip.height()
    middles = [view.strip.dot_rect(row).center().y() for row in sorted(view.strip.dots)]
    assert middles == pytest.approx([0.25 * height, 0.75 * height], abs=5)
    assert len(view.strip.places) == 2


def test_dots_differ_from_bars_in_shape_and_color(view, theme):
    view.show_found(found_on(1000))
    (row,) = view.strip.dots
    picture = view.strip.grab().toImage()
    (far,) = (place for place in view.strip.places if not place.is_current)
    bar = view.strip.tick_rect(far)
    assert view.strip.dot_rect(row).width() < bar.width()
    dot = picture.pixelColor(view.strip.dot_rect(row).center().toPoint())
    assert dot == theme.color(Role.TEXT)
    assert picture.pixelColor(bar.center().toPoint()) == theme.color(Role.HIGHLIGHT_EDGE)


def test_the_found_place_that_is_read_is_larger(view, theme):
    places = found_on(1000)
    view.show_found(places)
    ink, usual = theme.color(Role.TEXT), view.strip.grab().toImage()
    view.show_found(places, places[0])
    current = view.strip.grab().toImage()

    def inked(picture):
        every = (QPoint(x, y) for x in range(picture.width()) for y in range(picture.height()))
        return sum(1 for at in every if picture.pixelColor(at) == ink)

    assert inked(current) > inked(usual) > 0


def test_a_press_on_a_dot_goes_to_the_first_place_there(view, qtbot):
    places = found_on(999, 1000, 1000, 1800)
    view.show_found(places)
    row = min(view.strip.dots)
    with qtbot.waitSignal(view.strip.found_chosen) as chosen:
        press(qtbot, view, view.strip.dot_rect(row).center().y())
    assert chosen.args == [view.strip.dots[row]]
    assert view.page in {999, 1000}


def test_a_press_on_a_bar_is_no_press_on_a_dot(view, qtbot):
    view.show_found(found_on(1000))
    (far,) = (place for place in view.strip.places if not place.is_current)
    with qtbot.assertNotEmitted(view.strip.found_chosen):
        press(qtbot, view, view.strip.tick_rect(far).center().y())
    assert view.page == FAR.box.page


def test_ten_thousand_places_are_no_more_dots_than_there_is_room_for(view):
    view.show_found(found_on(*(1 + at % PAGES for at in range(10_000))))
    dots = [view.strip.dot_rect(row) for row in sorted(view.strip.dots)]
    assert len(dots) == view.strip.height() // 4
    assert all(view.strip.rect().toRectF().contains(dot) for dot in dots)
    assert all(above.bottom() <= below.top() for above, below in pairwise(dots))


def test_dots_go_with_what_was_looked_for(view):
    view.show_found(found_on(3, 4))
    view.show_found(())
    assert view.strip.dots == {}
    assert view.strip._found_now is None


@pytest.mark.parametrize(
    ("direction", "left"),
    [(Qt.LayoutDirection.LeftToRight, 6), (Qt.LayoutDirection.RightToLeft, 0)],
)
def test_dots_stand_on_the_side_of_the_scroll_bar(view, direction, left):
    view.setLayoutDirection(direction)
    view.show_found(found_on(1000))
    (row,) = view.strip.dots
    assert view.strip.dot_rect(row).left() == left
