"""How long the window's thread is at work in one go while it indexes and searches; JSON on stdout.

Usage: ``python tests/bench/heartbeat.py [--seconds N] [FOLDER...]``. Opens the real window with
the starter pack and a library of its own, lets it index the folders (some hundred notes that
another process writes where none is given, and again whenever they are indexed) and types
questions meanwhile, letter by letter, with a walk through the hits of each once they are there.
Takes the seconds asked for and about 20 more; a minute more at most, also on a busy computer.

A beat is the time between two turns of a timer of 2 ms: what somebody waits for who presses a
key meanwhile. ``beat_ms_*`` are by the clock, ``work_ms_*`` by the thread's own processor time,
which does not depend on what else the computer does; ``queued_ms_worst`` of a late beat was
spent without a processor, ``slept_ms_worst`` waiting for the interpreter, a lock or a disk.
``slow`` names where beats over 16 ms were, by the last line of ours, with their number and the
worst of work and of sleep. Targets: p99 at most 16 ms,
worst at most 50 ms. ``indexing_share`` of the time it indexed; of the questions ``asked`` so
many were ``answered`` while that went on.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

FRAME_MS, PROMISED_MS = 16.0, 50.0
_QUESTIONS = ("how do I add a folder", "copper and water", "what is kept private", "winter road")
_WORDS = (
    "water copper winter road night letter garden stone river glass market summer paper".split()
)
_KEY_MS = 90
_NOTES = 400
_BEAT_MS = 2
_PATIENCE_KEYS = 60
_OPENING_SECONDS = 40.0


def main() -> int:
    """Measure, and print progress to stderr and the figures to stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        return _write_when_asked(options.write)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="lectern-heartbeat-") as home:
        for name in ("DATA", "CONFIG", "CACHE", "STATE"):
            os.environ[f"XDG_{name}_HOME"] = str(Path(home, name.lower()))
        figures = _measure(Path(home), options.folders, options.seconds)
    print(json.dumps({"bench": "heartbeat", **figures}))
    return 0


def _measure(  # noqa: C901, PLR0915 (one script)
    home: Path, folders: list[Path], seconds: float
) -> dict[str, Any]:
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtTest import QTest
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
    from tests.ui.heart import Heart

    refuse_network()
    sys.setswitchinterval(SWITCH_SECONDS)
    random = Random(1)
    notes = home / "Notes"
    notes.mkdir()
    _write_notes(notes, random)
    # Written by another process: this one's thread is what is measured.
    writer = subprocess.Popen(
        [sys.executable, __file__, "--write", str(notes)], stdin=subprocess.PIPE
    )
    app = QApplication(sys.argv[:1])
    tasks = TaskRunner()
    settings = dataclasses.replace(Settings(), library_dir=home / "library")
    window = MainWindow(
        Theme(app, resources_dir() / "icons"),
        tasks,
        SettingsStore(home / "window.ini"),
        sparing_what_is_made()(
            partial(open_session, settings, settings_file=home / "settings.toml")
        ),
    )
    window.resize(1280, 820)
    window.open()
    window.take_paths([resources_dir() / "sample", *(folders or [notes])])
    box = window.top.question
    keys: list[str] = []
    count = {"indexing": 0, "asked": 0, "answered": 0, "waited": 0}
    is_written = False

    def press() -> None:
        count["indexing"] += window.work.is_indexing
        if not keys:
            box.focus()
            keys.extend((*random.choice(_QUESTIONS), "\r", *("down",) * 8, ""))
            count["asked"] += 1
            count["waited"] = 0
        if keys[0] == "down" and not window.results.hits and count["waited"] < _PATIENCE_KEYS:
            count["waited"] += 1
            return
        key = keys.pop(0)
        if key == "down":
            window.results.select_next()
        elif key == "\r":
            QTest.keyClick(box.edit, Qt.Key.Key_Return)
        elif key:
            QTest.keyClicks(box.edit, key)
        else:
            count["answered"] += bool(window.results.hits)

    def again() -> None:
        nonlocal is_written
        if folders or window.work.is_indexing or writer.stdin is None:
            return
        if is_written:
            window.work.index()
        else:
            writer.stdin.write(b"\n")
            writer.stdin.flush()
        is_written = not is_written

    opened = time.monotonic()
    while not count["answered"] and time.monotonic() - opened < _OPENING_SECONDS:
        press()
        QTest.qWait(_KEY_MS)
    _say("measuring")
    heart = Heart(_BEAT_MS, late_ms=FRAME_MS)
    heart.start()
    typing, writing, end = QTimer(), QTimer(), QTimer(singleShot=True)
    typing.timeout.connect(press)
    writing.timeout.connect(again)
    end.timeout.connect(app.quit)
    count.update(indexing=0, asked=0, answered=0)
    typing.start(_KEY_MS)
    writing.start(500)
    end.start(round(seconds * 1000))
    app.exec()
    heart.stop()
    window.quit()
    tasks.close(seconds=10.0, last=window.session.close if window.session else None)
    writer.communicate()
    share = count["indexing"] * _KEY_MS / 1000 / seconds
    return {
        "asked": count["asked"],
        "answered": count["answered"],
        "indexing_share": round(min(1.0, share), 2),
        **_figures(heart),
    }


def _figures(heart: Any) -> dict[str, Any]:
    clock = sorted(gap for gap, _ in heart.beats)
    work = sorted(worked for _, worked in heart.beats)
    slow: dict[str, list[tuple[float, float]]] = {}
    for late in heart.late:
        ours = [line.strip() for line in late.stack.splitlines() if "desktop_app" in line]
        where = ours[0].rpartition("desktop_app")[2] if ours else "in Qt, or without a processor"
        slow.setdefault(where, []).append((late.work_ms, late.slept_ms))
    worst = sorted(slow.items(), key=lambda each: -sum(map(sum, each[1])))
    return {
        "beats": len(clock),
        "beat_ms_p99": round(clock[int(len(clock) * 0.99)], 1),
        "beat_ms_worst": round(clock[-1], 1),
        "work_ms_p99": round(work[int(len(work) * 0.99)], 1),
        "work_ms_worst": round(work[-1], 1),
        "over_16_ms": sum(gap > FRAME_MS for gap in clock),
        "over_50_ms": sum(gap > PROMISED_MS for gap in clock),
        "work_over_16_ms": sum(worked > FRAME_MS for worked in work),
        "queued_ms_worst": round(max((late.queued_ms for late in heart.late), default=0.0), 1),
        "slept_ms_worst": round(max((late.slept_ms for late in heart.late), default=0.0), 1),
        "slow": {
            where: [len(each), *(round(max(kind), 1) for kind in zip(*each, strict=True))]
            for where, each in worst[:12]
        },
        "ratio": round(work[-1] / PROMISED_MS, 2),
    }


def _write_when_asked(folder: Path) -> int:
    random = Random(2)
    for _ in sys.stdin:
        _write_notes(folder, random)
    return 0


def _write_notes(folder: Path, random: Random) -> None:
    for number in range(_NOTES):
        words = " ".join(random.choices(_WORDS, k=120))
        text = f"# Note {number}\n\n{words}.\n\nWritten {time.time_ns()}.\n"
        Path(folder, f"Note {number}.md").write_text(text, encoding="utf-8")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
