"""The virtual environment: made once, filled from the pins, redone when they change."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from desktop_app.errors import LecternError
from installer import system_libraries

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "installer" / "constraints.txt"

# Installed alone, since part of what they require must not come along:
# FlagEmbedding asks for sentence_transformers and ir-datasets, which its models never use;
# openvino for its telemetry; pymupdf for onnxruntime (layout analysis, 70 MB, not used).
# What they do use is pinned by name in constraints.txt.
WITHOUT_DEPENDENCIES = frozenset({"flagembedding", "openvino", "pymupdf"})

_STAMP = VENV / "lectern-setup"
_UNFINISHED = VENV / "lectern-setup-unfinished"
_NETWORK_SIGNS = re.compile(
    r"Could not find a version|No matching distribution|Temporary failure|NameResolution"
    r"|Network is unreachable|Max retries|NewConnectionError|ConnectTimeout|ReadTimeout"
    r"|ProxyError|ConnectionReset|getaddrinfo",
)
_PIP_LINES_SHOWN = 4
_COLUMNS = 200


def say(sentence: str) -> None:
    """Tell the user something on stderr, which leaves stdout to results."""
    print(sentence, file=sys.stderr, flush=True)


def python() -> Path:
    """Return the environment's interpreter (which need not exist yet)."""
    if sys.platform == "win32":
        return VENV / "Scripts" / "python.exe"
    return VENV / "bin" / "python"


def ensure_environment() -> Path:
    """Return the environment's interpreter, installing the pins where that is still to do.

    A stamp with a hash of pins, interpreter and place makes every later call a matter of
    milliseconds. A set-up that was killed leaves a mark and is begun anew; one that failed
    by itself is taken up where pip left it. Raises LecternError.
    """
    stamp = _expected_stamp()
    if _read(_STAMP) == stamp and python().exists() and not _UNFINISHED.exists():
        return python()
    say("Setting up Lectern; this happens once and needs the network and about 4 GB of disk.")
    _make_venv()
    _STAMP.unlink(missing_ok=True)
    _UNFINISHED.touch()
    whole, alone = pins(CONSTRAINTS.read_text(encoding="utf-8"))
    try:
        _install(f"Installing {len(whole)} packages", whole)
        _install(f"Installing {len(alone)} more", alone, "--no-deps")
        itself = ("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        _install("Adding the lectern command", [], *itself)
    except LecternError:
        # pip takes back what it could not finish, so the environment is still sound.
        _UNFINISHED.unlink(missing_ok=True)
        raise
    _STAMP.write_text(stamp, encoding="utf-8")
    _UNFINISHED.unlink(missing_ok=True)
    say("Set-up is complete.")
    return python()


def pins(text: str) -> tuple[list[str], list[str]]:
    """Split the lines of constraints.txt into those installed with and without dependencies."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    found = [line for line in lines if line]
    alone = [pin for pin in found if _name(pin) in WITHOUT_DEPENDENCIES]
    return [pin for pin in found if pin not in alone], alone


def _name(pin: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[=<>!~;\[ ]", pin, maxsplit=1)[0]).lower()


def _expected_stamp() -> str:
    # Not platform.python_version() and the like: importing `platform` doubles the start-up.
    parts = (
        sys.version,
        sysconfig.get_platform(),
        str(ROOT),
        ",".join(sorted(WITHOUT_DEPENDENCIES)),
        _read(CONSTRAINTS),
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _make_venv() -> None:
    if _UNFINISHED.exists():
        say("The last set-up was interrupted; starting over.")
        shutil.rmtree(VENV)
    if python().exists() and _version_of(python()) == sys.version.split()[0]:
        return
    if importlib.util.find_spec("ensurepip") is None:
        system_libraries.install_packages(
            ["python3-venv"], "Python's venv module is missing.", say=say
        )
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise LecternError(
            f"The virtual environment {VENV} could not be made: {made.stdout}{made.stderr}".strip(),
            "On Debian and Ubuntu install the package python3-venv.",
        )


def _version_of(interpreter: Path) -> str:
    code = "import pip, sys; print(sys.version.split()[0])"
    command = [str(interpreter), "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _install(title: str, packages: Sequence[str], *options: str) -> None:
    """Run pip and show what it is at; raise LecternError where it fails."""
    say(f"{title} ...")
    with tempfile.TemporaryDirectory(prefix="lectern-setup-") as scratch:
        # A requirements file, since 90 pins do not fit every system's command line.
        requirements = Path(scratch) / "pins.txt"
        requirements.write_text("\n".join(packages), encoding="utf-8")
        command = [str(python()), "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--no-input", "--progress-bar", "off", *options]
        command += ["-r", str(requirements)] if packages else []
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONUTF8": "1"},
            encoding="utf-8",
            errors="replace",
        ) as pip:
            assert pip.stdout is not None
            output = _follow(pip.stdout)
    if pip.returncode != 0:
        raise _explanation(output)


def _follow(lines: Iterable[str]) -> list[str]:
    output = []
    taken = 0
    is_terminal = sys.stderr.isatty()
    for line in lines:
        output.append(line.rstrip())
        step = _readable(line)
        if step is None:
            continue
        taken += 1
        if is_terminal:
            print(f"\r\x1b[K  {taken:3}  {step[:70]}", end="", file=sys.stderr, flush=True)
        elif step.startswith("installing"):
            say(f"  {step}")
    if is_terminal and taken:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return output


def _readable(line: str) -> str | None:
    words = line.split()
    if line.startswith(("Collecting", "Processing")):
        return Path(words[1]).name
    if line.lstrip().startswith("Downloading"):
        return "downloading " + " ".join([Path(words[1]).name, *words[2:]])
    if line.startswith("Installing collected packages"):
        return f"installing {len(words) - 3} packages, which takes a minute or two"
    return None


def _explanation(output: Sequence[str]) -> LecternError:
    text = "\n".join(output)
    if "No space left" in text:
        return LecternError("The disk is full.", "Free about 4 GB, then run the command again.")
    for line in output[-_PIP_LINES_SHOWN:]:
        say(f"  {line[:_COLUMNS]}")
    if _NETWORK_SIGNS.search(text):
        return LecternError(
            "A package could not be fetched.",
            "Set-up needs the network once (check connection, proxy and pip's settings) and"
            " Python 3.11 to 3.13; then run the same command again.",
        )
    return LecternError("Set-up failed in pip, as shown above.", "Run the same command again.")
