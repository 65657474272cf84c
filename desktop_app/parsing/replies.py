"""What a reader may say to its parent: values, and nothing that could act.

A hostile file may have taken its reader over, and an ordinary unpickler calls whatever the
message names: https://docs.python.org/3/library/pickle.html#restricting-globals
"""

from __future__ import annotations

import dataclasses
import enum
import io
import pickle
from typing import Any

_OURS = "desktop_app"
_PLAIN = frozenset({"set", "frozenset", "bytearray"})


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


class _Values(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == "builtins" and name in _PLAIN:
            return super().find_class(module, name)
        if module.partition(".")[0] == _OURS:
            found = super().find_class(module, name)
            # Not what our modules have imported: a module's names are not all its own.
            is_ours = isinstance(found, type) and found.__module__ == module
            if is_ours and (dataclasses.is_dataclass(found) or issubclass(found, enum.Enum)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")
