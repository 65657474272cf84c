"""Changing what answers: the cost, how far it is, the way back, what is left over."""

from __future__ import annotations

from desktop_app.domain import PackUse
from desktop_app.errors import PackAltered
from desktop_app.ui.pack_actions import PackWish
from tests.ui.fake_packs import GB, HERE
from tests.ui.gestures import ask, click, consent, said


def test_the_cost_of_a_change_is_said_in_hours_where_it_is_known(qtbot, session, models):
    session.costs["bge-en-small"] = 3.2 * 3600
    models.choosing.packs.refresh()
    qtbot.waitUntil(lambda: bool(models.choosing.packs.costs.get("bge-en-small")))
    card = models.models.card("bge-en-small")
    click(qtbot, card, PackWish.USE)
    assert "takes about 3 hours on this computer, in the background" in said(card)


def test_a_model_that_has_learned_everything_already_says_so(qtbot, session, models):
    session.costs["bge-en-small"] = 0.0
    models.choosing.packs.refresh()
    qtbot.waitUntil(lambda: models.choosing.packs.costs.get("bge-en-small") == 0.0)
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


def test_a_change_says_how_far_it_is_and_what_answers_meanwhile(qtbot, session, models):
    session.shelf["bge-m3"] = HERE
    models.choosing.packs.refresh()
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
    click(qtbot, card, PackWish.RESUME)
    qtbot.waitUntil(lambda: "Learning" in said(card))
    assert not models.work.is_paused
    session.in_use = PackUse("bge-m3", "bge-m3", old=(("starter", 30_000_000),))
    session.index_gate.open()
    qtbot.waitUntil(lambda: "Answers now" in said(card))
    assert "Learning" not in said(card)


def test_when_another_model_takes_over_the_question_is_asked_again(qtbot, session, models):
    ask(qtbot, models, "energy")
    asked = len(session.called("search"))
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("bge-m3", "bge-m3")
    models.choosing.packs.refresh()
    qtbot.waitUntil(lambda: len(session.called("search")) == asked + 1)


def test_a_change_can_be_called_off(qtbot, session, models):
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("bge-m3", "starter", 40, 90)
    models.choosing.packs.refresh()
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
    qtbot.waitUntil(lambda: not models.work.is_indexing)


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
    models.choosing.packs.refresh()
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "Answers now" in said(card))
    assert card.choices.button(PackWish.EXPORT).isVisible()
    assert not card.choices.button(PackWish.REMOVE).isVisible()
    assert not card.choices.button(PackWish.USE).isVisible()
    assert models.models.packs[0] == "bge-m3"


def test_old_vectors_say_their_size_and_can_be_deleted(qtbot, session, models):
    session.in_use = PackUse("starter", "starter", old=(("bge-en-small", 1_240_000_000),))
    models.choosing.packs.refresh()
    card = models.models.card("bge-en-small")
    forget = card.choices.button(PackWish.FORGET)
    qtbot.waitUntil(forget.isVisible)
    assert forget.text() == "Free 1.2 GB…"
    click(qtbot, card, PackWish.FORGET)
    assert "Your files and the model stay" in said(card)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: session.called("forget_vectors") == ["bge-en-small"])
    qtbot.waitUntil(lambda: not forget.isVisible())


def test_with_all_passages_learned_before_a_change_costs_little(qtbot, session, models):
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("starter", "starter", old=(("bge-m3", GB),))
    models.choosing.packs.refresh()
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: card.choices.button(PackWish.FORGET).isVisible())
    click(qtbot, card, PackWish.USE)
    assert "only what is new is learned" in said(card)


def test_a_change_that_was_stopped_says_so_and_goes_on_from_its_card(qtbot, session, models):
    session.shelf["bge-m3"] = HERE
    session.in_use = PackUse("bge-m3", "starter", 40, 90)
    models.choosing.packs.refresh()
    card = models.models.card("bge-m3")
    qtbot.waitUntil(lambda: "Paused after 40 of 90 passages" in said(card))
    before = len(session.called("index"))
    click(qtbot, card, PackWish.RESUME)
    qtbot.waitUntil(lambda: len(session.called("index")) == before + 1)
    qtbot.waitUntil(lambda: not models.work.is_indexing)
    assert not session.called("download_pack")


def test_vectors_of_a_model_that_is_gone_can_be_deleted_too(qtbot, session, models):
    session.in_use = PackUse("starter", "starter", old=(("tuned", 54_000),))
    models.choosing.packs.refresh()
    qtbot.waitUntil(lambda: models.models.packs[-1] == "tuned")
    card = models.models.card("tuned")
    assert "No longer here" in said(card)
    assert not card.choices.button(PackWish.DOWNLOAD).isVisible()
    click(qtbot, card, PackWish.FORGET)
    consent(qtbot, card)
    qtbot.waitUntil(lambda: "tuned" not in models.models.packs)
    assert session.called("forget_vectors") == ["tuned"]
