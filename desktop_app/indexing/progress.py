"""How far indexing is, how fast it goes and how long it will take: an honest meter."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from desktop_app.domain import DocumentStatus, IndexPhase, IndexProgress
from desktop_app.indexing.outlook import Outlook

_INTERVAL_SECONDS = 0.1
_WINDOW_SECONDS = 30.0
_SHARE_OF_PHASE = 0.5
"""Speed is that of the last 30 seconds, or of the last half of a longer phase: other programs
come and go, and in what is still to come they will do so as often."""
_SECONDS_A_SAMPLE = 1.0
_SECONDS_UNTIL_KNOWN = 2.0
_SECONDS_REMEMBERED = 10.0
_SHARE_FORGOTTEN = 1 / 3
"""How long embedding is believed to have gone as fast as it did before, when it begins, and
what each second of measuring takes off that: the first seconds of a phase are its slowest."""
_BYTES_A_FILE = 50_000
"""What opening a file costs, as bytes of reading, so that small files count as well."""


class ProgressMeter:
    """Counts what is done and makes snapshots of it. Runs on the index thread.

    Speed is that of the last 30 seconds of work, or of the last half of a phase that takes
    longer. The time left is that of the phase at this
    speed and of the later ones as ``outlook`` foresees them. Embedding is measured in
    tokens, since passages differ in length: ``tokens_done`` and ``tokens_left``, as
    ``expected_tokens`` has them.
    Time in which the consumer did not pull (a pause) does not count: call ``leave`` before and
    ``enter`` after each yield.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left_at = 0.0
        self._paused = 0.0
        self._reported_at = self._began_at = float("-inf")
        self._samples: deque[tuple[float, float, float]] = deque()
        self._by_status = dict.fromkeys(DocumentStatus, 0)
        self.phase = IndexPhase.SCANNING
        self.files_done = 0
        self.files_total = 0
        self.bytes_done = 0
        self.bytes_total = 0
        self.passages_embedded = 0
        self.passages_total = 0
        self.tokens_done = 0.0
        self.tokens_left = 0.0
        self.pages_done = 0
        self.pages_total = 0
        self.outlook = Outlook()
        self.current = ""
        self.notice = ""
        self.preparing = ""

    def begin(self, phase: IndexPhase) -> None:
        """Enter a phase; its speed is measured afresh and the next snapshot is due."""
        self.phase = phase
        self.current = ""
        self.preparing = ""
        self._samples.clear()
        self._reported_at = float("-inf")

    def find(self, size: int) -> None:
        """Count a file that the scan reported."""
        self.files_total += 1
        self.bytes_total += size

    def finish(self, size: int, status: DocumentStatus) -> None:
        """Count a file that is accounted for."""
        self.files_done += 1
        self.bytes_done += size
        self._by_status[status] += 1

    def take_back(self, size: int, status: DocumentStatus) -> None:
        """Take back a file that was accounted for, since it is looked at once more."""
        self.forget(size)
        self.files_done -= 1
        self.bytes_done -= size
        self._by_status[status] -= 1

    def restate(self, before: DocumentStatus, after: DocumentStatus) -> None:
        """Count a file, which this run has counted, by another status."""
        if self._by_status[before]:
            self._by_status[before] -= 1
            self._by_status[after] += 1

    def forget(self, size: int) -> None:
        """Take back a file that vanished since it was found."""
        self.files_total -= 1
        self.bytes_total -= size

    def leave(self) -> None:
        """Note that the consumer has the turn."""
        self._left_at = self._clock()

    def enter(self) -> None:
        """Note that the consumer pulled again."""
        self._paused += self._clock() - self._left_at

    def is_due(self) -> bool:
        """Say whether a tenth of a second has passed since the last snapshot."""
        return self._now() - self._reported_at >= _INTERVAL_SECONDS

    def snapshot(self) -> IndexProgress:
        """Return the state of things, with speed and time left where they are known."""
        now = self._now()
        self._reported_at = now
        units, cost, cost_left = self._position()
        if not self._samples:
            self._began_at = now
        if not self._samples or now - self._samples[-1][0] >= _SECONDS_A_SAMPLE:
            self._samples.append((now, units, cost))
        window = max(_WINDOW_SECONDS, _SHARE_OF_PHASE * (now - self._began_at))
        # One from before the window stays, or a long step would leave nothing to compare with.
        while len(self._samples) > 1 and now - self._samples[1][0] > window:
            self._samples.popleft()
        first_at, first_units, first_cost = self._samples[0]
        seconds = now - first_at
        rate = (units - first_units) / seconds if seconds > 0 else 0.0
        seconds_left = self._seconds_left(seconds, cost - first_cost, cost_left)
        return IndexProgress(
            phase=self.phase,
            files_done=self.files_done,
            files_total=self.files_total,
            bytes_done=self.bytes_done,
            bytes_total=self.bytes_total,
            passages_embedded=self.passages_embedded,
            passages_total=self.passages_total,
            pages_done=self.pages_done,
            pages_total=self.pages_total,
            current=printable(self.current),
            rate=rate,
            seconds_left=seconds_left,
            indexed=self._by_status[DocumentStatus.INDEXED],
            partial=self._by_status[DocumentStatus.PARTIAL],
            failed=self._by_status[DocumentStatus.FAILED],
            skipped=self._by_status[DocumentStatus.SKIPPED],
            notice=self.notice,
            preparing=self.preparing,
        )

    def _now(self) -> float:
        return self._clock() - self._paused

    def _seconds_left(self, seconds: float, cost: float, cost_left: float) -> float | None:
        """Foresee this phase by what it did lately, and what follows; None where unknown."""
        if self.phase is IndexPhase.EMBEDDING and cost_left:
            remembered = self.outlook.tokens_per_second
            if remembered:
                weight = max(0.0, _SECONDS_REMEMBERED - _SHARE_FORGOTTEN * seconds)
                seconds, cost = seconds + weight, cost + weight * remembered
        if seconds < _SECONDS_UNTIL_KNOWN or cost <= 0:
            return None
        later = self._seconds_later()
        return None if later is None else cost_left * seconds / cost + later

    def _seconds_later(self) -> float | None:
        """Foresee what comes after this phase; None where it is not known."""
        if self.phase is IndexPhase.READING:
            embedding = self.outlook.seconds_to_embed()
            if embedding is None:
                return None
            return embedding + self.outlook.seconds_to_recognize()
        if self.phase is IndexPhase.EMBEDDING:
            return self.outlook.seconds_to_recognize()
        return 0.0

    def _position(self) -> tuple[float, float, float]:
        """Return what is shown as done, its cost, and the cost of what is left."""
        if self.phase is IndexPhase.READING:
            return (
                self.files_done,
                self.bytes_done + _BYTES_A_FILE * self.files_done,
                self.bytes_total
                - self.bytes_done
                + _BYTES_A_FILE * (self.files_total - self.files_done),
            )
        if self.phase is IndexPhase.EMBEDDING:
            return self.passages_embedded, self.tokens_done, self.tokens_left
        if self.phase is IndexPhase.RECOGNIZING:
            return self.pages_done, self.pages_done, self.pages_total - self.pages_done
        return self.files_done, 0, 0


def printable(text: str) -> str:
    """Return a path without the surrogates of names that no encoding knows."""
    # File names may hold bytes that are no characters, which no terminal or table takes.
    return text.encode("utf-8", "replace").decode()
