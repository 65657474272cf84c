"""The window's threads: work leaves the UI thread here and its results come back here.

Named lanes with one thread each, so that what shares a lane never overlaps: the index lane
is the library's single writer, the search lane answers one question at a time, the packs lane
gets one model at a time, the keeping lane makes one backup. What touches the user's disks may
hang on a dead network drive, so it has the desk lane to itself, as the look at this machine
has its own. Words are found in a document beside the drawing of its pages.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, Literal, TypeAlias, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop_app.domain import IsCancelled
from desktop_app.errors import Cancelled, LecternError
from desktop_app.translation import mark

_log = logging.getLogger(__name__)

_LAST_SHARE = 0.5
_T = TypeVar("_T")

Lane: TypeAlias = Literal[
    "index", "search", "preview", "find", "open", "packs", "desk", "machine", "keeping"
]
_Job = Callable[[], None]


class TaskHandle:
    """One piece of work: can be withdrawn, and a stream can be paused.

    Every method may be called on any thread. After ``cancel`` no callback of the work is
    called any more; a stream's iterator is still pulled to its end, which comes soon
    because it was given ``is_cancelled``, so that it can leave a consistent state behind.
    """

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._may_run = threading.Event()
        self._may_run.set()

    def cancel(self) -> None:
        """Withdraw the work; wakes it when it is paused."""
        self._cancelled.set()
        self._may_run.set()

    def is_cancelled(self) -> bool:
        """Say whether the work was withdrawn."""
        return self._cancelled.is_set()

    def pause(self) -> None:
        """Stop pulling the stream after the item under way."""
        if not self.is_cancelled():
            self._may_run.clear()

    def resume(self) -> None:
        """Go on pulling."""
        self._may_run.set()

    def is_paused(self) -> bool:
        """Say whether pulling is stopped."""
        return not self._may_run.is_set()

    def wait_for_its_turn(self) -> None:
        """Block like ``wait_while_paused``; raises Cancelled where it must not begin at all."""
        self._may_run.wait()
        if self.is_cancelled():
            raise Cancelled

    def wait_while_paused(self) -> None:
        """Block the worker until ``resume`` or ``cancel``, without spinning."""
        self._may_run.wait()


class _Newest(Generic[_T]):
    """The newest item of a stream on its way to the UI thread; overtaken ones are dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: list[_T] = []
        self.delivered_at = float("-inf")

    def put(self, item: _T) -> bool:
        """Replace the item; True when nothing was under way yet, so a delivery is needed."""
        with self._lock:
            was_empty = not self._items
            self._items = [item]
            return was_empty

    def take(self) -> list[_T]:
        """Empty the slot: one item or none."""
        with self._lock:
            items, self._items = self._items, []
            self.delivered_at = time.monotonic()
            return items


