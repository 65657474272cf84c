"""Libraries as they were written before, one of each format, opened by this version.

Another format means another fixture beside the old ones, which stay as they are.
"""

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
from desktop_app.store.manifest import FORMAT

FORMATS = (1, 2)
ROOT = "/srv/papers"
"""Where the documents were when the library was made; not on this computer."""


def unpack(number: int, place: Path) -> Path:
    with zipfile.ZipFile(Path(__file__).with_name(f"library_format_{number}.zip")) as archive:
        archive.extractall(place)
    assert json.loads((place / "library" / "library.json").read_text())["format"] == number
    return place / "library"


@pytest.fixture(params=FORMATS)
def first(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A library of an earlier version, and beside it the three documents that it holds."""
    return unpack(request.param, tmp_path)


def test_there_is_a_library_of_the_present_format():
    assert max(FORMATS) == FORMAT


def test_what_was_chosen_for_a_folder_and_for_meaning_holds_on(tmp_path):
    library = open_library(unpack(2, tmp_path))
    assert "*.bak" in library.folders.rules(ROOT).excludes
    assert library.folders.mount(ROOT) == "/"
    assert library.spaces.pack == "starter"
    library.close()


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
