"""What a file that takes over its parser process still cannot do."""

from __future__ import annotations

import errno
import itertools
import os
import platform
import shutil
import sys
import zipfile
from pathlib import Path

import psutil
import pytest

from desktop_app.errors import FileTooLarge, ParserTimeout
from desktop_app.parsing import serving
from desktop_app.parsing.confinement import empty, make_scratch, measures, sweep_scratch
from desktop_app.parsing.landlock import landlock_version
from desktop_app.parsing.pool import ParserPool
from desktop_app.parsing.seccomp import has_seccomp
from tests.unit.parsing import hostile

LONG = 60.0
SIGNALS_SINCE = 6

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no rlimits")
needs_landlock = pytest.mark.skipif(
    landlock_version() < 1, reason="this system has no Landlock (Linux 5.13)"
)
needs_seccomp = pytest.mark.skipif(not has_seccomp(), reason="this system has no seccomp")


def needs_program(request):
    return request.startswith("run: with a")


@pytest.fixture(scope="module")
def pool():
    pool = ParserPool(hostile.work, processes=1, memory_mb=1024, needs_program=needs_program)
    yield pool
    pool.close()


def ask(pool, request):
    return pool.call(request, seconds=LONG)


@needs_landlock
def test_a_parser_cannot_write_outside_its_own_directory(pool, tmp_path):
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("kept")
    assert ask(pool, f"put: {tmp_path / 'new.txt'}") == "PermissionError"
    assert ask(pool, f"put: {theirs}") == "PermissionError"
    assert ask(pool, f"delete: {theirs}") == "PermissionError"
    assert ask(pool, f"fetch: {theirs}") == "kept"


@needs_landlock
def test_a_parser_can_start_no_program(pool):
    assert ask(pool, "run: anything") == "PermissionError"


@pytest.mark.skipif(shutil.which("echo") is None, reason="there is no program to start")
def test_a_request_that_needs_a_program_may_start_one_and_the_next_may_not(pool):
    assert ask(pool, "run: with a program") == "b'with a program\\n'"
    if landlock_version():
        assert ask(pool, "run: without") == "PermissionError"


@needs_landlock
def test_a_parser_that_may_start_programs_still_writes_nowhere_else(tmp_path):
    pool = ParserPool(hostile.work, processes=1, memory_mb=1024, needs_program=lambda _: True)
    try:
        assert ask(pool, f"put: {tmp_path / 'new.txt'}") == "PermissionError"
    finally:
        pool.close()


@needs_seccomp
def test_the_kernel_refuses_sockets_of_every_kind(pool):
    assert ask(pool, "open a socket") == "PermissionError"
    # The desktop's bus would start programs for whoever asks.
    assert ask(pool, "open a local socket") == "PermissionError"


@needs_seccomp
@pytest.mark.skipif(platform.machine() != "x86_64", reason="numbers of x86-64")
@pytest.mark.parametrize(
    ("call", "number"),
    [("ptrace", "101 0"), ("unshare", "272 0"), ("io_uring_setup", "425 0"), ("bpf", "321 0")],
)
def test_the_kernel_refuses_what_exploits_are_made_of(pool, call, number):
    assert ask(pool, f"raw {number}") == errno.EPERM, call


@needs_seccomp
@pytest.mark.parametrize(
    "call",
    "chmod chown lchown truncate utimes setxattr lsetxattr removexattr lremovexattr".split(),
)
def test_native_code_of_a_reader_cannot_change_what_the_user_has_set_of_a_file(
    pool, tmp_path, call
):
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("kept")
    theirs.chmod(0o640)
    before = theirs.stat()
    assert ask(pool, f"by name: {call} {theirs}") == errno.EPERM
    after = theirs.stat()
    kept = ("st_mode", "st_uid", "st_size", "st_mtime_ns", "st_ctime_ns")
    assert [getattr(after, each) for each in kept] == [getattr(before, each) for each in kept]


@needs_seccomp
@pytest.mark.parametrize("call", ["fchmod", "fchown", "futimens", "fsetxattr", "fremovexattr"])
def test_nor_can_it_by_a_handle_that_may_only_read(pool, tmp_path, call):
    theirs = tmp_path / "theirs.txt"
    theirs.write_text("kept")
    before = theirs.stat().st_ctime_ns
    assert ask(pool, f"by handle: {call} {theirs}") == errno.EPERM
    assert theirs.stat().st_ctime_ns == before


@needs_seccomp
@pytest.mark.parametrize("number", [452, 463, 466, 469])
def test_nor_by_calls_that_newer_kernels_have(pool, number):
    assert ask(pool, f"raw {number} -1 0 0 0") == errno.EPERM


@pytest.mark.skipif(
    landlock_version() < SIGNALS_SINCE, reason="Landlock bounds signals from Linux 6.12 on"
)
def test_a_parser_cannot_signal_other_processes(pool):
    assert ask(pool, f"signal: {os.getpid()}") == "PermissionError"


