"""Other programs at the same task, each in a process of its own that reports its own time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

_SCRIPTS = Path(__file__).resolve().parents[1] / "peers"
_PINNED = (
    "sentence-transformers==6.2.0",
    "optimum-intel==2.2.0",
    "nncf==3.4.0",
    "openvino==2026.4.1",
    "torch==2.13.0",
    "datasets",
)
"""An environment of its own, since optimum-intel takes no transformers as new as Lectern's."""
_UNWANTED = ("torchvision", "openvino-telemetry")
"""The first comes in a build that does not fit this torch; the second reports usage."""


def flag(task: str, folder: Path, given: dict[str, Any], work: Path) -> dict[str, Any]:
    """Run FlagEmbedding with its defaults; ``task`` is "rerank" or "embed"."""
    return _run([sys.executable, str(_SCRIPTS / "flag.py"), task, str(folder)], given, work)


def cross_encoder(folder: Path, given: dict[str, Any], work: Path) -> dict[str, Any] | str:
    """Run sentence-transformers on OpenVINO int8, or say in a sentence why not.

    Its environment (2 GB) is made in ``work`` when it is first asked for.
    """
    kept = work / "cross-encoder" / folder.parent.name
    try:
        python = _environment(work / "peers")
        command = [str(python), str(_SCRIPTS / "cross_encoder.py"), str(folder)]
        return _run(command, given, work, str(kept))
    except subprocess.CalledProcessError as error:
        return f"sentence-transformers could not be measured: {error}"


def _run(command: list[str], given: dict[str, Any], work: Path, *rest: str) -> dict[str, Any]:
    file = work / "given.json"
    file.write_text(json.dumps(given), encoding="utf-8")
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "PYTHONPATH": ""}
    done = subprocess.run(
        [*command, str(file), *rest],
        stdout=subprocess.PIPE,
        check=True,
        env=environment,
        text=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _environment(folder: Path) -> Path:
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    if not ready.is_file():
        print(f"installing sentence-transformers into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        _pip(python, "install", *_PINNED)
        _pip(python, "uninstall", "--yes", *_UNWANTED)
        ready.touch()
    return python


def _pip(python: Path, *arguments: str) -> None:
    # pip's words are progress, and stdout is kept for one JSON object.
    command = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *arguments], stdout=sys.stderr, check=True)
