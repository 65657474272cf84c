"""The Models page on a fake session: what it says, and the way through it by keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop_app.domain import Coverage, PackState, PackUse
from desktop_app.ui.pack_actions import PackWish
from tests.ui.fake_packs import BGE_M3, GB, HERE, STARTER
from tests.ui.fakes import FakeSession
from tests.ui.gestures import click, focused, said


def test_every_card_says_what_a_model_is_good_for_and_where_it_stands(models):
    assert models.models.packs == ("starter", "bge-m3", "bge-en-small")
    starter, better, small = map(models.models.card, models.models.packs)
    assert "Starter (English)" in said(starter)
    assert "Answers now" in said(starter)
    assert "English  ·  45 MB  ·  without a reranker  ·  License: Apache-2.0" in said(starter)
    assert "Can be downloaded" in said(better)
    assert "The best answers" in said(better)
    assert "MIT (embedder), Apache-2.0 (reranker)" in said(better)
    assert "On this computer" in said(small)


def test_escape_takes_the_question_back_and_then_leaves_the_page(qtbot, session, models):
    card = models.models.card("bge-m3")
    click(qtbot, card, PackWish.DOWNLOAD)
    assert card.choices.consent.hasFocus()
    qtbot.keyClick(card.choices.consent, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not card.choices.consent.isVisible())
    assert card.choices.button(PackWish.DOWNLOAD).hasFocus()
    assert models.answer.currentWidget() is models.models
    qtbot.keyClick(card.choices.button(PackWish.DOWNLOAD), Qt.Key.Key_Escape)
    assert models.answer.currentWidget() is models.results
    assert not session.called("download_pack")


def test_a_folder_of_ones_own_is_a_model_too(qtbot, session, models):
    session.shelf["tuned"] = replace(
        HERE, name="tuned", title="tuned", license="", folder=Path("/p/tuned"), download_bytes=0
    )
    models.choosing.packs.refresh()
    qtbot.waitUntil(lambda: "tuned" in models.models.packs)
    assert "A model of your own" in said(models.models.card("tuned"))
    assert "No license named" in said(models.models.card("tuned"))
    del session.shelf["tuned"]
    models.choosing.packs.refresh()
    qtbot.waitUntil(lambda: "tuned" not in models.models.packs)


@pytest.mark.parametrize("width", [1440, 1000, 800, 700, 480])
def test_no_card_sticks_out_of_the_page(qtbot, session, models, width):
    session.in_use = PackUse("starter", "starter", old=(("bge-en-small", 1_240_000_000),))
    session.shelf["bge-m3"] = replace(BGE_M3, state=PackState.UNFINISHED, present_bytes=GB)
    models.choosing.packs.refresh()
    models.resize(width, 600)
    qtbot.waitUntil(lambda: "Unfinished" in said(models.models.card("bge-m3")))
    if width < 800:
        models.keys["models"].trigger()
        models.keys["models"].trigger()
    qtbot.waitUntil(lambda: models.models.widget().width() <= models.models.viewport().width())


def test_the_models_are_read_without_a_library_too(qtbot, make_window):
    session = FakeSession((), steps=1)
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    window.keys["models"].trigger()
    assert window.answer.currentWidget() is window.models
    window.work.refresh()
    qtbot.waitUntil(lambda: len(window.models.packs) == 3)
    assert session.coverage() == Coverage(0, 0, 0, 0, 0)
    assert window.answer.currentWidget() is window.models
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.body.currentWidget() is window.first_run
    assert STARTER.name in window.models.packs


def test_tab_goes_through_the_cards_as_they_stand(qtbot, session, models):
    session.in_use = PackUse("bge-en-small", "bge-en-small", old=(("starter", GB),))
    models.choosing.packs.refresh()
    qtbot.waitUntil(lambda: models.models.packs[0] == "bge-en-small")
    qtbot.waitUntil(models.models.card("starter").choices.button(PackWish.FORGET).isVisible)
    page = models.models.widget()
    seen: list[QWidget] = []
    models.models.importing.setFocus()
    while page.isAncestorOf(focused()) and focused() not in seen:
        seen.append(focused())
        qtbot.keyClick(seen[-1], Qt.Key.Key_Tab)
    places = [button.mapTo(page, button.rect().topLeft()) for button in seen]
    assert len(seen) > 6
    assert [(each.y(), each.x()) for each in places] == sorted((p.y(), p.x()) for p in places)


def test_the_focus_stays_on_the_card_while_its_buttons_come_and_go(qtbot, session, models):
    session.pack_gate.shut_after(2)
    card = models.models.card("bge-m3")
    card.choices.button(PackWish.DOWNLOAD).setFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Space):
        qtbot.keyClick(focused(), key)
    qtbot.waitUntil(lambda: "Downloading 2.3 of 4.6 GB" in said(card))
    assert card.choices.button(PackWish.PAUSE).hasFocus()
    qtbot.keyClick(focused(), Qt.Key.Key_Space)
    session.pack_gate.open()
    qtbot.waitUntil(card.choices.button(PackWish.RESUME).hasFocus)


def test_a_question_below_the_fold_is_brought_into_view(qtbot, session, models):
    models.resize(900, 480)
    card = models.models.card("bge-en-small")
    bar = models.models.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    card.choices.ask(PackWish.REMOVE)
    area = models.models.viewport()

    def is_in_view():
        bottom = card.choices.consent.mapTo(area, card.choices.consent.rect().bottomLeft()).y()
        return 0 < bottom < area.height()

    qtbot.waitUntil(is_in_view)


def test_why_no_model_answers_is_said_on_the_page(qtbot, session, models):
    session.in_use = PackUse("bge-m3", "", notice="The model pack is not on this computer.")
    models.choosing.packs.refresh()
    qtbot.waitUntil(models.models._notice.isVisible)
    assert models.models._notice.text() == "The model pack is not on this computer."
