"""The tidier: a disposable process in which large tables are written anew.

What LanceDB takes to merge the pieces of a table and to build its indexes rises with the
table, and nothing bounds it: 400 MB beside what the window holds at 200,000 passages. Here it
is the memory of a process that is gone when the work is done, works behind everything that
the user does, and can be ended at any moment, which a call of LanceDB cannot.

Whoever asks waits, so there is one writer all the time. LanceDB's commits are one rename of a
file: a process that ends early leaves the table as it was before or after one of them, and
files of no version, which are removed here or by the next tidying.
"""

from __future__ import annotations

import enum
import logging
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import psutil

from desktop_app.domain import IsCancelled, never_cancelled
from desktop_app.errors import LecternError
from desktop_app.offline import refuse_network
from desktop_app.store.failures import translated
from desktop_app.store.holding import newest_manifest
from desktop_app.store.lock import tidiers_lock

if TYPE_CHECKING:
    from desktop_app.store.indexes import Chore

_log = logging.getLogger(__name__)

_LARGE_BYTES = 16 << 20
"""Of a table: 12,000 passages, whose tidying takes 45 MB. A process costs a second."""
_TICK_SECONDS = 0.1
"""How often a wait looks up to see whether it was cancelled."""
_START_SECONDS = 120.0
"""A cold disk or a scanner for viruses can take long before the first chore begins."""
_MOST_STARTS = 3
_JOIN_SECONDS = 5.0
_NICENESS = 10
_LEAST_PRIORITY = 7
"""Of eight within the "best effort" class: the idle class could starve the one writer."""
_KILLED_FIRST = "500"
"""Of 1,000: where memory runs out, Linux is to end this process and not the window."""
_VERSIONS = "_versions"


class _Sign(enum.Enum):
    """What the process says beside an error."""

    READY = enum.auto()
    DONE = enum.auto()