@needs_landlock
def test_no_thread_is_older_than_its_confinement(pool):
    # A library's threads that start before it would keep the right to write. Left are the
    # main thread, the one that waits for the parent and the one that keeps the deadline.
    assert ask(pool, "threads") <= 3


@needs_posix
def test_a_parser_is_bounded_in_files_sizes_and_processor_time(pool):
    limits = ask(pool, "limits")
    assert limits["RLIMIT_CORE"] == 0
    assert 0 < limits["RLIMIT_NOFILE"] <= 512
    assert 0 < limits["RLIMIT_FSIZE"] <= 1 << 30
    assert LONG <= limits["RLIMIT_CPU"] <= 5 * serving.PATIENCE * LONG


def test_temporary_files_are_gone_after_each_file(pool):
    first = Path(ask(pool, "temporary"))
    assert not first.exists()
    assert first.parent.exists()
    assert first.parent.name.startswith("lectern-parser-")
    second = Path(ask(pool, "temporary"))
    assert second.parent == first.parent


def test_a_killed_parser_leaves_no_directory(pool):
    folder = Path(ask(pool, "temporary")).parent
    with pytest.raises(ParserTimeout):
        pool.call("loop", seconds=0.2)
    assert not folder.exists()


@needs_posix
@pytest.mark.skipif(shutil.which("sleep") is None, reason="there is no program to start")
def test_what_a_parser_has_started_ends_with_it():
    pool = ParserPool(hostile.work, processes=1, memory_mb=1024, needs_program=lambda _: True)
    try:
        results = pool.stream([("linger", LONG)])
        started: list[psutil.Process] = []
        while not started:
            next(results)
            started = [each for pid in pool.pids for each in psutil.Process(pid).children()]
        results.close()
        psutil.wait_procs(started, timeout=LONG)
        assert not [each for each in started if each.is_running()]
    finally:
        pool.close()


def test_a_pool_without_a_place_for_temporary_files_reads_on(monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    pool = ParserPool(hostile.work, processes=1, memory_mb=1024)
    try:
        assert ask(pool, "echo on") == "on"
    finally:
        pool.close()


def test_what_a_killed_program_left_is_swept_up_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    alive = Path(make_scratch())
    gone = next(number for number in range(2**22, 1, -1) if not psutil.pid_exists(number))
    left, young = tmp_path / f"lectern-parser-{gone}-a", tmp_path / f"lectern-parser-{gone}-b"
    other = tmp_path / "lectern-parser-x-y"
    for folder in (left, young, other):
        folder.mkdir()
        (folder / "file").touch()
    for folder in (alive, left, other):
        os.utime(folder, (1, 1))
    sweep_scratch()
    assert set(tmp_path.iterdir()) == {alive, young, other}


def test_emptying_a_directory_follows_no_link(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("kept")
    scratch = tmp_path / "scratch"
    (scratch / "inner" / "deep").mkdir(parents=True)
    (scratch / "file").write_text("gone")
    try:
        (scratch / "link").symlink_to(kept, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links")
    empty(str(scratch))
    assert list(scratch.iterdir()) == []
    assert (kept / "file").read_text() == "kept"


def test_the_doctor_can_name_what_holds_here():
    assert ("rlimits" in measures()) == (sys.platform != "win32")


def bomb(path, main):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", main)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(pool, tmp_path):
    path = bomb(tmp_path / "a.docx", bytes(20 << 20))
    with pytest.raises(FileTooLarge):
        ask(pool, f"parse: {path}")


def test_entities_are_not_multiplied_and_no_other_file_is_read(pool, tmp_path):
    (tmp_path / "secret").write_text("the secret")
    entities = "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in itertools.pairwise("abcdefghij")
    )
    declared = f'<!ENTITY a "many">{entities}<!ENTITY other SYSTEM "file://{tmp_path}/secret">'
    body = "<w:body><w:p><w:r><w:t>Shown &j; &other;</w:t></w:r></w:p></w:body>"
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    main = f'<!DOCTYPE d [{declared}]><w:document xmlns:w="{space}">{body}</w:document>'
    text = ask(pool, f"text: {bomb(tmp_path / 'a.docx', main)}")
    assert text.startswith("Shown")
    assert "many" not in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.rtf", b"{\\rtf1 " + b"some words of it " * 400_000 + b"}"),
        ("a.html", b"<p>some words of it" * 400_000),
    ],
)
def test_a_deadline_holds_within_a_library_that_never_looks_at_the_time(
    pool, tmp_path, name, content
):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ParserTimeout):
        pool.call(f"parse: {path}", seconds=0.2)
    path.write_bytes(content[:400] + b"}")
    assert pool.call(f"parse: {path}", seconds=LONG) > 0
