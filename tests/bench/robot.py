"""Clicks and types at random over the real window with a real library; JSON on stdout.

Usage: ``python tests/bench/robot.py [--minutes N] [--seed S] [FOLDER...]``. The library is that of
the built-in guide and of the folders given, with the starter pack, in a place of its own.
Nothing is opened outside the window, and nothing is downloaded. Fails on any exception, any
warning of Qt's, any error in the log, and any stall of the UI thread over 250 ms: by the
clock while the computer has a processor to spare, by the thread's own processor time in any
case. Says then what the robot did last.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

_STEP_MS = 30
_SILENT = ("This plugin does not support", "No such signal QPlatformNativeInterface")
_CLOSE_SECONDS = 10.0
_STALL_MS = 250.0


def main() -> int:
    """Let the robot loose, and print progress to stderr and the findings to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="lectern-robot-") as home:
        for name in ("DATA", "CONFIG", "CACHE", "STATE"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(home, name.lower()))
        found = _run(Path(home), options.folders, options.minutes, options.seed)
    print(json.dumps({"bench": "robot", "seed": options.seed, **found}))
    return 1 if found["troubles"] else 0


def _run(  # noqa: PLR0915 (one script)
    home: Path, folders: list[Path], minutes: float, seed: int
) -> dict[str, Any]:
    from PySide6.QtCore import QMessageLogContext, QTimer, QtMsgType, qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from desktop_app.app import LocalSession, open_session
    from desktop_app.offline import refuse_network
    from desktop_app.settings import Settings, resources_dir
    from desktop_app.ui.application import SWITCH_SECONDS
    from desktop_app.ui.settings_store import SettingsStore
    from desktop_app.ui.tasks import TaskRunner
    from desktop_app.ui.theme import Theme
    from desktop_app.ui.window import MainWindow
    from tests.ui.heart import Heart
    from tests.ui.robot import Robot, Troubles

    refuse_network()
    warnings.simplefilter("error")
    sys.setswitchinterval(SWITCH_SECONDS)
    guide = home / "Guide"
    shutil.copytree(resources_dir() / "sample", guide)
    troubles = Troubles()
    troubles.install()

    def on_message(kind: QtMsgType, _: QMessageLogContext, text: str) -> None:
        is_bad = kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        if is_bad and not any(known in text for known in _SILENT):
            troubles.found.append(f"Qt: {text}")

    qInstallMessageHandler(on_message)
    _stay_inside(LocalSession)
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    app.setAttribute(_no_native_dialogs())
    theme = Theme(app, resources_dir() / "icons")
    tasks = TaskRunner()
    settings = dataclasses.replace(Settings(), library_dir=home / "library")
    store = SettingsStore(home / "window.ini")
    window = MainWindow(
        theme,
        tasks,
        store,
        partial(open_session, settings, settings_file=home / "settings.toml"),
    )
    window.open()
    window.take_paths([guide, *folders])
    robot = Robot(window, theme, Random(seed), folders=[guide, *folders])
    heart = Heart(late_ms=_STALL_MS)
    ends = time.monotonic() + minutes * 60
    _happens(app, lambda: window.session is not None, 60)

    def look() -> None:
        if time.monotonic() > ends:
            app.quit()
            return
        _say(f"{robot.count:,} steps, {len(troubles.found)} troubles, {len(heart.late)} stalls")
        _touch(guide, robot.count)

    shown = [0, 0]

    def tell() -> None:
        for trouble in troubles.found[shown[0] :]:
            _say(f"{trouble}\nafter: {' / '.join(list(robot.steps)[-12:])}")
        for late in heart.late[shown[1] :]:
            figures = f"stall of {late.gap_ms:.0f} ms ({late.work_ms:.0f} at work)"
            _say(f"{figures} at {robot.steps[-1]}\n{late.stack}")
        shown[:] = len(troubles.found), len(heart.late)

    looking, telling = QTimer(interval=10_000), QTimer(interval=200)
    looking.timeout.connect(look)
    telling.timeout.connect(tell)
    looking.start()
    telling.start()
    heart.start()
    robot.start(_STEP_MS)
    app.exec()
    robot.stop()
    heart.stop()
    tell()
    window.quit()
    is_ended = tasks.close(
        seconds=_CLOSE_SECONDS, last=window.session.close if window.session else None
    )
    if not is_ended:
        troubles.found.append("a thread was still running ten seconds after the end")
    troubles.remove()
    stalls = [late for late in heart.late if _is_ours(late)]
    gaps = sorted(gap for gap, _ in heart.beats)
    return {
        "minutes": minutes,
        "steps": robot.count,
        "troubles": [each[-400:] for each in troubles.found]
        + [f"a stall of {late.gap_ms:.0f} ms" for late in stalls],
        "stall_ms_p99": round(gaps[int(len(gaps) * 0.99)], 1),
        "stall_ms_worst": round(gaps[-1], 1),
        "late_by_the_system": len(heart.late) - len(stalls),
    }


def _is_ours(late: Any) -> bool:
    """Say whether the thread itself was late, or only had no processor."""
    return bool(late.work_ms > _STALL_MS or (late.is_free and "desktop_app" in late.stack))


def _no_native_dialogs() -> Any:
    from PySide6.QtCore import Qt

    return Qt.ApplicationAttribute.AA_DontUseNativeDialogs


def _stay_inside(session: Any) -> None:
    """Open no other program and use no network; the window is told that both went as usual."""
    from PySide6.QtCore import QProcess
    from PySide6.QtGui import QDesktopServices

    from desktop_app.domain import PackProgress
    from desktop_app.errors import DownloadFailed

    def refuse(*_: object, **__: object) -> Iterator[PackProgress]:
        raise DownloadFailed

    session.download_pack = refuse
    desktop: Any = sys.modules["desktop_app.ui.desktop"]
    desktop.QDesktopServices = type("Inside", (QDesktopServices,), {"openUrl": lambda _: True})
    started = staticmethod(lambda *_: (True, 0))
    desktop.QProcess = type("Inside", (QProcess,), {"startDetached": started})


def _touch(folder: Path, number: int) -> None:
    """Change the folder, so that there is always something to index."""
    Path(folder, f"Note {number % 7}.md").write_text(
        f"# Note {number}\n\nThe robot took {number} steps.\n" * (number % 50 + 1), encoding="utf-8"
    )


def _happens(app: Any, condition: Any, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while not condition() and time.monotonic() < ends:
        app.processEvents()
        time.sleep(0.01)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
