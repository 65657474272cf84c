"""For how long nobody has used this computer, as the systems tell it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time

import pytest

from desktop_app.indexing.idleness import OtherWork, idle_of_logind, seconds_since_input


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ("b true\nt 40000000\n", 60.0),
        ("b false\nt 40000000\n", 0.0),
        ("b true\nt 200000000\n", 0.0),
        ("b false\nt 0\n", None),
        ("", None),
        ("Call failed: no such session", None),
    ],
)
def test_what_logind_says_is_read(answer, seconds):
    assert idle_of_logind(answer, 100.0) == seconds


def test_without_a_desktop_nobody_can_tell(monkeypatch):
    if sys.platform != "linux":
        pytest.skip("only Linux may have no desktop")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("PATH", "")
    assert seconds_since_input() is None


def test_x11_knows_the_last_input(monkeypatch):
    program = shutil.which("Xvfb")
    if sys.platform != "linux" or program is None:
        pytest.skip("needs Xvfb")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writing), "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    try:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        monkeypatch.setenv("DISPLAY", f":{number}")
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        first = seconds_since_input()
        if first is None:
            pytest.skip("needs libX11 and libXss")
        assert 0 <= first < 60
    finally:
        server.terminate()
        server.wait(10)


def test_the_work_of_others_is_a_share_without_the_own(monkeypatch):
    work = OtherWork()
    assert work.share() == 1.0
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    ends = time.process_time() + 0.05
    while time.process_time() < ends:
        pass
    assert 0.0 <= work.share() <= 1.0
