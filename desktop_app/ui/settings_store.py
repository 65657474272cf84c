"""What the window remembers between two starts: its place, its panes, what was asked."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

_PRIVATE = 0o600


class SettingsStore:
    """A small INI file beside the user's settings; UI thread only, values are checked.

    Nothing in it is needed: a missing or damaged file means the defaults. It holds questions,
    so that on Linux and macOS nobody but the user may read it (elsewhere the user's folder
    is the user's).
    """

    def __init__(self, path: Path) -> None:
        # Qt writes a new file beside it, which gets the permissions of the one before.
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=_PRIVATE)
            path.chmod(_PRIVATE)
        self._settings = QSettings(str(path), QSettings.Format.IniFormat)

    def bytes(self, key: str) -> QByteArray:
        """Read a geometry or splitter state; empty when there is none."""
        value = self._settings.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def text(self, key: str) -> str:
        """Read a text; "" when there is none."""
        value = self._settings.value(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; QSettings gives a list of one back as a text."""
        value = self._settings.value(key)
        if isinstance(value, str):
            return (value,) if value else ()
        return tuple(each for each in value if isinstance(each, str)) if value else ()

    def put(self, key: str, value: QByteArray | str | tuple[str, ...]) -> None:
        """Remember a value; written to disk by ``close`` at the latest."""
        self._settings.setValue(key, list(value) if isinstance(value, tuple) else value)

    def close(self) -> None:
        """Write what was remembered."""
        self._settings.sync()
