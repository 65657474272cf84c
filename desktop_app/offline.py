"""The promise that nothing leaves the machine, kept by refusing sockets in-process."""

from __future__ import annotations

import os
import sys
from typing import Any

_NETWORK_EVENTS = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.sendmsg",
        "socket.sendto",
    }
)


class NetworkRefused(PermissionError):
    """Something in this process tried to use the network: a bug or a library's telemetry."""


def refuse_network() -> None:
    """Refuse every network socket of this process for the rest of its life.

    An audit hook cannot be removed, which is the point (PEP 578). Local sockets stay
    allowed, since multiprocessing's pipes and Qt's local server are made of them. The
    hub client's and OpenVINO's own switches are set as well, so that they do not try.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["DO_NOT_TRACK"] = "1"
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event not in _NETWORK_EVENTS:
        return
    address = args[1] if event in {"socket.bind", "socket.connect"} else None
    # Unix domain addresses are strings or bytes; network addresses are tuples or host names.
    if isinstance(address, (str, bytes)):
        return
    raise NetworkRefused(f"network use refused: {event}")
