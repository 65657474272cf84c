"""One window a user: a second start hands its folders to the first and ends."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_ANSWER_MS = 500
"""How long the first window may take to answer before it counts as not there."""
_LONGEST = 1 << 20
"""More bytes than this are not a list of folders."""
_TAKEN = b"taken\n"
_ACTIVATION = "XDG_ACTIVATION_TOKEN"
"""A desktop on Wayland gives it to what the user starts (wayland.app/protocols/xdg-activation-v1).

Only who has it may bring a window to the front. Qt takes it from the environment when a
window is activated.
"""
_LIKE_A_TOKEN = re.compile(r"[\x21-\x7e]{1,200}")


class SingleInstance(QObject):
    """A local socket (a file or named pipe of this user only, never the network).

    ``received`` is emitted on the UI thread with a tuple of paths, empty when the second
    start named none: the window should come to the front in either case, and may by then,
    since the second start hands over its right to.
    """

    received = Signal(object)

    def __init__(self, key: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        home = hashlib.sha256(f"{Path.home()}\0{key}".encode()).hexdigest()[:16]
        self._name = f"lectern-{home}"
        self._server: QLocalServer | None = None

    def hand_over(self, paths: Sequence[Path]) -> bool:
        """Give the paths to a window that is already open; False when there is none.

        Blocks for half a second at most, before there is a window of our own.
        """
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_ANSWER_MS):
            return False
        texts = [str(path.absolute()) for path in paths]
        handed = {"paths": texts, "token": os.environ.get(_ACTIVATION, "")}
        _let_others_come_to_the_front()
        socket.write(json.dumps(handed).encode() + b"\n")
        socket.flush()
        is_taken = socket.waitForReadyRead(_ANSWER_MS) and bytes(socket.readAll().data()) == _TAKEN
        socket.disconnectFromServer()
        return is_taken

    def listen(self) -> bool:
        """Be the first window; False when the system refuses (Lectern works without)."""
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._on_connection)
        if not server.listen(self._name):
            # Only a crash leaves the name behind: hand_over has just found nobody there.
            QLocalServer.removeServer(self._name)
            if not server.listen(self._name):
                return False
        self._server = server
        return True

    def close(self) -> None:
        """Give the name back."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def _on_connection(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._on_ready(socket))
            if socket.bytesAvailable():
                self._on_ready(socket)

    def _on_ready(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            return
        handed = _handed(bytes(socket.readLine().data()))
        if handed is None:
            socket.abort()
            return
        paths, token = handed
        take_activation(token)
        socket.write(_TAKEN)
        socket.flush()
        self.received.emit(paths)


def _handed(untrusted_line: bytes) -> tuple[tuple[Path, ...], str] | None:
    """Read the paths and the token that a second start wrote; None for anything else."""
    try:
        handed = json.loads(untrusted_line)
        texts, token = handed["paths"], handed["token"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        return None
    paths = tuple(Path(each) for each in texts)
    if not all(path.is_absolute() for path in paths):
        return None
    return paths, token if _is_token(token) else ""


def take_activation(untrusted_token: object) -> None:
    """Take over the right to come to the front; nothing where this is no token."""
    if _is_token(untrusted_token):
        os.environ[_ACTIVATION] = str(untrusted_token)


def _is_token(untrusted: object) -> bool:
    return isinstance(untrusted, str) and _LIKE_A_TOKEN.fullmatch(untrusted) is not None


def _let_others_come_to_the_front() -> None:
    """Hand on what Windows gives to a program that the user starts: the right to the front."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
