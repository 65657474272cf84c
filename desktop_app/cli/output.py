"""What every command prints with: JSON, single lines, a progress line, Ctrl+C."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Self

from desktop_app.domain import IndexPhase, IndexProgress, PackProgress
from desktop_app.domain.keeping import CopyProgress

INTERRUPTED = 130
"""Exit status of work that Ctrl+C ended, as shells count it."""
_MEGABYTE = 1_000_000
# File names and texts may hold anything; a terminal would obey escape sequences.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")


def one_line(text: str) -> str:
    """Make any text safe and short for one line of a terminal."""
    return " ".join(text.translate(_CONTROLS).split())


def print_json(answer: object) -> None:
    """Print one JSON value on a line."""
    print(json.dumps(answer, ensure_ascii=False))


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl+C into a request to stop at the next batch border."""
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: asked.append(number))
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


class ProgressLine:
    """One line on a terminal's stderr that is rewritten; silent elsewhere."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def show(self, progress: IndexProgress) -> None:
        """Rewrite the line."""
        if not self._is_shown:
            return
        if progress.phase is IndexPhase.EMBEDDING:
            done, total, what = progress.passages_embedded, progress.passages_total, "passages"
        else:
            done, total, what = progress.files_done, progress.files_total, "files"
        left = "" if progress.seconds_left is None else f", {_duration(progress.seconds_left)} left"
        doing = f"preparing {progress.preparing}" if progress.preparing else progress.phase.value
        self._write(doing, done, total, what + left)

    def show_bytes(self, what: str, progress: CopyProgress) -> None:
        """Rewrite the line for a copy."""
        if self._is_shown:
            done, total = progress.bytes_done // _MEGABYTE, progress.bytes_total // _MEGABYTE
            self._write(what, done, total, "MB")

    def show_pack(self, progress: PackProgress) -> None:
        """Rewrite the line for a pack that comes or goes."""
        if not self._is_shown:
            return
        what = "MB"
        if progress.rate:
            what += f", {progress.rate / _MEGABYTE:.1f} MB/s"
        if progress.seconds_left is not None:
            what += f", {_duration(progress.seconds_left)} left"
        if progress.notice:
            what += f". {progress.notice}"
        done, total = progress.bytes_done // _MEGABYTE, progress.bytes_total // _MEGABYTE
        self._write(progress.phase.value, done, total, what)

    @property
    def is_shown(self) -> bool:
        """Say whether anybody can see the line."""
        return self._is_shown

    def show_work(
        self, doing: str, done: int, total: int, what: str, seconds_left: float | None
    ) -> None:
        """Rewrite the line for any work that is counted."""
        if self._is_shown:
            left = "" if seconds_left is None else f", {_duration(seconds_left)} left"
            self._write(doing, done, total, what + left)

    def say(self, sentence: str) -> None:
        """Print what stays, above the line where there is one."""
        start = "\r\x1b[K" if self._is_shown else ""
        print(f"{start}{one_line(sentence)}", file=sys.stderr, flush=True)

    def _write(self, doing: str, done: int, total: int, what: str) -> None:
        share = done / total if total else 0.0
        bar = ("#" * round(share * 20)).ljust(20, ".")
        width = os.get_terminal_size(sys.stderr.fileno()).columns
        line = f"{doing:9} [{bar}] {done:,} of {total:,} {what}"
        print(f"\r\x1b[K{line[: width - 1]}", end="", file=sys.stderr, flush=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
