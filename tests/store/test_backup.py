"""Copies of a library: whole, made beside a writer, and checked before they replace one."""

from __future__ import annotations

import errno
import json
import os
import shutil
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace

import pytest

from desktop_app.errors import BackupDamaged, DiskFull, LibraryLocked, StoreError
from desktop_app.store.backup import back_up, restore
from desktop_app.store.library import Library, open_library
from tests.store.library_samples import SPACE, add, make_embeddings
from tests.store.test_crash import assert_consistent


def drain(steps) -> list[tuple[int, int]]:
    return [(each.bytes_done, each.bytes_total) for each in steps]


def fill(library: Library, *names: str) -> None:
    library.add_root("/docs")
    for name in names:
        ids = add(library, name, f"{name} words", f"more {name} words")
        library.put_vectors(SPACE, ids, make_embeddings(2))


def names_in(directory: Path) -> list[str]:
    library = open_library(directory)
    assert_consistent(library)
    assert library.coverage(SPACE).passages == library.coverage(SPACE).embedded
    names = [row.path for row in library.documents()]
    library.close()
    return names


def test_what_was_backed_up_comes_back_with_texts_vectors_and_folders(library, directory, tmp_path):
    fill(library, "a", "b")
    before = library.documents(), library.roots()
    steps = drain(back_up(directory, tmp_path / "copy"))
    assert steps[-1][0] == steps[-1][1] > 0
    library.close()
    shutil.rmtree(directory)
    drain(restore(tmp_path / "copy", directory))
    back = open_library(directory)
    assert (back.documents(), back.roots()) == before
    assert len(back.search_fulltext("words", k=9).passage_ids) == 4
    assert back.coverage(SPACE).embedded == 4
    back.close()


def test_a_backup_is_whole_at_every_moment_of_a_writer_s_work(library, directory, tmp_path):
    fill(library, "old")
    wrote = iter(range(1000))
    steps = back_up(directory, tmp_path / "copy")
    for _ in steps:
        number = next(wrote)
        fill(library, f"new{number}")
        library.maintain(is_cancelled=lambda: False)
        library.remove_documents([("/docs", f"new{number - 1}.pdf")])
    assert next(wrote) > 5
    library.close()
    drain(restore(tmp_path / "copy", directory))
    assert names_in(directory) == ["old.pdf"]


def test_files_that_the_writer_removes_are_still_in_the_backup(library, directory, tmp_path):
    fill(library, "a")
    steps = back_up(directory, tmp_path / "copy")
    next(steps)
    for path in directory.glob("*.lance/data/*"):
        path.unlink()
    drain(steps)
    drain(restore(tmp_path / "copy", tmp_path / "elsewhere"))
    assert names_in(tmp_path / "elsewhere") == ["a.pdf"]


def test_without_hard_links_a_backup_is_made_all_the_same(
    library, directory, tmp_path, monkeypatch
):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    fill(library, "a")
    drain(back_up(directory, tmp_path / "copy"))
    drain(restore(tmp_path / "copy", tmp_path / "elsewhere"))
    assert names_in(tmp_path / "elsewhere") == ["a.pdf"]


def test_the_replaced_library_is_kept_beside_the_restored_one(library, directory, tmp_path):
    fill(library, "a")
    drain(back_up(directory, tmp_path / "copy"))
    fill(library, "b")
    library.close()
    drain(restore(tmp_path / "copy", directory))
    assert names_in(directory) == ["a.pdf"]
    (kept,) = tmp_path.glob(f"{directory.name}.before *")
    assert names_in(kept) == ["a.pdf", "b.pdf"]


def test_a_backup_replaces_an_older_one_but_nothing_else(library, directory, tmp_path):
    fill(library, "a")
    drain(back_up(directory, tmp_path / "copy"))
    fill(library, "b")
    drain(back_up(directory, tmp_path / "copy"))
    drain(restore(tmp_path / "copy", tmp_path / "elsewhere"))
    assert names_in(tmp_path / "elsewhere") == ["a.pdf", "b.pdf"]
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("x")
    with pytest.raises(StoreError, match="not empty"):
        drain(back_up(directory, tmp_path / "letters"))
    assert (tmp_path / "letters" / "dear.txt").read_text() == "x"


def test_folders_beside_a_backup_and_a_library_stay_as_they_are(library, directory, tmp_path):
    fill(library, "a")
    for name in ("copy.before", "copy.unfinished", f"{directory.name}.restoring"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "dear.txt").write_text(name)
    drain(back_up(directory, tmp_path / "copy"))
    drain(back_up(directory, tmp_path / "copy"))
    library.close()
    drain(restore(tmp_path / "copy", directory))
    assert {each.parent.name for each in tmp_path.glob("*/dear.txt")} == {
        "copy.before",
        "copy.unfinished",
        f"{directory.name}.restoring",
    }


