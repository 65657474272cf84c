"""A user's own questions and library are what a training is made of, and are only read."""

from __future__ import annotations

from contextlib import closing

import pytest

from desktop_app.domain.own import OwnQuestion, RightPassage
from desktop_app.errors import TrainingError
from desktop_app.store.library import Library, open_library
from desktop_app.store.own_questions import write_own_questions
from desktop_app.training.ground import store_passages
from desktop_app.training.material import NEAR_IN_OWN, read_files, read_own
from tests.training.texts import made_passage

MANUAL = [made_passage("manual", n, f"Chapter {n} of the manual.") for n in range(8)]
OTHERS = [made_passage(f"letter {n}", 0, f"Letter {n} about chapters.") for n in range(6)]


@pytest.fixture
def library(tmp_path):
    with closing(open_library(tmp_path / "library")) as opened:
        store_passages(opened, [*MANUAL, *OTHERS])
        yield opened


def ask(library: Library, *texts: str) -> None:
    right = MANUAL[2]
    place = RightPassage(right.content_hash, 0, right.locator.end, None, "manual")
    questions = [OwnQuestion(str(n), text, (place,)) for n, text in enumerate(texts)]
    write_own_questions(library.directory, [*questions, OwnQuestion("x", "unanswered")])


def test_each_right_passage_is_a_pair_and_its_document_comes_whole(library):
    ask(library, "what is in chapter two?")
    material = read_own(library.directory, most=3)
    assert {each.question for each in material.pairs} == {"what is in chapter two?"}
    assert MANUAL[2].text in {each.passage for each in material.pairs}
    assert material.documents == {MANUAL[0].content_hash: tuple(MANUAL)}
    assert material.near == NEAR_IN_OWN
    assert material.right_of(material.pairs[0]) in {each.passage_id for each in MANUAL}


def test_other_documents_are_read_up_to_a_number_of_passages(library):
    ask(library, "what is in chapter two?")
    assert len(read_own(library.directory, most=10).documents) == 3
    assert len(read_own(library.directory, most=1000).documents) == 7


def test_other_questions_are_another_training(library):
    ask(library, "what is in chapter two?")
    first = read_own(library.directory, most=100).digest
    assert read_own(library.directory, most=100).digest == first
    ask(library, "what is in chapter two?", "what is told second?")
    assert read_own(library.directory, most=100).digest != first


def test_questions_without_a_right_passage_are_nothing_to_learn_from(library):
    with pytest.raises(TrainingError, match="right passage"):
        read_own(library.directory, most=100)
    ask(library)
    with pytest.raises(TrainingError, match="right passage"):
        read_own(library.directory, most=100)


def test_passages_of_files_are_made_by_document(tmp_path):
    path = tmp_path / "pairs.jsonl"
    path.write_text(
        '{"question": "a?", "passage": "One.", "doc": "d", "title": "T"}\n'
        '{"question": "b?", "passage": "Two.", "doc": "d"}\n'
        '{"question": "c?", "passage": "One.", "doc": "d"}\n'
        '{"question": "d?", "passage": "One."}\n'
    )
    material = read_files([path])
    assert list(material.documents) == ["d", "One."]
    assert [each.full_text for each in material.documents["d"]] == ["T\nOne.", "Two."]
    assert material.right_of(material.pairs[2]) == material.right_of(material.pairs[0])
    assert material.right_of(material.pairs[3]) != material.right_of(material.pairs[0])
