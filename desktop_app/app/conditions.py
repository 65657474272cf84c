"""What Lectern needs of a computer, looked at before anything that would crash without it."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

from desktop_app.errors import NoDisplay, ProcessorTooOld

_CPUINFO = Path("/proc/cpuinfo")
_CPUINFO_BYTES = 8192
"""The first processor's lines; a server's file is long and slow to read."""
_PF_AVX2 = 40
"""PF_AVX2_INSTRUCTIONS_AVAILABLE of IsProcessorFeaturePresent (winnt.h)."""


def check_processor(cpuinfo: Path = _CPUINFO) -> None:
    """Refuse an x86 processor without AVX2; raises ProcessorTooOld.

    LanceDB is built for it and would end the process with an illegal instruction, which no
    handler can turn into a sentence. Where nothing can be found out, nothing is refused.
    """
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return
    if sys.platform == "win32":
        has_avx2 = bool(ctypes.windll.kernel32.IsProcessorFeaturePresent(_PF_AVX2))
    elif sys.platform == "darwin":
        has_avx2 = _has_avx2_by_sysctl()
    else:
        has_avx2 = _has_avx2_by_cpuinfo(cpuinfo)
    if not has_avx2:
        raise ProcessorTooOld


def check_display(environment: Mapping[str, str] = os.environ) -> None:
    """Refuse to open a window where there is none to open it on; raises NoDisplay.

    Qt would abort the process. On X11 the display is connected to once (a millisecond),
    since a variable that outlived its session looks the same.
    """
    if sys.platform in {"win32", "darwin"} or environment.get("QT_QPA_PLATFORM"):
        return
    if environment.get("WAYLAND_DISPLAY"):
        return
    name = environment.get("DISPLAY", "")
    if not name or not _opens(name):
        raise NoDisplay


def _has_avx2_by_cpuinfo(cpuinfo: Path) -> bool:
    try:
        with cpuinfo.open(encoding="ascii", errors="replace") as file:
            text = file.read(_CPUINFO_BYTES)
    except OSError:
        return True
    line = next((line for line in text.splitlines() if line.startswith("flags")), "")
    flags = line.partition(":")[2].split()
    return not flags or "avx2" in flags


def _has_avx2_by_sysctl() -> bool:
    value, size = ctypes.c_int(0), ctypes.c_size_t(ctypes.sizeof(ctypes.c_int))
    library = ctypes.CDLL(None)
    name = b"hw.optional.avx2_0"
    failed = library.sysctlbyname(name, ctypes.byref(value), ctypes.byref(size), None, 0)
    return bool(failed) or value.value == 1


def _opens(display: str) -> bool:
    try:
        xlib = ctypes.CDLL("libX11.so.6")
    except OSError:
        # Qt needs it too and says so itself.
        return True
    xlib.XOpenDisplay.restype = ctypes.c_void_p
    connection = xlib.XOpenDisplay(display.encode())
    if not connection:
        return False
    xlib.XCloseDisplay(ctypes.c_void_p(connection))
    return True
