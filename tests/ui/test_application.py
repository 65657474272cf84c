"""The real start and end of the window, in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.ui import application

ROOT = Path(__file__).resolve().parents[2]

_PROGRAM = """
import sys, threading, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop_app.ui import application
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.window import MainWindow
from tests.ui.fakes import FakeSession
from tests.ui.test_keeping_work import FakeCare

HEAVY = {"lancedb", "openvino", "pyarrow", "pymupdf", "torch", "transformers"}
session = FakeSession(steps=10_000_000)
care = FakeCare()
windows = []
mode = sys.argv[1]
may_open = threading.Event()

def open_session():
    if mode == "early":
        may_open.wait(10)
    return session

def close_tasks(self, original=TaskRunner.close, **how):
    may_open.set()
    return original(self, **how)

TaskRunner.close = close_tasks

def watch(self, event, original=MainWindow.showEvent):
    original(self, event)
    print("shown", *sorted(HEAVY.intersection(sys.modules)), flush=True)
    if mode == "early":
        QTimer.singleShot(0, self.close)
    if mode == "close":
        QTimer.singleShot(0, lambda: close_when_indexing(self))
    if mode == "wait":
        QTimer.singleShot(0, lambda: say_when_indexing(self))
    if mode == "repair":
        windows.append(self)
        QTimer.singleShot(0, lambda: repair_when_indexing(self))

def repair_when_indexing(window):
    if not window.work.is_indexing:
        QTimer.singleShot(10, lambda: repair_when_indexing(window))
    elif len(windows) == 1:
        window.keeping.repair()
        window.message.action.click()
    else:
        print(f"then {care.calls} {session.is_closed} {window.message.text}", flush=True)
        window.close()

def say_when_indexing(window):
    if window.work.is_indexing:
        print("indexing", flush=True)
    else:
        QTimer.singleShot(10, lambda: say_when_indexing(window))

def close_when_indexing(window):
    if window.work.is_indexing:
        global closing
        closing = time.perf_counter()
        window.close()
    else:
        QTimer.singleShot(10, lambda: close_when_indexing(window))

MainWindow.showEvent = watch
status = application.run_window(
    [Path(each) for each in sys.argv[3:]], open_session, instance_key=sys.argv[2], care=care
)
if mode == "close":
    print(f"took {time.perf_counter() - closing:.3f}", flush=True)
print(f"closed {session.is_closed} {session.called('add_roots')}", flush=True)
heavy = {"torch", "lancedb", "transformers", "openvino", "pymupdf"} & set(sys.modules)
print(f"heavy {sorted(heavy)}", flush=True)
sys.exit(status)
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def begin(mode, *paths):
        environment = dict(os.environ) | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, mode, str(tmp_path), *(str(path) for path in paths)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def test_closing_while_indexing_ends_the_session_and_the_process_in_time(start, tmp_path):
    process = start("close", tmp_path)
    assert process.stdout.readline().startswith("shown")
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "closed True" in output
    took = float(re.findall(r"took ([0-9.]+)", output)[0])
    assert took < application.CLOSE_SECONDS


def test_a_library_that_opens_after_its_window_was_closed_is_closed_too(start):
    output, _ = start("early").communicate(timeout=60)
    assert "closed True" in output


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without a word")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_program_that_is_told_to_end_closes_its_library_first(start, number):
    process = start("wait")
    assert process.stdout.readline().startswith("shown")
    assert any(line == "indexing\n" for line in process.stdout)
    process.send_signal(number)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert "closed True" in output
    assert "Traceback" not in output


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without a word")
def test_a_program_that_is_told_to_end_while_it_begins_ends(start):
    process = start("stay")
    assert process.stdout.readline().startswith("shown")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output


def test_a_repair_waits_until_the_library_is_closed_and_opens_it_again(start):
    out, _ = start("repair").communicate(timeout=60)
    assert "then ['mend'] True Your library was repaired." in out
    assert out.count("shown") == 2


def test_the_window_s_process_loads_no_heavy_library(start):
    output, _ = start("close").communicate(timeout=30)
    assert "heavy []" in output


def test_the_window_is_on_screen_before_anything_that_takes_long_to_load(start):
    assert start("stay").stdout.readline() == "shown\n"


def test_a_second_start_hands_its_folders_over_and_ends(start, tmp_path):
    first = start("stay")
    assert first.stdout.readline().startswith("shown")
    second = start("stay", tmp_path)
    output, _ = second.communicate(timeout=30)
    assert second.returncode == 0, output
    assert "shown" not in output
    assert first.poll() is None
