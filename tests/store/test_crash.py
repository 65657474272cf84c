"""A writer that is killed at any step, and what the next start makes of it."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lancedb.merge import LanceMergeInsertBuilder
from lancedb.table import LanceTable

from desktop_app.domain import DocumentStatus
from desktop_app.errors import DiskFull
from desktop_app.store import manifest
from desktop_app.store.library import open_library
from desktop_app.store.passages import PassageTable
from tests.store.library_samples import (
    SPACE,
    SPARSE_SPACE,
    add,
    make_document,
    make_embeddings,
    make_hash,
    make_passage,
    make_passages,
)

ROOT = Path(__file__).resolve().parents[2]


def write_everything(directory: Path) -> None:
    """Add, replace and remove documents in every way that the library knows."""
    library = open_library(directory)
    library.add_root("/docs")
    ids = add(library, "replaced later", "old words", path="x.pdf")
    library.put_vectors(SPACE, ids, make_embeddings(1))
    ids = add(library, "kept", "kept words", "more kept words")
    library.put_vectors(SPACE, ids, make_embeddings(2))
    library.put_vectors(SPARSE_SPACE, ids, make_embeddings(2, is_sparse=True))
    add(library, "new", "new words", path="x.pdf")
    changed = [make_passage("kept", at, text) for at, text in enumerate(("kept words", "changed"))]
    library.put_passages(changed)
    library.put_documents([make_document("kept", passages=2, parser_version=9)])
    library.maintain(is_cancelled=lambda: False)
    library.remove_documents([("/docs", "x.pdf")])
    library.remove_root("/docs")
    library.close()


def before_each_commit(monkeypatch, act: Callable[[], None]) -> None:
    """Have ``act`` called before each call that changes something on disk."""

    def watched(original):
        def call(*args, **kwargs):
            act()
            return original(*args, **kwargs)

        return call

    for owner, name in (
        (LanceTable, "add"),
        (LanceTable, "delete"),
        (LanceTable, "create_index"),
        (LanceTable, "optimize"),
        (LanceMergeInsertBuilder, "execute"),
        (manifest, "write_durably"),
        (manifest, "mark_clean"),
    ):
        monkeypatch.setattr(owner, name, watched(getattr(owner, name)))


# Kills itself before the commit with the given number.
KILLED = """
import os, signal, sys
from pathlib import Path
import pytest
from tests.store.test_crash import before_each_commit, write_everything

left = int(sys.argv[2])

def die():
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

