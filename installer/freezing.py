"""From the environment to a folder that runs without it: PyInstaller, and the check after it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from desktop_app.errors import LecternError
from installer.environment import ROOT, say
from installer.recognition_data import collect_recognition_data

PYINSTALLER = "pyinstaller==6.22.3"
"""Under the GPL with an exception for what it builds; needed to build only."""
SPEC = ROOT / "installer" / "lectern.spec"
ICON = ROOT / "resources" / "icons" / "lectern.svg"
_ICON_SIZE = 1024
_SHOWN = 30


def freeze(interpreter: str, work: Path, tessdata: Path | None = None) -> Path:
    """Make the application folder in ``work`` and return it; raises LecternError.

    ``tessdata`` is where the data for text recognition is taken from, if not from where
    the system has it. Byte code is compiled without times and in one order, so that the
    same sources and pins give the same files (``PYTHONHASHSEED``, ``SOURCE_DATE_EPOCH``).
    """
    _run("Fetching PyInstaller", interpreter, "-m", "pip", "install", "--quiet", PYINSTALLER)
    translations = str(ROOT / "installer" / "translations.py")
    _run("Compiling the translations", interpreter, translations, "compile")
    target = work / "lectern"
    shutil.rmtree(target, ignore_errors=True)
    prepared = work / "prepared"
    collect_recognition_data(prepared, tessdata)
    draw_icon(prepared / "lectern.png", _ICON_SIZE)
    _run(
        "Collecting the application (a few minutes)",
        *(interpreter, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"),
        *("--distpath", str(work), "--workpath", str(work / "pyinstaller"), str(SPEC)),
        LECTERN_PREPARED=str(prepared),
    )
    return target


def draw_icon(place: Path, size: int) -> None:
    """Draw Lectern's icon into a PNG file of ``size`` by ``size`` pixels."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        QSvgRenderer(str(ICON)).render(painter)
    place.parent.mkdir(parents=True, exist_ok=True)
    image.save(str(place))


def source_epoch() -> int:
    """Return the time of the last commit in seconds, which dates everything that is built."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    done = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return int(done.stdout.strip() or 0)


def _run(what: str, *command: str, **more: str) -> None:
    say(what)
    environment = (
        os.environ
        | more
        | {
            "SOURCE_DATE_EPOCH": str(source_epoch()),
            "PYTHONHASHSEED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
    )
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-_SHOWN:])
        raise LecternError(f"{what} failed: {last}")
