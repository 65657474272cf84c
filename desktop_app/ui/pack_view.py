"""What the Models page shows of a pack; plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop_app.domain import PackListing, PackProgress, PackState
from desktop_app.errors import LecternError
from desktop_app.ui.words import name_of


class JobKind(StrEnum):
    """What is done with a pack's files."""

    DOWNLOAD = "download"
    IMPORT = "import"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class PackJob:
    """Work on a pack's files; ``is_waiting`` for other such work that began before it.

    ``pack`` is "" for an import that has not told yet what it brings; ``source`` is the name
    of the file or folder that it reads or writes. ``is_ending`` from the moment in which the
    user has paused or stopped it.
    """

    kind: JobKind
    pack: str
    source: str = ""
    progress: PackProgress | None = None
    is_waiting: bool = False
    is_ending: bool = False


@dataclass(frozen=True, slots=True)
class PackChange:
    """How far the change to another pack is, in passages; ``seconds_left`` may be unknown."""

    to: str
    answering: str
    done: int
    total: int
    seconds_left: float | None = None
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class PackView:
    """One card: the pack, what is being done with it, and what went wrong last.

    ``change`` is there on the card of the pack that is being prepared, ``is_trying`` before
    that, while it is loaded for the first time. ``cost_seconds`` is
    what changing to this pack takes on this computer, None while it cannot be known.
    ``old_bytes`` is the size of its vectors that are kept but not used. ``answering_title``
    is the title of the pack that answers now.
    """

    listing: PackListing
    is_answering: bool = False
    is_chosen: bool = False
    job: PackJob | None = None
    change: PackChange | None = None
    is_trying: bool = False
    error: LecternError | None = None
    free_bytes: int = 0
    cost_seconds: float | None = None
    passages: int = 0
    old_bytes: int = 0
    answering_title: str = ""

    @property
    def missing_bytes(self) -> int:
        """How much is still to come."""
        return max(0, self.listing.download_bytes - self.listing.present_bytes)

    @property
    def has_room(self) -> bool:
        """Whether the rest fits on the disk."""
        return self.free_bytes > self.missing_bytes


def is_gone(listing: PackListing) -> bool:
    """Say whether only a pack's vectors are left: no files, and no manifest to get them by."""
    return listing.state is PackState.AVAILABLE and not listing.download_bytes


def gone(name: str) -> PackListing:
    """Stand for a pack of which only the vectors are left."""
    return PackListing(
        name=name,
        title=name_of(name),
        license="",
        languages=frozenset(),
        download_bytes=0,
        folder=Path(name),
        state=PackState.AVAILABLE,
        has_reranker=False,
    )


def job_share(job: PackJob) -> float | None:
    """Give how much of a job is done, 0 to 1; None while it cannot be known."""
    progress = job.progress
    if progress is None or not progress.bytes_total:
        return None
    return min(1.0, progress.bytes_done / progress.bytes_total)
