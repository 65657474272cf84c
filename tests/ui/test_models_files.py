"""Getting models, taking them from a stick and giving them away, in the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QPushButton

from desktop_app.domain import PackState, PackUse
from desktop_app.errors import DiskFull, LecternError, PackMissing
from desktop_app.ui.pack_actions import PackWish
from tests.ui.fake_packs import BGE_M3, GB, HERE
from tests.ui.fakes import FakeSession
from tests.ui.gestures import ask, begin_download, click, consent, said

NO_NETWORK = LecternError("The download broke off: there is no network.", "Resume it later.")


def test_the_built_in_model_can_be_neither_removed_nor_exported(models):
    choices = models.models.card("starter").choices
    assert not any(choices.button(wish).isVisible() for wish in PackWish)


def test_a_download_names_license_size_and_room_before_it_begins(qtbot, session, models):
    card = models.models.card("bge-m3")
    click(qtbot, card, PackWish.DOWNLOAD)
    for part in ("4.6 GB", "free on this disk", "MIT (embedder)", "BAAI/bge-m3", "network"):
        assert part in said(card)
    assert card.choices.consent.text() == "Download 4.6 GB"
    assert not session.called("download_pack")


def test_a_download_says_how_far_it_is_on_its_card_and_on_the_status_line(qtbot, session, models):
    session.pack_notice = "The connection broke; trying again."
    card = begin_download(qtbot, session, models)
    assert "8 MB a second  ·  6 minutes left" in said(card)
    assert "The connection broke; trying again." in said(card)
    assert "Downloading" in card.accessibleName()
    assert models.status._getting.text() == "Getting BGE-M3 50%"
    assert models.message.text == ""
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "On this computer" in said(card))
    assert not models.status._getting.isVisible()


def test_asking_and_indexing_go_on_while_a_model_is_downloaded(qtbot, session, models):
    begin_download(qtbot, session, models)
    before = len(session.called("index"))
    with qtbot.waitSignal(models.work.index_ended):
        models.work.index()
    assert len(session.called("index")) == before + 1
    ask(qtbot, models)
    assert models.results.hits
    assert models.choosing.packs.job_of("bge-m3") is not None
    session.pack_gate.open()


def test_a_paused_download_keeps_what_came_and_goes_on_from_there(qtbot, session, models):
    card = begin_download(qtbot, session, models)
    click(qtbot, card, PackWish.PAUSE)
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "Unfinished, 2.3 of 4.6 GB" in said(card))
    assert not session.called("remove_pack")
    click(qtbot, card, PackWish.RESUME)
    qtbot.waitUntil(lambda: "On this computer" in said(card))
    assert session.called("download_pack") == ["bge-m3", "bge-m3"]


def test_a_cancelled_download_leaves_nothing(qtbot, session, models):
    card = begin_download(qtbot, session, models)
    click(qtbot, card, PackWish.CANCEL)
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "Can be downloaded" in said(card))
    assert session.called("remove_pack") == ["bge-m3"]
    assert card.choices.button(PackWish.DOWNLOAD).isVisible()


def test_a_download_that_breaks_off_says_why_calmly_and_can_be_resumed(qtbot, session, models):
    session.pack_errors["download_pack"] = NO_NETWORK
    card = models.models.card("bge-m3")
    click(qtbot, card, PackWish.DOWNLOAD)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "there is no network. Resume it later." in said(card))
    assert models.message.text == ""
    qtbot.waitUntil(card.choices.button(PackWish.RESUME).isVisible)
    del session.pack_errors["download_pack"]
    click(qtbot, card, PackWish.RESUME)
    qtbot.waitUntil(lambda: "On this computer" in said(card))
    assert "no network" not in said(card)


def test_what_a_broken_download_left_can_be_discarded(qtbot, session, models):
    session.shelf["bge-m3"] = replace(BGE_M3, state=PackState.UNFINISHED, present_bytes=GB)
    models.choosing.packs.refresh()
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "Unfinished, 1.0 of 4.6 GB" in said(card))
    click(qtbot, card, PackWish.REMOVE)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "Can be downloaded" in said(card))


def test_without_room_on_the_disk_the_download_cannot_begin(qtbot, session, models):
    session.shelf["bge-m3"] = replace(BGE_M3, download_bytes=10**9 * GB)
    models.choosing.packs.refresh()
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "1,000,000,000 GB" in said(card))
    click(qtbot, card, PackWish.DOWNLOAD)
    assert "Free some space first" in said(card)
    assert not card.choices.consent.isEnabled()


def test_a_disk_that_fills_up_on_the_way_is_said_on_the_card(qtbot, session, models):
    session.pack_errors["download_pack"] = DiskFull()
    card = models.models.card("bge-m3")
    click(qtbot, card, PackWish.DOWNLOAD)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "disk is full" in said(card))


def test_a_download_under_way_when_the_window_closes_is_offered_next_time(
    qtbot, session, opened, make_window
):
    opened.keys["models"].trigger()
    qtbot.waitUntil(lambda: len(opened.models.packs) == 3)
    begin_download(qtbot, session, opened)
    opened.close()
    session.pack_gate.open()
    again = make_window(lambda: session)
    qtbot.waitUntil(lambda: "is unfinished: 2.3 of 4.6 GB are here" in again.message.text)
    assert again.message.action.text() == "Resume"
    before = len(session.called("download_pack"))
    qtbot.mouseClick(again.message.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(session.called("download_pack")) == before + 1)
    qtbot.waitUntil(lambda: "On this computer" in said(again.models.card("bge-m3")))


def test_a_download_that_was_paused_by_the_user_is_not_offered_again(
    qtbot, session, opened, make_window
):
    opened.keys["models"].trigger()
    qtbot.waitUntil(lambda: len(opened.models.packs) == 3)
    card = begin_download(qtbot, session, opened)
    click(qtbot, card, PackWish.PAUSE)
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "Unfinished" in said(card))
    opened.close()
    again = make_window(lambda: session)
    qtbot.waitUntil(lambda: len(again.models.packs) == 3)
    assert again.message.text == ""


def test_a_finished_download_offers_its_use_and_states_the_cost(qtbot, session, models):
    card = begin_download(qtbot, session, models)
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "BGE-M3 is on this computer now." in models.message.text)
    models.keys["ledger"].trigger()
    qtbot.mouseClick(models.message.action, Qt.MouseButton.LeftButton)
    assert models.answer.currentWidget() is models.models
    assert "Learning the meaning of 18,400 passages" in said(card)
    assert "Starter answers meanwhile" in said(card)
    assert not session.called("use_pack")


def test_in_an_empty_library_a_model_that_arrived_answers_at_once(qtbot, make_window):
    session = FakeSession((), steps=1)
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: len(window.models.packs) == 3)
    window.choosing.packs.download("bge-m3")
    qtbot.waitUntil(lambda: session.called("use_pack") == ["bge-m3"])
    qtbot.waitUntil(lambda: "Answers now" in said(window.models.card("bge-m3")))
    assert "answers from now on" in window.message.text


def test_an_import_says_how_far_it_is_and_lands_on_its_card(qtbot, session, models):
    session.pack_gate.shut()
    models.choosing.take((Path("/media/stick/bge-m3.zip"),))
    assert "Importing from “bge-m3.zip”  ·  Beginning…" in models.models.transfer.sentences
    qtbot.waitUntil(lambda: session.pack_gate.arrivals == 1)
    session.pack_gate.shut_after(1)
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "Copying 2.3 of 4.6 GB" in said(card))
    assert not models.models.transfer.isVisible()
    assert not card.choices.button(PackWish.PAUSE).isVisible()
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "On this computer" in said(card))


def test_an_import_that_is_stopped_leaves_nothing_half_done(qtbot, session, models):
    session.pack_gate.shut_after(2)
    models.choosing.take((Path("/media/stick/bge-m3.zip"),))
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "Copying 2.3 of 4.6 GB" in said(card))
    assert card.choices.button(PackWish.CANCEL).text() == "Stop"
    click(qtbot, card, PackWish.CANCEL)
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "Can be downloaded" in said(card))


def test_an_import_that_is_refused_says_why_on_the_page(qtbot, session, models):
    session.pack_errors["import_pack"] = PackMissing("“x.zip” holds no model.", "Take another.")
    models.choosing.take((Path("/media/stick/x.zip"),))
    qtbot.waitUntil(lambda: models.models.import_error == "“x.zip” holds no model. Take another.")
    assert models.message.text == ""


def test_a_second_model_waits_for_the_first(qtbot, session, models):
    begin_download(qtbot, session, models)
    models.choosing.take((Path("/media/stick/other.zip"),))
    assert "Waits until the other model is done" in models.models.transfer.sentences
    stop = models.models.transfer.findChild(QPushButton)
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    session.pack_gate.open()
    qtbot.waitUntil(lambda: not models.models.transfer.isVisible())
    qtbot.waitUntil(lambda: "On this computer" in said(models.models.card("bge-m3")))
    assert not session.called("import_pack")


def test_an_export_says_how_far_it_is_and_where_it_went(qtbot, session, models, tmp_path):
    session.pack_gate.shut_after(2)
    target = tmp_path / "small.zip"
    models.choosing.packs.give("bge-en-small", target)
    card = models.models.card("bge-en-small")
    qtbot.waitUntil(
        lambda: "Writing 0.6 of 1.2 GB" in said(card) or "600 MB of 1.2 GB" in said(card)
    )
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "exported to “small.zip”" in models.message.text)
    assert session.called("export_pack") == [("bge-en-small", target)]
    assert "On this computer" in said(card)


def test_stopping_an_export_leaves_the_model_alone(qtbot, session, models, tmp_path):
    session.pack_gate.shut_after(1)
    models.choosing.packs.give("bge-en-small", tmp_path / "small.zip")
    card = models.models.card("bge-en-small")
    qtbot.waitUntil(lambda: "Writing" in said(card))
    click(qtbot, card, PackWish.CANCEL)
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "On this computer" in said(card))
    assert not session.called("remove_pack")


@pytest.mark.parametrize(
    ("choice", "mode"),
    [
        ("From a zip file…", QFileDialog.FileMode.ExistingFile),
        ("From a folder…", QFileDialog.FileMode.Directory),
    ],
)
def test_what_to_import_is_chosen_in_the_systems_dialog(qtbot, session, models, choice, mode):
    qtbot.mouseClick(models.models.importing, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(each for each in menu.actions() if each.text() == choice).trigger()
    menu.close()
    dialog = models.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() == mode
    dialog.filesSelected.emit(["/media/stick/bge-m3.zip"])
    dialog.close()
    qtbot.waitUntil(lambda: session.called("import_pack") == [Path("/media/stick/bge-m3.zip")])
    qtbot.waitUntil(lambda: not models.choosing.packs.jobs)


def test_where_to_export_is_chosen_in_the_systems_dialog(qtbot, session, models, tmp_path):
    click(qtbot, models.models.card("bge-en-small"), PackWish.EXPORT)
    dialog = models.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    dialog.filesSelected.emit([str(tmp_path / "small.zip")])
    dialog.close()
    qtbot.waitUntil(
        lambda: session.called("export_pack") == [("bge-en-small", tmp_path / "small.zip")]
    )
    qtbot.waitUntil(lambda: not models.choosing.packs.jobs)


def test_a_model_that_is_taken_again_while_it_answers_is_not_offered(qtbot, session, models):
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("bge-m3", "bge-m3")
    models.choosing.packs.refresh()
    qtbot.waitUntil(lambda: "Answers now" in said(models.models.card("bge-m3")))
    models.choosing.take((Path("/media/stick/bge-m3.zip"),))
    qtbot.waitUntil(lambda: models.message.text == "BGE-M3 is on this computer again.")


def test_an_offer_of_a_model_that_was_removed_since_leads_to_the_page(qtbot, session, models):
    session.pack_steps = 1
    session.shelf["own"] = replace(HERE, name="own", title="own")
    models.choosing.take((Path("/media/stick/own.zip"),))
    qtbot.waitUntil(lambda: "own is on this computer now." in models.message.text)
    del session.shelf["own"]
    models.choosing.packs.refresh()
    qtbot.waitUntil(lambda: "own" not in models.models.packs)
    qtbot.mouseClick(models.message.action, Qt.MouseButton.LeftButton)
    assert models.answer.currentWidget() is models.models