class Tidier:
    """Does chores for the tables of one library, one at a time, and waits for each.

    Index thread; ``close`` any thread.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._is_cancelled: IsCancelled = never_cancelled
        self._is_closed = False
        self._is_ready = False
        self._missed_starts = 0
        self._connection: Connection | None = None
        self._process: multiprocessing.process.BaseProcess | None = None

    @property
    def process_id(self) -> int | None:
        """The process's number in the system, None where there is none."""
        return self._process.pid if self._process is not None else None

    @contextmanager
    def heeding(self, is_cancelled: IsCancelled) -> Iterator[None]:
        """End every chore as soon as this says so; asked ten times a second."""
        before, self._is_cancelled = self._is_cancelled, is_cancelled
        try:
            yield
        finally:
            self._is_cancelled = before

    def is_for(self, table: Any) -> bool:
        """Say whether a table is so large that its chores are better done apart."""
        return int(table.stats()["total_bytes"]) > _LARGE_BYTES

    def do(self, chore: Chore, table: Any) -> bool:
        """Do a chore in the process, and show its outcome to everybody who has this handle.

        Says whether it was done: not where it was cancelled, or the process died, whose reason
        is in the log. Where no process comes up, three times in a row, chores are done here.
        Raises the StoreError that it failed with.
        """
        if self._missed_starts >= _MOST_STARTS:
            chore(table)
            return True
        place = Path(table.uri)
        newest, files = newest_manifest(place), _files(place)
        is_done = False
        try:
            is_done = self._ask(chore, table.name)
        finally:
            if not is_done:
                self.rest()
                if newest_manifest(place) == newest:
                    _remove(_files(place) - files)
            # A handle sees its own commits only.
            table.checkout_latest()
        return is_done

    def rest(self) -> None:
        """End the process, whatever it is doing; the next chore starts another."""
        if self._process is not None:
            self._process.kill()
            # However long: whatever is written next must find it gone.
            self._process.join()
        if self._connection is not None:
            self._connection.close()
        self._process = self._connection = None
        self._is_ready = False

    def close(self) -> None:
        """End the chore that is being done, and do no more. Any thread."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()

    def _ask(self, chore: Chore, name: str) -> bool:
        if self._has_to_end():
            return False
        try:
            connection, process = self._running()
            connection.send((name, chore))
        except OSError as error:
            # No memory, processes or handles left; or it has just died.
            return self._miss(type(error).__name__)
        until = monotonic() + _START_SECONDS
        while not self._has_to_end():
            if not wait([connection, process.sentinel], _TICK_SECONDS):
                if not self._is_ready and monotonic() > until:
                    return self._miss("nothing was heard of it")
                continue
            answer = _received(connection)
            if answer is _Sign.READY:
                self._is_ready = True
                self._missed_starts = 0
            elif answer is _Sign.DONE:
                return True
            elif isinstance(answer, LecternError):
                raise answer
            else:
                process.join(_JOIN_SECONDS)
                return self._miss(str(answer or f"exit code {process.exitcode}"))
        return False

    def _miss(self, reason: str) -> bool:
        if not self._has_to_end():
            if not self._is_ready:
                self._missed_starts += 1
            _log.warning("tidying is put off, since its process ended: %s", reason)
        return False

    def _has_to_end(self) -> bool:
        return self._is_closed or self._is_cancelled()

    def _running(self) -> tuple[Connection, multiprocessing.process.BaseProcess]:
        if self._process is None or self._connection is None:
            # Never fork: this process has threads and has loaded lance.
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve, args=(theirs, self._directory), name="lectern-tidier", daemon=True
            )
            try:
                self._process.start()
            except OSError:
                self._process = None
                raise
            finally:
                theirs.close()
        return self._connection, self._process


def _received(connection: Connection) -> Any:
    """Return what the process says, None where it has died."""
    try:
        return connection.recv() if connection.poll() else None
    except (EOFError, OSError):
        return None


def _files(place: Path) -> set[Path]:
    return {
        Path(folder, name)
        for folder, _, names in os.walk(place)
        for name in names
        if Path(folder).name != _VERSIONS
    }


def _remove(files: set[Path]) -> None:
    """Remove what belongs to no version; what is not removed now the next tidying removes."""
    for path in files:
        with suppress(OSError):
            path.unlink()


def _serve(connection: Connection, directory: Path) -> None:
    """Do chores until the parent closes the pipe. The main function of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    refuse_network()
    _be_quiet()
    with suppress(OSError, psutil.Error):
        _stand_back()
    from desktop_app.store.lance import connect

    with tidiers_lock(directory), suppress(EOFError, OSError):
        parent = multiprocessing.parent_process()
        if parent is None or not parent.is_alive():
            return  # another writer may have come before the lock was held
        database = connect(directory)
        connection.send(_Sign.READY)
        while True:
            name, chore = connection.recv()
            connection.send(_outcome(database, name, chore))


def _outcome(database: Any, name: str, chore: Chore) -> _Sign | LecternError | str:
    try:
        with translated():
            chore(database.open_table(name))
    except LecternError as error:
        return error
    except BaseException as error:  # noqa: BLE001 - process border; Lance's panics are no Exception
        # By type and place only; a message may hold what is in the table.
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
    return _Sign.DONE


def _end_with_parent() -> None:
    """End this process as soon as its parent is gone, also in the middle of a chore."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _be_quiet() -> None:
    """Keep what LanceDB writes to the streams from the terminal, also from native code."""
    with Path(os.devnull).open("w", encoding="utf-8") as sink:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)


def _stand_back() -> None:
    """Let every other program and the window go first."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        psutil.Process().ionice(psutil.IOPRIO_LOW)
        return
    os.nice(_NICENESS)
    if sys.platform.startswith("linux"):
        psutil.Process().ionice(psutil.IOPRIO_CLASS_BE, _LEAST_PRIORITY)
        Path("/proc/self/oom_score_adj").write_text(_KILLED_FIRST, encoding="ascii")
