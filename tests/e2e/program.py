"""Run the real program as a user would: a process of its own, its answer, its exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "resources" / "sample"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value that ``--json`` prints."""
        return json.loads(self.out)


def command(*arguments: object) -> list[str]:
    """Return the command line of the program with these arguments."""
    return [sys.executable, "-m", "desktop_app", *map(str, arguments)]


def run(*arguments: object, wrapper: tuple[str, ...] = (), seconds: float = 240) -> Answer:
    """Run a command to its end."""
    done = subprocess.run(
        [*wrapper, *command(*arguments)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        errors="surrogateescape",
        timeout=seconds,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start a command and return at once; its output is thrown away."""
    return subprocess.Popen(
        command(*arguments),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def environment() -> dict[str, str]:
    """Return this process's environment without a screen of its own."""
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONWARNINGS": "error::SyntaxWarning"}
