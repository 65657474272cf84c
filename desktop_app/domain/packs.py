"""Model packs as a front end sees them: what there is, and how far a download is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from desktop_app.domain.vectors import VectorSpace


class PackState(StrEnum):
    """Where a pack stands on this computer.

    UNFINISHED: a download was interrupted and can go on. BUILT_IN packs are part
    of the application and cannot be removed.
    """

    AVAILABLE = "available"
    UNFINISHED = "unfinished"
    INSTALLED = "installed"
    BUILT_IN = "built-in"

    @property
    def is_usable(self) -> bool:
        """Say whether its models can be loaded now."""
        return self in (PackState.INSTALLED, PackState.BUILT_IN)


@dataclass(frozen=True, slots=True)
class PackListing:
    """A pack that is here or could be: ``folder`` is where it is or would be.

    ``languages`` are ISO 639-1 codes, empty for a model that knows them all.
    ``download_bytes`` is the size of all its files, 0 where no manifest says it;
    ``present_bytes`` how much of it is on the disk already. ``sources`` are its models'
    public names ("BAAI/bge-m3").
    """

    name: str
    title: str
    license: str
    languages: frozenset[str]
    download_bytes: int
    folder: Path
    state: PackState
    has_reranker: bool
    present_bytes: int = 0
    sources: tuple[str, ...] = ()

    @property
    def is_installed(self) -> bool:
        """Say whether every file is there."""
        return self.state.is_usable


class PackPhase(StrEnum):
    """What getting a pack is at."""

    DOWNLOADING = "downloading"
    COPYING = "copying"
    VERIFYING = "verifying"
    INSTALLING = "installing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PackProgress:
    """A snapshot of a download, import or export, made a few times a second.

    Bytes are of the whole pack; ``rate`` is bytes a second lately; ``seconds_left`` is None
    while it cannot be known. ``notice`` says in words what holds the work up ("The
    connection broke; trying again").
    """

    pack: str
    phase: PackPhase
    file: str = ""
    bytes_done: int = 0
    bytes_total: int = 0
    rate: float = 0.0
    seconds_left: float | None = None
    notice: str = ""


@dataclass(frozen=True, slots=True)
class GpuState:
    """Whether the libraries for graphics cards are here.

    ``is_own``: the installation brings them, so nothing needs to be added. ``torch`` is the
    version of PyTorch that was added, "" where nothing was; ``bytes`` what it takes on the disk.
    """

    is_own: bool
    torch: str = ""
    bytes: int = 0


class SpaceRole(StrEnum):
    """What a library does with the vectors of one space."""

    ANSWERING = "answering"
    BUILDING = "building"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class SpaceUse:
    """A vector space in a library: ``vectors`` it holds, their ``bytes`` on the disk.

    ``source`` is what to ask for its pack by (a name or a folder), "" where nobody knows.
    ``rejected`` are the passages that its embedder could not read.
    """

    space: VectorSpace
    role: SpaceRole
    source: str
    vectors: int
    rejected: int
    bytes: int


@dataclass(frozen=True, slots=True)
class PackUse:
    """Which pack answers questions in this library, and which one is being built.

    ``chosen`` is what the user asked for; it differs from ``answering`` from the choice
    until every passage has its vector, when it takes over in one step. ``answering`` is ""
    where no pack can answer. Of ``passages``, ``embedded`` have what the chosen pack makes
    of them (those that it could not read count as done); what is left takes about
    ``seconds_left``, None where the pack was never timed on this machine. ``old`` are packs
    whose vectors are kept but not used: name and size on the disk in bytes. ``notice`` says
    why a pack does not answer, or not fully.
    """

    chosen: str
    answering: str
    embedded: int = 0
    passages: int = 0
    old: tuple[tuple[str, int], ...] = ()
    seconds_left: float | None = None
    notice: str = ""

    @property
    def is_changing(self) -> bool:
        """Say whether another pack than the chosen one still answers."""
        return self.chosen != self.answering
