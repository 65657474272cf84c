#!/usr/bin/env python3
"""Set up and start Lectern from a checkout: run, test, bench, build, setup. Standard library only.

On Windows and macOS the paths are handled but have not been tried yet.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - said in a sentence instead of a traceback
    sys.exit("Lectern needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from desktop_app.errors import LecternError
from installer.environment import ROOT, ensure_environment, say
from installer.freezing import PYINSTALLER
from installer.recognition_data import absent_languages, package_of
from installer.system_libraries import (
    ensure_libraries,
    ensure_packing_tools,
    ensure_recognition_data,
)

_SAMPLE = ROOT / "resources" / "sample"
_SAMPLE_QUESTION = "How do I add a folder?"
_FOLDER_QUESTION = "What are these documents about?"
_BENCHES = ROOT / "tests" / "bench"
_TRANSLATIONS = ROOT / "resources" / "translations"
_MOST_LANES = 4
"""Processes that run tests side by side; each needs about a gigabyte of memory."""
_CHECKS = (
    ("ruff check", ("-m", "ruff", "check")),
    ("ruff format", ("-m", "ruff", "format", "--check", "--quiet")),
    ("mypy", ("-m", "mypy")),
    ("import-linter", ("-c", "from importlinter.cli import lint_imports_command as l; l()")),
)


def main() -> int:
    """Do what the command line asks; return the exit status."""
    options, rest = _parse(sys.argv[1:])
    try:
        interpreter = str(ensure_environment())
        ensure_translations(interpreter)
        if options.command in {"setup", "build"}:
            return build(interpreter, rest) if options.command == "build" else 0
        if options.command == "test":
            return test(interpreter, rest)
        if options.command == "bench":
            return bench(interpreter, options.name, rest)
        return run(interpreter, [folder.expanduser().resolve() for folder in options.folders])
    except LecternError as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def run(interpreter: str, folders: list[Path]) -> int:
    """Open the window, or do the same job in the terminal where there is no display."""
    if _has_display():
        if not ensure_libraries(is_shown=True, say=say):
            return 1
        return _start(interpreter, "-m", "desktop_app", "gui", *map(str, folders))
    say("There is no display here, so this is Lectern in the terminal.")
    if folders:
        return _ask(interpreter, folders, _FOLDER_QUESTION, [])
    with tempfile.TemporaryDirectory(prefix="lectern-guide-") as library:
        return _ask(interpreter, [_SAMPLE], _SAMPLE_QUESTION, ["--library", library])


def test(interpreter: str, arguments: list[str]) -> int:
    """Run every check and then the tests; the first failing one's status is returned."""
    if not ensure_libraries(is_shown=False, say=say):
        return 1
    ensure_recognition_data(say=say)
    if os.environ.get("CI"):
        _ensure_packing(interpreter)
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    status = 0
    for title, command in _CHECKS:
        started = time.monotonic()
        code = _start(interpreter, *command, environment=environment)
        seconds = time.monotonic() - started
        print(f"== {title}: {'passed' if code == 0 else 'FAILED'} in {seconds:.1f} s", flush=True)
        status = status or code
    # Last, so that the last line printed is pytest's own, which says how many passed.
    # A file's tests stay in one process: many share what is dear to make.
    lanes = ("-n", str(min(os.cpu_count() or 1, _MOST_LANES)), "--dist", "loadfile")
    pytest = ("-m", "pytest", f"--ignore={_BENCHES}", *lanes, *arguments)
    code = _start(interpreter, *pytest, environment=environment)
    return status or code


def _ensure_packing(interpreter: str) -> None:
    """Have what the test of the package needs, which skips itself without it."""
    ensure_packing_tools([package_of(each) for each in absent_languages()], say=say)
    code = _start(interpreter, "-m", "pip", "install", "--quiet", PYINSTALLER)
    if code != 0:
        say("PyInstaller could not be fetched, so no package is built and tested.")


def ensure_translations(interpreter: str) -> None:
    """Compile the interface's catalogs where a translator's file is newer."""
    for source in _TRANSLATIONS.glob("*.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            _start(interpreter, str(ROOT / "installer" / "translations.py"), "compile")
            return


def build(interpreter: str, arguments: list[str]) -> int:
    """Build packages that need no Python."""
    return _start(interpreter, str(ROOT / "installer" / "build.py"), *arguments)


def bench(interpreter: str, name: str, arguments: list[str]) -> int:
    """Run one benchmark: progress to stderr, one JSON object to stdout."""
    script = _BENCHES / f"{name}.py"
    known = sorted(each.stem for each in _BENCHES.glob("*.py"))
    if name not in known:
        say(f"There is no benchmark {name!r}. There are: {', '.join(known) or 'none yet'}.")
        return 2
    environment = os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    return _start(interpreter, str(script), *arguments, environment=environment)


def _parse(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description="Set up and start Lectern from a checkout."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    runner = commands.add_parser("run", help="open the window (in a terminal: index and ask)")
    runner.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    commands.add_parser("test", help="run all checks and tests; further words go to pytest")
    bencher = commands.add_parser("bench", help="run one benchmark; further words go to it")
    bencher.add_argument("name", metavar="NAME")
    commands.add_parser("build", help="build packages; further words go to installer/build.py")
    commands.add_parser("setup", help="only install what Lectern needs")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command in {"run", "setup"}:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options, rest


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _ask(interpreter: str, folders: list[Path], question: str, options: list[str]) -> int:
    """Index the folders and ask; at a terminal go on asking until an empty line."""
    names = ", ".join(folder.name for folder in folders)
    say(f"Indexing {names} ...")
    program = (interpreter, "-m", "desktop_app")
    code = _start(*program, "index", *map(str, folders), *options)
    while code == 0 and question:
        print(f"\n> {question}\n", flush=True)
        code = _start(*program, "search", *options, "--limit", "5", "--", question)
        question = _next_question()
    return code


def _next_question() -> str:
    if not sys.stdin.isatty():
        return ""
    try:
        return input("\nAsk something else (an empty line ends): ").strip()
    except EOFError:
        return ""


def _start(program: str, *arguments: str, environment: dict[str, str] | None = None) -> int:
    return subprocess.run([program, *arguments], cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
