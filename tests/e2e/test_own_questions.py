"""Own questions on a real library: kept, asked of every pack, printed, taken along."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from desktop_app.app import LocalSession, open_session
from desktop_app.domain.own import OwnFigures, OwnQuestion, RightPassage
from desktop_app.errors import CollectionError, PackMissing, StoreError
from desktop_app.evaluation.collections import load_collection
from desktop_app.settings import Settings
from desktop_app.store.library import open_library
from desktop_app.training.ground import store_passages
from tests.e2e.program import run
from tests.tiny_packs import make_tiny_m3_pack
from tests.training.texts import made_passage

LEASE = "The monthly rent is due on the third working day of the month."
PETS = "Dogs and cats may be kept with the consent of the landlord."


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSession]:
    folder = tmp_path_factory.mktemp("own")
    make_tiny_m3_pack(folder / "packs" / "tiny", seed=1)
    (folder / "papers").mkdir()
    (folder / "papers" / "lease.txt").write_text(LEASE)
    (folder / "papers" / "pets.txt").write_text(PETS)
    settings = dataclasses.replace(
        Settings(), library_dir=folder / "library", packs_dir=folder / "packs"
    )
    with closing(open_session(settings)) as opened:
        opened.add_roots([folder / "papers"])
        for _ in opened.index():
            pass
        *_, answer = opened.search("when is the rent due")
        passage = next(hit.passage for hit in answer.hits if hit.passage.text == LEASE)
        right = RightPassage(
            passage.content_hash, passage.locator.start, passage.locator.end, None, "lease.txt"
        )
        opened.own.keep(
            [
                OwnQuestion("a", "when is the rent due", (right,)),
                OwnQuestion("b", "who paints the walls"),
            ]
        )
        yield opened


def measured(session: LocalSession, pack: str) -> OwnFigures:
    *_, last = session.own.measure(pack)
    assert last.figures is not None
    return last.figures


def test_the_pack_that_answers_is_measured_with_the_process_that_is_there(session: LocalSession):
    figures = measured(session, "starter")
    assert figures.question_ids == ("a", "b")
    ranks = {each.name: each.ranks for each in figures.stages}
    assert ranks["fulltext"] == ranks["fused"] == (1, 0)
    assert session.own.questions()[0].right[0].name == "lease.txt"


def test_another_pack_is_measured_once_it_has_read_everything(session: LocalSession):
    first, second = session.own.packs()
    assert (first.name, first.is_answering, first.is_ready) == ("starter", True, True)
    assert (second.name, second.is_answering, second.is_ready) == ("tiny", False, False)
    with pytest.raises(StoreError, match="has not read all"):
        measured(session, "tiny")
    session.use_pack("tiny")
    for _ in session.index():
        pass
    session.use_pack("starter")
    ready = {each.name: (each.is_ready, each.is_answering) for each in session.own.packs()}
    assert ready == {"starter": (True, True), "tiny": (True, False)}
    stages = [each.name for each in measured(session, "tiny").stages]
    assert stages == ["fulltext", "dense", "sparse", "fused", "reranked"]


def test_a_pack_that_is_not_there_is_named(session: LocalSession):
    with pytest.raises(PackMissing):
        measured(session, "nowhere")


def test_own_questions_are_taken_along_as_a_collection(session: LocalSession, tmp_path: Path):
    assert session.own.export(tmp_path / "taken") == 2
    assert [each.question_id for each in load_collection(tmp_path / "taken").questions] == ["a"]
    with pytest.raises(CollectionError, match="not empty"):
        session.own.export(tmp_path / "taken")


def test_the_command_line_measures_own_questions_and_saves_a_page(
    session: LocalSession, tmp_path: Path
):
    library = session._library.directory
    page = tmp_path / "report.html"
    answer = run("eval", "--own", "--library", library, "--json", "--report", page)
    assert answer.status == 0, answer.err
    assert answer.json["queries"] == 2
    assert answer.json["stages"]["fused"]["recall@5"] == 0.5
    assert "who paints the walls" in page.read_text(encoding="utf-8")
    assert page.with_suffix(".json").is_file()
    assert "who paints" not in answer.err


def test_own_questions_take_no_collection_beside_them(tmp_path: Path):
    assert run("eval", "--own", tmp_path).status == 2
    answer = run("eval", "--own", "--library", tmp_path / "library")
    assert answer.status == 1


def test_a_pack_outside_of_the_packs_folder_is_listed_before_it_has_read_everything(tmp_path: Path):
    make_tiny_m3_pack(tmp_path / "elsewhere" / "mine", seed=2)
    settings = Settings(
        library_dir=tmp_path / "library",
        packs_dir=tmp_path / "packs",
        cache_dir=tmp_path / "cache",
        pack=str(tmp_path / "elsewhere" / "mine"),
    )
    with closing(open_library(settings.library_dir)) as library:
        store_passages(library, [made_passage("lease", 0, LEASE)])
    with closing(open_session(settings)) as opened:
        first, *_ = opened.own.packs()
    assert (first.name, first.is_answering, first.seconds) == ("mine", True, None)
