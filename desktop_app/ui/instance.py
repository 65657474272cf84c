"""One window a user: a second start hands its folders to the first and ends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_ANSWER_MS = 500
"""How long the first window may take to answer before it counts as not there."""
_LONGEST = 1 << 20
"""More bytes than this are not a list of folders."""
_TAKEN = b"taken\n"


class SingleInstance(QObject):
    """A local socket (a file or named pipe of this user only, never the network).

    ``received`` is emitted on the UI thread with a tuple of paths, empty when the second
    start named none: the window should come to the front in either case.
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
        socket.write(json.dumps(texts).encode() + b"\n")
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
        paths = _paths_of(bytes(socket.readLine().data()))
        if paths is None:
            socket.abort()
            return
        socket.write(_TAKEN)
        socket.flush()
        self.received.emit(paths)


def _paths_of(untrusted_line: bytes) -> tuple[Path, ...] | None:
    try:
        texts = json.loads(untrusted_line)
    except ValueError:
        return None
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        return None
    paths = tuple(Path(each) for each in texts)
    return paths if all(path.is_absolute() for path in paths) else None