before_each_commit(pytest.MonkeyPatch(), die)
write_everything(Path(sys.argv[1]))
"""


def assert_consistent(library) -> None:
    """Whatever has a row is complete, and there is nothing without a row."""
    held = {row.content_hash for row in library.documents() if row.passages}
    assert library._passages.content_hashes() == held
    for content_hash, (_, _, count) in library.contents().items():
        assert len(library.passages_of(content_hash)) == count
    ids = library._passages.ids()
    assert len(ids) == len(set(ids))
    for space in (SPACE, SPARSE_SPACE):
        table = library._tables.space(space)
        if table:
            assert table.ids() <= set(ids)
            assert table.count() == len(table.ids())
        assert set(library.missing_vectors(space)) == set(ids) - (table.ids() if table else set())


def assert_usable(directory: Path) -> None:
    """Open what a crash left, and go on with it."""
    library = open_library(directory)
    assert_consistent(library)
    ids = add(library, "afterwards", "fresh words")
    library.put_vectors(SPACE, ids, make_embeddings(1))
    assert library.search_fulltext("fresh", k=5).passage_ids == tuple(ids)
    library.remove_documents([("/docs", "afterwards.pdf")])
    assert_consistent(library)
    library.close()


def test_what_is_on_disk_before_any_commit_is_made_consistent(tmp_path, monkeypatch):
    # A killed process leaves what is on disk at that moment, so a copy of it is as good.
    copies: list[Path] = []

    def copy() -> None:
        copies.append(tmp_path / f"copy{len(copies)}")
        shutil.copytree(tmp_path / "library", copies[-1])

    with monkeypatch.context() as patch:
        before_each_commit(patch, copy)
        write_everything(tmp_path / "library")
    assert len(copies) > 20
    for each in copies:
        assert_usable(each)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
@pytest.mark.parametrize("commits", [6, 13, 20])
def test_a_killed_writer_leaves_a_library_that_goes_on(tmp_path, commits):
    command = [sys.executable, "-c", KILLED, str(tmp_path / "library"), str(commits)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    assert code == -signal.SIGKILL
    assert_usable(tmp_path / "library")


def leave_unclean(directory: Path) -> None:
    (directory / "unclean").touch()


def test_passages_without_a_row_and_vectors_without_a_passage_are_removed(library, directory):
    kept = add(library, "kept", "kept words")
    library.put_vectors(SPACE, kept, make_embeddings(1))
    orphans = make_passages("orphan", 2)
    library.put_passages(orphans)
    library.put_vectors(SPACE, [each.passage_id for each in orphans], make_embeddings(2))
    library.close()
    leave_unclean(directory)
    repaired = open_library(directory)
    assert_consistent(repaired)
    assert repaired.coverage(SPACE).embedded == 1
    assert [row.path for row in repaired.documents()] == ["kept.pdf"]
    repaired.close()


def test_a_row_without_its_passages_is_removed_so_that_the_file_is_read_again(library, directory):
    failed = make_document("b", status=DocumentStatus.FAILED, passages=0)
    library.put_documents([make_document("a"), failed])
    library.close()
    leave_unclean(directory)
    repaired = open_library(directory)
    assert repaired.documents() == (failed,)
    repaired.close()


def test_a_space_that_cannot_be_read_is_dropped_and_made_again(library, directory):
    ids = add(library, "a", "words")
    library.put_vectors(SPACE, ids, make_embeddings(1))
    library.close()
    for path in (directory / "vectors_test1.lance" / "_versions").iterdir():
        path.write_bytes(b"damaged")
    leave_unclean(directory)
    repaired = open_library(directory)
    assert repaired.missing_vectors(SPACE) == tuple(ids)
    repaired.put_vectors(SPACE, ids, make_embeddings(1))
    assert repaired.missing_vectors(SPACE) == ()
    repaired.close()


def test_an_orderly_close_leaves_nothing_to_look_through(library, directory):
    add(library, "a", "words")
    assert (directory / "unclean").exists()
    library.close()
    assert not (directory / "unclean").exists()


def test_a_look_through_is_not_repeated_when_it_is_done(library, directory):
    library.close()
    leave_unclean(directory)
    open_library(directory).close()
    assert not (directory / "unclean").exists()


def test_a_write_that_failed_half_way_is_looked_through_at_the_next_start(
    library, directory, monkeypatch
):
    add(library, "a", "text")

    def fail(*_):
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr(PassageTable, "remove", fail)
        with pytest.raises(DiskFull):
            library.remove_documents([("/docs", "a.pdf")])
    library.close()
    reopened = open_library(directory)
    assert reopened.documents() == ()
    assert reopened.passages_of(make_hash("a")) == ()
    reopened.close()


def test_closing_in_the_middle_of_a_write_is_no_orderly_close(library, directory, monkeypatch):
    add(library, "a", "text")
    monkeypatch.setattr(PassageTable, "remove", lambda *_: library.close())
    library.remove_documents([("/docs", "a.pdf")])
    assert (directory / "unclean").exists()


def test_passages_whose_row_never_came_are_removed_after_an_orderly_close(library, directory):
    library.put_passages(make_passages("cancelled", 1))
    library.close()
    reopened = open_library(directory)
    assert reopened._passages.content_hashes() == frozenset()
    reopened.close()


def test_what_a_killed_process_left_of_old_versions_goes_at_the_next_orderly_end(tmp_path):
    library = open_library(tmp_path / "library")
    library.add_root("/docs")
    for name in ("one", "two", "three", "four"):
        add(library, name, f"words of {name}")
    # As it lies on the disk while the process is there, or after it was killed.
    shutil.copytree(tmp_path / "library", tmp_path / "left")
    library.close()
    versions = tmp_path / "left" / "passages.lance" / "_versions"
    before = len(list(versions.glob("*.manifest")))
    assert before > 4
    open_library(tmp_path / "left").close()
    # The newest, the ones that compacting it made, and what is less than a millisecond old.
    assert len(list(versions.glob("*.manifest"))) <= 4 < before
