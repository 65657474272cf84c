from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain import DocumentStatus, RootState
from desktop_app.domain.folders import RootRules
from desktop_app.indexing.mounts import mount_of
from desktop_app.indexing.scanner import scan, state_of_root

TYPES = {".txt": "text/plain", ".pdf": "application/pdf"}


NAMED = [f"{number}.txt" for number in range(12)]


def found(root, **more):
    files = scan(str(root), media_types=TYPES, largest_bytes=1000, **more)
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
    assert state_of_root(str(tmp_path / "gone"), known=NAMED[:1]) is RootState.AWAY


def test_an_empty_root_of_many_known_files_is_taken_for_an_unmounted_drive(tmp_path):
    assert state_of_root(str(tmp_path), known=NAMED[:10]) is RootState.AWAY
    assert state_of_root(str(tmp_path), known=NAMED[:9]) is RootState.HERE
    write(tmp_path / ".anything")
    assert state_of_root(str(tmp_path), known=NAMED[:10]) is RootState.HERE


@pytest.mark.parametrize("count", [1, 12])
def test_a_root_whose_drive_is_not_mounted_is_away_however_few_files_it_had(tmp_path, count):
    root = tmp_path / "usb"
    root.mkdir()
    mount = str(root)  # longer than any that is there now
    assert state_of_root(str(root), known=NAMED[:count], mount=mount) is RootState.AWAY
    assert state_of_root(str(root), known=[], mount=mount) is RootState.HERE
    write(root / "left by another program.txt")
    assert state_of_root(str(root), known=NAMED[:count], mount=mount) is RootState.AWAY
    write(root / NAMED[0])
    assert state_of_root(str(root), known=NAMED[:count], mount=mount) is RootState.HERE


def test_a_drive_is_found_by_where_it_is_mounted(tmp_path, monkeypatch):
    mounted = os.path.realpath(tmp_path / "usb")
    monkeypatch.setattr(os.path, "ismount", lambda path: path in {mounted, "/"})
    (tmp_path / "usb" / "papers").mkdir(parents=True)
    assert mount_of(str(tmp_path / "usb" / "papers")) == mounted
    assert mount_of(str(tmp_path)) == "/"


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("drafts", {"a.txt", "old/a.txt", "old/deep/b.txt"}),
        ("*.TXT", set()),
        ("old/", {"a.txt", "DRAFTS/a.txt"}),
        ("old/deep", {"a.txt", "old/a.txt", "DRAFTS/a.txt"}),
        ("/a.txt", {"old/a.txt", "old/deep/b.txt", "DRAFTS/a.txt"}),
        ("old/*", {"a.txt", "DRAFTS/a.txt"}),
        ("*/a.txt", {"a.txt", "old/deep/b.txt"}),
        ("**/b.txt", {"a.txt", "old/a.txt", "DRAFTS/a.txt"}),
        ("[b]*", {"a.txt", "old/a.txt", "DRAFTS/a.txt"}),
        ("  ", {"a.txt", "old/a.txt", "old/deep/b.txt", "DRAFTS/a.txt"}),
        ("a.txt/", {"a.txt", "old/a.txt", "old/deep/b.txt", "DRAFTS/a.txt"}),
    ],
)
def test_what_a_pattern_names_is_left_out(tmp_path, pattern, left):
    for path in ("a.txt", "old/a.txt", "old/deep/b.txt", "DRAFTS/a.txt"):
        write(tmp_path / path)
    assert set(found(tmp_path, rules=RootRules(excludes=(pattern,)))) == left


def test_hidden_files_and_large_ones_follow_the_rules_of_the_root(tmp_path):
    write(tmp_path / ".secret" / "a.txt")
    write(tmp_path / ".b.txt")
    write(tmp_path / ".git" / "c.txt")
    assert found(tmp_path) == {}
    assert set(found(tmp_path, rules=RootRules(has_hidden=True))) == {".secret/a.txt", ".b.txt"}
    files = scan(
        str(write(tmp_path / "big.txt", "x" * (2 << 20)).parent),
        media_types=TYPES,
        largest_bytes=10 << 20,
        rules=RootRules(largest_mb=1),
    )
    (refused,) = [each for each in files if each.path == "big.txt"]
    assert refused.refusal is not None
    assert refused.refusal.code == "too-large"


@pytest.mark.parametrize(
    "within", ["old", "old/deep", "old/deep/b.txt", "a.txt", "gone", "a.txt/x"]
)
def test_a_part_of_a_root_is_scanned_as_the_whole_is(tmp_path, within):
    for path in ("a.txt", "old/a.txt", "old/deep/b.txt", "old/node_modules/c.txt", "older.txt"):
        write(tmp_path / path)
    whole = found(tmp_path)
    expected = {path for path in whole if path == within or path.startswith(within + "/")}
    assert set(found(tmp_path, within=within)) == expected
    assert found(tmp_path, within="old/node_modules") == {}
    assert found(tmp_path, within="old/node_modules/c.txt") == {}


def test_a_part_below_a_linked_folder_is_not_walked(tmp_path):
    write(tmp_path / "elsewhere" / "a.txt")
    (tmp_path / "root").mkdir()
    try:
        (tmp_path / "root" / "link").symlink_to(tmp_path / "elsewhere")
    except OSError:
        pytest.skip("needs the right to make links")
    assert found(tmp_path / "root", within="link/a.txt") == {}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take the two for one name")
def test_the_two_spellings_of_an_accent_are_two_files(tmp_path):
    write(tmp_path / "caf\N{LATIN SMALL LETTER E WITH ACUTE}.txt")
    write(tmp_path / "cafe\N{COMBINING ACUTE ACCENT}.txt")
    assert len(found(tmp_path)) == 2


def test_a_path_of_over_260_characters_is_found(tmp_path):
    folder = tmp_path
    for _ in range(6):
        folder = folder / ("long name " * 5).strip()
    try:
        write(folder / "a.txt")
    except OSError:
        pytest.skip("needs a file system with long paths")
    (path,) = found(tmp_path)
    assert len(str(tmp_path / path)) > 260


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
