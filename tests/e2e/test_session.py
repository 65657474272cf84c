"""The real session, joined by the composition root, on a library of a few files."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.app import LocalSession, open_session
from desktop_app.app.page_reader import LocalPageReader
from desktop_app.domain import DocumentStatus, IndexPhase
from desktop_app.errors import RootError
from desktop_app.settings import Settings


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    (folder / "2024").mkdir(parents=True)
    (folder / "old.txt").write_text("The roof was mended in May.")
    (folder / "2024" / "new.txt").write_text("The boiler was serviced in March.")
    return folder


@pytest.fixture
def session(tmp_path: Path) -> Iterator[LocalSession]:
    # Keyword search is enough here, so no pack: the session must do without.
    settings = dataclasses.replace(
        Settings(), library_dir=tmp_path / "library", pack=str(tmp_path / "no-pack")
    )
    session = open_session(settings)
    yield session
    session.close()


def index(session: LocalSession, *paths: Path) -> None:
    for _ in session.index(paths):
        pass


def states(session: LocalSession) -> dict[str, DocumentStatus]:
    return {str(document.full_path): document.status for document in session.files()}


def test_a_folder_around_an_indexed_one_takes_over_what_was_read(
    session: LocalSession, papers: Path
):
    session.add_roots([papers / "2024"])
    index(session)
    (before,) = session.files()
    session.add_roots([papers])
    assert [root.path for root in session.roots()] == [str(papers)]
    index(session)
    by_path = {document.path: document for document in session.files()}
    assert set(by_path) == {"old.txt", "2024/new.txt"}
    assert by_path["2024/new.txt"].indexed_at == before.indexed_at


def test_a_path_inside_an_indexed_folder_indexes_that_folder(session: LocalSession, papers: Path):
    session.add_roots([papers])
    index(session, papers / "2024")
    assert str(papers / "2024" / "new.txt") in states(session)


def test_files_that_were_found_and_not_read_yet_count_as_such(session: LocalSession, papers: Path):
    session.add_roots([papers])
    run = session.index()
    reading = next(step for step in run if step.phase is IndexPhase.READING)
    assert (reading.files_done, reading.files_total) == (0, 2)
    (*_, answer) = session.search("boiler")
    assert answer.coverage.sentence.startswith("Searched 0 of 2 files; 2 are still to be read")
    for _ in run:
        pass
    (*_, answer) = session.search("boiler")
    assert answer.coverage.unread == session.coverage().unread == 0
    assert answer.coverage.sentence.startswith("Searched 2 of 2 files")
    index(session, papers / "old.txt")
    assert session.coverage().unread == 0


def test_retrying_while_the_drive_is_away_keeps_the_text(session: LocalSession, papers: Path):
    session.add_roots([papers])
    index(session)
    shutil.move(papers, papers.with_name("unplugged"))
    session.retry(session.files())
    index(session)
    (*_, answer) = session.search("boiler")
    assert [hit.document.path for hit in answer.hits] == ["2024/new.txt"]


def test_a_retried_file_is_read_again(session: LocalSession, papers: Path):
    session.add_roots([papers])
    index(session)
    first = {document.path: document.indexed_at for document in session.files()}
    session.retry(session.files()[:1])
    index(session)
    second = {document.path: document.indexed_at for document in session.files()}
    assert sum(first[path] != second[path] for path in first) == 1


def test_of_several_folders_a_missing_one_adds_none(session: LocalSession, papers: Path):
    with pytest.raises(RootError, match="absent"):
        session.add_roots([papers, papers / "absent"])
    assert session.roots() == ()


def test_without_a_pack_words_are_searched_and_the_reason_is_told(
    session: LocalSession, papers: Path
):
    session.add_roots([papers])
    index(session)
    (*_, answer) = session.search("roof")
    assert [hit.document.path for hit in answer.hits] == ["old.txt"]
    assert "pack" in answer.notices[0]
    (*_, progress) = session.index()
    assert "pack" in progress.notice
    assert any(check.name == "pack" and not check.is_well for check in session.health().checks)


def test_what_is_neither_a_folder_nor_a_file_is_refused(session: LocalSession, tmp_path: Path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("needs named pipes")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RootError, match="neither"):
        session.add_roots([tmp_path / "pipe"])


def test_words_find_a_passage_before_the_question_is_asked(session: LocalSession, papers: Path):
    session.add_roots([papers])
    index(session)
    result = session.search_words("boiler serv")
    assert not result.is_final
    assert not result.notices
    assert [hit.document.path for hit in result.hits] == ["2024/new.txt"]


def test_the_model_starts_with_the_first_words_and_once(tmp_path: Path):
    settings = dataclasses.replace(
        Settings(), library_dir=tmp_path / "library", cache_dir=tmp_path / "cache"
    )
    session = open_session(settings)
    try:
        with session._packs.answering() as seat:
            assert seat is not None
            assert not seat.model.status().running
            session.warm_up()
            assert seat.model.status().running
            first = seat.model.process_id
            session.warm_up()
            assert seat.model.process_id == first
    finally:
        session.close()


def test_two_threads_that_come_first_at_once_share_one_reader_of_pages(
    session: LocalSession, monkeypatch: pytest.MonkeyPatch
):
    taken: list[LocalPageReader | None] = []

    class Reader(LocalPageReader):
        def __init__(self, settings: Callable[[], Settings]) -> None:
            super().__init__(settings)
            if not taken:
                # As if another thread came while this one makes its reader.
                taken.append(None)
                taken[0] = session.pages

    monkeypatch.setattr("desktop_app.app.page_reader.LocalPageReader", Reader)
    assert session.pages is taken[0]
