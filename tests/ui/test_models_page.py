"""The Models page on a fake session: every state a model can be in, and the way through them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from desktop_app.domain import Coverage, PackState, PackUse
from desktop_app.errors import DiskFull, LecternError, PackAltered, PackMissing
from desktop_app.ui.pack_actions import PackWish
from tests.ui.fakes import BGE_M3, GB, STARTER, FakeSession
from tests.ui.gestures import ask

HERE = replace(BGE_M3, state=PackState.INSTALLED, present_bytes=BGE_M3.download_bytes)
NO_NETWORK = LecternError("The download broke off: there is no network.", "Resume it later.")


@pytest.fixture
def models(qtbot, session, opened):
    """Give the window with its Models page in front."""
    opened.keys["models"].trigger()
    qtbot.waitUntil(lambda: len(opened.models.packs) == 3)
    return opened


def click(qtbot, card, wish):
    button = card.choices.button(wish)
    qtbot.waitUntil(button.isVisible)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def consent(qtbot, card):
    qtbot.mouseClick(card.choices.consent, Qt.MouseButton.LeftButton)


def said(card):
    return " ".join(card.sentences)


def begin_download(qtbot, session, window, *, steps=4, until=2):
    """Let a download of BGE-M3 come as far as ``until`` of its steps."""
    session.pack_steps = steps
    session.pack_gate.shut_after(until)
    card = window.models.card("bge-m3")
    click(qtbot, card, PackWish.DOWNLOAD)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "Downloading 2.3 of 4.6 GB" in said(card))
    return card


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
    with qtbot.waitSignal(models._work.index_ended):
        models._work.index()
    assert len(session.called("index")) == before + 1
    ask(qtbot, models)
    assert models.results.hits
    assert models._choosing.packs.job_of("bge-m3") is not None
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
    models._choosing.packs.refresh()
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "Unfinished, 1.0 of 4.6 GB" in said(card))
    click(qtbot, card, PackWish.REMOVE)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "Can be downloaded" in said(card))


def test_without_room_on_the_disk_the_download_cannot_begin(qtbot, session, models):
    session.shelf["bge-m3"] = replace(BGE_M3, download_bytes=10**9 * GB)
    models._choosing.packs.refresh()
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
    assert again.message._action.text() == "Resume"
    before = len(session.called("download_pack"))
    qtbot.mouseClick(again.message._action, Qt.MouseButton.LeftButton)
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
    qtbot.mouseClick(models.message._action, Qt.MouseButton.LeftButton)
    assert models.answer.currentWidget() is models.models
    assert "Learning the meaning of 18,400 passages" in said(card)
    assert "Starter answers meanwhile" in said(card)
    assert not session.called("use_pack")


def test_the_cost_of_a_change_is_said_in_hours_where_it_is_known(qtbot, session, models):
    session.costs["bge-en-small"] = 3.2 * 3600
    models._choosing.packs.refresh()
    qtbot.waitUntil(lambda: bool(models._choosing.packs.costs.get("bge-en-small")))
    card = models.models.card("bge-en-small")
    click(qtbot, card, PackWish.USE)
    assert "takes about 3 hours on this computer, in the background" in said(card)


def test_a_model_that_has_learned_everything_already_says_so(qtbot, session, models):
    session.costs["bge-en-small"] = 0.0
    models._choosing.packs.refresh()
    qtbot.waitUntil(lambda: models._choosing.packs.costs.get("bge-en-small") == 0.0)
    card = models.models.card("bge-en-small")
    click(qtbot, card, PackWish.USE)
    assert "answers from now on" in said(card)


def test_loading_a_model_for_the_first_time_is_said_on_its_card(qtbot, session, models):
    session.use_gate.shut()
    card = models.models.card("bge-en-small")
    click(qtbot, card, PackWish.USE)
    consent(qtbot, card)
    assert "Loading the model" in said(card)
    assert not card.choices.button(PackWish.USE).isVisible()
    session.use_gate.open()
    qtbot.waitUntil(lambda: "Loading the model" not in said(card))


def test_in_an_empty_library_a_model_that_arrived_answers_at_once(qtbot, make_window):
    session = FakeSession((), steps=1)
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: len(window.models.packs) == 3)
    window._choosing.packs.download("bge-m3")
    qtbot.waitUntil(lambda: session.called("use_pack") == ["bge-m3"])
    qtbot.waitUntil(lambda: "Answers now" in said(window.models.card("bge-m3")))
    assert "answers from now on" in window.message.text


def test_a_change_says_how_far_it_is_and_what_answers_meanwhile(qtbot, session, models):
    session.shelf["bge-m3"] = HERE
    models._choosing.packs.refresh()
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "On this computer" in said(card))
    click(qtbot, card, PackWish.USE)
    session.steps, session.preparing = 10, "bge-m3"
    session.index_gate.shut_after(9)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "Learning 13,770 of 18,360 passages" in said(card))
    assert "Starter answers meanwhile" in said(card)
    assert "Being prepared" in said(card)
    assert "Answers now" in said(models.models.card("starter"))
    assert models.status.sentence.startswith("Preparing BGE-M3: 13,770 of 18,360 passages")
    assert "Starter answers meanwhile" in models.status.sentence
    models.status.pause_clicked.emit()
    qtbot.waitUntil(lambda: "Paused after 13,770" in said(card))
    models.status.pause_clicked.emit()
    session.in_use = PackUse("bge-m3", "bge-m3", old=(("starter", 30_000_000),))
    session.index_gate.open()
    qtbot.waitUntil(lambda: "Answers now" in said(card))
    assert "Learning" not in said(card)


def test_when_another_model_takes_over_the_question_is_asked_again(qtbot, session, models):
    ask(qtbot, models, "energy")
    asked = len(session.called("search"))
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("bge-m3", "bge-m3")
    models._choosing.packs.refresh()
    qtbot.waitUntil(lambda: len(session.called("search")) == asked + 1)


def test_a_change_can_be_called_off(qtbot, session, models):
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("bge-m3", "starter", 40, 90)
    models._choosing.packs.refresh()
    starter = models.models.card("starter")
    qtbot.waitUntil(lambda: starter.choices.button(PackWish.USE).isVisible())
    click(qtbot, starter, PackWish.USE)
    assert "What it learned so far is kept" in said(starter)
    consent(qtbot, starter)
    qtbot.waitUntil(lambda: session.called("use_pack") == ["starter"])


def test_a_change_that_is_refused_says_so_on_the_card(qtbot, session, models):
    session.pack_errors["use_pack"] = PackAltered()
    card = models.models.card("bge-en-small")
    click(qtbot, card, PackWish.USE)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "changed or is damaged" in said(card))
    qtbot.waitUntil(lambda: not models._work.is_indexing)


def test_removing_asks_first_and_then_removes(qtbot, session, models):
    card = models.models.card("bge-en-small")
    click(qtbot, card, PackWish.REMOVE)
    assert "deleted from this computer" in said(card)
    assert not session.called("remove_pack")
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "Can be downloaded" in said(card))
    assert session.called("remove_pack") == ["bge-en-small"]


def test_the_model_that_answers_cannot_be_removed(qtbot, session, models):
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("bge-m3", "bge-m3")
    models._choosing.packs.refresh()
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "Answers now" in said(card))
    assert card.choices.button(PackWish.EXPORT).isVisible()
    assert not card.choices.button(PackWish.REMOVE).isVisible()
    assert not card.choices.button(PackWish.USE).isVisible()
    assert models.models.packs[0] == "bge-m3"


def test_old_vectors_say_their_size_and_can_be_deleted(qtbot, session, models):
    session.in_use = PackUse("starter", "starter", old=(("bge-en-small", 1_240_000_000),))
    models._choosing.packs.refresh()
    card = models.models.card("bge-en-small")
    forget = card.choices.button(PackWish.FORGET)
    qtbot.waitUntil(forget.isVisible)
    assert forget.text() == "Free 1.2 GB…"
    click(qtbot, card, PackWish.FORGET)
    assert "Your files and the model stay" in said(card)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: session.called("forget_vectors") == ["bge-en-small"])
    qtbot.waitUntil(lambda: not forget.isVisible())


def test_an_import_says_how_far_it_is_and_lands_on_its_card(qtbot, session, models):
    session.pack_gate.shut()
    models._choosing.take((Path("/media/stick/bge-m3.zip"),))
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
    models._choosing.take((Path("/media/stick/bge-m3.zip"),))
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "Copying 2.3 of 4.6 GB" in said(card))
    assert card.choices.button(PackWish.CANCEL).text() == "Stop"
    click(qtbot, card, PackWish.CANCEL)
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "Can be downloaded" in said(card))


def test_an_import_that_is_refused_says_why_on_the_page(qtbot, session, models):
    session.pack_errors["import_pack"] = PackMissing("“x.zip” holds no model.", "Take another.")
    models._choosing.take((Path("/media/stick/x.zip"),))
    qtbot.waitUntil(lambda: models.models.import_error == "“x.zip” holds no model. Take another.")
    assert models.message.text == ""


def test_a_second_model_waits_for_the_first(qtbot, session, models):
    begin_download(qtbot, session, models)
    models._choosing.take((Path("/media/stick/other.zip"),))
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
    models._choosing.packs.give("bge-en-small", target)
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
    models._choosing.packs.give("bge-en-small", tmp_path / "small.zip")
    card = models.models.card("bge-en-small")
    qtbot.waitUntil(lambda: "Writing" in said(card))
    click(qtbot, card, PackWish.CANCEL)
    session.pack_gate.open()
    qtbot.waitUntil(lambda: "On this computer" in said(card))
    assert not session.called("remove_pack")


def test_a_folder_of_ones_own_is_a_model_too(qtbot, session, models):
    session.shelf["tuned"] = replace(
        HERE, name="tuned", title="tuned", license="", folder=Path("/p/tuned"), download_bytes=0
    )
    models._choosing.packs.refresh()
    qtbot.waitUntil(lambda: "tuned" in models.models.packs)
    assert "A model of your own" in said(models.models.card("tuned"))
    assert "No license named" in said(models.models.card("tuned"))
    del session.shelf["tuned"]
    models._choosing.packs.refresh()
    qtbot.waitUntil(lambda: "tuned" not in models.models.packs)


@pytest.mark.parametrize("width", [1440, 1000, 800, 700, 480])
def test_no_card_sticks_out_of_the_page(qtbot, session, models, width):
    session.in_use = PackUse("starter", "starter", old=(("bge-en-small", 1_240_000_000),))
    session.shelf["bge-m3"] = replace(BGE_M3, state=PackState.UNFINISHED, present_bytes=GB)
    models._choosing.packs.refresh()
    models.resize(width, 600)
    qtbot.waitUntil(lambda: "Unfinished" in said(models.models.card("bge-m3")))
    if width < 800:
        models.keys["models"].trigger()
        models.keys["models"].trigger()
    qtbot.waitUntil(lambda: models.models.widget().width() <= models.models.viewport().width())


def test_with_all_passages_learned_before_a_change_costs_little(qtbot, session, models):
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("starter", "starter", old=(("bge-m3", GB),))
    models._choosing.packs.refresh()
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: card.choices.button(PackWish.FORGET).isVisible())
    click(qtbot, card, PackWish.USE)
    assert "only what is new is learned" in said(card)


def test_the_models_are_read_without_a_library_too(qtbot, make_window):
    session = FakeSession((), steps=1)
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    window.keys["models"].trigger()
    assert window.answer.currentWidget() is window.models
    window._work.refresh()
    qtbot.waitUntil(lambda: len(window.models.packs) == 3)
    assert session.coverage() == Coverage(0, 0, 0, 0, 0)
    assert window.answer.currentWidget() is window.models
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.body.currentWidget() is window.first_run
    assert STARTER.name in window.models.packs
