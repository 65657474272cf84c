from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop_app.ui.panes import NARROW, WIDE, Panes, Room, room_of


@pytest.fixture
def panes(qtbot, theme):
    made = Panes(theme, QWidget(), QWidget(), QWidget())
    qtbot.addWidget(made)
    made.resize(1280, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_room_is_told_from_the_width():
    assert [room_of(width) for width in (WIDE, WIDE - 1, NARROW, NARROW - 1)] == [
        Room.WIDE,
        Room.MEDIUM,
        Room.MEDIUM,
        Room.NARROW,
    ]


def test_a_wide_window_shows_three_panes(panes):
    assert panes.room is Room.WIDE
    assert all(pane.isVisible() for pane in (panes._library, panes._answer, panes._preview))


def test_below_1100_the_preview_is_a_sheet_over_the_answer(qtbot, panes):
    panes.resize(1000, 700)
    assert panes.room is Room.MEDIUM
    assert not panes._preview.isVisible()
    panes.open_preview()
    assert panes._preview.isVisible()
    assert panes._answer.isVisible()
    assert panes._sheet.geometry().right() == panes.rect().right()
    with qtbot.waitSignal(panes.preview_closed):
        assert panes.close_preview()
    assert not panes._preview.isVisible()


def test_below_800_one_pane_is_shown_at_a_time(panes):
    panes.resize(700, 600)
    assert panes.room is Room.NARROW
    assert not panes._library.isVisible()
    assert panes._answer.isVisible()
    panes.toggle_library()
    assert panes._library.isVisible()
    assert not panes._answer.isVisible()
    panes.toggle_library()
    panes.open_preview()
    assert panes._sheet.geometry() == panes.rect()


def test_there_is_no_sheet_to_close_in_a_wide_window(panes):
    panes.open_preview()
    assert not panes.close_preview()
    assert panes._preview.isVisible()


def test_growing_brings_the_panes_back_side_by_side(panes):
    panes.resize(700, 600)
    panes.open_preview()
    panes.resize(1280, 700)
    assert panes.room is Room.WIDE
    assert not panes._sheet.isVisible()
    assert panes._library.isVisible()
    lefts = [
        pane.mapTo(panes, pane.rect().topLeft()).x()
        for pane in (panes._library, panes._answer, panes._preview)
    ]
    assert lefts == sorted(lefts)


def test_panes_that_come_back_are_as_wide_as_they_were(panes):
    def widths():
        panes.layout().activate()
        return panes._splitter.sizes()

    panes._splitter.moveSplitter(860, 2)
    before = widths()
    for width in (620, 900, 620):
        panes.resize(width, 700)
        panes.open_preview()
        panes.resize(1280, 700)
        assert widths() == before


def test_panes_are_as_wide_as_they_were_after_a_page_that_has_all_the_room(qtbot, panes):
    panes._splitter.moveSplitter(860, 2)
    before = panes._splitter.sizes()
    panes.spread_answer(is_alone=True)
    for width in (1300, 620, 1280):
        panes.resize(width, 700)
        panes.layout().activate()
    panes.spread_answer(is_alone=False)
    qtbot.waitUntil(lambda: panes._splitter.sizes() == before)


def test_a_window_that_opens_narrow_grows_into_the_panes_of_last_time(panes):
    panes._splitter.moveSplitter(860, 2)
    state, before = panes.save(), panes._splitter.sizes()
    panes._splitter.moveSplitter(700, 2)
    panes.resize(620, 700)
    panes.restore(state)
    panes.resize(1280, 700)
    panes.layout().activate()
    assert panes._splitter.sizes() == before


def test_the_library_can_be_put_away(panes):
    panes.toggle_library()
    assert not panes._library.isVisible()
    panes.toggle_library()
    assert panes._library.isVisible()


def test_the_splitter_is_remembered_only_while_it_is_in_force(panes):
    panes._splitter.setSizes([300, 500, 480])
    state = panes.save()
    assert not state.isEmpty()
    sizes = panes._splitter.sizes()
    panes._splitter.setSizes([200, 700, 380])
    panes.restore(state)
    assert panes._splitter.sizes() == sizes
    panes.resize(900, 700)
    assert panes.save().isEmpty()


def test_the_sheet_can_be_closed_with_the_mouse(qtbot, panes):
    panes.resize(1000, 700)
    panes.open_preview()
    qtbot.mouseClick(panes.back, Qt.MouseButton.LeftButton)
    assert not panes.is_preview_open


def test_a_page_without_a_preview_gets_its_room(panes):
    before = panes._answer.width()
    panes.spread_answer(is_alone=True)
    assert not panes._preview.isVisible()
    panes.layout().activate()
    panes.spread_answer(is_alone=False)
    assert panes._preview.isVisible()
    assert panes._answer.width() == before
