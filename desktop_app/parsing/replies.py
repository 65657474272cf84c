"""What a reader may say to its parent: values, and nothing that could act.

A hostile file may have taken its reader over, and an ordinary unpickler calls whatever the
message names: https://docs.python.org/3/library/pickle.html#restricting-globals
"""

from __future__ import annotations

import dataclasses
import io
import os
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from desktop_app.domain import ParseFailure
from desktop_app.domain.sealed import SealedEnum
from desktop_app.domain.shortfalls import SHORTFALLS
from desktop_app.errors import CorruptFile, FileTooLarge, ParseError, ParserCrashed
from desktop_app.retelling import recall
from desktop_app.translation import Worded, mark

Request = TypeVar("Request")
Result = TypeVar("Result")

_OURS = "desktop_app"
_PLAIN = frozenset({"set", "frozenset"})
_HEAD = 4
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Reply(Generic[Result]):
    """What a reader made of a request; ``is_spent`` asks for a new reader."""

    result: Result | ParseFailure
    is_spent: bool


class UntrustedReply(Exception):
    """The message names something else than our values, or is no message at all."""


def read_reply(message: bytes) -> object:
    """Return the value that a reader sent: plain ones, our dataclasses and enumerations.

    Raises UntrustedReply for anything else, before any of it has run. Any thread.
    """
    try:
        return _Values(io.BytesIO(message)).load()
    except Exception as error:  # process border: a damaged message raises whatever it likes
        raise UntrustedReply from error


def read_message(message: bytes) -> Reply[Any] | None:
    """Return a reply, or None for a reader that is ready; raises UntrustedReply."""
    value = read_reply(message)
    if value is not None and not isinstance(value, Reply):
        raise UntrustedReply
    return value


def answer(request: Request, work: Callable[[Request], Result]) -> bytes:
    """Return the message that carries the result or the failure. Runs in the reader."""
    reply: Reply[Result]
    try:
        reply = Reply(work(request), is_spent=False)
        return _written(reply)
    except ParseError as error:
        reply = Reply(failure_of(error), is_spent=False)
    except MemoryError:
        reply = Reply(failure_of(too_much_memory()), is_spent=True)
    except RecursionError:
        reply = Reply(
            failure_of(CorruptFile(mark("The file is nested too deeply."))), is_spent=True
        )
    except Exception:  # noqa: BLE001 (a process border: whatever it was, only this file fails)
        reply = Reply(failure_of(ParserCrashed()), is_spent=True)
    return _written(reply)


def too_much_memory() -> ParseError:
    """Return what a reader over its memory is told as."""
    return FileTooLarge(mark("The file needs more memory than a reader may use."))


def failure_of(error: ParseError) -> ParseFailure:
    """Return an error as a value, for the way between processes."""
    return ParseFailure(code=error.code, title=error.title, hint=error.hint)


def error_of(failure: ParseFailure) -> ParseError:
    """Return the error that a value was made of, with the parts of its sentences."""
    kinds = {kind.code: kind for kind in ParseError.__subclasses__()}
    said = (recall(each, SHORTFALLS) for each in (failure.title, failure.hint))
    return kinds.get(failure.code, ParseError)(*said)


class Inbox:
    """Gathers one message after another from a reader, and never waits for the rest of one.

    ``Connection.recv_bytes`` does, so that whoever has taken over a reader could hold the
    thread that asks by sending half a message. ``handle`` is the reader's end of a pipe, ``most``
    bytes are what a message may have. The lengths before messages are those of
    ``Connection``. Not for Windows, where a message arrives whole. One thread at a time.
    """

    def __init__(self, handle: int, most: int) -> None:
        self._handle = handle
        self._most = most
        self._held = bytearray()
        self._wanted = _HEAD
        self._has_head = False
        if sys.platform != "win32":
            os.set_blocking(handle, False)

    @property
    def is_within(self) -> bool:
        """Whether a message has begun and not ended."""
        return self._has_head or bool(self._held)

    def take(self) -> bytes | None:
        """Return the next message if it is all there; else None, at once.

        Raises EOFError or OSError once the reader is gone, UntrustedReply for a message
        that is too long.
        """
        while True:
            while len(self._held) < self._wanted:
                try:
                    piece = os.read(self._handle, min(self._wanted - len(self._held), _PIECE))
                except BlockingIOError:
                    return None
                if not piece:
                    raise EOFError
                self._held += piece
            whole, self._held = bytes(self._held), bytearray()
            self._has_head = not self._has_head
            if not self._has_head:
                self._wanted = _HEAD
                return whole
            self._wanted = int.from_bytes(whole, "big", signed=True)
            # A negative one announces a length of over two gigabytes.
            if not 0 <= self._wanted <= self._most:
                raise UntrustedReply


def _written(reply: Reply[Any]) -> bytes:
    # Templates of a reader's own could be made to grow without end where they are filled.
    file = io.BytesIO()
    pickler = pickle.Pickler(file, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {Worded: lambda said: (str, (str(said),))}
    pickler.dump(reply)
    return file.getvalue()


class _Values(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("builtins", "str"):
            # Takes a text only: ``str`` would also decode bytes, by codecs that take hours.
            return str.__str__
        if module == "builtins" and name in _PLAIN:
            return super().find_class(module, name)
        if module.partition(".")[0] == _OURS:
            found = super().find_class(module, name)
            # Not what our modules have imported: a module's names are not all its own. And
            # nothing that a message could set attributes of, instead of making a new one.
            is_ours = isinstance(found, type) and found.__module__ == module
            if is_ours and hasattr(found, "__setstate__") and _is_value(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


def _is_value(kind: type) -> bool:
    return dataclasses.is_dataclass(kind) or issubclass(kind, SealedEnum)
