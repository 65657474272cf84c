"""``lectern packs`` as people and scripts use it, against the hub on the loopback."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from desktop_app.cli import parse_arguments
from tests.acquisition.hub_server import Fault, HubServer
from tests.acquisition.places import WEIGHTS, Place

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def program(tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the program whose only pack is the tiny one; returns where packs will be."""
    copy = tmp_path / "program"
    shutil.copytree(
        ROOT / "desktop_app", copy / "desktop_app", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(place.resources_dir, copy / "resources")
    monkeypatch.chdir(copy)
    return Path(os.environ["XDG_DATA_HOME"]) / "Lectern" / "packs"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal."""
    command = [sys.executable, "-m", "desktop_app", "packs", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL
    )


def on_terminal(arguments: Sequence[str], answers: Sequence[tuple[str, bytes | int]]) -> str:
    """Run a command on a terminal of its own; returns what it showed and its exit status.

    Each answer is typed (or, a number, sent as a signal) once its cue has been shown.
    """
    if os.name == "nt":
        pytest.skip("needs a POSIX terminal")
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        command = [sys.executable, "-m", "desktop_app", "packs", *arguments]
        os.execv(sys.executable, command)
    shown = b""
    left = list(answers)
    until = time.monotonic() + 60
    with contextlib.suppress(OSError):  # the terminal is gone with its last process
        while time.monotonic() < until:
            if select.select([terminal], [], [], 0.1)[0]:
                data = os.read(terminal, 1 << 16)
                if not data:
                    break
                shown += data
            if left and left[0][0].encode() in shown:
                _, answer = left.pop(0)
                if isinstance(answer, int):
                    os.kill(pid, answer)
                else:
                    os.write(terminal, answer)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return f"{shown.decode()}\nexit {os.waitstatus_to_exitcode(status)}"


def test_a_script_downloads_without_being_asked(hub: HubServer, program: Path):
    done = run("download", "tiny", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["name"], answer["done"]) == ("tiny", True)
    assert "License: MIT." in done.stderr
    assert (program / "tiny" / "embedder" / WEIGHTS).is_file()
    (row,) = json.loads(run("list", "--json").stdout)
    assert (row["state"], row["license"]) == ("installed", "MIT")
    assert row["present_bytes"] >= row["download_bytes"] > 0
    assert "every file" in run("verify", "tiny").stdout
    hub.forget()
    again = run("download", "tiny")
    assert "already" in again.stderr
    assert hub.requests() == []


def test_a_person_is_shown_the_license_and_asked(hub: HubServer, program: Path):
    shown = on_terminal(["download", "tiny"], [("[y/N]", b"n\n")])
    assert "License: MIT." in shown
    assert "Nothing was downloaded." in shown
    assert hub.requests() == []
    shown = on_terminal(["download", "tiny"], [("[y/N]", b"y\n")])
    assert "is on this computer now" in shown
    assert shown.endswith("exit 0")


def test_ctrl_c_stops_and_the_same_command_goes_on(hub: HubServer, program: Path):
    hub.misbehave(WEIGHTS, Fault("slow", after=1 << 20))
    shown = on_terminal(["download", "tiny", "--yes"], [(" 2 of ", b"\x03")])
    assert "Stopped; what came so far is kept." in shown
    assert "Traceback" not in shown
    assert shown.endswith("exit 130")
    assert "begun, " in run("list").stdout
    there = sum(each.stat().st_size for each in program.rglob(f"{WEIGHTS}.part"))
    hub.forget()
    assert run("download", "tiny").returncode == 0
    assert hub.sent(WEIGHTS) == (program / "tiny" / "embedder" / WEIGHTS).stat().st_size - there


def test_a_killed_download_goes_on_with_the_same_command(hub: HubServer, program: Path):
    hub.misbehave(WEIGHTS, Fault("slow", after=1 << 20))
    shown = on_terminal(["download", "tiny", "--yes"], [(" 2 of ", signal.SIGKILL)])
    assert shown.endswith(f"exit {-signal.SIGKILL}")
    there = sum(each.stat().st_size for each in program.rglob(f"{WEIGHTS}.part"))
    assert there > 1 << 20
    hub.forget()
    done = _when_free("download", "tiny")
    assert done.returncode == 0, done.stderr
    assert 0 < hub.sent(WEIGHTS) < (program / "tiny" / "embedder" / WEIGHTS).stat().st_size


def _when_free(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command, again while the orphan of the killed one is still about to end."""
    done = run(*arguments)
    while "being downloaded" in done.stderr:
        done = run(*arguments)
    return done


def test_a_pack_travels_in_a_zip_file(hub: HubServer, program: Path, tmp_path: Path):
    assert run("download", "tiny").returncode == 0
    target = tmp_path / "tiny.zip"
    assert run("export", "tiny", target).returncode == 0
    refused = run("export", "tiny", target)
    assert refused.returncode == 1
    assert "exists already" in refused.stderr
    assert run("remove", "tiny", "--json").returncode == 0
    assert not (program / "tiny").exists()
    hub.forget()
    done = run("import", target, "--json")
    assert json.loads(done.stdout)["name"] == "tiny"
    assert run("verify", "tiny").returncode == 0
    assert hub.requests() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("download", "no-such"), "no model pack “no-such”"),
        (("import", "no-such"), "could not be read"),
        (("export", "tiny", "out.zip"), "on this computer to export"),
        (("remove", "no-such"), "no model pack"),
        (("remove", "../packs"), "no model pack"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_one_sentence(program: Path, arguments: tuple[str, ...], words: str):
    done = run(*arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [("download",), ("import",), ("export", "tiny"), ("remove", "a", "b"), ("fetch",)]
)
def test_bad_usage_is_told_as_such(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ending:
        parse_arguments(["packs", *arguments])
    assert ending.value.code == 2
    assert "packs" in capsys.readouterr().err
