"""The first page: what it offers, and that a model on its way is in nobody's way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from desktop_app.domain import PackState, PackUse
from desktop_app.errors import LecternError
from desktop_app.ui.pack_actions import PackWish
from tests.ui.fake_packs import BGE_M3
from tests.ui.fakes import FakeSession
from tests.ui.gestures import drop


@pytest.fixture
def empty():
    return FakeSession((), steps=1)


@pytest.fixture
def window(qtbot, empty, make_window):
    made = make_window(lambda: empty)
    made.resize(1280, 800)
    qtbot.waitUntil(lambda: made.body.currentWidget() is made.first_run)
    qtbot.waitUntil(made.first_run.choices.isVisible)
    return made


def press(qtbot, window, wish):
    button = window.first_run.choices.button(wish)
    qtbot.waitUntil(button.isVisible)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def begin(qtbot, empty, window):
    empty.pack_gate.shut_after(2)
    press(qtbot, window, PackWish.DOWNLOAD)
    assert "4.6 GB" in window.first_run.choices.sentences
    qtbot.mouseClick(window.first_run.choices.consent, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "2.3 of 4.6 GB" in window.first_run.choices.sentences)


def test_the_first_page_offers_the_best_model_with_its_size(window):
    assert "BGE-M3 (4.6 GB)" in window.first_run._offer.text()
    assert window.first_run.choices.button(PackWish.IMPORT).isVisible()


def test_a_folder_can_be_dropped_while_the_model_is_downloaded(qtbot, empty, window, tmp_path):
    begin(qtbot, empty, window)
    drop(window, [tmp_path])
    qtbot.waitUntil(lambda: bool(window.library.roots))
    assert window.body.currentWidget() is window.panes
    assert window.status._getting.isVisible()
    empty.pack_gate.open()
    qtbot.waitUntil(lambda: "is on this computer now" in window.message.text)


def test_the_download_is_paused_and_resumed_on_the_first_page(qtbot, empty, window):
    begin(qtbot, empty, window)
    press(qtbot, window, PackWish.PAUSE)
    empty.pack_gate.open()
    press(qtbot, window, PackWish.RESUME)
    qtbot.waitUntil(lambda: "BGE-M3 is here and answers" in window.first_run._offer.text())
    assert empty.called("use_pack") == ["bge-m3"]


def test_a_failure_is_said_where_the_download_began(qtbot, empty, window):
    empty.pack_errors["download_pack"] = LecternError("There is no network.", "Try later.")
    press(qtbot, window, PackWish.DOWNLOAD)
    qtbot.mouseClick(window.first_run.choices.consent, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "no network" in window.first_run.choices.sentences)
    assert window.message.text == ""


def test_all_models_are_one_click_away_and_escape_comes_back(qtbot, window):
    qtbot.mouseClick(window.first_run._more, Qt.MouseButton.LeftButton)
    assert window.answer.currentWidget() is window.models
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.body.currentWidget() is window.first_run


def test_without_a_manifest_of_the_best_model_nothing_is_offered(qtbot, make_window):
    session = FakeSession((), steps=1)
    del session.shelf["bge-m3"]
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: len(window.models.packs) == 2)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    assert not window.first_run.choices.isVisible()


def test_where_the_model_answers_already_the_page_says_so(qtbot, make_window):
    session = FakeSession((), steps=1)
    session.shelf["bge-m3"] = replace(BGE_M3, state=PackState.INSTALLED)
    session.in_use = PackUse("bge-m3", "bge-m3")
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: "answers your questions" in window.first_run._offer.text())
    assert not window.first_run._starter.isVisible()


@pytest.mark.parametrize(("width", "height"), [(800, 600), (480, 400)])
def test_the_page_scrolls_where_it_does_not_fit(qtbot, window, width, height):
    window.resize(width, height)
    qtbot.waitUntil(lambda: window.width() == width)
    assert window.first_run.widget().width() <= window.first_run.viewport().width()
    press(qtbot, window, PackWish.DOWNLOAD)
    page, bar = window.first_run.widget(), window.first_run.verticalScrollBar()
    qtbot.waitUntil(
        lambda: (
            bar.maximum() + window.first_run.viewport().height() >= page.minimumSizeHint().height()
        )
    )
