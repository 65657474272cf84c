"""The libraries for graphics cards that can be added to an installed Lectern."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from desktop_app.domain import IsCancelled, PackProgress, never_cancelled
from desktop_app.domain.packs import GpuState
from desktop_app.inference.gpu_support import added_support, beside, has_own_cuda


class LocalGpu:
    """Implements ``session.Gpu`` for a folder in the user's data directory.

    Begins with finishing what was killed while it was added or removed: then, and only then,
    it may take seconds to delete 4 GB.
    """

    def __init__(self, gpu_dir: Path) -> None:
        self._gpu_dir = gpu_dir
        if any(each.exists() for each in beside(gpu_dir)):
            from desktop_app.acquisition.gpu_wheels import tidy_gpu_support

            tidy_gpu_support(gpu_dir)

    def state(self) -> GpuState:
        """Say whether they are here."""
        support = added_support(self._gpu_dir)
        if support is None:
            return GpuState(has_own_cuda())
        size = sum(each.unpacked for each in support.wheels)
        return GpuState(has_own_cuda(), support.torch, size)

    def add(
        self, path: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[PackProgress]:
        """Check and unpack a file of them, or its folder."""
        from desktop_app.acquisition.gpu_wheels import add_gpu_support

        return add_gpu_support(path, gpu_dir=self._gpu_dir, is_cancelled=is_cancelled)

    def remove(self) -> None:
        """Delete what was added."""
        from desktop_app.acquisition.gpu_wheels import remove_gpu_support

        remove_gpu_support(self._gpu_dir)
