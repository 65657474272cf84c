"""Progress beside the program's icon, where the desktop shows it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping

import pytest
from PySide6.QtCore import QObject, Signal

from desktop_app.domain import IndexPhase, IndexProgress
from desktop_app.ui.launcher import Launcher, has_launcher, object_path

SEND = """
import sys
from PySide6.QtCore import QCoreApplication
from desktop_app.ui import launcher
app = QCoreApplication([])
assert "PySide6.QtDBus" not in sys.modules
launcher._send_by_bus({"progress": 0.42, "progress-visible": True})
"""


class Work(QObject):
    """The two signals of the work that matter."""

    progressed = Signal(object)
    index_ended = Signal()


@pytest.fixture
def work(qapp):
    made = Work()
    yield made
    made.deleteLater()


def reading(done):
    return IndexProgress(IndexPhase.READING, files_done=done, files_total=1000)


def test_each_percent_is_said_once_and_the_end_takes_it_away(work):
    said: list[Mapping[str, object]] = []
    Launcher(work, work, send=said.append)
    for done in (0, 3, 10, 15, 20):
        work.progressed.emit(reading(done))
    work.index_ended.emit()
    work.index_ended.emit()
    assert [each["progress"] for each in said] == [0.0, 0.01, 0.02, 0.0]
    assert [each["progress-visible"] for each in said] == [True, True, True, False]


def test_what_is_not_known_is_not_shown(work):
    said: list[Mapping[str, object]] = []
    Launcher(work, work, send=said.append)
    work.progressed.emit(IndexProgress(IndexPhase.SCANNING))
    assert said == []


def test_without_a_session_bus_nothing_is_said(monkeypatch):
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert not has_launcher()


def test_the_desktop_hears_it_on_the_session_bus(tmp_path):
    daemon, monitor = shutil.which("dbus-daemon"), shutil.which("dbus-monitor")
    if sys.platform != "linux" or daemon is None or monitor is None:
        pytest.skip("needs dbus-daemon and dbus-monitor")
    bus = subprocess.Popen(
        [daemon, "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        environment = {"DBUS_SESSION_BUS_ADDRESS": address, "PATH": "/usr/bin:/bin"}
        listener = subprocess.Popen(
            [monitor, "--address", address, "interface='com.canonical.Unity.LauncherEntry'"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert listener.stdout is not None
        heard = listener.stdout.readline()  # it listens from here on
        subprocess.run([sys.executable, "-c", SEND], env=environment, check=True, timeout=60)
        for line in listener.stdout:
            heard += line
            if "progress-visible" in line:
                heard += listener.stdout.readline()
                break
        listener.terminate()
        listener.wait(10)
    finally:
        bus.terminate()
        bus.wait(10)
        for stream in (bus.stdout, listener.stdout):
            if stream is not None:
                stream.close()
    assert object_path() in heard
    assert "application://lectern.desktop" in heard
    assert "double 0.42" in heard
    assert "boolean true" in heard
