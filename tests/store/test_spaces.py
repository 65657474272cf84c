"""Which vector spaces a library has, and what each is for."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest

from desktop_app.domain import SpaceRole
from desktop_app.errors import LibraryReadOnly
from desktop_app.store.library import Library, open_library
from desktop_app.store.manifest import FORMAT
from tests.store.library_samples import (
    SPACE,
    SPARSE_SPACE,
    add,
    make_document,
    make_embeddings,
    make_passages,
)
from tests.store.test_crash import before_each_commit


def roles(library: Library) -> dict[str, SpaceRole]:
    return {each.space.key: each.role for each in library.spaces.listed()}


def fill(library: Library) -> list[str]:
    """Two passages with a vector in each of two spaces; the first space answers."""
    ids = add(library, "a", "one", "two")
    library.spaces.choose("first", SPACE, answers=True)
    library.put_vectors(SPACE, ids, make_embeddings(2))
    library.put_vectors(SPARSE_SPACE, ids, make_embeddings(2, is_sparse=True))
    return ids


def test_a_new_library_has_no_pack_and_no_space(library):
    assert library.spaces.pack == ""
    assert library.spaces.answering() is None
    assert library.spaces.listed() == ()


def test_who_counts_while_the_first_vectors_are_written_sees_them_afterwards(tmp_path):
    for attempt in range(12):
        library = open_library(tmp_path / str(attempt))
        ids = add(library, "a", "one", "two")
        is_written = threading.Event()

        def count(library: Library = library, is_written: threading.Event = is_written) -> None:
            while not is_written.is_set():
                library.coverage(SPACE)

        counting = threading.Thread(target=count)
        counting.start()
        library.put_vectors(SPACE, ids, make_embeddings(2))
        is_written.set()
        counting.join()
        assert library.coverage(SPACE).embedded == 2
        library.close()


def test_what_was_chosen_is_remembered(library, directory):
    library.spaces.choose("first", SPACE, answers=True)
    library.spaces.choose("/models/second", SPARSE_SPACE, answers=False)
    before = library.spaces.listed()
    library.close()
    reopened = open_library(directory)
    assert reopened.spaces.pack == "/models/second"
    assert reopened.spaces.listed() == before
    assert roles(reopened) == {"test1": SpaceRole.ANSWERING, "test2": SpaceRole.BUILDING}
    answering = reopened.spaces.answering()
    assert answering is not None
    assert (answering.space, answering.source) == (SPACE, "first")
    reopened.close()


def test_taking_over_makes_the_space_before_it_a_kept_one(library):
    fill(library)
    library.spaces.choose("second", SPARSE_SPACE, answers=False)
    library.spaces.choose("second", SPARSE_SPACE, answers=True)
    assert roles(library) == {"test1": SpaceRole.KEPT, "test2": SpaceRole.ANSWERING}


def test_changing_back_makes_the_space_being_built_a_kept_one(library):
    fill(library)
    library.spaces.choose("second", SPARSE_SPACE, answers=False)
    library.spaces.choose("first", SPACE, answers=False)
    assert roles(library) == {"test1": SpaceRole.ANSWERING, "test2": SpaceRole.KEPT}
    assert library.spaces.pack == "first"


def test_a_space_says_how_many_vectors_it_has_and_what_they_weigh(library):
    fill(library)
    (answering,) = library.spaces.listed()
    assert answering.vectors == 2
    assert answering.bytes > 100


def test_a_space_in_use_cannot_be_forgotten(library):
    fill(library)
    library.spaces.choose("second", SPARSE_SPACE, answers=False)
    for space in (SPACE, SPARSE_SPACE):
        with pytest.raises(ValueError, match="in use"):
            library.spaces.forget(space.key)
    assert library.coverage(SPACE).embedded == 2


def test_a_forgotten_space_is_gone_from_the_disk_and_can_be_made_again(library, directory):
    ids = fill(library)
    library.spaces.record(SPARSE_SPACE, "second")
    library.spaces.forget(SPARSE_SPACE.key)
    assert [each.name for each in directory.glob("*test2*")] == []
    assert library.missing_vectors(SPARSE_SPACE) == tuple(ids)
    library.put_vectors(SPARSE_SPACE, ids, make_embeddings(2, is_sparse=True))
    assert library.coverage(SPARSE_SPACE).embedded == 2
    assert library.coverage(SPACE).embedded == 2


def test_deleting_a_document_deletes_its_vectors_in_every_space(library):
    fill(library)
    kept = add(library, "b", "three")
    for space, is_sparse in ((SPACE, False), (SPARSE_SPACE, True)):
        library.put_vectors(space, kept, make_embeddings(1, is_sparse=is_sparse))
    library.remove_documents([("/docs", "a.pdf")])
    for space in (SPACE, SPARSE_SPACE):
        assert library.coverage(space).embedded == 1
        assert set(library.vectors_of(space, kept)) == set(kept)


def test_a_passage_that_was_rejected_is_not_missing_and_counts_as_rejected(library, directory):
    fill(library)
    other = add(library, "b", "three")
    library.reject_passages(SPACE, other)
    coverage = library.coverage(SPACE)
    assert (coverage.passages, coverage.embedded, coverage.rejected) == (3, 2, 1)
    assert coverage.is_complete
    assert "1 passage is found by its words only" in coverage.sentence
    assert library.missing_vectors(SPACE) == ()
    assert library.missing_vectors(SPARSE_SPACE) == tuple(other)
    library.close()
    reopened = open_library(directory, is_writable=False)
    assert reopened.spaces.rejected(SPACE) == tuple(other)
    reopened.close()


def test_a_rejected_passage_that_is_gone_does_not_count(library):
    fill(library)
    library.reject_passages(SPACE, add(library, "b", "three"))
    library.remove_documents([("/docs", "b.pdf")])
    assert library.coverage(SPACE).rejected == 0
    later = add(library, "c", "four")
    library.reject_passages(SPACE, later)
    assert library.spaces.rejected(SPACE) == tuple(later)


def test_the_share_that_meaning_search_covers_is_never_rounded_up_to_all(library):
    ids = [each for name in map(str, range(100)) for each in add(library, name, "a", "b", "c")]
    library.put_vectors(SPACE, ids[:-1], make_embeddings(299))
    assert "covers 99% so far" in library.coverage(SPACE).sentence


def test_a_reader_chooses_nothing(library, directory):
    fill(library)
    reader = open_library(directory, is_writable=False)
    for write in (
        lambda: reader.spaces.choose("second", SPARSE_SPACE, answers=True),
        lambda: reader.spaces.record(SPARSE_SPACE, "second"),
        lambda: reader.spaces.forget(SPARSE_SPACE.key),
        lambda: reader.reject_passages(SPACE, ("0" * 32,)),
    ):
        with pytest.raises(LibraryReadOnly):
            write()
    reader.close()


def test_a_reader_in_another_process_sees_who_answers_now(library, directory):
    fill(library)
    reader = open_library(directory, is_writable=False)
    library.spaces.choose("second", SPARSE_SPACE, answers=True)
    answering = reader.spaces.answering()
    assert answering is not None
    assert answering.space == SPARSE_SPACE
    reader.close()


def write_format_1(directory: Path) -> None:
    """Turn a library into one as the first release left it, with tables and roots only."""
    path = directory / "library.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({"format": 1, "roots": content["roots"]}, indent=1))


def test_a_library_of_format_1_opens_and_its_vectors_are_there(library, directory):
    ids = fill(library)
    library.add_root("/docs")
    library.close()
    write_format_1(directory)
    reader = open_library(directory, is_writable=False)
    assert reader.spaces.answering() is None
    assert reader.coverage(SPACE).embedded == 2
    reader.close()
    old = open_library(directory)
    assert [root.path for root in old.roots()] == ["/docs"]
    assert json.loads((directory / "library.json").read_text())["format"] == 1
    assert old.spaces.unrecorded() == ("test1", "test2")
    old.spaces.record(SPACE, "first")
    old.spaces.record_unknown("test2")
    assert {each.space.pack for each in old.spaces.listed()} == {"test", "unknown"}
    assert {each.space.has_sparse for each in old.spaces.listed()} == {False, True}
    assert set(old.vectors_of(SPACE, ids)) == set(ids)
    old.close()
    assert json.loads((directory / "library.json").read_text())["format"] == FORMAT


def test_a_space_is_known_or_not_and_never_half_forgotten_whenever_the_program_dies(
    tmp_path, monkeypatch
):
    copies: list[Path] = []

    def copy(*_: object) -> None:
        copies.append(tmp_path / f"copy{len(copies)}")
        shutil.copytree(tmp_path / "library", copies[-1])

    def watched_rmtree(path, **options):
        copy()
        # As killed in the middle: some of the files are gone.
        for each in sorted(Path(path).rglob("*.lance"))[:1]:
            each.unlink()
        copy()
        removing(path, **options)

    removing = shutil.rmtree
    with monkeypatch.context() as patch:
        library = open_library(tmp_path / "library")
        patch.setattr("desktop_app.store.tables.shutil.rmtree", watched_rmtree)
        before_each_commit(patch, copy)
        ids = fill(library)
        library.spaces.choose("second", SPARSE_SPACE, answers=False)
        library.reject_passages(SPACE, add(library, "b", "three"))
        library.spaces.choose("second", SPARSE_SPACE, answers=True)
        library.spaces.forget(SPACE.key)
        library.close()
    assert len(copies) > 10
    seen = set()
    for each in copies:
        survivor = open_library(each)
        answering = survivor.spaces.answering()
        seen.add(answering.space.key if answering else "")
        if answering is not None and answering.space == SPARSE_SPACE:
            assert survivor.coverage(SPARSE_SPACE).embedded == len(ids)
        for space in (SPACE, SPARSE_SPACE):
            count = survivor.coverage(space).embedded
            assert len(survivor.vectors_of(space, ids)) == count
        assert list(each.glob("forgotten_*")) == []
        survivor.close()
    assert seen == {"", SPACE.key, SPARSE_SPACE.key}


def test_a_list_of_spaces_that_makes_no_sense_is_a_damaged_library(library, directory):
    library.close()
    content = json.loads((directory / "library.json").read_text())
    (directory / "library.json").write_text(json.dumps({**content, "spaces": [{"key": "x"}]}))
    with pytest.raises(Exception, match="damaged"):
        open_library(directory)


def test_what_the_manifest_says_survives_a_change_of_its_roots(library):
    fill(library)
    library.add_root("/docs")
    library.put_passages(make_passages("c"))
    library.put_documents([make_document("c")])
    library.remove_root("/docs")
    assert roles(library) == {"test1": SpaceRole.ANSWERING}
    assert library.spaces.pack == "first"