@pytest.mark.parametrize("name", ["../out.txt", "..\\out.txt", "/out.txt", "C:out.txt"])
def test_a_backup_that_would_write_elsewhere_is_refused(library, directory, tmp_path, name):
    fill(library, "a")
    drain(back_up(directory, tmp_path / "copy"))
    library.close()
    note = json.loads((tmp_path / "copy" / "backup.json").read_text())
    note["files"] = {
        name: [1, blake2b(b"x", digest_size=32).hexdigest()],
        **note["files"],
    }
    (tmp_path / "copy" / "backup.json").write_text(json.dumps(note))
    if os.name != "nt":
        # There a backslash is a letter, so that the file is where the note says.
        (tmp_path / "copy" / "library" / name.lstrip("/")).write_text("x")
    with pytest.raises(BackupDamaged):
        drain(restore(tmp_path / "copy", directory))
    assert not list(tmp_path.glob("*out.txt"))


@pytest.mark.parametrize("inside", [".", "copy"])
def test_a_backup_inside_the_library_is_refused(library, directory, inside):
    with pytest.raises(StoreError, match="inside"):
        drain(back_up(directory, directory / inside))


def test_a_cancelled_backup_leaves_nothing_and_the_older_one_whole(library, directory, tmp_path):
    fill(library, "a")
    drain(back_up(directory, tmp_path / "copy"))
    before = sorted(tmp_path.rglob("*"))
    fill_steps = back_up(directory, tmp_path / "copy", is_cancelled=lambda: True)
    assert drain(fill_steps) == []
    assert sorted(tmp_path.rglob("*")) == before
    abandoned = back_up(directory, tmp_path / "copy")
    next(abandoned)
    abandoned.close()
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("damage", ["altered", "truncated", "missing"])
def test_a_damaged_backup_is_refused_and_the_library_left_alone(
    library, directory, tmp_path, damage
):
    fill(library, "a")
    drain(back_up(directory, tmp_path / "copy"))
    library.close()
    before = sorted(directory.rglob("*"))
    victim = next((tmp_path / "copy").glob("library/passages.lance/data/*"))
    content = victim.read_bytes()
    if damage == "missing":
        victim.unlink()
    else:
        victim.write_bytes(content[:-9] if damage == "truncated" else b"\0" + content[1:])
    with pytest.raises(BackupDamaged):
        drain(restore(tmp_path / "copy", directory))
    assert sorted(directory.rglob("*")) == before
    assert names_in(directory) == ["a.pdf"]


def test_a_folder_that_is_no_backup_is_named(tmp_path):
    with pytest.raises(StoreError, match="is not a backup"):
        drain(restore(tmp_path, tmp_path / "library"))


def test_a_library_in_use_is_not_replaced(library, directory, tmp_path):
    fill(library, "a")
    drain(back_up(directory, tmp_path / "copy"))
    with pytest.raises(LibraryLocked):
        drain(restore(tmp_path / "copy", directory))
    assert library.documents()


def test_a_copy_that_does_not_fit_is_not_begun(library, directory, tmp_path, monkeypatch):
    fill(library, "a")
    drain(back_up(directory, tmp_path / "copy"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
    with pytest.raises(DiskFull, match="MB are free"):
        drain(back_up(directory, tmp_path / "other"))
    with pytest.raises(DiskFull, match="MB are free"):
        drain(restore(tmp_path / "copy", tmp_path / "elsewhere"))
    assert not (tmp_path / "other").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_only_one_backup_is_made_at_a_time(library, directory, tmp_path):
    fill(library, "a")
    first = back_up(directory, tmp_path / "copy")
    next(first)
    with pytest.raises(StoreError, match="being made already"):
        drain(back_up(directory, tmp_path / "other"))
    drain(first)
    drain(back_up(directory, tmp_path / "other"))


def test_what_a_killed_backup_held_is_let_go_at_the_next_start(library, directory, tmp_path):
    fill(library, "a")
    under_way = back_up(directory, tmp_path / "copy")
    next(under_way)
    library.close()
    open_library(directory).close()
    assert (directory / "held-for-backup").is_dir()
    shutil.copytree(directory / "held-for-backup", tmp_path / "held")
    drain(under_way)
    # As a kill leaves it: the files are there, and nobody has the lock.
    shutil.move(tmp_path / "held", directory / "held-for-backup")
    open_library(directory).close()
    assert not (directory / "held-for-backup").exists()


def test_a_restored_library_that_cannot_take_its_place_leaves_the_old_one_there(
    library, directory, tmp_path, monkeypatch
):
    fill(library, "a")
    drain(back_up(directory, tmp_path / "copy"))
    fill(library, "b")
    library.close()
    replace = Path.replace

    def refused(self, target):
        # As Windows refuses while another program looks at the new files.
        if "restoring" in self.name:
            raise PermissionError(errno.EACCES, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(StoreError):
        drain(restore(tmp_path / "copy", directory))
    monkeypatch.undo()
    assert names_in(directory) == ["a.pdf", "b.pdf"]
