"""What a parser process gives up before it opens a file that nobody has checked."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from pathlib import Path
from typing import TextIO

import psutil

from desktop_app.offline import refuse_network

_NICENESS = 10
_MEGABYTE = 1 << 20


def confine(memory_mb: int) -> TextIO:
    """Confine this process for the rest of its life and return a sink for tracebacks.

    No network, no terminal, no Ctrl+C (the parent decides when it ends), low priority.
    The cap of ``memory_mb`` on the address space holds on Linux only: macOS accepts
    RLIMIT_AS without keeping it and Windows has none, so the pool also watches the
    resident memory from outside. Runs once, in the child.
    """
    refuse_network()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sink = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 (lives as long as the process)
    # The file descriptors, not only sys.stdout: native libraries write to those.
    os.dup2(sink.fileno(), 1)
    os.dup2(sink.fileno(), 2)
    sys.stdout = sys.stderr = sink
    _lower_priority()
    _cap_memory(memory_mb)
    return sink


def end_after(seconds: float, sink: TextIO) -> None:
    """End this process in ``seconds`` whatever it is doing then.

    This is the net under the parent's deadline, for a parent that was killed: the timer
    is a native thread, so that a library which never gives the interpreter back ends too.
    """
    faulthandler.dump_traceback_later(seconds, exit=True, file=sink)


def stay() -> None:
    """Withdraw ``end_after``."""
    faulthandler.cancel_dump_traceback_later()


def _lower_priority() -> None:
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(_NICENESS)


def _cap_memory(memory_mb: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    limit = memory_mb * _MEGABYTE
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
