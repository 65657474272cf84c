"""The downloader: the one process of Lectern that may use the network, for one pack.

Spawned when a pack is asked for and gone when it is there. It does a step each time the
consumer pulls, so that not pulling pauses it; to cancel is to kill it, which answers at
once however the server stalls and loses nothing, since the next download goes on from the
bytes on the disk.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic

from desktop_app.acquisition.orders import Order, Patience
from desktop_app.acquisition.space import FreeBytes, free_bytes
from desktop_app.domain import IsCancelled, PackPhase, PackProgress, never_cancelled
from desktop_app.errors import DownloadFailed, LecternError
from desktop_app.translation import mark

_log = logging.getLogger(__name__)

_TICK_SECONDS = 0.1
"""How often a wait looks up to see whether it was cancelled."""
_SILENCE_SECONDS = 1.0
"""After this long without a step, and then as often, the consumer is told that it waits."""
_JOIN_SECONDS = 5.0


def download_pack(
    name: str,
    *,
    packs_dir: Path,
    resources_dir: Path,
    is_cancelled: IsCancelled = never_cancelled,
    patience: Patience | None = None,
    free: FreeBytes = free_bytes,
) -> Generator[PackProgress]:
    """Get a pack's files over the network, going on where an earlier try ended.

    Blocks between steps; callable on any thread. Ends early when cancelled, within a
    fraction of a second; what came so far is kept. ``free`` is a top-level function.
    Raises PackMissing (no such pack), PackInUse (somebody is at it), DownloadFailed,
    DiskFull, PackAltered.
    """
    order = Order(name, packs_dir, resources_dir, patience or Patience(), free)
    last = PackProgress(name, PackPhase.DOWNLOADING)
    downloader = _Downloader(order)
    try:
        while last.phase is not PackPhase.DONE and not is_cancelled():
            downloader.ask()
            asked = monotonic()
            while (step := downloader.answer(_TICK_SECONDS)) is None:
                if is_cancelled():
                    return
                if monotonic() - asked > _SILENCE_SECONDS:
                    asked = monotonic()
                    yield _silent(last)
            last = step
            yield last
    finally:
        downloader.close()


@dataclass(frozen=True, slots=True)
class _Bug:
    """What the process did not expect, by type and place."""

    kind: str
    file: str
    line: int | None


class _Downloader:
    """The child process and its pipe."""

    def __init__(self, order: Order) -> None:
        # Never fork: the parent may have threads and may have loaded lance.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, order), name="lectern-downloader", daemon=True
        )
        with _no_interrupts():
            self._process.start()
        theirs.close()

    def ask(self) -> None:
        """Let the process do a step; a dead one is found by ``answer``."""
        with suppress(OSError):
            self._connection.send(None)

    def answer(self, seconds: float) -> PackProgress | None:
        """Return the step that was asked for, or None while it is not done.

        Raises the LecternError that ended the download.
        """
        if not wait([self._connection, self._process.sentinel], seconds):
            return None
        try:
            answer = self._connection.recv() if self._connection.poll() else None
        except (EOFError, OSError):
            answer = None
        if isinstance(answer, PackProgress):
            return answer
        if isinstance(answer, LecternError):
            _log.warning("the download ended: %s", answer.title)
            raise answer
        if isinstance(answer, _Bug):
            _log.error("the downloader failed: %s in %s, line %s", *astuple(answer))
            raise DownloadFailed(mark("The download stopped unexpectedly."))
        self._process.join(_JOIN_SECONDS)
        _log.error("the downloader ended with exit code %s", self._process.exitcode)
        raise DownloadFailed(mark("The download stopped unexpectedly."))

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.join(_JOIN_SECONDS)
        self._connection.close()


def _silent(last: PackProgress) -> PackProgress:
    is_waiting = last.phase is PackPhase.DOWNLOADING
    notice = last.notice or (mark("Waiting for the server.") if is_waiting else "")
    return replace(last, rate=0.0, seconds_left=None, notice=notice)


@contextmanager
def _no_interrupts() -> Iterator[None]:
    """Let a child be born deaf to Ctrl+C, which a terminal sends to every process.

    The parent decides what it means. Between its first instruction and ``signal.signal``
    the child would otherwise print a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(connection: Connection, order: Order) -> None:
    """Fetch a pack, a step for each request. The main function of the downloader process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _allow_network()
    # The client reads the environment when it is imported.
    from desktop_app.acquisition.fetching import fetch_pack

    steps = fetch_pack(order)
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            connection.recv()
            try:
                step = next(steps)
            except LecternError as error:
                connection.send(error)
                return
            except StopIteration:
                return
            except Exception as error:  # noqa: BLE001 - process border: the parent must hear of it
                # By type and place only; a message may hold an address that is signed.
                place = traceback.extract_tb(error.__traceback__)[-1]
                connection.send(_Bug(type(error).__name__, Path(place.filename).name, place.lineno))
                return
            connection.send(step)


def _end_with_parent() -> None:
    """End this process as soon as its parent is gone, also while a server stalls."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _allow_network() -> None:
    """Undo for this process what ``offline.refuse_network`` set; keep the client quiet.

    The audit hook itself is of each process and was never set here.
    """
    # A windowed build has neither stream, and the client writes to them.
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - lives as long as the process
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DEBUG"):
        os.environ.pop(name, None)
    os.environ |= {
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1",
        # Its warnings hold addresses, which may be signed.
        "HF_HUB_VERBOSITY": "critical",
    }
