"""Wrong answers are taken from what the search finds, and are wrong as far as anybody can tell."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from desktop_app.training.ground import Ground
from desktop_app.training.groups import Groups, append_groups, count_written
from desktop_app.training.mining import Asked, Miner, Rules, collect_answers
from desktop_app.training.pairs import Pair
from desktop_app.training.preparing import HELD_OUT, TRAINED, draw, prepare
from tests.training.conftest import SMALL, WordModel
from tests.training.texts import made_passage

QUESTION = "Who lit the lamp"
RIGHT = made_passage("right", 1, "The lamp was lit by Ada.", title="Lighthouses")
FILLER = [
    made_passage(f"filler {n}", 0, f"A lamp {n} and some {word} were sold with room {n}.")
    for n, word in enumerate("boat coat goat moat oat float bloat throat stoat groat".split())
]


@pytest.fixture
def miner_over(tmp_path, tiny_pack):
    made = []

    def make(passages, **rules):
        ground = Ground(tmp_path / "library", [RIGHT, *FILLER, *passages], tiny_pack)
        made.append(ground)
        model: Any = WordModel(tiny_pack)
        for _ in ground.embed(model, {}, is_cancelled=lambda: False):
            pass
        known = {"answers": {}, "held_out": frozenset(), "near": None} | rules
        return Miner(ground, model, Rules(**known), seed=1)

    yield make
    for ground in made:
        ground.close()


def asked(*, is_held_out=False, question=QUESTION):
    return Asked(question, RIGHT.passage_id, "s", is_held_out)


def test_a_group_has_the_right_passage_first_and_fused_scores_of_all(miner_over):
    group = miner_over([]).mine(0, asked())
    assert group.question == QUESTION
    assert group.passages[0].endswith(RIGHT.text)
    assert len(group.passages) == len(group.prior) == 7
    assert len(set(group.passages)) == 7
    assert group.prior[0] == max(group.prior)


@pytest.mark.parametrize("is_held_out", [False, True])
def test_what_may_answer_as_well_is_no_wrong_answer(miner_over, is_held_out):
    labelled = made_passage("other", 0, "The lamp was lit by Bob.")
    beside = made_passage("right", 2, "And the lamp was lit in May.")
    twin = made_passage("copy", 0, "The lamp was lit by Ada. Now", title="Lighthouses")
    better = made_passage("better", 0, "who lit the lamp")
    answers = collect_answers([("who lit THE lamp", labelled.text)])
    held_out = frozenset(
        each.passage_id for each in (RIGHT, *FILLER, labelled, beside, twin, better) if is_held_out
    )
    miner = miner_over([labelled, beside, twin, better], answers=answers, held_out=held_out)
    for number in range(10):
        group = miner.mine(number, asked(is_held_out=is_held_out))
        wrong = " ".join(group.passages[1:])
        for each in (labelled, beside, twin, better):
            assert each.text not in wrong


def test_held_out_documents_are_never_seen_in_training_but_found_by_held_out_questions(miner_over):
    hidden = frozenset(each.passage_id for each in FILLER[:3])
    miner = miner_over([], held_out=hidden)
    found = {each for n in range(5) for each in miner.mine(n, asked(is_held_out=True)).passages}
    assert {each.text for each in FILLER} <= found
    wrong = {each for n in range(10) for each in miner.mine(n, asked()).passages[1:]}
    assert wrong == {each.text for each in FILLER[3:]}


def test_farther_passages_of_the_same_document_are_wrong_where_they_are_neighbors(miner_over):
    near = made_passage("right", 3, "The lamp of the boat was sold to him.")
    far = made_passage("right", 4, "The lamp of the goat was sold to her.")
    group = miner_over([near, far], near=2).mine(0, asked(is_held_out=False))
    assert far.text in group.passages
    assert near.text not in group.passages


def test_a_sentence_s_own_passage_is_no_wrong_answer_to_it(miner_over):
    rest = made_passage("right", 1, "It stood on a rock.")
    rules = Rules({}, frozenset(), 0)
    rules.twins[rest.passage_id].add(RIGHT.passage_id)
    sentence = Asked("The lamp was lit by Ada", rest.passage_id, "sentences", False)
    assert not rules.is_possible(RIGHT, rest, sentence)


def test_a_question_about_what_only_the_title_says_is_read_with_titles(miner_over):
    miner = miner_over([])
    plain = [miner.mine(n, asked()).passages[0] for n in range(40)]
    named = [
        miner.mine(n, asked(question="Who lit the lamp of lighthouses")).passages[0]
        for n in range(40)
    ]
    assert {each.startswith("Lighthouses") for each in plain} == {True, False}
    assert all(each.startswith("Lighthouses") for each in named)


def test_a_question_without_words_and_one_that_nothing_stands_against_give_no_group(miner_over):
    everything = frozenset(each.passage_id for each in FILLER)
    miner = miner_over([], held_out=everything)
    assert miner.mine(0, asked()) is None
    assert miner.mine(0, asked(is_held_out=True, question="?!")) is None


def test_vectors_that_a_library_has_are_not_made_again(tmp_path, tiny_pack):
    model: Any = WordModel(tiny_pack)
    known = {each.passage_id: model.embed_query(each.full_text).dense[0] for each in FILLER}
    with closing(Ground(tmp_path / "library", [RIGHT, *FILLER], tiny_pack)) as ground:
        for _ in ground.embed(model, known, is_cancelled=lambda: False):
            pass
        assert model.texts_read == 1
        assert ground.vectors([FILLER[0].passage_id]).any()


def test_a_line_that_was_half_written_is_written_again(tmp_path, miner_over):
    path = tmp_path / "groups.jsonl"
    group = miner_over([]).mine(0, asked())
    list(append_groups(path, [group, None, group]))
    with path.open("ab") as file:
        file.write(b'{"question": "Wh')
    assert count_written(path) == 3
    with closing(Groups(path)) as groups:
        assert list(groups) == [group, group]


def test_mining_that_was_stopped_anywhere_goes_on_to_the_same_groups(tmp_path, tiny_pack, material):
    plan, drawn = SMALL, draw(material, SMALL)
    model: Any = WordModel(tiny_pack)

    def prepared(folder, stops):
        for stop in (*stops, 10**6):
            steps = prepare(
                folder,
                drawn,
                plan,
                pack=tiny_pack,
                model=model,
                known=lambda _ids: {},
                is_cancelled=lambda: False,
            )
            with closing(steps):
                for _ in zip(range(stop), steps, strict=False):
                    pass
        return (folder / TRAINED).read_bytes(), (folder / HELD_OUT).read_bytes()

    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    assert prepared(parts, (1, 3, 40, 160)) == prepared(whole, ())


def test_answers_of_held_out_questions_are_hidden_also_where_all_is_one_document(material):
    manual = tuple(made_passage("manual", n, f"Chapter {n}. " * 3) for n in range(60))
    pairs = tuple(Pair(f"what is {n}?", each.text, "manual") for n, each in enumerate(manual))
    whole = replace(material, pairs=pairs, documents={"manual": manual})
    drawn = draw(whole, replace(SMALL, claims=0.5))
    assert drawn.split.way.startswith("by passage")
    assert drawn.rules.held_out == {each.right for each in drawn.held_out}
    assert drawn.rules.held_out.isdisjoint(each.right for each in drawn.trained)


def test_texts_that_were_half_stored_are_stored_from_the_start(tmp_path, tiny_pack):
    folder = tmp_path / "library"
    with closing(Ground(folder, FILLER[:2], tiny_pack)):
        pass
    (folder / "texts-complete").unlink()
    with closing(Ground(folder, [RIGHT, *FILLER], tiny_pack)) as ground:
        model: Any = WordModel(tiny_pack)
        run, _ = ground.ask("lamp", model)
        assert set(run.passage_ids) == {each.passage_id for each in (RIGHT, *FILLER)}
