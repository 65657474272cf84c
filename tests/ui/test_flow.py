"""Buttons that have no room beside each other stand below each other, and none is cut."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.flow import Flow
from desktop_app.ui.tick_box import TickBox
from tests.ui.tongues import Longer, speaking


@pytest.fixture
def page(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    QVBoxLayout(made)
    return made


def fill(page, texts, **how):
    flow = Flow(page, **how)
    buttons = [QPushButton(text, flow) for text in texts]
    for button in buttons:
        flow.add(button)
    page.layout().addWidget(flow)
    return flow, buttons


def rows_of(buttons):
    return len({button.y() for button in buttons})


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text("abcdefgh ", min_size=1, max_size=30), min_size=1, max_size=6),
    width=st.integers(300, 900),
    at_end=st.booleans(),
)
def test_no_button_is_cut_or_covers_another(qtbot, texts, width, at_end):
    page = QWidget()
    qtbot.addWidget(page)
    QVBoxLayout(page)
    flow, buttons = fill(page, texts, at_end=at_end)
    page.resize(width, 600)
    page.show()
    # The height follows with the next event.
    qtbot.waitUntil(lambda: all(flow.rect().contains(each.geometry()) for each in buttons))
    places = [button.geometry() for button in buttons]
    assert [each.size() for each in places] == [each.sizeHint() for each in buttons]
    for number, each in enumerate(places):
        assert not any(each.intersects(other) for other in places[number + 1 :])
    page.hide()


def test_what_has_no_room_begins_the_next_row(qtbot, page):
    flow, buttons = fill(page, ["Try again", "Try all again", "Export"])
    page.resize(900, 400)
    page.show()
    assert rows_of(buttons) == 1
    qtbot.waitUntil(lambda: flow.height() == buttons[0].height())
    page.resize(180, 400)
    assert rows_of(buttons) > 1
    qtbot.waitUntil(lambda: flow.height() > 2 * buttons[0].height())


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
@pytest.mark.parametrize("at_end", [False, True])
def test_rows_stand_where_lines_begin_or_end(page, direction, at_end):
    page.setLayoutDirection(direction)
    flow, buttons = fill(page, ["One"], at_end=at_end)
    page.resize(600, 200)
    page.show()
    is_left = (direction is Qt.LayoutDirection.LeftToRight) != at_end
    assert (buttons[0].geometry().center().x() < flow.width() / 2) == is_left


def test_a_button_that_comes_or_grows_makes_room(qtbot, page):
    _, buttons = fill(page, ["One", "Two"])
    buttons[1].hide()
    page.resize(200, 200)
    page.show()
    buttons[1].show()
    qtbot.waitUntil(lambda: buttons[1].x() > buttons[0].x())
    buttons[0].setText("Something that is much longer")
    qtbot.waitUntil(lambda: buttons[1].y() > buttons[0].y())


@pytest.mark.parametrize("width", [1280, 1100, 800])
def test_no_button_of_the_pages_is_cut_in_a_language_of_longer_words(
    qtbot, session, make_window, width
):
    with speaking(Longer()):
        window = make_window(lambda: session)
        window.resize(width, 600)
        qtbot.waitUntil(lambda: bool(window.library.roots))
        settings_page = window.tending.settings
        settings_page.advanced.click()
        for page in (window.ledger, window.models, settings_page, window.tending.rules):
            window.pages.visit(page)
            qtbot.waitUntil(page.isVisible)
            for button in page.findChildren(QAbstractButton):
                if button.isVisible() and not isinstance(button, TickBox):
                    assert button.width() >= button.sizeHint().width(), button.text()
                    left = button.mapTo(page, button.rect().topLeft()).x()
                    assert left >= 0
                    assert left + button.width() <= page.width(), button.text()


def test_what_is_lower_stands_in_the_middle_of_its_row(page):
    flow, (low, high) = fill(page, ["Low", "High"])
    high.setFixedHeight(60)
    low.setFixedHeight(20)
    page.resize(600, 200)
    page.show()
    assert low.geometry().center().y() == high.geometry().center().y()
    assert flow.rect().contains(high.geometry())
