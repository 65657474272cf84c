"""The real program and session keep a library: backup, repair, folders that change."""

from __future__ import annotations

import csv
import dataclasses
import io
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.app import LocalSession, open_session
from desktop_app.domain import DocumentStatus, IndexPhase
from desktop_app.domain.folders import DEFAULT_EXCLUDES, RootRules
from desktop_app.errors import RootError
from desktop_app.settings import Settings
from tests.e2e.program import run


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    (folder / "deep").mkdir(parents=True)
    (folder / "roof.txt").write_text("The roof was mended in May.")
    (folder / "deep" / "boiler.txt").write_text("The boiler was serviced in March.")
    return folder


@pytest.fixture
def library(papers: Path, tmp_path: Path) -> Path:
    answer = run("index", papers, "--library", tmp_path / "library")
    assert answer.status == 0, answer.err
    return tmp_path / "library"


def found(question: str, library: Path) -> list[str]:
    hits = run("search", question, "--library", library, "--json").json["hits"]
    return [Path(hit["path"]).name for hit in hits]


def test_a_backup_made_by_the_program_brings_a_lost_library_back(library: Path, tmp_path: Path):
    made = run("backup", tmp_path / "copy", "--library", library, "--json")
    assert made.json["bytes"] > 0
    shutil.rmtree(library)
    restored = run("restore", tmp_path / "copy", "--library", library)
    assert restored.status == 0, restored.err
    assert found("boiler", library)[0] == "boiler.txt"
    coverage = run("doctor", "--library", library, "--json").json
    assert all(check["is_well"] for check in coverage["checks"] if check["name"] == "coverage")


def test_a_damaged_library_offers_repair_and_is_whole_again_afterwards(library: Path):
    for path in library.glob("passages.lance/data/*"):
        path.write_bytes(path.read_bytes()[:50])
    refused = run("search", "boiler", "--library", library)
    assert refused.status == 1
    assert "lectern repair" in refused.err
    repaired = run("repair", "--library", library, "--json")
    assert repaired.status == 0, repaired.err
    assert repaired.json["was_damaged"]
    assert repaired.json["documents"] == 2
    assert repaired.json["passages"] == repaired.json["embedded"] == 2
    assert found("boiler", library)[0] == "boiler.txt"


def test_restoring_what_is_no_backup_is_one_sentence(papers: Path, library: Path):
    answer = run("restore", papers, "--library", library)
    assert answer.status == 1
    assert "is not a backup" in answer.err
    assert len(answer.err.strip().splitlines()) == 1


def test_the_ledger_is_printed_as_a_table_without_formulas(papers: Path, tmp_path: Path):
    (papers / "=cmd|' C'!A0.txt").write_text("A name that a spreadsheet would run.")
    (papers / "sheet.txt").write_text("x")
    library = tmp_path / "other"
    assert run("index", papers, "--library", library).status == 0
    rows = list(csv.DictReader(io.StringIO(run("files", "--csv", "--library", library).out)))
    assert len(rows) == 4
    assert all(row["status"] and row["seconds"] and row["parser"] for row in rows)
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    assert any(row["title"].startswith("'=cmd") for row in rows)


# ------------------------------------------------------------------------ session


@pytest.fixture
def session(tmp_path: Path, papers: Path) -> Iterator[LocalSession]:
    settings = dataclasses.replace(Settings(), library_dir=tmp_path / "library")
    session = open_session(settings)
    session.add_roots([papers])
    for _ in session.index():
        pass
    yield session
    session.close()


def follow(session: LocalSession, until: set[str]) -> None:
    """Index what changes, as the window does, until the ledger holds these paths."""
    deadline = time.monotonic() + 60
    while {row.path for row in session.files()} != until:
        assert time.monotonic() < deadline, [row.path for row in session.files()]
        paths = session.changes().paths
        if paths:
            for _ in session.index(paths):
                pass


def test_what_changes_in_a_folder_is_found_without_being_asked_for(
    session: LocalSession, papers: Path
):
    assert session.changes().paths == ()
    (papers / "new").mkdir()
    (papers / "new" / "lamp.txt").write_text("The lamp was bought in June.")
    (papers / "roof.txt").rename(papers / "deep" / "ROOF.txt")
    follow(session, {"new/lamp.txt", "deep/ROOF.txt", "deep/boiler.txt"})
    (papers / "deep" / "boiler.txt").unlink()
    follow(session, {"new/lamp.txt", "deep/ROOF.txt"})
    (*_, answer) = session.search("when was the lamp bought")
    assert answer.hits[0].document.path == "new/lamp.txt"
    assert all(row.status is DocumentStatus.INDEXED for row in session.files())


def test_a_file_that_comes_while_a_new_folder_is_read_for_the_first_time_is_found(
    session: LocalSession, papers: Path, tmp_path: Path
):
    assert session.changes().paths == ()
    later = tmp_path / "later"
    later.mkdir()
    (later / "lamp.txt").write_text("The lamp was bought in June.")
    session.add_roots([later])
    for step in session.index():
        if step.phase is IndexPhase.DONE:
            (later / "vase.txt").write_text("The vase was bought in July.")
    follow(session, {"roof.txt", "deep/boiler.txt", "lamp.txt", "vase.txt"})


def test_the_rules_of_a_folder_are_kept_and_acted_on(session: LocalSession, papers: Path):
    root = str(papers)
    assert session.root_rules(root) == RootRules()
    rules = RootRules(excludes=(*DEFAULT_EXCLUDES, "deep/"))
    session.set_root_rules(root, rules)
    assert session.root_rules(root) == rules
    for _ in session.index():
        pass
    assert [row.path for row in session.files()] == ["roof.txt"]
    session.remove_root(root)
    session.add_roots([papers])
    assert session.root_rules(root) == RootRules()
    with pytest.raises(RootError):
        session.root_rules("/elsewhere")


def test_a_backup_is_made_while_the_session_indexes(
    session: LocalSession, papers: Path, tmp_path: Path
):
    for number in range(50):
        (papers / f"{number}.txt").write_text(f"Note {number} about the roof.")
    copying = session.backup(tmp_path / "copy")
    for _ in session.index():
        next(copying, None)
    for _ in copying:
        pass
    restored = tmp_path / "restored"
    answer = run("restore", tmp_path / "copy", "--library", restored)
    assert answer.status == 0
    assert "kept beside it" not in answer.out  # there was none before
    assert "roof.txt" in found("when was the roof mended", restored)