class TaskRunner(QObject):
    """Runs functions and iterators on named threads, calls back on the UI thread.

    ``failed`` is emitted with a LecternError where the work had no ``on_error`` of its own.
    The threads start with their first work and are daemons: one that ignores its
    cancellation cannot keep the program alive beyond ``close``.
    """

    failed = Signal(object)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[str, queue.SimpleQueue[_Job | None]] = {}
        self._threads: list[threading.Thread] = []
        self._keyed: dict[str, TaskHandle] = {}
        self._handles: set[TaskHandle] = set()
        self._is_closed = False
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def submit(
        self,
        lane: Lane,
        work: Callable[[], _T],
        on_result: Callable[[_T], None],
        on_error: Callable[[LecternError], None] | None = None,
        *,
        key: str = "",
    ) -> TaskHandle:
        """Run ``work()`` on a lane after what waits there already.

        ``key``: earlier work with the same key is cancelled (the latest wins).
        """
        handle = self._register(key)

        def job() -> None:
            result = work()
            self._send(handle, lambda: on_result(result))

        self._enqueue(lane, handle, job, on_error)
        return handle

    def stream(
        self,
        lane: Lane,
        iterate: Callable[[IsCancelled], Iterator[_T]],
        on_item: Callable[[_T], None],
        on_done: Callable[[], None],
        on_error: Callable[[LecternError], None] | None = None,
        *,
        key: str = "",
        interval_ms: int = 0,
        is_paused: bool = False,
    ) -> TaskHandle:
        """Pull an iterator on a lane; ``on_item`` sees its newest item, the last one always.

        Items overtaken before the UI thread got to them are dropped, so a busy window
        never falls behind; ``interval_ms`` is the least time between two calls. With
        ``is_paused`` nothing is pulled before the first ``resume``.
        """
        handle = self._register(key)
        if is_paused:
            handle.pause()
        newest: _Newest[_T] = _Newest()

        def show() -> None:
            for item in newest.take():
                on_item(item)

        def show_in_time() -> None:
            wait = interval_ms / 1000 - (time.monotonic() - newest.delivered_at)
            if wait <= 0:
                show()
            else:
                QTimer.singleShot(
                    round(wait * 1000), self, lambda: None if handle.is_cancelled() else show()
                )

        def finish() -> None:
            show()
            on_done()

        def job() -> None:
            handle.wait_for_its_turn()
            for item in iterate(handle.is_cancelled):
                if not handle.is_cancelled() and newest.put(item):
                    self._send(handle, show_in_time, is_last=False)
                handle.wait_while_paused()
            self._send(handle, finish)

        self._enqueue(lane, handle, job, on_error)
        return handle

    def close(self, *, seconds: float = 5.0, last: Callable[[], None] | None = None) -> bool:
        """Cancel everything, end the threads, then run ``last`` off the UI thread.

        Waits ``seconds`` at most in all, of which a part is kept for ``last``, since it is
        what ends processes that a lane may be waiting for; False when something is still
        running then. Callbacks that have not been called by now never are.
        """
        until = time.monotonic() + seconds
        self._is_closed = True
        for handle in tuple(self._handles):
            handle.cancel()
        for jobs in self._jobs.values():
            jobs.put(None)
        kept = _LAST_SHARE * seconds if last is not None else 0.0
        for thread in self._threads:
            thread.join(max(0.0, until - kept - time.monotonic()))
        if last is not None:
            jobs = self._lane("last")
            jobs.put(self._guarded("last", TaskHandle(), last, self.failed.emit))
            jobs.put(None)
            for thread in reversed(self._threads):
                thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _register(self, key: str) -> TaskHandle:
        handle = TaskHandle()
        if key:
            if key in self._keyed:
                self._keyed[key].cancel()
            self._keyed[key] = handle
        self._handles.add(handle)
        return handle

    def _enqueue(
        self,
        lane: str,
        handle: TaskHandle,
        job: _Job,
        on_error: Callable[[LecternError], None] | None,
    ) -> None:
        if self._is_closed:
            handle.cancel()
            return
        self._lane(lane).put(self._guarded(lane, handle, job, on_error or self.failed.emit))

    def _guarded(
        self, lane: str, handle: TaskHandle, job: _Job, report: Callable[[LecternError], None]
    ) -> _Job:
        def guarded() -> None:
            if handle.is_cancelled():
                self._handles.discard(handle)
                return
            try:
                job()
            except Cancelled:
                self._send(handle, lambda: None)
            except LecternError as error:
                expected = error
                self._send(handle, lambda: report(expected))
            except Exception:  # noqa: BLE001 - the border of a thread: its lane must live on
                _log.exception("unexpected failure on the %s lane", lane)
                self._send(handle, lambda: report(_unexpected()))

        return guarded

    def _lane(self, name: str) -> queue.SimpleQueue[_Job | None]:
        if name not in self._jobs:
            jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()

            def run() -> None:
                while (job := jobs.get()) is not None:
                    job()

            thread = threading.Thread(target=run, name=f"lectern-{name}", daemon=True)
            self._jobs[name] = jobs
            self._threads.append(thread)
            thread.start()
        return self._jobs[name]

    def _send(self, handle: TaskHandle, callback: _Job, *, is_last: bool = True) -> None:
        if is_last:
            self._handles.discard(handle)
        if not handle.is_cancelled() and not self._is_closed:
            self._arrived.emit((handle, callback))

    @Slot(object)
    def _on_arrived(self, arrived: tuple[TaskHandle, _Job]) -> None:
        handle, callback = arrived
        if not handle.is_cancelled() and not self._is_closed:
            callback()


def _unexpected() -> LecternError:
    return LecternError(
        mark("Something unexpected went wrong."),
        mark("The log file has the details; try it once more."),
    )
