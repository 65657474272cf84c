"""The Linux libraries that Qt's platform plugins load, and how each system installs them.

The list is what ``ldd`` shows for the xcb, wayland and offscreen plugins and for QtNetwork
of PySide6 6.11, less what every system has.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

# The order of the columns below.
_INSTALLERS = {
    "apt-get": "apt-get install -y --no-install-recommends",
    "dnf": "dnf install -y",
    "pacman": "pacman -S --needed --noconfirm",
    "zypper": "zypper --non-interactive install",
}

# Needed by every window, shown or not.
_ALWAYS = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd", "libEGL1"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd", "libGL1"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    "libX11.so.6": ("libx11-6", "libX11", "libx11", "libX11-6"),
    "libxcb.so.1": ("libxcb1", "libxcb", "libxcb", "libxcb1"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype", "freetype2", "libfreetype6"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    "libgthread-2.0.so.0": ("libglib2.0-0", "glib2", "glib2", "libgthread-2_0-0"),
    "libgssapi_krb5.so.2": ("libgssapi-krb5-2", "krb5-libs", "krb5", "krb5"),
}

# Needed to show a window on X11; Wayland's own two come last.
_SHOWN = {
    "libxkbcommon-x11.so.0": (
        "libxkbcommon-x11-0",
        "libxkbcommon-x11",
        "libxkbcommon-x11",
        "libxkbcommon-x11-0",
    ),
    "libX11-xcb.so.1": ("libx11-xcb1", "libX11-xcb", "libx11", "libX11-xcb1"),
    "libxcb-cursor.so.0": (
        "libxcb-cursor0",
        "xcb-util-cursor",
        "xcb-util-cursor",
        "libxcb-cursor0",
    ),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm", "libxcb-icccm4"),
    "libxcb-util.so.1": ("libxcb-util1", "xcb-util", "xcb-util", "libxcb-util1"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image", "libxcb-image0"),
    "libxcb-keysyms.so.1": (
        "libxcb-keysyms1",
        "xcb-util-keysyms",
        "xcb-util-keysyms",
        "libxcb-keysyms1",
    ),
    "libxcb-render-util.so.0": (
        "libxcb-render-util0",
        "xcb-util-renderutil",
        "xcb-util-renderutil",
        "libxcb-render-util0",
    ),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb", "libxcb-randr0"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb", "libxcb-shape0"),
    "libxcb-shm.so.0": ("libxcb-shm0", "libxcb", "libxcb", "libxcb-shm0"),
    "libxcb-sync.so.1": ("libxcb-sync1", "libxcb", "libxcb", "libxcb-sync1"),
    "libxcb-xfixes.so.0": ("libxcb-xfixes0", "libxcb", "libxcb", "libxcb-xfixes0"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb", "libxcb-xkb1"),
    "libwayland-client.so.0": (
        "libwayland-client0",
        "libwayland-client",
        "wayland",
        "libwayland-client0",
    ),
    "libwayland-cursor.so.0": (
        "libwayland-cursor0",
        "libwayland-cursor",
        "wayland",
        "libwayland-cursor0",
    ),
}
_TESSDATA_DIRS = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata")
_FONT_DIRS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_FONTS = ("fonts-dejavu-core", "dejavu-sans-fonts", "ttf-dejavu", "dejavu-fonts")


def ensure_libraries(*, is_shown: bool, say: Callable[[str], None]) -> bool:
    """Make sure that Qt can start, installing what is missing where that is allowed.

    Returns False, having said what to type, where the user has to install something.
    """
    if not sys.platform.startswith("linux"):
        return True
    rows = missing(is_shown=is_shown)
    if not rows:
        return True
    installer = _installer()
    column = list(_INSTALLERS).index(installer) if installer else 0
    packages = list(dict.fromkeys(row[column] for row in rows))
    return install_packages(packages, "The window needs system libraries.", say=say)


def ensure_recognition_data(*, say: Callable[[str], None]) -> None:
    """Install Tesseract's English data for the tests where that is allowed and possible.

    Tests of text recognition skip themselves without it, so nothing depends on it.
    """
    if sys.platform.startswith("linux") and _installer() == "apt-get":
        places = (Path(each) for each in _TESSDATA_DIRS)
        if not any((place / "eng.traineddata").exists() for place in places):
            why = "Tests of text recognition need Tesseract's English data."
            install_packages(["tesseract-ocr-eng"], why, say=say)


def ensure_packing_tools(data: Sequence[str], *, say: Callable[[str], None]) -> None:
    """Install what the test of the package needs, and these packages, where that is allowed.

    That test skips itself without them, so nothing depends on it.
    """
    if sys.platform.startswith("linux") and _installer() == "apt-get":
        programs = {"Xvfb": "xvfb", "objcopy": "binutils", "git": "git"}
        wanted = [name for program, name in programs.items() if not shutil.which(program)]
        if wanted or data:
            install_packages([*wanted, *data], "The test of the package needs more.", say=say)


def missing(*, is_shown: bool) -> list[tuple[str, str, str, str]]:
    """List the packages (apt, dnf, pacman, zypper) of libraries and fonts that are absent."""
    wanted = _ALWAYS | (_SHOWN if is_shown else {})
    rows = [packages for soname, packages in wanted.items() if not _is_loadable(soname)]
    folders = (Path(each).expanduser() for each in _FONT_DIRS)
    return rows if _has_font(folders) else [*rows, _FONTS]


def install_packages(packages: Sequence[str], why: str, *, say: Callable[[str], None]) -> bool:
    """Install system packages with apt where allowed, else say how to; True when done.

    Allowed means: as root, or by a sudo without password at a terminal or in CI.
    """
    installer = _installer()
    command = [*_INSTALLERS.get(installer, "install").split(), *packages]
    prefix = _privilege()
    if installer != "apt-get" or prefix is None:
        say(f"{why} Install them with this command, then try again:\n  sudo {' '.join(command)}")
        return False
    say(f"{why} Installing {', '.join(packages)} ...")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update"], command):
        done = subprocess.run(
            [*prefix, *step],
            capture_output=True,
            text=True,
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    if done.returncode != 0:
        say(f"{done.stderr.strip()}\nThat failed. Try it by hand:\n  sudo {' '.join(command)}")
    return done.returncode == 0


def _installer() -> str:
    return next((each for each in _INSTALLERS if shutil.which(each)), "")


def _privilege() -> list[str] | None:
    if sys.platform == "win32" or os.geteuid() == 0:
        return []
    if not (sys.stdin.isatty() or os.environ.get("CI")) or not shutil.which("sudo"):
        return None
    is_open = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if is_open.returncode == 0 else None


def _is_loadable(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def _has_font(folders: Iterable[Path]) -> bool:
    return any(
        name.endswith((".ttf", ".otf", ".ttc", ".pfb"))
        for folder in folders
        for _, _, names in os.walk(folder)
        for name in names
    )
