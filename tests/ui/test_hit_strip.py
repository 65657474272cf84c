"""The strip beside the scroll bar: a tick for every hit, a press goes there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt

from desktop_app.domain import Box
from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_marks import Mark

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
    bar = view.verticalScrollBar()

    def is_apart() -> bool:
        taken = QRect(bar.mapTo(view, QPoint(0, 0)), bar.size())
        strip = view.strip.geometry()
        return (
            view.rect().contains(strip)
            and not strip.intersects(taken)
            and not strip.intersects(view.viewport().geometry())
        )

    qtbot.waitUntil(is_apart)
