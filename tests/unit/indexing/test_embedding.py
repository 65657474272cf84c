from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from desktop_app.domain import IndexPhase, Locator, Passage
from desktop_app.errors import ModelCrashed, OutOfMemory
from desktop_app.indexing.embedding import Embedder, interleave
from desktop_app.indexing.indexer import Indexer
from desktop_app.indexing.progress import ProgressMeter
from desktop_app.parsing.sentences import estimate_tokens
from desktop_app.settings import Settings
from tests.unit.indexing.fakes import FakeLibrary, FakeModel, FakePool


def library_with(*texts: str) -> Any:
    library = FakeLibrary()
    for text in texts:
        passage = Passage(text, text, 0, text, "", (), "en", Locator(None, (), 0, len(text)))
        library.texts[text] = passage
    return library


def embed(library: Any, model: Any, meter: ProgressMeter | None = None) -> Embedder:
    embedder = Embedder(library, model, meter)
    for _ in embedder.embed(is_cancelled=lambda: False):
        pass
    return embedder


def test_a_text_that_the_model_cannot_take_is_not_tried_again():
    library = library_with(*(f"text {n}" for n in range(40)), "poison")
    meter = ProgressMeter()
    first = embed(library, FakeModel(["poison"]), meter)
    assert (first.embedded, first.rejected) == (40, 1)
    assert library.rejected == {"poison"}
    assert meter.passages_embedded == meter.passages_total == 41
    later: Any = FakeModel(["poison"])
    second = embed(library, later)
    assert (second.embedded, second.rejected) == (0, 0)
    assert later.embedded == []


def test_the_tokens_left_of_the_last_group_are_those_of_its_texts():
    library = library_with(*(f"text {n} " * (n % 90) for n in range(1000)))
    meter = ProgressMeter()
    model: Any = FakeModel()
    for _ in Embedder(library, model, meter).embed(is_cancelled=lambda: False):
        if meter.passages_embedded > 512:
            left = list(library.texts.values())[meter.passages_embedded :]
            assert meter.tokens_left == sum(estimate_tokens(each.full_text) for each in left)
    assert meter.tokens_left == 0


def test_the_last_text_of_all_is_rejected_only_by_a_model_that_is_well():
    library = library_with("poison")
    embed(library, FakeModel(["poison"]))
    assert library.rejected == {"poison"}


def test_a_model_that_takes_no_text_rejects_none():
    library = library_with("one", "two")
    with pytest.raises(ModelCrashed):
        embed(library, FakeModel([""]))
    assert library.rejected == set()
    assert embed(library, FakeModel()).embedded == 2


def test_a_text_for_which_there_was_no_memory_is_tried_again():
    class Small(FakeModel):
        def embed_passages(self, texts, *, is_cancelled):
            if any("large" in text for text in texts):
                raise OutOfMemory
            yield from super().embed_passages(texts, is_cancelled=is_cancelled)

    library = library_with("large", "small")
    assert embed(library, Small()).rejected == 1
    assert library.rejected == set()
    assert embed(library, FakeModel()).embedded == 1


class Work:
    """Steps that take a second each of a clock; notes who worked and who was closed."""

    def __init__(self) -> None:
        self.now = 0.0
        self.log: list[str] = []

    def steps(
        self, name: str, count: int, *, seconds: float = 1.0, fails: bool = False
    ) -> Generator[None, None, None]:
        try:
            for _ in range(count):
                self.now += seconds
                self.log.append(name)
                yield
            if fails:
                raise ModelCrashed
        finally:
            self.log.append(f"{name} closed")

    def run(self, main: Any, other: Any, share: float = 0.2) -> str:
        for _ in interleave(main, other, share=share, clock=lambda: self.now):
            pass
        return " ".join(self.log)


def test_the_work_beside_gets_its_share_of_the_time_and_no_more():
    work = Work()
    work.run(work.steps("new", 80), work.steps("old", 1000))
    assert work.log.count("new") == 80
    assert work.log.count("old") == 20
    assert work.log[-2:] == ["new closed", "old closed"]


def test_fast_steps_beside_slow_ones_share_time_and_not_turns():
    work = Work()
    work.run(work.steps("new", 8, seconds=4.0), work.steps("old", 1000, seconds=0.5))
    assert work.log.count("old") == 16


def test_work_beside_has_some_seconds_to_begin_with_and_then_its_share():
    work = Work()
    for _ in interleave(
        work.steps("new", 8), work.steps("old", 99), share=0.2, ahead=5, clock=lambda: work.now
    ):
        pass
    assert work.log[:6] == ["new", *["old"] * 5]
    assert (work.log.count("new"), work.log.count("old")) == (8, 7)


def test_work_beside_that_is_done_leaves_all_the_time_to_the_other():
    work = Work()
    text = work.run(work.steps("new", 4), work.steps("old", 0))
    assert text == "new old closed new new new new closed"


def test_a_model_that_fails_beside_does_not_stop_the_other():
    work = Work()
    work.run(work.steps("new", 30), work.steps("old", 2, fails=True))
    assert (work.log.count("new"), work.log.count("old")) == (30, 2)


def test_where_the_new_model_fails_the_work_beside_is_finished_first():
    work = Work()
    with pytest.raises(ModelCrashed):
        work.run(work.steps("new", 2, fails=True), work.steps("old", 7))
    assert (work.log.count("new"), work.log.count("old")) == (2, 7)


def test_leaving_early_closes_both():
    work = Work()
    both = interleave(work.steps("new", 9), work.steps("old", 9), share=0.5, clock=lambda: work.now)
    for _ in range(4):
        next(both)
    both.close()
    assert {"new closed", "old closed"} <= set(work.log)


def test_a_change_that_ended_leaves_the_model_before_it_alone(tmp_path):
    class Untouched(FakeModel):
        def embed_passages(self, texts, *, is_cancelled):
            raise AssertionError

    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.txt").write_text("text")
    library: Any = FakeLibrary(tmp_path / "root")
    models: list[Any] = [FakeModel(), Untouched()]
    pool: Any = FakePool()
    settings = Settings(library_dir=tmp_path / "library")
    indexer = Indexer(library, pool, models[0], settings, answering=models[1])
    states = indexer.index([str(tmp_path / "root")])
    next(states)
    indexer.end_change()
    last = list(states)[-1]
    assert last.phase is IndexPhase.DONE
    assert len(library.vectors) == 1


def test_a_space_that_is_about_to_answer_is_tidied_although_nothing_was_missing(tmp_path):
    (tmp_path / "root").mkdir()
    library: Any = FakeLibrary(tmp_path / "root")
    models: list[Any] = [FakeModel(), FakeModel()]
    pool: Any = FakePool()
    settings = Settings(library_dir=tmp_path / "library")
    indexer = Indexer(library, pool, models[0], settings, answering=models[1])
    for _ in indexer.index([str(tmp_path / "root")]):
        pass
    assert ("maintain", 0) in library.calls
