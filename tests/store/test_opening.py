"""Opening, locking, versions, damage, and reading beside a writer."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.domain import Filters
from desktop_app.errors import (
    DiskFull,
    LibraryCorrupt,
    LibraryLocked,
    LibraryReadOnly,
    LibraryTooNew,
    StoreError,
)
from desktop_app.store.documents import Ledger
from desktop_app.store.failures import translated
from desktop_app.store.library import open_library
from tests.store.library_samples import (
    SPACE,
    add,
    make_document,
    make_embeddings,
    make_hash,
    make_passages,
)

ROOT = Path(__file__).resolve().parents[2]


def test_a_new_library_is_private_and_empty(library, directory):
    assert library.documents() == ()
    assert library.roots() == ()
    if os.name == "posix":
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_everything_is_there_after_reopening(library, directory):
    ids = add(library, "a", "first words", "second words")
    library.put_vectors(SPACE, ids, make_embeddings(2))
    before = (library.documents(), library.passages_of(make_hash("a")), library.coverage(SPACE))
    library.close()
    reopened = open_library(directory)
    assert (
        reopened.documents(),
        reopened.passages_of(make_hash("a")),
        reopened.coverage(SPACE),
    ) == before
    reopened.close()


@pytest.mark.parametrize("text", ["", "null", "[1]"])
def test_a_damaged_note_of_the_files_is_told_as_damage(library, directory, text):
    add(library, "a", "words")
    library.close()
    (directory / "inventory.json").write_text(text)
    with pytest.raises(LibraryCorrupt):
        open_library(directory, is_writable=False)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_file_that_goes_while_the_files_are_listed_is_no_damage(library, directory):
    add(library, "a", "words")
    library.close()
    # Listed, but not there when it is asked for its size.
    (directory / "passages.lance" / "data" / "gone").symlink_to("nowhere")
    reader = open_library(directory, is_writable=False)
    assert reader.coverage(None).documents == 1
    reader.close()


def test_a_reader_removes_no_old_versions(library, directory):
    reader = open_library(directory, is_writable=False)
    with pytest.raises(LibraryReadOnly):
        reader.prune()
    reader.close()


def test_a_second_writer_is_refused_in_one_sentence(library, directory):
    with pytest.raises(LibraryLocked) as refused:
        open_library(directory)
    assert refused.value.title == "The library is being used by another Lectern."


def test_a_writer_in_another_process_is_refused_and_admitted_after_close(library, directory):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from desktop_app.errors import LibraryLocked\n"
        "from desktop_app.store.library import open_library\n"
        "try:\n    open_library(Path(sys.argv[1])).close()\n"
        "except LibraryLocked:\n    sys.exit(7)\n"
    )
    command = [sys.executable, "-c", code, str(directory)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 7
    library.close()
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def test_closing_twice_is_harmless(library):
    library.close()
    library.close()


def test_a_newer_library_is_refused_and_left_alone(library, directory):
    library.close()
    manifest = directory / "library.json"
    content = json.dumps({"format": 999, "of the future": []})
    manifest.write_text(content)
    for is_writable in (True, False):
        with pytest.raises(LibraryTooNew):
            open_library(directory, is_writable=is_writable)
    assert manifest.read_text() == content


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "x"}', '{"format": 1}'])
def test_a_damaged_list_of_roots_is_a_damaged_library(library, directory, content):
    library.close()
    (directory / "library.json").write_text(content)
    with pytest.raises(LibraryCorrupt):
        open_library(directory)


def test_a_lost_list_of_roots_is_a_damaged_library(library, directory):
    library.close()
    (directory / "library.json").unlink()
    with pytest.raises(LibraryCorrupt):
        open_library(directory)


@pytest.mark.parametrize("table", ["documents", "passages"])
@pytest.mark.parametrize("folder", ["data", "_versions"])
def test_a_damaged_table_is_a_damaged_library(library, directory, table, folder):
    add(library, "a", "some words")
    library.close()
    for path in (directory / f"{table}.lance" / folder).iterdir():
        path.write_bytes(b"damaged")

    def use() -> None:
        opened = open_library(directory)
        try:
            opened.documents()
            opened.passages_of(make_hash("a"))
        finally:
            opened.close()

    with pytest.raises(LibraryCorrupt):
        use()


def test_after_a_refusal_the_lock_is_free_again(library, directory):
    library.close()
    manifest = directory / "library.json"
    good = manifest.read_text()
    manifest.write_text("{")
    with pytest.raises(LibraryCorrupt):
        open_library(directory)
    manifest.write_text(good)
    open_library(directory).close()


def test_reading_where_there_is_no_library_says_so(tmp_path):
    with pytest.raises(StoreError, match="no library"):
        open_library(tmp_path / "nothing", is_writable=False)
    assert not (tmp_path / "nothing").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_cannot_be_written_is_refused(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    with pytest.raises(LibraryReadOnly):
        open_library(closed / "library")
    with pytest.raises(LibraryReadOnly):
        open_library(closed)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read anything")
def test_a_directory_that_cannot_be_opened_is_not_called_damaged(library, directory):
    library.close()
    directory.chmod(0)
    try:
        for is_writable in (True, False):
            with pytest.raises(LibraryReadOnly, match="cannot be opened"):
                open_library(directory, is_writable=is_writable)
    finally:
        directory.chmod(0o700)


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path):
    (tmp_path / "library").write_text("not a directory")
    for is_writable in (True, False):
        with pytest.raises(StoreError, match="is a file"):
            open_library(tmp_path / "library", is_writable=is_writable)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (OSError(errno.ENOSPC, "full"), DiskFull),
        (RuntimeError("lance error: LanceError(IO): No space left (os error 28), x"), DiskFull),
        (OSError(errno.EROFS, "read-only"), LibraryReadOnly),
        (RuntimeError("LanceError(IO): Permission denied (os error 13)"), LibraryReadOnly),
        (RuntimeError("LanceError(IO): Invalid range"), LibraryCorrupt),
    ],
)
def test_errors_of_system_and_database_become_ours(raised, expected):
    with pytest.raises(expected), translated():
        raise raised


def test_our_own_mistakes_stay_loud():
    with pytest.raises(ValueError, match="mistake"), translated():
        raise ValueError("mistake")


def test_a_reader_sees_what_a_writer_commits(library, directory):
    reader = open_library(directory, is_writable=False)
    assert reader.documents() == ()
    ids = add(library, "a", "zebra words")
    library.add_root("/docs")
    library.put_vectors(SPACE, ids, make_embeddings(1))
    assert reader.documents() == library.documents()
    assert [root.path for root in reader.roots()] == ["/docs"]
    assert reader.search_fulltext("zebra", k=5).passage_ids == tuple(ids)
    assert reader.coverage(SPACE) == library.coverage(SPACE)
    library.maintain(is_cancelled=lambda: False)
    assert reader.search_fulltext("zebra", k=5).passage_ids == tuple(ids)
    library.remove_documents([("/docs", "a.pdf")])
    assert reader.documents() == ()
    assert reader.search_fulltext("zebra", k=5).passage_ids == ()
    reader.close()


def test_a_reader_writes_nothing(library, directory):
    reader = open_library(directory, is_writable=False)
    for write in (
        lambda: reader.put_documents([make_document("a")]),
        lambda: reader.remove_documents([("/docs", "a.pdf")]),
        lambda: reader.put_passages(make_passages("a")),
        lambda: reader.put_vectors(SPACE, [], make_embeddings(0)),
        lambda: reader.add_root("/docs"),
        lambda: reader.remove_root("/docs"),
        lambda: reader.maintain(is_cancelled=lambda: False),
    ):
        with pytest.raises(LibraryReadOnly):
            write()
    reader.close()
    assert library.documents() == ()


@pytest.mark.skipif(os.name == "nt", reason="mode bits mean nothing on Windows")
def test_a_library_is_private_to_its_user_also_where_its_folder_was_open_before(tmp_path):
    fresh, open_to_all = tmp_path / "fresh", tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o755)
    for directory in (fresh, open_to_all):
        open_library(directory).close()
        assert directory.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "ask",
    [
        lambda reader: reader.documents(),
        lambda reader: reader.select_contents(Filters(types=("application/pdf",))),
        lambda reader: reader.roots(),
        lambda reader: reader.languages,
        lambda reader: reader.names.find({"b"}),
    ],
    ids=["documents", "filters", "roots", "languages", "names"],
)
def test_whoever_looks_at_the_files_looks_again_where_the_writer_removed_them(
    library, directory, monkeypatch, ask
):
    add(library, "first", "lions", path="a.pdf")
    reader = open_library(directory, is_writable=False)
    add(library, "second", "zebras", path="b.pdf")
    caught: list[Ledger] = []
    read = Ledger._read

    def read_too_late(ledger):
        if not caught:
            caught.append(ledger)
            raise OSError("Object at location data/1.lance not found")
        return read(ledger)

    monkeypatch.setattr(Ledger, "_read", read_too_late)
    ask(reader)
    assert caught
    assert len(reader.documents()) == 2
    reader.close()
