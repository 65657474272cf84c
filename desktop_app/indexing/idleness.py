"""Find out for how long nobody has used this computer.

Each system answers in its own way; where none does, the work of other programs stands for
the user. X11 knows the last input (MIT-SCREEN-SAVER extension), a Wayland session only tells
logind that it is idle, Windows has GetLastInputInfo, macOS CGEventSource.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache

import psutil

_LOGIND = (
    "get-property",
    "org.freedesktop.login1",
    "/org/freedesktop/login1/session/auto",
    "org.freedesktop.login1.Session",
    "IdleHint",
    "IdleSinceHintMonotonic",
)
_ASK_SECONDS = 2.0
_ANY_INPUT = 0xFFFFFFFF
_COMBINED_SESSION = 0
"""kCGAnyInputEventType and kCGEventSourceStateCombinedSessionState."""


def seconds_since_input() -> float | None:
    """Return for how many seconds nobody touched this computer; None where none can tell.

    Any thread; takes a few milliseconds, where logind is asked at most two seconds.
    """
    if sys.platform == "win32":
        return _of_windows()
    if sys.platform == "darwin":
        return _of_macos()
    # A compositor lets X clients see only the input that goes to X clients.
    if os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        return _of_x11()
    return _of_logind()


class OtherWork:
    """The processor's work for other programs; belongs to one thread."""

    def __init__(self) -> None:
        self._busy = self._own = 0.0
        self._at = float("-inf")

    def share(self) -> float:
        """Return the share (0 to 1) since the last call; 1 at the first, which knows nothing."""
        times = psutil.cpu_times()
        busy = sum(times) - times.idle - getattr(times, "iowait", 0.0)
        # Counted within user already (proc(5)).
        busy -= getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
        own, now = _own_seconds(), time.monotonic()
        worked = max(0.0, (busy - self._busy) - max(0.0, own - self._own))
        elapsed = now - self._at
        self._busy, self._own, self._at = busy, own, now
        return min(1.0, worked / (elapsed * (os.cpu_count() or 1))) if elapsed < float("inf") else 1


def _own_seconds() -> float:
    process = psutil.Process()
    seconds = 0.0
    for each in (process, *process.children(recursive=True)):
        with suppress(psutil.Error):
            times = each.cpu_times()
            seconds += times.user + times.system
    return seconds


class _ScreenSaverInfo(ctypes.Structure):
    # X11/extensions/scrnsaver.h
    _fields_ = (
        ("window", ctypes.c_ulong),
        ("state", ctypes.c_int),
        ("kind", ctypes.c_int),
        ("til_or_since", ctypes.c_ulong),
        ("idle", ctypes.c_ulong),
        ("event_mask", ctypes.c_ulong),
    )


@cache
def _x11_libraries() -> tuple[ctypes.CDLL, ctypes.CDLL] | None:
    try:
        x11, saver = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXss.so.1")
    except OSError:
        return None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XDefaultRootWindow.argtypes = (ctypes.c_void_p,)
    x11.XCloseDisplay.argtypes = (ctypes.c_void_p,)
    saver.XScreenSaverQueryExtension.argtypes = (
        ctypes.c_void_p,
        ctypes.POINTER(ctypes.c_int),
        ctypes.POINTER(ctypes.c_int),
    )
    saver.XScreenSaverQueryInfo.argtypes = (
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.POINTER(_ScreenSaverInfo),
    )
    return x11, saver


def _of_x11() -> float | None:
    libraries = _x11_libraries()
    if libraries is None:
        return None
    x11, saver = libraries
    # A connection of its own each time: Xlib ends the program when a kept one breaks.
    display = x11.XOpenDisplay(None)
    if not display:
        return None
    try:
        unused, info = ctypes.c_int(), _ScreenSaverInfo()
        if not saver.XScreenSaverQueryExtension(
            display, ctypes.byref(unused), ctypes.byref(unused)
        ):
            return None
        root = x11.XDefaultRootWindow(display)
        if not saver.XScreenSaverQueryInfo(display, root, ctypes.byref(info)):
            return None
        return float(info.idle) / 1000
    finally:
        x11.XCloseDisplay(display)


def _of_logind() -> float | None:
    program = shutil.which("busctl")
    if program is None:
        return None
    try:
        asked = subprocess.run(  # noqa: S603  # a fixed command, found on the path
            [program, *_LOGIND], capture_output=True, text=True, timeout=_ASK_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return idle_of_logind(asked.stdout, time.clock_gettime(time.CLOCK_MONOTONIC))


def idle_of_logind(answer: str, now: float) -> float | None:
    """Read ``b true`` and ``t MICROSECONDS`` as seconds of idleness; None for anything else.

    ``now`` in seconds of the clock on which logind counts (CLOCK_MONOTONIC). A desktop that
    never sets the hint has the time 0, which tells nothing.
    """
    words = answer.split()
    match words:
        case ["b", hint, "t", since] if since.isdecimal() and int(since) > 0:
            return max(0.0, now - int(since) / 1e6) if hint == "true" else 0.0
        case _:
            return None


def _of_windows() -> float | None:
    class LastInput(ctypes.Structure):
        _fields_ = (("size", ctypes.c_uint), ("time", ctypes.c_uint))

    last = LastInput(ctypes.sizeof(LastInput), 0)
    windll = getattr(ctypes, "windll", None)
    if windll is None or not windll.user32.GetLastInputInfo(ctypes.byref(last)):
        return None
    # Both count milliseconds since the start in 32 bits, and begin again after 49 days.
    return float((windll.kernel32.GetTickCount() - last.time) & 0xFFFFFFFF) / 1000


def _of_macos() -> float | None:
    name = ctypes.util.find_library("ApplicationServices")
    if name is None:
        return None
    since = ctypes.CDLL(name).CGEventSourceSecondsSinceLastEventType
    since.restype = ctypes.c_double
    since.argtypes = (ctypes.c_int32, ctypes.c_uint32)
    return float(since(_COMBINED_SESSION, _ANY_INPUT))
