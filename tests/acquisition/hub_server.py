"""A model hub on the loopback, in a process of its own, that misbehaves on request.

It answers what the real client asks: ``/{repository}/resolve/{revision}/{file}`` with the
hub's headers; weights are sent on to another origin, as the hub does with its storage. The
tests' own process may not use the network, so the server is told and asked over a pipe.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import socket
import ssl
import struct
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

REVISION = "0123456789abcdef0123456789abcdef01234567"
_LARGE = (".bin", ".safetensors", ".pt", "tokenizer.json")
_BLOCK = 64 << 10


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one answer about a file, and after how many bytes of its body.

    ``kind``: "cut" (the connection is reset), "end" (closed as if all were well), "stall",
    "slow" (``after`` bytes a second), "no-range" (whole file, 200), "wrong-range", "416",
    "status", "loop", "wrong-bytes", "short", "long", "wrong-revision", "no-facts" and
    "plain-hash" (of the headers), "endless".
    """

    kind: str
    after: int = 0
    status: int = 503
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "GET"


@dataclass(slots=True)
class Asked:
    """A request that came, and how many bytes of a body were sent for it so far."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 0
    sent: int = 0

    @property
    def file(self) -> str:
        """The name of the file that was asked for."""
        return self.path.rsplit("/", 1)[-1]


class HubServer:
    """The server's process; ``folder`` holds ``{organization}/{repository}/{file}``.

    With ``is_secure`` it speaks HTTPS with a certificate that nobody vouches for.
    """

    def __init__(self, folder: Path, *, is_secure: bool = False) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, folder, is_secure), daemon=True
        )
        self._process.start()
        theirs.close()
        self.port: int = self._connection.recv()
        self.url = f"http{'s' if is_secure else ''}://127.0.0.1:{self.port}"

    def misbehave(self, file: str, *faults: Fault) -> None:
        """Let the next answers about a file (by its name) go wrong, one fault each."""
        self._call("misbehave", file, faults)

    def requests(self, file: str = "", method: str = "") -> list[Asked]:
        """Return the requests so far, about one file or all."""
        asked: list[Asked] = self._call("requests")
        return [each for each in asked if file in {"", each.file} and method in {"", each.method}]

    def sent(self, file: str) -> int:
        """Return how many bytes of a file's content were sent so far."""
        return sum(each.sent for each in self.requests(file))

    def forget(self) -> None:
        """Forget requests and faults."""
        self._call("forget")

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.join()
        self._connection.close()

    def _call(self, *command: Any) -> Any:
        self._connection.send(command)
        return self._connection.recv()


class _State:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.asked: list[Asked] = []
        self.faults: dict[str, list[Fault]] = {}

    def fault(self, file: str, method: str, *, at_hub: bool) -> Fault:
        with self.lock:
            waiting = self.faults.get(file, [])
            if waiting and waiting[0].method == method:
                belongs_to_hub = waiting[0].kind in {"status", "loop"} or method == "HEAD"
                if not at_hub or belongs_to_hub:
                    return waiting.pop(0)
        return Fault("")


def _serve(connection: Connection, folder: Path, is_secure: bool) -> None:  # noqa: FBT001 - of a process
    state = _State(folder)

    class Handler(_Handler):
        hub = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if is_secure:
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
        server.socket = secure.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection.send(server.server_address[1])
    while True:
        try:
            name, *rest = connection.recv()
        except EOFError:
            os._exit(0)
        with state.lock:
            if name == "misbehave":
                state.faults[rest[0]] = list(rest[1])
            elif name == "forget":
                state.faults.clear()
                # A new list: answers that are still under way belong to the old one.
                state.asked = []
            answer = list(state.asked) if name == "requests" else None
        connection.send(answer)


class _Handler(BaseHTTPRequestHandler):
    hub: _State
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.asked = Asked(self.command, self.path, dict(self.headers))
        with self.hub.lock:
            self.hub.asked.append(self.asked)
        try:
            self._route()
        except OSError:
            self.close_connection = True

    def _route(self) -> None:
        # As a proxy it is asked for a whole address.
        self.path = self.asked.path = re.sub(r"^http://[^/]+", "", self.path)
        match = re.fullmatch(r"/(?:storage/)?([^/]+/[^/]+)/resolve/(\w+)/(.+)", self.path)
        file = self.hub.folder / match[1] / match[3] if match else None
        if match is None or file is None or not file.is_file() or match[2] != REVISION:
            self._head(404, {"X-Error-Code": "EntryNotFound"}, 0)
            return
        at_storage = self.path.startswith("/storage/")
        is_large = file.name.endswith(_LARGE)
        passes_on = is_large and not at_storage
        fault = self.hub.fault(file.name, self.command, at_hub=passes_on)
        if fault.kind == "status":
            self._head(fault.status, dict(fault.headers), 0)
            return
        if fault.kind == "loop":
            self._head(302, {"Location": self.path}, 0)
            return
        content = file.read_bytes()
        facts = {
            "X-Repo-Commit": "f" * 40 if fault.kind == "wrong-revision" else REVISION,
            "ETag": f'"{_git_hash(content)}"',
        }
        if is_large:
            facts["X-Linked-Size"] = str(len(content))
            facts["X-Linked-Etag"] = f'"{hashlib.sha256(content).hexdigest()}"'
        if fault.kind == "plain-hash":
            facts["ETag"] = f'"{hashlib.sha1(content).hexdigest()}"'
        if fault.kind == "no-facts":
            facts = {}
        if passes_on:
            port = self.server.server_address[1]  # type: ignore[index]
            location = f"http://localhost:{port}/storage{self.path}"
            self._head(302, {**facts, "Location": location}, 0)
            return
        self._send(content, facts, fault)

    def _send(self, content: bytes, facts: dict[str, str], fault: Fault) -> None:
        content = _spoiled(content, fault)
        size = len(content)
        start = 0
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and fault.kind != "no-range":
            start = int(asked[1])
            if start >= size or fault.kind == "416":
                self._head(416, {"Content-Range": f"bytes */{size}"}, 0)
                return
            said = start + 1 if fault.kind == "wrong-range" else start
            facts = {**facts, "Content-Range": f"bytes {said}-{size - 1}/{size}"}
        length = size - start if fault.kind != "endless" else None
        self._head(206 if "Content-Range" in facts else 200, facts, length)
        if self.command == "HEAD":
            return
        while fault.kind == "endless":
            self._write(content)
        self._send_body(content[start:], fault)

    def _send_body(self, content: bytes, fault: Fault) -> None:
        breaks = fault.kind in {"cut", "end", "stall"}
        end = fault.after if breaks else len(content)
        step = fault.after // 20 if fault.kind == "slow" else _BLOCK
        for begin in range(0, end, step):
            self._write(content[begin : min(begin + step, end)])
            if fault.kind == "slow":
                threading.Event().wait(0.05)
        if fault.kind == "stall":
            self.connection.recv(1)  # until the client gives up
        if fault.kind == "cut":
            # Reset instead of closed in order, as a cable that is pulled.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if breaks:
            self.close_connection = True
            self.connection.close()

    def _write(self, data: bytes) -> None:
        self.connection.sendall(data)
        self.asked.sent += len(data)

    def _head(self, status: int, headers: dict[str, str], length: int | None) -> None:
        self.asked.status = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.flush()


def _spoiled(content: bytes, fault: Fault) -> bytes:
    match fault.kind:
        case "wrong-bytes":
            return bytes(each ^ 1 for each in content)
        case "short":
            return content[:-1]
        case "long":
            return content + b"more"
    return content


def _git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
