"""What the downloader process is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop_app.acquisition.space import FreeBytes, free_bytes


@dataclass(frozen=True, slots=True)
class Patience:
    """What a download puts up with before it gives up; seconds and tries in a row.

    Waits double from ``first_wait`` to ``longest_wait``. ``tries`` hold once anything has
    come; before that ``tries_at_first`` tell sooner that there is no connection at all.
    ``longest_asked`` is how long a server may ask to wait.
    """

    first_wait: float = 1.0
    longest_wait: float = 30.0
    tries: int = 8
    tries_at_first: int = 4
    longest_asked: float = 300.0


@dataclass(frozen=True, slots=True)
class Order:
    """A pack to fetch: its name, where packs and manifests are, and how hard to try.

    Picklable; ``free_bytes`` is a top-level function.
    """

    name: str
    packs_dir: Path
    resources_dir: Path
    patience: Patience = Patience()
    free_bytes: FreeBytes = free_bytes
