"""A screen of its own to start windows on, and to see from outside which are there (X11)."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, Self

from desktop_app.errors import LecternError

_CLIENT_MESSAGE = 33
_FORMAT = 32
_VIEWABLE = 2
_SIZE = "1280x820x24"


class _ClientMessage(ctypes.Structure):
    """XClientMessageEvent of Xlib.h, padded to the size of an XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("padding", ctypes.c_long * 12),
    )


class _Attributes(ctypes.Structure):
    """XWindowAttributes of Xlib.h up to what is read, then room for the rest."""

    _fields_ = (
        ("places", ctypes.c_int * 5),
        ("visual", ctypes.c_void_p),
        ("root", ctypes.c_ulong),
        ("window_class", ctypes.c_int),
        ("gravities", ctypes.c_int * 3),
        ("planes", ctypes.c_ulong * 2),
        ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("map_installed", ctypes.c_int),
        ("map_state", ctypes.c_int),
        ("rest", ctypes.c_long * 12),
    )


class Screen:
    """Starts Xvfb, finds windows by their title, and closes them as their close button does.

    Not for more than one thread. Raises LecternError where there is no Xvfb.
    """

    def __init__(self) -> None:
        if shutil.which("Xvfb") is None:
            raise LecternError("Xvfb is not installed.", "On Debian: apt-get install xvfb")
        reading, writing = os.pipe()
        command = ["Xvfb", "-screen", "0", _SIZE, "-nolisten", "tcp", "-displayfd", str(writing)]
        self._server = subprocess.Popen(
            command, pass_fds=(writing,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(writing)
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        self.name = f":{number}"
        """What DISPLAY is to be."""
        self._xlib = _xlib()
        self._display: int | None = self._xlib.XOpenDisplay(self.name.encode())
        if not number or self._display is None:
            self.close()
            raise LecternError("Xvfb could not be started.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server and every window with it."""
        if self._display is not None:
            self._xlib.XCloseDisplay(self._display)
            self._display = None
        self._server.terminate()
        self._server.wait()

    def find(self, title: str) -> int:
        """Return the shown window whose title ends with ``title``, 0 where there is none."""
        for window in self._windows(self._xlib.XDefaultRootWindow(self._display)):
            if self._is_shown(window) and self._title(window).endswith(title):
                return window
        return 0

    def ask_to_close(self, window: int) -> None:
        """Send what a click on the window's close button sends (WM_DELETE_WINDOW)."""
        protocols = self._xlib.XInternAtom(self._display, b"WM_PROTOCOLS", 0)
        delete = self._xlib.XInternAtom(self._display, b"WM_DELETE_WINDOW", 0)
        message = _ClientMessage(type=_CLIENT_MESSAGE, window=window, message_type=protocols)
        message.format = _FORMAT
        message.data[0] = delete
        self._xlib.XSendEvent(self._display, window, 0, 0, ctypes.byref(message))
        self._xlib.XFlush(self._display)

    def _windows(self, parent: int) -> Iterator[int]:
        root, above, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        pointers = (ctypes.byref(each) for each in (root, above, children, count))
        if not self._xlib.XQueryTree(self._display, parent, *pointers):
            return
        found = [children[at] for at in range(count.value)]
        if found:
            self._xlib.XFree(children)
        for each in found:
            yield each
            yield from self._windows(each)

    def _is_shown(self, window: int) -> bool:
        attributes = _Attributes()
        asked = (self._display, window, ctypes.byref(attributes))
        return bool(self._xlib.XGetWindowAttributes(*asked)) and attributes.map_state == _VIEWABLE

    def _title(self, window: int) -> str:
        name = ctypes.c_char_p()
        self._xlib.XFetchName(self._display, window, ctypes.byref(name))
        return (name.value or b"").decode("utf-8", "replace")


def _pass_over(_display: object, _error: object) -> int:
    # A window may end between being listed and being asked; Xlib would end the process.
    return 0


_ON_ERROR = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_pass_over)


def _xlib() -> Any:
    xlib = ctypes.CDLL("libX11.so.6")
    xlib.XOpenDisplay.restype = ctypes.c_void_p
    xlib.XDefaultRootWindow.restype = ctypes.c_ulong
    xlib.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    xlib.XInternAtom.restype = ctypes.c_ulong
    xlib.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    xlib.XCloseDisplay.argtypes = [ctypes.c_void_p]
    xlib.XFlush.argtypes = [ctypes.c_void_p]
    xlib.XFree.argtypes = [ctypes.c_void_p]
    xlib.XFetchName.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p]
    xlib.XGetWindowAttributes.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p]
    xlib.XQueryTree.argtypes = [ctypes.c_void_p, ctypes.c_ulong, *[ctypes.c_void_p] * 4]
    xlib.XSendEvent.argtypes = [
        *(ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p)
    ]
    xlib.XSetErrorHandler(_ON_ERROR)
    return xlib
