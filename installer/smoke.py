#!/usr/bin/env python3
"""Whether a built Lectern does its job: ``python3 installer/smoke.py PROGRAM [--root DIR]``.

Starts nothing but the given program, with nothing of this environment around it, in a home of
its own. Needs only the standard library, and on Linux Xvfb for the window.

* ``--version``, and the program's own ``--self-test``.
* A folder with a text, a page without text (a picture of a page) and a broken file is
  indexed and asked on the command line.
* On Linux the window: how long from the start until it is on the screen, the folder handed to
  it by a second start as a file manager does, the answer once it has read the folder, the
  memory of all its processes when idle (250 MB at most), the close button, and nothing left
  running.

With ``--root`` the program is one inside that system's directory, started there as a plain
user; needs root.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from desktop_app.errors import LecternError
from installer.environment import say
from installer.screen import Screen

_SECONDS = 900.0
_END_SECONDS = 10.0
_IDLE_SECONDS = 5.0
_REST_SECONDS = 60.0
_MOST_IDLE_MB = 250
"""Of all processes together, once the window is open and nothing is to be done."""
_TICK = 0.02
_TEXT = "The lighthouse of Brindle Rock was painted in red and white stripes in 1911.\n" * 3
_QUESTION = "When was the lighthouse painted?"
_SCAN = Path(__file__).parent / "smoke_scan.png"
_SCAN_QUESTION = "What does the harbor master require?"
_TITLE = "Lectern"
_PLAIN_USER = 1000


@dataclass(slots=True)
class Findings:
    """What went well, what did not, and what was measured (seconds, MB)."""

    checks: dict[str, str] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Whether nothing went wrong."""
        return not any(self.checks.values())


def main() -> int:
    """Look at the program that the command line names; 0 where all is well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the findings there too")
    parser.add_argument("--root", type=Path, metavar="DIR", help="the program is in this system")
    parser.add_argument("--no-window", action="store_true", help="only the command line")
    options = parser.parse_args()
    try:
        root = options.root.resolve() if options.root else None
        program = options.program if root else options.program.absolute()
        found = prove(program, is_shown=not options.no_window, root=root)
    except LecternError as failure:
        say(str(failure))
        return 1
    answer = json.dumps({"ok": found.is_well, "checks": found.checks} | found.figures, indent=1)
    print(answer)
    if options.json:
        options.json.write_text(answer + "\n", encoding="utf-8")
    return 0 if found.is_well else 1


def prove(program: Path, *, is_shown: bool, root: Path | None = None) -> Findings:
    """Try a program out and say what was found; raises LecternError where that is impossible."""
    found = Findings()
    with tempfile.TemporaryDirectory(prefix="lectern-smoke-", dir=_scratch(root)) as directory:
        homes = [Path(directory, name) for name in ("home", "home of the window")]
        documents = make_documents(Path(directory, "Smoke documents"))
        for home in homes:
            home.mkdir()
        if root is not None:
            for each in (Path(directory), *Path(directory).rglob("*")):
                os.chown(each, _PLAIN_USER, _PLAIN_USER)
        lectern = Program(program, homes[0], root=root)
        found.checks |= lectern.check_itself()
        found.checks |= _wrong_with_answers(lectern, documents)
        if not found.is_well:
            # Nothing it shows in its window would tell more, and waiting for it takes minutes.
            return found
        if is_shown and sys.platform == "linux":
            with Screen() as screen:
                shown = Program(program, homes[1], root=root, display=screen.name)
                _look_at_window(shown, screen, documents, found)
        elif is_shown:
            say("The window is looked at from outside on Linux only; the self-test opened it.")
    return found


def _scratch(root: Path | None) -> Path | None:
    return root / "tmp" if root is not None else None


def make_documents(folder: Path) -> Path:
    """Make a folder with a text, a picture of a page and a broken file."""
    folder.mkdir()
    (folder / "Brindle Rock.txt").write_text(_TEXT, encoding="utf-8")
    (folder / "Harbor rules.png").write_bytes(_SCAN.read_bytes())
    (folder / "Broken.pdf").write_bytes(b"%PDF-1.7\nnothing else\n")
    return folder


def clean_environment(home: Path) -> dict[str, str]:
    """Give what a user's program finds around it, and nothing of ours."""
    if sys.platform == "win32":
        names = ("SYSTEMROOT", "WINDIR", "TEMP", "TMP", "PATH", "COMSPEC", "NUMBER_OF_PROCESSORS")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        local = {"LOCALAPPDATA": str(home / "Local"), "APPDATA": str(home / "Roaming")}
        return kept | local | {"USERPROFILE": str(home)}
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(home)}


