"""Another look: what is seen has it at once, hidden pages a page a turn."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QStackedWidget, QWidget

from desktop_app.ui.theme import Role, Scheme


@pytest.fixture
def pages(qtbot, theme):
    """A window with three pages, the first in front; the second was shown before."""
    window = QMainWindow()
    qtbot.addWidget(window)
    stack = QStackedWidget(window)
    for name in ("first", "second", "third"):
        page = QWidget(stack)
        page.setObjectName(name)
        QLabel(name, page)
        stack.addWidget(page)
    window.setCentralWidget(stack)
    theme.choose(Scheme.LIGHT)
    theme.dress_apart(window)
    theme.dress(*(stack.widget(number) for number in range(3)))
    window.show()
    stack.setCurrentIndex(1)
    stack.setCurrentIndex(0)
    yield stack
    theme.choose(None)


def looks(page, theme):
    return page.findChild(QLabel).palette().windowText().color() == theme.color(Role.TEXT)


def test_what_is_seen_is_dressed_at_once_and_what_is_hidden_in_a_turn_of_its_own(
    qtbot, theme, pages
):
    theme.choose(Scheme.DARK)
    assert looks(pages.widget(0), theme)
    hidden = pages.widget(1).styleSheet()
    assert hidden
    assert hidden != pages.widget(0).styleSheet()
    qtbot.waitUntil(lambda: pages.widget(1).styleSheet() == pages.widget(0).styleSheet())
    assert looks(pages.widget(1), theme)


def test_a_hidden_page_is_dressed_before_it_is_shown(theme, pages):
    theme.choose(Scheme.DARK)
    pages.setCurrentIndex(1)
    assert looks(pages.widget(1), theme)


def test_a_page_that_was_never_shown_is_dressed_when_it_is(theme, pages):
    theme.choose(Scheme.DARK)
    pages.setCurrentIndex(2)
    assert looks(pages.widget(2), theme)


def test_a_menu_looks_as_the_page_that_it_belongs_to(qtbot, theme, pages):
    theme.choose(Scheme.DARK)
    menu = QMenu(pages.widget(0))
    menu.addAction("One")
    menu.popup(pages.pos())
    qtbot.waitUntil(menu.isVisible)
    raised = theme.color(Role.RAISED)
    at = menu.rect().center()
    assert menu.grab().toImage().pixelColor(at.x(), 8) == raised
    menu.close()


def test_pages_that_are_gone_are_forgotten(qtbot, theme, pages):
    gone = pages.widget(1)
    pages.removeWidget(gone)
    gone.deleteLater()
    qtbot.waitUntil(lambda: not pages.window().findChildren(QWidget, "second"))
    theme.choose(Scheme.DARK)
    assert looks(pages.widget(0), theme)


def test_a_look_does_not_dress_all_widgets_of_the_program(qapp, theme, pages):
    assert not qapp.styleSheet()
    theme.choose(Scheme.DARK)
    assert not qapp.styleSheet()
