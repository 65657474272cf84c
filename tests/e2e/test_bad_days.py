"""What goes wrong on a user's computer, and what the real program makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.e2e.program import ROOT, command, environment, run


def _start(*arguments: object) -> subprocess.Popen[str]:
    """Start a command whose output is read."""
    return subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_until(process: subprocess.Popen[str], is_so: Callable[[], object]) -> None:
    """Wait until something is so of a process, which must not end before it is."""
    while not is_so():
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.02)


@pytest.fixture
def slow_folder(tmp_path: Path) -> Path:
    """A folder with a file that takes its reader many seconds."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "long.txt").write_text("A sentence that is cut, and cut again. " * 600_000)
    return folder


def _readers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the children, when a reader is among them and at work."""
    children = psutil.Process(process.pid).children(recursive=True)
    return children if any(each.cpu_times().user > 1 for each in children) else []


@pytest.mark.skipif(os.name != "posix", reason="Windows sends Ctrl+C to a console, not a process")
def test_an_interrupted_run_says_that_it_stopped_and_leaves_no_process(
    slow_folder: Path, tmp_path: Path
):
    with _start("index", slow_folder, "--library", tmp_path / "library") as process:
        _wait_until(process, lambda: _readers(process))
        children = _readers(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Stopped before the end" in out
    assert err == ""
    _gone, left = psutil.wait_procs(children, timeout=5)
    assert left == []


def test_a_run_killed_in_the_middle_of_a_file_leaves_no_process(slow_folder: Path, tmp_path: Path):
    with _start("index", slow_folder, "--library", tmp_path / "library") as process:
        _wait_until(process, lambda: _readers(process))
        children = _readers(process)
        process.kill()
    _gone, left = psutil.wait_procs(children, timeout=5)
    assert [each for each in left if each.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.skipif(os.name != "posix", reason="Windows sends Ctrl+C to a console, not a process")
def test_interrupted_before_it_began_it_ends_without_a_traceback(tmp_path: Path):
    with _start("index", tmp_path, "--library", tmp_path / "library") as process:
        # LanceDB is being imported by now, and the command has not begun.
        inside = psutil.Process(process.pid)
        _wait_until(process, lambda: inside.memory_info().rss > 60_000_000)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == ""


def test_a_reader_of_the_output_that_leaves_early_is_no_failure(tmp_path: Path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "picture.jpg").write_bytes(b"\xff\xd8")
    library = tmp_path / "library"
    assert run("index", folder, "--library", library).status == 0
    with _start("files", "--library", library) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert err == ""
    assert process.returncode == 0


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
def test_a_name_with_escape_sequences_stays_on_its_line_and_commands_no_terminal(tmp_path: Path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "red\x1b[31m\nline.txt").write_text("The boiler was serviced by Mr Stone.")
    library = tmp_path / "library"
    assert run("index", folder, "--library", library).status == 0
    for arguments in (("files",), ("search", "boiler")):
        answer = run(*arguments, "--library", library)
        assert "red" in answer.out
        assert "\x1b" not in answer.out
        assert all("red" in line for line in answer.out.splitlines() if "[31m" in line)


def test_an_empty_answer_promises_nothing_below_it(tmp_path: Path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "note.txt").write_text("The boiler was serviced by Mr Stone.")
    library = tmp_path / "library"
    assert run("index", folder, "--library", library).status == 0
    answer = run("search", "boiler type:pdf", "--library", library)
    assert "Nothing was found." in answer.out
    assert "closest" not in answer.out
