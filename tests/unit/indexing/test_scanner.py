from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain import DocumentStatus, RootState
from desktop_app.indexing.scanner import scan, state_of_root

TYPES = {".txt": "text/plain", ".pdf": "application/pdf"}


def found(root, *, excluded=()):
    files = scan(str(root), media_types=TYPES, largest_bytes=1000, excluded=excluded)
    return {file.path: file for file in files}


def write(path, text="some text"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_files_are_found_at_any_depth_with_size_and_time(tmp_path):
    file = write(tmp_path / "a" / "b" / "c.txt")
    got = found(tmp_path)
    assert list(got) == ["a/b/c.txt"]
    assert got["a/b/c.txt"].size == 9
    assert got["a/b/c.txt"].mtime_ns == file.stat().st_mtime_ns
    assert got["a/b/c.txt"].media_type == "text/plain"
    assert got["a/b/c.txt"].refusal is None


def test_clutter_and_hidden_things_are_not_counted(tmp_path):
    for name in (".hidden.txt", ".git/x.txt", "node_modules/x.txt", "__pycache__/x.txt"):
        write(tmp_path / name)
    for name in ("~$lock.txt", ".DS_Store", "Thumbs.db", "desktop.ini"):
        write(tmp_path / name)
    assert found(tmp_path) == {}


def test_the_library_itself_is_left_out(tmp_path):
    write(tmp_path / "library" / "data.txt")
    write(tmp_path / "mine.txt")
    assert list(found(tmp_path, excluded=[tmp_path / "library"])) == ["mine.txt"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("photo.jpg", "x", "unsupported"),
        ("no_suffix", "x", "unsupported"),
        ("nothing.txt", "", "empty"),
        ("large.txt", "x" * 1001, "too-large"),
    ],
)
def test_what_is_not_read_is_skipped_with_its_reason(tmp_path, name, text, code):
    write(tmp_path / name, text)
    refusal = found(tmp_path)[name].refusal
    assert refusal is not None
    assert (refusal.status, refusal.code) == (DocumentStatus.SKIPPED, code)
    assert refusal.reason.endswith(".")


def test_suffixes_are_compared_without_case(tmp_path):
    write(tmp_path / "LOUD.TXT")
    assert found(tmp_path)["LOUD.TXT"].media_type == "text/plain"


def test_a_root_may_be_a_single_file(tmp_path):
    file = write(tmp_path / "one.txt")
    got = found(file)
    assert list(got) == [""]
    assert Path(str(file), "") == file


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_linked_folders_are_never_walked_and_those_elsewhere_are_named(tmp_path):
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    write(root / "in.txt")
    write(elsewhere / "out.txt")
    (root / "loop").symlink_to(root)
    (root / "up").symlink_to(tmp_path)
    (root / "away").symlink_to(elsewhere)
    got = found(root)
    assert sorted(got) == ["away", "in.txt", "up"]
    assert got["away"].refusal is not None
    assert got["away"].refusal.code == "linked"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_link_to_a_file_is_that_file_and_a_dangling_one_has_failed(tmp_path):
    write(tmp_path / "real.txt", "12345")
    (tmp_path / "link.txt").symlink_to("real.txt")
    (tmp_path / "dangling.txt").symlink_to("nowhere.txt")
    (tmp_path / "a.txt").symlink_to("a.txt")
    got = found(tmp_path)
    assert got["link.txt"].size == 5
    for name in ("dangling.txt", "a.txt"):
        assert got[name].refusal is not None
        assert got[name].refusal.status is DocumentStatus.FAILED


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert found(tmp_path) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file system of raw bytes")
@pytest.mark.parametrize("name", [b"latin-\xe9\xff.txt", b"new\nline.txt", "🦉 é.txt".encode()])
def test_any_name_that_the_file_system_allows_is_found_and_opens(tmp_path, name):
    with open(os.path.join(os.fsencode(tmp_path), name), "w") as file:  # noqa: PTH118, PTH123 - bytes
        file.write("x")
    (path,) = found(tmp_path)
    assert os.fsencode(path) == name
    assert (tmp_path / path).read_text() == "x"


@pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user"
)
def test_a_folder_that_cannot_be_opened_is_named(tmp_path):
    write(tmp_path / "closed" / "x.txt")
    (tmp_path / "closed").chmod(0)
    try:
        got = found(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert got["closed"].is_directory
    assert got["closed"].refusal is not None
    assert got["closed"].refusal.code == "unreadable"


def test_a_root_that_vanished_is_away(tmp_path):
    assert state_of_root(str(tmp_path / "gone"), known_files=1) is RootState.AWAY


def test_an_empty_root_of_many_known_files_is_taken_for_an_unmounted_drive(tmp_path):
    assert state_of_root(str(tmp_path), known_files=10) is RootState.AWAY
    assert state_of_root(str(tmp_path), known_files=9) is RootState.HERE
    write(tmp_path / ".anything")
    assert state_of_root(str(tmp_path), known_files=10) is RootState.HERE


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(names=st.lists(st.tuples(NAMES, NAMES), max_size=12))
def test_a_second_scan_of_an_unchanged_tree_finds_the_same(tmp_path_factory, names):
    root = tmp_path_factory.mktemp("tree")
    for folder, name in names:
        try:
            write(root / folder / (name + ".txt"), name)
        except OSError:
            continue  # a name that this file system does not allow
    assert found(root) == found(root)
