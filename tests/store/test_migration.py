"""A library that the first released version wrote, opened by this one."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from desktop_app.domain import DocumentStatus, VectorSpace
from desktop_app.indexing.extraction import extract
from desktop_app.indexing.indexer import Indexer
from desktop_app.parsing.pool import ParserPool
from desktop_app.settings import Settings
from desktop_app.store.library import Library, open_library

FIXTURE = Path(__file__).with_name("library_format_1.zip")
ROOT = "/srv/papers"
"""Where the documents were when the library was made; not on this computer."""


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The library of the first release, and beside it the three documents that it holds."""
    with zipfile.ZipFile(FIXTURE) as archive:
        archive.extractall(tmp_path)
    assert json.loads((tmp_path / "library" / "library.json").read_text())["format"] == 1
    return tmp_path / "library"


def index(library: Library, directory: Path, *roots: Path) -> None:
    pool = ParserPool(extract, processes=1, memory_mb=1024)
    indexer = Indexer(library, pool, None, Settings(library_dir=directory))
    list(indexer.index([str(root) for root in roots]))
    pool.close()


def space_of(library: Library) -> VectorSpace:
    (place,) = library.directory.glob("vectors_*.lance")
    key = place.stem.removeprefix("vectors_")
    return VectorSpace(key, "starter", 384, has_sparse=False, languages=frozenset({"en"}))


def test_it_opens_with_everything_that_it_held(first):
    library = open_library(first)
    assert [row.path for row in library.documents()] == ["Privacy.txt", "Welcome.md", "t.csv"]
    assert all(row.status is DocumentStatus.INDEXED for row in library.documents())
    assert [(root.path, root.documents) for root in library.roots()] == [(ROOT, 3)]
    assert library.coverage(space_of(library)).embedded == 7
    assert library.missing_vectors(space_of(library)) == ()
    library.close()


@pytest.mark.parametrize("is_writable", [True, False])
def test_it_is_searched_by_word_and_by_meaning(first, is_writable):
    library = open_library(first, is_writable=is_writable)
    (best, *_) = library.search_fulltext("computer", k=5).passage_ids
    assert "computer" in library.get_passages([best])[best].text
    space = space_of(library)
    vector = library.vectors_of(space, [best])[best]
    assert library.search_dense(space, vector, k=1).passage_ids == (best,)
    library.close()


def test_it_goes_on_to_be_indexed_and_keeps_what_is_away(first):
    library = open_library(first)
    papers = first.with_name("papers")
    (papers / "new.txt").write_text("The lighthouse was painted.")
    library.add_root(str(papers))
    index(library, first, Path(ROOT), papers)
    counts = {root.path: root.documents for root in library.roots()}
    assert counts == {ROOT: 3, str(papers): 4}
    assert len(library.search_fulltext("lighthouse", k=5).passage_ids) == 1
    library.close()
    reopened = open_library(first)
    assert len(reopened.documents()) == 7
    reopened.remove_root(ROOT)
    assert reopened.search_fulltext("computer", k=1).passage_ids
    reopened.close()


def test_it_can_be_searched_where_it_cannot_be_written(first):
    before = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}
    library = open_library(first, is_writable=False)
    assert library.documents()
    library.close()
    assert {path: path.read_bytes() for path in first.rglob("*") if path.is_file()} == before
    shutil.rmtree(first)
