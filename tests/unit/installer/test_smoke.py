"""The smoke test finds what is wrong with a program, and a window on a screen of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from installer.screen import Screen
from installer.smoke import clean_environment, happens, prove

linux = pytest.mark.skipif(sys.platform != "linux", reason="starts a shell script")
with_screen = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
_WINDOW = """
import ctypes, sys, time
x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
x.XDefaultRootWindow.restype = x.XCreateSimpleWindow.restype = ctypes.c_ulong
x.XCreateSimpleWindow.argtypes = [ctypes.c_void_p, ctypes.c_ulong] + [ctypes.c_ulong] * 7
display = x.XOpenDisplay(None)
window = x.XCreateSimpleWindow(display, x.XDefaultRootWindow(display), 0, 0, 90, 90, 0, 0, 0)
x.XStoreName.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_char_p]
x.XMapWindow.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
x.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
x.XInternAtom.restype = ctypes.c_ulong
x.XSetWMProtocols.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_int]
x.XNextEvent.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
atom = ctypes.c_ulong(x.XInternAtom(display, b"WM_DELETE_WINDOW", 0))
x.XSetWMProtocols(display, window, ctypes.byref(atom), 1)
x.XStoreName(display, window, b"A question - Lectern")
x.XMapWindow(display, window)
event = (ctypes.c_long * 24)()
while (event[0] & 0xFFFFFFFF) != 33:
    x.XNextEvent(display, event)
"""


def test_nothing_of_this_environment_is_around_the_program(monkeypatch, tmp_path):
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "DISPLAY"):
        monkeypatch.setenv(name, "ours")
    around = clean_environment(tmp_path)
    assert "ours" not in around.values()
    assert str(tmp_path) in "".join(around.values())


@linux
def test_a_program_that_does_nothing_fails_every_look(tmp_path):
    program = tmp_path / "lectern"
    program.write_text("#!/bin/sh\necho sorry >&2\nexit 1\n")
    program.chmod(0o755)
    # Shown or not: its window is not waited for.
    found = prove(program, is_shown=True)
    assert not found.is_well
    assert found.checks == {"version": "sorry\n", "self-test": "sorry\n", "index": "sorry\n"}


@linux
@with_screen
def test_a_window_is_found_by_its_title_and_closed_by_its_button():
    with Screen() as screen:
        assert screen.find("Lectern") == 0
        environment = {"PATH": "/usr/bin:/bin", "DISPLAY": screen.name}
        window = subprocess.Popen([sys.executable, "-c", _WINDOW], env=environment)
        try:
            assert happens(lambda: bool(screen.find("Lectern")), 30)
            screen.ask_to_close(screen.find("Lectern"))
            assert window.wait(30) == 0
        finally:
            window.kill()
            window.wait()
        assert happens(lambda: not screen.find("Lectern"), 30)
