"""How soon the window is there, and how long it ever keeps the user waiting.

Usage: ``python tests/bench/window.py FOLDER...`` (real documents; ``corpora/docs``, say).
Starts the program's own window in a process of its own on the platform that
QT_QPA_PLATFORM names (offscreen where there is no display), over a small library:

* ``window_s`` from the start of the process to the first painted window, ``search_s`` to
  the first hits of a question that was typed before the library was open. Cold (the page
  cache dropped first, which needs root) and warm.
* Then the folders are indexed at full load while a question is typed every two seconds; a
  timer of 1 ms on the UI thread measures its stalls: ``stall_ms_p99``, ``stall_ms_worst``,
  and how many lasted over 50 ms.

``ratio`` is the worst stall over the 50 ms that are promised.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

QUESTIONS = ("how do I add a folder?", "security risks", "what is the budget", "1.0.21")
PROMISED_MS = 50.0
ASK_EVERY_MS = 2000
LONGEST_MS = 580_000


def main() -> int:
    """Measure, and print progress to stderr and the figures to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        return _show_window(options.child, options.folders if options.load else [])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    answer: dict[str, Any] = {"bench": "window"}
    with tempfile.TemporaryDirectory() as home:
        library = Path(home, "library")
        _say("indexing the guide")
        subprocess.run(
            [
                sys.executable,
                "-m",
                "desktop_app",
                "index",
                "resources/sample",
                "--library",
                str(library),
                "--json",
            ],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
        if _drop_page_cache():
            answer["cold"] = _measured(library, options.folders)
        answer["warm"] = _measured(library, options.folders)
        _say("indexing the folders under the eyes of a timer")
        load = _measured(library, options.folders, load=True)
    answer |= load
    answer["ratio"] = round(load["stall_ms_worst"] / PROMISED_MS, 2)
    print(json.dumps(answer))
    return 0


def _measured(library: Path, folders: list[Path], *, load: bool = False) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, *map(str, folders), "--child", str(library)] + ["--load"] * load,
        env={**os.environ, "STARTED": str(time.time())},
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    _say(str(figures))
    return figures


def _show_window(library: Path, folders: list[Path]) -> int:  # noqa: C901, PLR0915 (one script)
    """Run the real window in this process until everything is measured."""
    import dataclasses

    import psutil

    # Of the parent's clock: the system knows a process's start to the second only.
    started = float(os.environ["STARTED"])
    from functools import partial

    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    from desktop_app.app import open_session
    from desktop_app.offline import refuse_network
    from desktop_app.settings import Settings, resources_dir
    from desktop_app.ui.application import SWITCH_SECONDS
    from desktop_app.ui.garbage import sparing_what_is_made
    from desktop_app.ui.settings_store import SettingsStore
    from desktop_app.ui.tasks import TaskRunner
    from desktop_app.ui.theme import Theme
    from desktop_app.ui.window import MainWindow

    refuse_network()
    sys.setswitchinterval(SWITCH_SECONDS)
    figures: dict[str, Any] = {}
    app = QApplication(sys.argv[:1])
    settings = dataclasses.replace(Settings(), library_dir=library)
    tasks = TaskRunner()
    window = MainWindow(
        Theme(app, resources_dir() / "icons"),
        tasks,
        SettingsStore(library.parent / "window.ini"),
        sparing_what_is_made()(partial(open_session, settings)),
    )

    class FirstPaint(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and "window_s" not in figures:
                figures["window_s"] = round(time.time() - started, 2)
            return False

    first_paint = FirstPaint()
    window.installEventFilter(first_paint)
    window.open()
    ticks = [time.perf_counter()]
    gaps: list[float] = []
    box = window.top.question

    def ask() -> None:
        question = QUESTIONS[len(gaps) % len(QUESTIONS)]
        box.put(question)
        box.asked.emit(question, True)

    def beat() -> None:
        now = time.perf_counter()
        if "search_s" in figures:
            gaps.append((now - ticks[0]) * 1000)
        elif window.results.hits:
            figures["search_s"] = round(time.time() - started, 2)
            if not folders:
                app.quit()
                return
            window.take_paths(folders)
            asking.start(ASK_EVERY_MS)
        ticks[0] = now

    heart, asking, limit = QTimer(interval=1), QTimer(), QTimer(singleShot=True)
    heart.timeout.connect(beat)
    asking.timeout.connect(ask)
    limit.timeout.connect(app.quit)
    indexed: set[str] = set()

    def finish() -> None:
        if folders and {str(folder.resolve()) for folder in folders} <= indexed:
            app.quit()

    # The roots are told after they were added, and the run over them ends after that.
    window.work.roots_changed.connect(lambda roots, _: indexed.update(r.path for r in roots))
    window.work.index_ended.connect(finish)
    box.put(QUESTIONS[0])
    box.asked.emit(QUESTIONS[0], True)
    heart.start()
    limit.start(LONGEST_MS)
    app.exec()
    if gaps:
        gaps.sort()
        figures["beats"] = len(gaps)
        figures["stall_ms_p99"] = round(gaps[int(len(gaps) * 0.99)], 1)
        figures["stall_ms_worst"] = round(gaps[-1], 1)
        figures["stalls_over_50_ms"] = sum(gap > PROMISED_MS for gap in gaps)
        figures["window_mb"] = round(psutil.Process().memory_info().rss / 2**20)
    tasks.close(seconds=5.0, last=window.session.close if window.session else None)
    print(json.dumps(figures), flush=True)
    return 0


def _drop_page_cache() -> bool:
    try:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3\n", encoding="ascii")
    except (AttributeError, OSError):
        _say("the page cache cannot be dropped here, so the cold start is left out")
        return False
    return True


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