class Program:
    """The program under test, in its home, in its root directory if that is not ours."""

    def __init__(
        self, path: Path, home: Path, *, root: Path | None = None, display: str = ""
    ) -> None:
        self._root = root
        user = f"--userspec={_PLAIN_USER}:{_PLAIN_USER}"
        chroot = shutil.which("chroot") or "chroot"
        before = (chroot, user, str(root)) if root is not None else ()
        self._command = (*before, str(path))
        self._environment = clean_environment(Path(self.inside(home)))
        if display:
            self._environment["DISPLAY"] = display

    def inside(self, path: Path) -> str:
        """Name a path as the program sees it."""
        return str(path) if self._root is None else f"/{path.relative_to(self._root)}"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; raises LecternError where that takes minutes."""
        try:
            return subprocess.run(
                [*self._command, *arguments],
                env=self._environment,
                capture_output=True,
                encoding="utf-8",
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise LecternError(
                f"lectern {' '.join(arguments)} takes more than a quarter of an hour."
            ) from error

    def check_itself(self) -> dict[str, str]:
        """Ask for its version and its self-test."""
        version = self.run("--version")
        test = self.run("--self-test")
        return {
            "version": "" if version.stdout.startswith(_TITLE) else version.stderr or "no version",
            "self-test": "" if test.returncode == 0 else test.stdout + test.stderr,
        }

    def best(self, question: str) -> str:
        """Return the name of the file of the best passage, or what went wrong."""
        done = self.run("search", question, "--json")
        if done.returncode != 0:
            return done.stderr.strip()
        hits = json.loads(done.stdout)["hits"]
        return Path(hits[0]["path"]).name if hits else "nothing"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start it and go on."""
        return subprocess.Popen([*self._command, *arguments], env=self._environment)


def _wrong_with_answers(lectern: Program, documents: Path) -> dict[str, str]:
    indexed = lectern.run("index", lectern.inside(documents), "--json")
    if indexed.returncode != 0:
        return {"index": indexed.stderr}
    counts = json.loads(indexed.stdout)
    expected = {"indexed": 2, "failed": 1}
    told = {name: counts[name] for name in expected}
    return {
        "index": "" if told == expected else f"counted {told}",
        "text": _unless(lectern.best(_QUESTION), "Brindle Rock.txt"),
        "scan": _unless(lectern.best(_SCAN_QUESTION), "Harbor rules.png"),
    }


def _unless(found: str, expected: str) -> str:
    return "" if found == expected else f"found {found}, not {expected}"


def _look_at_window(lectern: Program, screen: Screen, documents: Path, found: Findings) -> None:
    begun = time.monotonic()
    with _ended(lectern.start()) as process:
        is_there = happens(lambda: bool(screen.find(_TITLE)) or process.poll() is not None)
        window = screen.find(_TITLE)
        if not is_there or not window:
            found.checks["window"] = f"no window; status {process.poll()}"
            return
        found.figures["window_s"] = round(time.monotonic() - begun, 2)
        time.sleep(_IDLE_SECONDS)
        # A busy machine may still be opening the library.
        is_small = happens(lambda: megabytes(family(process.pid)) <= _MOST_IDLE_MB, _REST_SECONDS)
        found.figures["idle_mb"] = megabytes(family(process.pid))
        found.checks["idle memory"] = "" if is_small else f"more than {_MOST_IDLE_MB} MB"
        second = lectern.run("gui", lectern.inside(documents))
        found.checks["second start"] = "" if second.returncode == 0 else second.stderr

        def is_answered() -> bool:
            return lectern.best(_QUESTION) == "Brindle Rock.txt"

        is_read = happens(is_answered)
        found.checks["answer beside the window"] = "" if is_read else lectern.best(_QUESTION)
        members = family(process.pid)
        found.figures["working_mb"] = megabytes(members)
        screen.ask_to_close(window)
        try:
            status = process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            found.checks["close"] = "The window does not close."
            return
        found.checks["close"] = "" if status == 0 else f"status {status}"
        is_alone = happens(lambda: not any(map(_is_running, members)), _END_SECONDS)
        found.checks["nothing left"] = "" if is_alone else "Processes of the window go on."


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def happens(condition: Callable[[], bool], seconds: float = _SECONDS) -> bool:
    """Wait until the condition holds; False when that takes too long."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(_TICK)
    return False


def family(pid: int) -> list[int]:
    """List a process and all below it (Linux)."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text(encoding="ascii").split():
                found += family(int(child))
    return found


def megabytes(processes: Iterable[int]) -> int:
    """Add up the memory of processes, what they share counted once (Linux)."""
    return round(sum(map(_proportional, processes)) / 1e6)


def _proportional(pid: int) -> int:
    """Return a process's memory in bytes, what it shares divided among its sharers (PSS)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    line = next((each for each in lines if each.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1]) * 1024


def _is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


if __name__ == "__main__":
    sys.exit(main())
