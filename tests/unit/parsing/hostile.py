"""Work functions for the pool's tests; top-level, since children import them by name."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from desktop_app.domain.shortfalls import FILE_OVER_LIMIT
from desktop_app.errors import EncryptedFile, FileTooLarge
from desktop_app.translation import worded

with contextlib.suppress(ImportError):
    import resource

BIG = 50_000_000


def work(request: str) -> object:
    """Do what the request says, which is seldom kind."""
    name, _, argument = request.partition(": ")
    if name not in _DEEDS:
        name, _, argument = request.partition(" ")
    return _DEEDS[name](argument)


def never_come_up(*_: object) -> None:
    """Take the place of a reader that the computer is too busy to start."""
    threading.Event().wait()


def die_at_birth(*_: object) -> None:
    """Take the place of a reader that the system kills while it starts."""
    os._exit(1)


def _await(path: str) -> str:
    """Do nothing until a file is there, as a reader that gets no processor time."""
    while not Path(path).exists():
        time.sleep(0.02)
    return "done"


def _loop(_: str) -> None:
    while True:
        pass


def _allocate(_: str) -> int:
    held = []
    while True:
        held.append(bytearray(16_000_000))


def _refuse(_: str) -> None:
    raise EncryptedFile


def _find_too_large(_: str) -> None:
    raise FileTooLarge(worded(FILE_OVER_LIMIT, size=1200, largest=300))


def _break(_: str) -> None:
    raise ZeroDivisionError("an unexpected bug with the text of a document")


def _recurse(_: str) -> object:
    return _recurse("")


def _connect(_: str) -> str:
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    except PermissionError as error:
        return type(error).__name__
    return "connected"


def _write(_: str) -> str:
    os.write(1, b"NOISE on stdout")
    os.write(2, b"NOISE on stderr")
    print("NOISE from Python")  # noqa: T201 (what the pool must silence)
    return "wrote"


def _interrupt(_: str) -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "still here"


def _unpicklable(_: str) -> object:
    return lambda: None


def _imported(_: str) -> list[str]:
    heavy = {"lancedb", "torch", "PySide6", "pyarrow", "transformers", "onnxruntime"}
    return sorted(heavy & {name.partition(".")[0] for name in sys.modules})


def _outcome(deed) -> str:
    try:
        return str(deed())
    except OSError as error:
        return type(error).__name__


def _temporary(_: str) -> str:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        file.write(b"scratch")
    return file.name


def _linger(_: str) -> None:
    subprocess.Popen(["sleep", "600"])
    _temporary("")
    _loop("")


def _raw(number: str) -> int:
    """Make a system call past every check of Python; the answer is its error number."""
    libc = ctypes.CDLL(None, use_errno=True)
    arguments = [ctypes.c_long(int(each)) for each in number.split()]
    return ctypes.get_errno() if libc.syscall(*arguments) < 0 else 0


_VALUE = (b"user.note", b"x", ctypes.c_size_t(1), 0)
_MORE = {
    "chmod": (0o777,),
    "chown": (1, 1),
    "lchown": (1, 1),
    "truncate": (ctypes.c_long(0),),
    "utimes": (None,),
    "setxattr": _VALUE,
    "lsetxattr": _VALUE,
    "removexattr": (b"user.note",),
    "lremovexattr": (b"user.note",),
    "fchmod": (0o777,),
    "fchown": (1, 1),
    "futimens": (None,),
    "fsetxattr": _VALUE,
    "fremovexattr": (b"user.note",),
}


def _native(name: str, target: bytes | int) -> int:
    """Call a function of the C library; the answer is its error number."""
    libc = ctypes.CDLL(None, use_errno=True)
    return ctypes.get_errno() if getattr(libc, name)(target, *_MORE[name]) < 0 else 0


def _by_name(argument: str) -> int:
    name, _, path = argument.partition(" ")
    return _native(name, os.fsencode(path))


def _by_handle(argument: str) -> int:
    name, _, path = argument.partition(" ")
    with Path(path).open("rb") as file:
        return _native(name, file.fileno())


def _is_socket(handle: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(handle).st_mode)
    except OSError:
        return False


def _pipe_of_the_parent() -> int:
    """Find the handle that answers go to: the only socket of a reader."""
    return next(handle for handle in range(512) if _is_socket(handle))


def _send_half(argument: str) -> None:
    """Take the place of the reader's own answer with less than it announces."""
    os.write(_pipe_of_the_parent(), struct.pack("!i", int(argument)) + b"half")
    _loop("")


_DEEDS = {
    "send half": _send_half,
    "by name": _by_name,
    "by handle": _by_handle,
    "await": _await,
    "echo": lambda argument: argument,
    "pid": lambda _: os.getpid(),
    "exit": lambda _: os._exit(3),
    "segfault": lambda _: os.kill(os.getpid(), signal.SIGSEGV),
    "loop": _loop,
    "allocate": _allocate,
    "big": lambda _: b"x" * BIG,
    "refuse": _refuse,
    "too-large": _find_too_large,
    "break": _break,
    "recurse": _recurse,
    "connect": _connect,
    "write": _write,
    "interrupt": _interrupt,
    "unpicklable": _unpicklable,
    "parse": lambda argument: len(_parse(argument).blocks),
    "text": lambda argument: "\n".join(block.text for block in _parse(argument).blocks),
    "imported": lambda argument: (_parse(argument), _imported(""))[1],
    "limits": lambda _: {
        name: resource.getrlimit(getattr(resource, name))[0]
        for name in ("RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CORE", "RLIMIT_CPU", "RLIMIT_AS")
    },
    "put": lambda argument: _outcome(lambda: Path(argument).write_text("out")),
    "delete": lambda argument: _outcome(Path(argument).unlink),
    "fetch": lambda argument: _outcome(Path(argument).read_text),
    "run": lambda argument: _outcome(lambda: subprocess.check_output(["echo", argument])),
    "open a socket": lambda _: _outcome(socket.socket),
    "open a local socket": lambda _: _outcome(lambda: socket.socket(socket.AF_UNIX)),
    "signal": lambda argument: _outcome(lambda: os.kill(int(argument), 0)),
    "raw": _raw,
    "temporary": _temporary,
    "linger": _linger,
    "threads": lambda _: len(list(Path("/proc/self/task").iterdir())),
    "niceness": lambda _: os.nice(0),
}


def _parse(path: str):
    from desktop_app.parsing.formats import parse

    return parse(Path(path))
