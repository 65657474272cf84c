"""Damaged libraries: noticed when they are opened, and mended with all that is sound."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desktop_app.domain.keeping import TableState
from desktop_app.errors import LibraryCorrupt, LibraryLocked, StoreError
from desktop_app.store.holding import newest_manifest
from desktop_app.store.library import Library, open_library
from desktop_app.store.rescue import mend
from tests.store.library_samples import SPACE, add, make_document, make_embeddings, make_passage
from tests.store.test_crash import assert_consistent

VECTORS = "vectors_test1"
TABLES = ("documents", "passages", VECTORS)


@pytest.fixture
def closed(library: Library, directory: Path) -> Path:
    """A closed library of two documents, written in two commits."""
    library.add_root("/docs")
    for name in ("first", "second"):
        ids = add(library, name, f"{name} words")
        library.put_vectors(SPACE, ids, make_embeddings(1))
    library.close()
    return directory


@pytest.fixture
def killed(library: Library, directory: Path, tmp_path: Path) -> Path:
    """The same library as a killed process leaves it: with the versions of its last seconds."""
    library.add_root("/docs")
    for name in ("first", "second"):
        ids = add(library, name, f"{name} words")
        library.put_vectors(SPACE, ids, make_embeddings(1))
    return Path(shutil.copytree(directory, tmp_path / "killed"))


def newest(directory: Path, pattern: str) -> Path:
    return max(directory.glob(pattern), key=lambda path: path.stat().st_mtime_ns)


def read_again(library: Library, name: str) -> None:
    """Do for one document what indexing does after its row was lost."""
    library.put_passages([make_passage(name, 0, f"{name} words")])
    library.put_documents([make_document(name, passages=1)])


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("damage", ["cut short", "gone"])
def test_a_file_that_is_not_whole_is_noticed_when_the_library_is_opened(closed, table, damage):
    victim = newest(closed, f"{table}.lance/data/*")
    if damage == "gone":
        victim.unlink()
    else:
        victim.write_bytes(victim.read_bytes()[:-20])
    for is_writable in (True, False):
        with pytest.raises(LibraryCorrupt, match="files are not whole") as noticed:
            open_library(closed, is_writable=is_writable)
        assert "repair" in noticed.value.hint


def test_a_lost_manifest_of_a_table_is_noticed(closed):
    note = newest_manifest(closed / "passages.lance")
    assert note is not None
    note.unlink()
    with pytest.raises(LibraryCorrupt):
        open_library(closed)


@pytest.mark.parametrize("table", TABLES)
def test_a_manifest_of_zeros_after_a_power_failure_empties_nothing(killed, table):
    note = newest_manifest(killed / f"{table}.lance")
    assert note is not None
    note.write_bytes(b"\0" * note.stat().st_size)
    if table == VECTORS:
        library = open_library(killed)  # what was written last can be made again
        assert len(library.missing_vectors(SPACE)) == 1
        library.close()
        return
    with pytest.raises(LibraryCorrupt):
        open_library(killed)
    assert mend(killed).tables[table] is TableState.ROLLED_BACK


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("part", ["data", "_versions"])
def test_what_was_written_last_is_given_up_and_the_rest_kept(killed, table, part):
    note = newest_manifest(killed / f"{table}.lance")
    assert note is not None
    victim = note if part == "_versions" else newest(killed, f"{table}.lance/data/*")
    victim.write_bytes(b"\0" * 100)
    mending = mend(killed)
    assert mending.was_damaged
    assert mending.tables == {
        name: TableState.ROLLED_BACK if name == table else TableState.WELL for name in TABLES
    }
    assert mending.roots == ("/docs",)
    library = open_library(killed)
    assert "first.pdf" in [row.path for row in library.documents()]
    assert library.search_fulltext("first", k=1).passage_ids
    read_again(library, "second")
    library.settle()
    assert_consistent(library)
    library.close()


@pytest.mark.parametrize("table", ["documents", "passages"])
def test_vectors_wait_for_passages_that_must_be_read_again(closed, table):
    for path in (closed / f"{table}.lance" / "_versions").iterdir():
        path.write_bytes(b"damaged")
    assert mend(closed).tables[table] is TableState.EMPTIED
    library = open_library(closed)
    assert library.documents() == ()
    read_again(library, "first")
    library.close()
    library = open_library(closed)
    assert library.missing_vectors(SPACE) == ()
    library.settle()
    assert library.coverage(SPACE).embedded == 1
    assert_consistent(library)
    library.close()


def test_vectors_that_cannot_be_read_are_made_again(closed):
    for path in (closed / f"{VECTORS}.lance" / "data").iterdir():
        path.write_bytes(b"damaged")
    assert mend(closed).tables[VECTORS] is not TableState.WELL
    library = open_library(closed)
    assert len(library.documents()) == 2
    assert len(library.missing_vectors(SPACE)) == 2
    library.close()


@pytest.mark.parametrize("content", [None, "", "{"])
def test_a_lost_list_of_folders_is_made_again_from_the_documents(closed, content):
    note = closed / "library.json"
    note.unlink()
    if content is not None:
        note.write_text(content)
    mending = mend(closed)
    assert mending.has_lost_roots
    assert mending.roots == ("/docs",)
    library = open_library(closed)
    assert len(library.documents()) == 2
    assert library.missing_vectors(SPACE) == ()
    library.close()


def test_a_damaged_index_of_words_is_built_anew(closed):
    for path in closed.glob("passages.lance/_indices/*/*"):
        path.write_bytes(b"damaged")
    assert not mend(closed).was_damaged
    library = open_library(closed)
    assert len(library.search_fulltext("words", k=5).passage_ids) == 2
    library.close()


def test_a_sound_library_is_left_as_it_is(closed):
    assert not mend(closed).was_damaged
    library = open_library(closed)
    assert [row.path for row in library.documents()] == ["first.pdf", "second.pdf"]
    assert library.coverage(SPACE).embedded == 2
    library.close()


def test_a_library_in_use_is_not_mended(library, directory):
    with pytest.raises(LibraryLocked):
        mend(directory)


def test_where_there_is_no_library_nothing_is_made(tmp_path):
    with pytest.raises(StoreError, match="no library"):
        mend(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
