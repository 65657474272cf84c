"""What a tidier is told to do in tests: top-level functions that its process can import."""

from __future__ import annotations

import errno
import os
import socket
import threading
from pathlib import Path
from typing import Any

import psutil

from desktop_app.offline import NetworkRefused

ABANDONED = "0" * 50 + ".lance"


def die_half_way(table: Any) -> None:
    """End as a process does that is killed while it writes: with a file of no version."""
    Path(table.uri, "data", ABANDONED).write_bytes(bytes(1_000_000))
    os._exit(9)


def commit_and_die(table: Any, **chosen: Any) -> None:
    """End after one pass of two."""
    table.optimize(**chosen)
    die_half_way(table)


def hang(_table: Any, *, note: Path) -> None:
    """Say that it began, and never end."""
    unfinished = note.with_suffix(".part")
    unfinished.write_text(str(os.getpid()))
    unfinished.rename(note)
    threading.Event().wait()


def fill_the_disk(table: Any) -> None:
    """Fail as Lance does on a full disk, with a part of a file written."""
    Path(table.uri, "data", ABANDONED).write_bytes(b"part")
    raise OSError(errno.ENOSPC, "No space left on device")


def show_manners(_table: Any, *, note: Path) -> None:
    """Note whether the network is refused, and how far the process stands back."""
    try:
        socket.create_connection(("127.0.0.1", 9))
    except NetworkRefused:
        note.write_text(str(psutil.Process().nice()))


def stumble(_table: Any) -> None:
    """Fail as only a mistake of ours does."""
    raise KeyError


def end_at_once(*_arguments: object) -> None:
    """Stand in for the main function of a process that never comes up."""
