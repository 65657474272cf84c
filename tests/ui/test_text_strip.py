"""The strip beside a stored text: it stands for all of the document, written or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from desktop_app.ui.hit_strip import HitStrip
from desktop_app.ui.text_view import TextView
from desktop_app.ui.text_view_finding import TextPlaces, find_in_passages
from desktop_app.ui.text_view_places import Extent
from desktop_app.ui.theme import Role, Scheme
from tests.ui.samples import make_passage
from tests.ui.strips import covers_nothing

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

COUNT = 400
CURRENT, FAR = 100, 300


def passage(number: int):
    word = "whale" if number in (200, 399) else "shark"
    return make_passage(f"Passage {number}: a {word} swims. " * 12, ordinal=number)


PASSAGES = tuple(map(passage, range(COUNT)))


@pytest.fixture
def view(theme, qtbot):
    view = TextView(theme)
    qtbot.addWidget(view)
    view.resize(520, 600)
    view.show()
    qtbot.waitExposed(view)
    view.show_passages(PASSAGES, "text/plain", current=CURRENT, spans={CURRENT: (), FAR: ()})
    return view


def press(qtbot, view, y):
    qtbot.mouseClick(view.strip, Qt.MouseButton.LeftButton, pos=QPoint(5, round(y)))


def found_in(passages, text):
    *_, last = find_in_passages(passages, text, lambda: False)
    assert isinstance(last, TextPlaces)
    return last.places


def test_every_hit_has_a_tick_at_its_share_of_the_text_also_where_nothing_is_written(view):
    assert FAR not in view.written
    shares = {place.is_current: place.share for place in view.strip.places}
    assert shares[True] == pytest.approx(CURRENT / COUNT, abs=0.01)
    assert shares[False] == pytest.approx(FAR / COUNT, abs=0.01)


def test_a_press_on_a_tick_writes_and_shows_the_hit(view, qtbot):
    (far,) = (place for place in view.strip.places if not place.is_current)
    press(qtbot, view, view.strip.tick_rect(far).center().y() + 3)
    assert FAR in view.written
    assert 0 <= view.mark_rects()[FAR].top() < view.viewport().height() / 2


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9, 0.999])
def test_a_press_far_from_every_tick_goes_to_that_share_of_the_text(view, qtbot, share):
    view.strip.show_places(())
    press(qtbot, view, share * view.strip.height())
    assert view.passage == pytest.approx(share * COUNT, abs=COUNT / view.strip.height() * 8)


def test_the_band_follows_what_is_in_view(view):
    before = view.strip.view_rect
    middle = CURRENT / COUNT * view.strip.height()
    assert before.top() <= middle <= before.bottom()
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert view.strip.view_rect.top() > before.top()
    view.show_passage(COUNT - 1)
    assert view.strip.view_rect.bottom() == pytest.approx(view.strip.height(), abs=1)


def test_in_a_short_text_ticks_stand_at_its_height_as_the_scroll_bar_does_and_no_band(view, qtbot):
    passages = (make_passage("One line."), *PASSAGES[:1], make_passage("The end."))
    view.show_passages(passages, "text/plain", current=2, spans={0: (), 2: ()})
    assert view.strip.view_rect.isEmpty()
    for place, index in zip(view.strip.places, (0, 2), strict=True):
        top = view.mark_rects()[index].top()
        assert view.strip.tick_rect(place).center().y() == pytest.approx(top, abs=3)
    before = view.strip.places
    view.resize(300, 240)
    qtbot.waitUntil(lambda: view.strip.places != before)
    height = view.document().size().height()
    tops = [view._top_of(index) / height for index in (0, 2)]
    assert [place.share for place in view.strip.places] == pytest.approx(tops, abs=0.01)


def test_what_was_found_has_dots_and_a_press_on_one_names_the_place(view, qtbot):
    places = found_in(PASSAGES, "whale")
    view.show_found("whale", places)
    height = view.strip.height()
    rows = sorted(view.strip.dots)
    assert view.strip.dot_rect(rows[0]).center().y() == pytest.approx(height / 2, abs=5)
    assert view.strip.dot_rect(rows[-1]).bottom() == pytest.approx(height, abs=5)
    with qtbot.waitSignal(view.strip.found_chosen) as chosen:
        press(qtbot, view, view.strip.dot_rect(rows[-1]).center().y())
    assert places[chosen.args[0]].passage == COUNT - 1


def test_what_the_strip_shows_goes_with_the_document_and_with_what_was_sought(view):
    view.show_found("whale", found_in(PASSAGES, "whale"))
    view.show_found("")
    assert view.strip.dots == {}
    view.clear()
    assert view.strip.places == ()
    assert view.strip.view_rect.isEmpty()


@pytest.mark.parametrize(
    "direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft]
)
def test_the_strip_covers_neither_text_nor_scroll_bar(view, qtbot, direction):
    view.setLayoutDirection(direction)
    view.resize(530, 600)

    def is_apart() -> bool:
        is_left = view.strip.geometry().center().x() < view.width() / 2
        return covers_nothing(view) and is_left is (direction is Qt.LayoutDirection.RightToLeft)

    qtbot.waitUntil(is_apart)


def test_the_strip_of_text_says_what_that_of_pages_says(view, theme, qtbot):
    other = HitStrip(theme)
    qtbot.addWidget(other)
    assert view.strip.accessibleName() == other.accessibleName() != ""
    assert view.strip.toolTip() == other.toolTip() != ""


def test_the_band_is_told_from_the_strip_in_every_scheme(view, theme):
    for scheme in Scheme:
        theme.choose(scheme)
        # Ticks leave the edge of the strip free.
        at = QPoint(0, round(view.strip.view_rect.center().y()))
        assert view.strip.grab().toImage().pixelColor(at) == theme.color(Role.TRACK)
    theme.choose(None)


def test_another_look_leaves_the_reader_where_he_is(view, theme):
    view.show_passage(FAR + 20)
    before = view.passage, view.strip.view_rect
    theme.choose(Scheme.DARK)
    theme.choose(None)
    assert (view.passage, view.strip.view_rect) == before


@given(st.lists(st.text(max_size=12), max_size=8), st.floats(0, 1), st.booleans())
def test_shares_rise_with_the_text_and_lead_back_to_their_place(texts, share, is_measured):
    passages = tuple(make_passage(text, ordinal=at) for at, text in enumerate(texts))
    tops = [12.0 + 40 * at for at in range(len(texts) + 1)] if is_measured and texts else ()
    extent = Extent(passages, tops)
    places = [(at, to) for at, text in enumerate(texts) for to in range(max(1, len(text)))]
    shares = [extent.share(*place) for place in places]
    assert shares == sorted(set(shares))
    assert [extent.place_at(each) for each in shares] == places
    index, character = extent.place_at(share)
    assert 0 <= index <= max(0, len(texts) - 1)
    assert character >= 0
