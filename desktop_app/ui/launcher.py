"""How far indexing is, beside the program's icon in the desktop's dock or task bar.

On Linux GNOME's docks and KDE's task manager read the signal of the Unity launcher API
(wiki.ubuntu.com/Unity/LauncherAPI). Qt 6 has nothing for the task bars of Windows and macOS,
so there is none there.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Mapping
from importlib import import_module

from PySide6.QtCore import QObject

from desktop_app.domain import IndexProgress
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.status import share_of

_APP = "application://lectern.desktop"
_INTERFACE = "com.canonical.Unity.LauncherEntry"
_STEPS = 100

Send = Callable[[Mapping[str, object]], None]


class Launcher(QObject):
    """Tells the desktop of each whole percent of a run, and when it is over.

    ``send`` replaces the session bus. Nothing is loaded or said before there is progress.
    """

    def __init__(self, work: LibraryWork, parent: QObject, *, send: Send | None = None) -> None:
        super().__init__(parent)
        self._send = send or (_send_by_bus if has_launcher() else None)
        self._percent: int | None = None
        work.progressed.connect(self._on_progressed)
        work.index_ended.connect(self.clear)

    def clear(self) -> None:
        """Take the progress off the icon."""
        self._put(None)

    def _on_progressed(self, progress: IndexProgress) -> None:
        share = share_of(progress)
        self._put(int(share * _STEPS) if share is not None and share < 1 else None)

    def _put(self, percent: int | None) -> None:
        if percent == self._percent or self._send is None:
            return
        self._percent = percent
        is_shown = percent is not None
        self._send({"progress": (percent or 0) / _STEPS, "progress-visible": is_shown})


def has_launcher() -> bool:
    """Say whether there is a desktop that may listen."""
    return sys.platform == "linux" and bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))


def object_path() -> str:
    """Name the sender as the launcher API wants it: by a number made from the app's name."""
    return f"/com/canonical/unity/launcherentry/{zlib.crc32(_APP.encode())}"


def _send_by_bus(properties: Mapping[str, object]) -> None:
    # Only now, so that the start does not wait for it.
    bus = import_module("PySide6.QtDBus")
    message = bus.QDBusMessage.createSignal(object_path(), _INTERFACE, "Update")
    message.setArguments([_APP, dict(properties)])
    # A bus that is gone answers False, and there is nobody to tell.
    bus.QDBusConnection.sessionBus().send(message)
