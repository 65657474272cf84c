from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket

from desktop_app.ui.instance import SingleInstance, _handed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def key(tmp_path):
    return str(tmp_path)


@pytest.fixture
def first(qtbot, key):
    made = SingleInstance(key)
    assert made.listen()
    yield made
    made.close()


_SECOND = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop_app.ui.instance import SingleInstance
app = QCoreApplication([])
paths = [Path(each) for each in sys.argv[2:]]
sys.exit(0 if SingleInstance(sys.argv[1]).hand_over(paths) else 3)
"""


@pytest.fixture
def start_second(key):
    """Start another process, since waiting for the answer holds this one's interpreter lock."""
    started = []

    def start(*paths):
        command = [sys.executable, "-c", _SECOND, key, *(str(path) for path in paths)]
        started.append(subprocess.Popen(command, cwd=ROOT))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_nobody_there_means_that_we_are_the_first(qtbot, key):
    assert not SingleInstance(key).hand_over([Path("/a")])


def test_a_second_start_hands_its_folders_to_the_first(qtbot, first, start_second, tmp_path):
    with qtbot.waitSignal(first.received, timeout=20_000) as caught:
        second = start_second(tmp_path / "Papers", tmp_path / "论文")
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
    assert caught.args == [(tmp_path / "Papers", tmp_path / "论文")]
    assert second.returncode == 0


def test_a_second_start_without_folders_brings_the_first_to_the_front(qtbot, first, start_second):
    with qtbot.waitSignal(first.received, timeout=20_000) as caught:
        second = start_second()
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
    assert caught.args == [()]
    assert second.returncode == 0


def test_another_library_is_another_instance(qtbot, first, key):
    assert not SingleInstance(key + "-other").hand_over([])


def test_a_name_left_behind_by_a_crash_is_taken_over(qtbot, first, key):
    second = SingleInstance(key)
    assert second.listen()
    second.close()


def test_after_closing_the_name_is_free(qtbot, key):
    made = SingleInstance(key)
    made.listen()
    made.close()
    assert not SingleInstance(key).hand_over([])


def test_nonsense_on_the_socket_is_refused(qtbot, first):
    socket = QLocalSocket()
    received: list[object] = []
    first.received.connect(received.append)
    socket.connectToServer(first._name)
    assert socket.waitForConnected(1000)
    socket.write(b'{"not": "a list"}\n')
    socket.flush()
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert not received


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[1]",
        b"\xff",
        b"null",
        b'{"paths": ["relative"], "token": ""}',
        b'{"paths": [1], "token": ""}',
        b'{"paths": "/a", "token": ""}',
        b'{"paths": []}',
    ],
)
def test_only_lists_of_absolute_paths_are_understood(line):
    assert _handed(line) is None


@pytest.mark.parametrize("token", ["7", "null", '"two words"', '"line\\n"', f'"{"x" * 201}"'])
def test_what_is_no_token_is_not_put_into_the_environment(token):
    assert _handed(f'{{"paths": [], "token": {token}}}'.encode()) == ((), "")


def test_a_second_start_hands_over_its_right_to_the_front(qtbot, first, start_second, monkeypatch):
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "of-the-second_42")
    second = start_second()
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN")
    with qtbot.waitSignal(first.received, timeout=20_000):
        pass
    qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "of-the-second_42"
