from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain import Locator, Passage
from desktop_app.domain.own import OwnQuestion, OwnStage, RightPassage
from desktop_app.errors import CollectionError, StoreError
from desktop_app.evaluation.collections import Text, load_collection
from desktop_app.evaluation.filling import fill_with_texts, passage_of_text
from desktop_app.evaluation.own import (
    Measured,
    export_own,
    figures_of,
    measure_own,
    require_vectors,
)
from desktop_app.settings import Settings
from desktop_app.store.library import Library, open_library
from tests.unit.search.library_fakes import PACK, FakeModel

TEXTS = (
    Text("rent", "", "The monthly rent is due on the third working day."),
    Text("dogs", "", "Dogs and cats may be kept with the consent of the landlord."),
    Text("keys", "", "All keys must be returned on the last day of the tenancy."),
)


def right(text: Text) -> RightPassage:
    passage = passage_of_text(text)
    locator = passage.locator
    return RightPassage(passage.content_hash, locator.start, locator.end, locator.page, "lease")


QUESTIONS = (
    OwnQuestion("1", "when is the monthly rent due", (right(TEXTS[0]),)),
    OwnQuestion("2", "who may keep dogs", (right(TEXTS[2]), right(TEXTS[1]))),
    OwnQuestion("3", "who paints the walls"),
    OwnQuestion("4", "???", (right(TEXTS[0]),)),
)


@pytest.fixture
def library(tmp_path: Path):
    opened = open_library(tmp_path / "library")
    yield opened
    opened.close()


def measure(library: Library, questions: Any = QUESTIONS, **options: Any) -> list[Measured]:
    model: Any = options.pop("model", None) or FakeModel()
    fill_with_texts(library, TEXTS, model=model, progress=lambda *_: None)
    settings = Settings(rerank_budget_ms=10_000)
    return list(
        measure_own(
            questions, library=library, pack=PACK, model=model, settings=settings, **options
        )
    )


def test_a_question_is_answered_by_any_of_its_right_passages(library: Library):
    *steps, last = measure(library)
    assert [each.asked for each in steps] == [0, 1, 2, 3]
    assert last.report is not None
    figures = figures_of(last.report)
    together = next(each for each in figures.stages if each.name == "fused")
    # The third has no right passage and the fourth no words: both count as not found.
    assert together.ranks == (1, 1, 0, 0)
    assert together.among_five == 2
    assert figures.question_ids == ("1", "2", "3", "4")


def test_reranking_is_told_apart_from_what_was_before(library: Library):
    model = FakeModel(has_reranker=True, logit=lambda text: 3.0 if "keys" in text else 1.0)
    last = measure(library, QUESTIONS[:1], model=model)[-1]
    assert last.report is not None
    ranks = {each.name: each.ranks for each in figures_of(last.report).stages}
    assert ranks["fused"] == (1,)
    assert ranks["reranked"] == (2,)
    assert list(ranks)[-1] == "reranked"


def test_counting_ends_when_it_is_withdrawn(library: Library):
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 2

    assert [each.asked for each in measure(library, is_cancelled=is_cancelled)] == [0, 1]


def test_without_questions_there_is_nothing_to_count(library: Library):
    with pytest.raises(CollectionError, match="no questions of your own"):
        measure(library, ())


def test_a_pack_that_has_not_read_everything_is_not_measured(library: Library):
    fill_with_texts(library, TEXTS, model=None, progress=lambda *_: None)
    with pytest.raises(StoreError, match="has not read all"):
        require_vectors(library, PACK)


def test_what_is_taken_along_is_a_collection(library: Library, tmp_path: Path):
    fill_with_texts(library, TEXTS, model=None, progress=lambda *_: None)
    folder = tmp_path / "taken"
    assert export_own(QUESTIONS, library, folder) == 3
    collection = load_collection(folder)
    assert [each.question_id for each in collection.questions] == ["1", "2", "4"]
    wanted = {passage_of_text(each).passage_id for each in TEXTS[1:]}
    assert collection.questions[1].relevance.keys() == wanted
    with pytest.raises(CollectionError, match="not empty"):
        export_own(QUESTIONS, library, folder)


def at(start: int, end: int, content_hash: str = "a") -> Passage:
    return Passage("id", content_hash, 0, "", "", (), "en", Locator(None, (), start, end))


@pytest.mark.parametrize(
    ("start", "end", "is_same"),
    [
        *[(100, 200, True), (90, 150, True), (0, 150, True), (0, 149, False)],
        *[(200, 300, False), (0, 1000, True), (120, 140, True), (190, 205, True)],
    ],
)
def test_a_passage_is_known_again_when_documents_are_cut_otherwise(start, end, is_same):
    assert RightPassage("a", 100, 200, 3, "lease").is_in(at(start, end)) == is_same


def test_a_passage_of_another_text_is_never_the_right_one():
    assert not RightPassage("a", 100, 200, 3, "lease").is_in(at(100, 200, "b"))


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_being_the_right_one_is_mutual(start, length, other, other_length):
    there = RightPassage("a", start, start + length, None, "")
    back = RightPassage("a", other, other + other_length, None, "")
    assert there.is_in(at(other, other + other_length)) == back.is_in(at(start, start + length))


def test_the_sixth_is_not_among_five():
    assert OwnStage("fused", (1, 5, 6, 0)).among_five == 2
