"""The child's side of the pool: it answers one pipe and ends with its parent."""

from __future__ import annotations

import gc
import multiprocessing
import pickle
import threading
from multiprocessing.connection import Connection
from typing import TextIO

from desktop_app.parsing.confinement import empty, end_after, end_now, stay
from desktop_app.parsing.replies import answer

# The child ends by itself this long after its deadline when nobody is left to end it and
# a library never gives the interpreter back, so that it cannot notice.
_GRACE_SECONDS = 10.0
# A file becomes hundreds of thousands of objects, hardly any of them in a cycle: looking for
# those at every 700 was 5 % of a reader's work, and 140 MB is the most it holds either way.
_OBJECTS_BETWEEN_LOOKS = 10_000
PATIENCE = 3.0
"""How many times its deadline a file may take while the computer is busy with other work."""


def serve(sink: TextIO, connection: Connection, pickled_work: bytes, scratch: str) -> None:
    """Answer requests until the parent closes the pipe. Runs in the child, confined."""
    threading.Thread(target=_end_with_parent, args=(scratch,), daemon=True).start()
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    work = pickle.loads(pickled_work)  # noqa: S301 (from our own parent)
    connection.send_bytes(pickle.dumps(None))
    while True:
        try:
            request, seconds = connection.recv()
        except (EOFError, OSError):
            return
        end_after(PATIENCE * seconds + _GRACE_SECONDS, sink)
        message = answer(request, work)
        empty(scratch)
        # Before sending, which lasts as long as the consumer pauses; a parent that is gone
        # ends it without the timer.
        stay()
        try:
            connection.send_bytes(message)
        except OSError:
            return


def _end_with_parent(scratch: str) -> None:
    """End this process as soon as its parent is gone, also in the middle of a large file."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        empty(scratch)
        end_now()
