"""GPU support without any library: a state, and a gate before each step of adding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from desktop_app.domain import IsCancelled, PackPhase, PackProgress, never_cancelled
from desktop_app.domain.packs import GpuState
from desktop_app.errors import LecternError
from tests.ui.gates import Gate

ADDED = GpuState(is_own=False, torch="2.13.0", bytes=4_400_000_000)


class FakeGpu:
    """Implements ``session.Gpu``; ``error`` is raised by what changes something when set."""

    def __init__(self) -> None:
        self.now = GpuState(is_own=False)
        self.gate = Gate()
        self.error: LecternError | None = None
        self.taken: list[Path] = []

    def state(self) -> GpuState:
        """Say what ``now`` holds."""
        return self.now

    def add(
        self, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Add it in three steps."""
        self.taken.append(path)
        for done in (0, 1_000_000_000):
            yield PackProgress(
                "GPU support", PackPhase.COPYING, bytes_done=done, bytes_total=2_000_000_000
            )
            self.gate.wait(is_cancelled)
            if is_cancelled():
                return
            if self.error:
                raise self.error
        self.now = ADDED
        yield PackProgress("GPU support", PackPhase.DONE)

    def remove(self) -> None:
        """Take it away."""
        if self.error:
            raise self.error
        self.now = GpuState(is_own=False)
