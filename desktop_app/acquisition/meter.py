"""How far a pack is, and how fast it comes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

from desktop_app.domain import PackPhase, PackProgress

PROGRESS_SECONDS = 0.2
"""How often progress is told."""
_WINDOW_SECONDS = 5.0
"""The rate is the mean over this long: steady to read, and soon right again after a change."""
_FIRST_SECONDS = 1.0
"""No rate is told before: the first files are tiny, and each costs a request."""
_GAP_SECONDS = 2.0
"""After a pause as long as this the rate begins anew."""


class Meter:
    """Counts a pack's bytes and tells them as progress; synchronous, of one thread.

    ``bytes_done`` never falls, not even when a server makes a file begin again.
    """

    def __init__(self, pack: str, total: int, *, clock: Callable[[], float] = monotonic) -> None:
        self.total = total
        self._pack = pack
        self._clock = clock
        self._done = 0
        self._highest = 0
        self._samples: deque[tuple[float, int]] = deque()
        self._told = clock()

    def add(self, count: int) -> None:
        """Count bytes that have just come (or, below zero, are to come once more)."""
        now = self._clock()
        if self._samples and now - self._samples[-1][0] > _GAP_SECONDS:
            self._samples.clear()
        if count > 0:
            self._samples.append((now, count))
        self.have(count)

    def have(self, count: int) -> None:
        """Count bytes that were here already and say nothing about the rate."""
        self._done += count
        self._highest = max(self._highest, self._done)

    def is_due(self) -> bool:
        """Say whether progress should be told again."""
        return self._clock() - self._told >= PROGRESS_SECONDS

    def progress(self, phase: PackPhase, file: str = "", notice: str = "") -> PackProgress:
        """Tell how far the pack is now."""
        self._told = self._clock()
        rate = self._rate(self._told)
        done = min(self._highest, self.total)
        return PackProgress(
            pack=self._pack,
            phase=phase,
            file=file,
            bytes_done=done,
            bytes_total=self.total,
            rate=rate,
            seconds_left=(self.total - done) / rate if rate else None,
            notice=notice,
        )

    def _rate(self, now: float) -> float:
        while self._samples and now - self._samples[0][0] > _WINDOW_SECONDS:
            self._samples.popleft()
        if not self._samples:
            return 0.0
        # From the first sample on, whose own bytes came before it.
        seconds = now - self._samples[0][0]
        received = sum(count for _, count in self._samples) - self._samples[0][1]
        return received / seconds if seconds >= _FIRST_SECONDS else 0.0
