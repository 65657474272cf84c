"""How much memory and disk something takes at its worst moment, here and in new processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

_SECONDS_A_LOOK = 0.2
_MEGABYTE = 1_000_000


class Watch:
    """Looks at this process and a directory all the time, on a thread of its own.

    Also at the processes that this one starts from then on.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._process = psutil.Process()
        self._others = set(self._process.children())
        self._memory = self._apart = self._disk = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def figures(self, name: str, act: Callable[[], object]) -> dict[str, float]:
        """Do something; return its seconds and the peaks of memory and disk in megabytes."""
        self._memory = self._apart = self._disk = 0.0
        began = time.perf_counter()
        act()
        took = time.perf_counter() - began
        self._note()
        return {
            f"{name}_s": took,
            f"{name}_peak_mb": self._memory,
            f"{name}_peak_apart_mb": self._apart,
            f"{name}_peak_disk_mb": self._disk,
        }

    def disk_mb(self) -> float:
        """Return the megabytes of the directory now."""
        total = 0
        for path in self._directory.rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except FileNotFoundError:
                continue
        return total / _MEGABYTE

    def _look(self) -> None:
        while not self._over.wait(_SECONDS_A_LOOK):
            self._note()

    def _note(self) -> None:
        self._memory = max(self._memory, self._process.memory_info().rss / _MEGABYTE)
        self._disk = max(self._disk, self.disk_mb())
        apart = 0.0
        for child in set(self._process.children()) - self._others:
            with suppress(psutil.Error):
                apart += child.memory_info().rss / _MEGABYTE
        self._apart = max(self._apart, apart)
