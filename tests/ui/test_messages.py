from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop_app.errors import DiskFull, LibraryLocked
from desktop_app.ui.messages import FailurePage, MessageBar


@pytest.fixture
def bar(qtbot, theme):
    made = MessageBar(theme)
    qtbot.addWidget(made)
    return made


def test_an_error_shows_its_sentence_and_hint_until_it_is_closed(qtbot, bar):
    bar.show_error(DiskFull())
    assert bar.text == "The disk is full. Free some space; indexing goes on where it stopped."
    qtbot.mouseClick(bar._close, Qt.MouseButton.LeftButton)
    assert bar.text == ""


def test_undo_takes_the_step_back_and_it_is_never_done(qtbot, bar):
    done = []
    bar.offer_undo("Gone.", undo=lambda: done.append("undo"), do=lambda: done.append("do"))
    qtbot.mouseClick(bar.action, Qt.MouseButton.LeftButton)
    assert done == ["undo"]
    assert not bar._lapse.isActive()


def test_the_step_is_done_when_its_time_is_over(qtbot, bar):
    done = []
    bar.offer_undo("Gone.", undo=lambda: None, do=lambda: done.append("do"), ms=1)
    qtbot.waitUntil(lambda: done == ["do"])
    assert bar.text == ""


@pytest.mark.parametrize("how", ["closed", "replaced"])
def test_the_step_is_done_when_the_bar_is_closed_or_replaced(qtbot, bar, how):
    done = []
    bar.offer_undo("Gone.", undo=lambda: None, do=lambda: done.append("do"))
    if how == "closed":
        qtbot.mouseClick(bar._close, Qt.MouseButton.LeftButton)
    else:
        bar.show_note("Another.")
    assert done == ["do"]


def test_a_passing_note_goes_by_itself(qtbot, bar):
    bar.show_note("Copied.", ms=1)
    qtbot.waitUntil(lambda: bar.text == "")


def test_markup_in_a_message_is_shown_as_written(bar):
    bar.show_note("<b>a & b</b>")
    assert bar._text.textFormat() == Qt.TextFormat.PlainText


def test_the_failure_page_says_what_happened_and_offers_to_try_again(qtbot):
    page = FailurePage()
    qtbot.addWidget(page)
    page.show_error(LibraryLocked())
    page.show()
    assert page._title.text() == "The library is being used by another Lectern."
    assert page._hint.text() == "Close the other window or wait until it has finished."
    with qtbot.waitSignal(page.retry_requested):
        qtbot.mouseClick(page._retry, Qt.MouseButton.LeftButton)


def test_an_offer_stays_until_it_is_taken(qtbot, bar):
    taken: list[int] = []
    bar.offer("BGE-M3 is on this computer now.", "Use it…", lambda: taken.append(1))
    assert bar.action.text() == "Use it…"
    assert not bar._lapse.isActive()
    qtbot.mouseClick(bar.action, Qt.MouseButton.LeftButton)
    assert taken == [1]
    assert bar.text == ""


def test_an_offer_that_is_closed_does_nothing(qtbot, bar):
    taken: list[int] = []
    bar.offer("BGE-M3 is on this computer now.", "Use it…", lambda: taken.append(1))
    qtbot.mouseClick(bar._close, Qt.MouseButton.LeftButton)
    assert taken == []


# ------------------------------------------------------------------- in the window


def test_a_message_moves_nothing_when_it_comes_and_goes(qtbot, opened):
    opened.resize(1280, 800)
    qtbot.waitUntil(lambda: opened.body.width() == 1280)
    before = opened.body.geometry(), opened.library.geometry()
    opened.message.show_note("Copied.")
    qtbot.waitUntil(opened.message.isVisible)
    assert (opened.body.geometry(), opened.library.geometry()) == before
    assert opened.body.geometry().contains(opened.message.geometry())
    opened.message.settle()
    assert (opened.body.geometry(), opened.library.geometry()) == before


@pytest.mark.parametrize("size", [(480, 400), (800, 600), (1280, 800)])
def test_a_message_is_seen_whole_in_a_window_of_any_size(qtbot, opened, size):
    opened.message.show_note("What is said takes several lines of it. " * 5)
    opened.resize(*size)
    qtbot.waitUntil(lambda: opened.body.width() == size[0])
    bar = opened.message
    qtbot.waitUntil(lambda: opened.body.geometry().contains(bar.geometry()))
    text = bar._text
    qtbot.waitUntil(lambda: text.height() >= text.heightForWidth(text.width()))


def test_a_message_leaves_the_buttons_of_the_library_in_sight(qtbot, opened):
    opened.message.show_note("Copied.")
    opened.resize(800, 600)
    qtbot.waitUntil(lambda: opened.body.width() == 800)
    library = opened.library.mapTo(opened.message.parentWidget(), opened.library.rect().topRight())
    qtbot.waitUntil(lambda: opened.message.x() > library.x())
