"""What the Models page shows of a pack, and how it is said in words; plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from PySide6.QtCore import QLocale

from desktop_app.domain import PackListing, PackPhase, PackProgress, PackState
from desktop_app.errors import LecternError
from desktop_app.ui.words import name_of, say_bytes, say_cost, say_count, say_part, say_time_left

_MANY_LANGUAGES = 4
_GOOD_FOR: Mapping[str, str] = MappingProxyType(
    {
        "starter": "Works at once on any computer. Knows English; other languages by their words.",
        "bge-m3": "The best answers, in German, Chinese, Arabic and a hundred more languages.",
        "bge-en-small": "Better answers in English, quick even on an older laptop.",
        "bge-en-base": "Good answers in English; a fair balance of quality and speed.",
        "bge-en-large": "The best answers in English alone; slower to prepare.",
    }
)


class JobKind(StrEnum):
    """What is done with a pack's files."""

    DOWNLOAD = "download"
    IMPORT = "import"
    EXPORT = "export"


_STATE_WORDS = {
    PackState.BUILT_IN: "Built in",
    PackState.INSTALLED: "On this computer",
    PackState.AVAILABLE: "Can be downloaded",
    PackState.UNFINISHED: "Not here yet",
}
_JOB_WORDS = {
    JobKind.DOWNLOAD: "Downloading",
    JobKind.IMPORT: "Importing",
    JobKind.EXPORT: "Exporting",
}


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


def name_in_words(listing: PackListing) -> str:
    """Give the title as it stands in a sentence, without what is said in brackets."""
    return listing.title.partition(" (")[0]


def good_for(listing: PackListing) -> str:
    """Say in a sentence what a pack is good for."""
    if is_gone(listing):
        return "This model is gone; what it learned of your library is still here."
    known = _GOOD_FOR.get(listing.name)
    if known:
        return known
    return f"A model of your own, in the folder “{listing.folder.name}”."


def languages_of(listing: PackListing) -> str:
    """Say which languages a pack knows by meaning."""
    if not listing.languages:
        return "Many languages"
    if len(listing.languages) > _MANY_LANGUAGES:
        return say_count(len(listing.languages), "language")
    names = (QLocale.languageToString(QLocale(code).language()) for code in listing.languages)
    return ", ".join(sorted(names))


def facts_of(listing: PackListing) -> str:
    """Give languages, size, reranker and license in one line; "" of a model that is gone."""
    if is_gone(listing):
        return ""
    size = listing.download_bytes or listing.present_bytes
    parts = (
        languages_of(listing),
        say_bytes(size) if size else "",
        "with a reranker" if listing.has_reranker else "without a reranker",
        license_of(listing),
    )
    return "  ·  ".join(filter(None, parts))


def license_of(listing: PackListing) -> str:
    """Name the license or licenses, saying so where none is named."""
    return f"License: {listing.license}" if listing.license else "No license named"


def state_of(view: PackView) -> str:
    """Say in a few words where a pack stands."""
    listing = view.listing
    if view.job is not None:
        return _JOB_WORDS[view.job.kind]
    if view.is_answering or view.is_chosen:
        return "Answers now" if view.is_answering else "Being prepared"
    if listing.state is PackState.UNFINISHED and listing.present_bytes:
        return f"Unfinished, {say_part(listing.present_bytes, listing.download_bytes)}"
    return "No longer here" if is_gone(listing) else _STATE_WORDS[listing.state]


def job_sentence(job: PackJob) -> str:
    """Say how far a download, import or export is."""
    progress = job.progress
    if job.is_ending:
        return "Stopping…"
    if progress is None:
        return "Waits until the other model is done" if job.is_waiting else "Beginning…"
    done = say_part(progress.bytes_done, progress.bytes_total) if progress.bytes_total else ""
    match progress.phase:
        case PackPhase.DOWNLOADING:
            rate = f"{say_bytes(round(progress.rate))} a second" if progress.rate >= 1 else ""
            parts = (f"Downloading {done}".strip(), rate, say_time_left(progress.seconds_left))
        case PackPhase.COPYING:
            what = "Writing" if job.kind is JobKind.EXPORT else "Copying"
            parts = (f"{what} {done}".strip(), say_time_left(progress.seconds_left), "")
        case PackPhase.VERIFYING:
            left = say_time_left(progress.seconds_left)
            parts = (f"Checking every file, {done}".rstrip(", "), left, "")
        case PackPhase.INSTALLING | PackPhase.DONE:
            parts = ("Putting it in place", "", "")
    return "  ·  ".join(filter(None, parts))


def job_share(job: PackJob) -> float | None:
    """Give how much of a job is done, 0 to 1; None while it cannot be known."""
    progress = job.progress
    if progress is None or not progress.bytes_total:
        return None
    return min(1.0, progress.bytes_done / progress.bytes_total)


def change_sentence(change: PackChange, answering_title: str) -> str:
    """Say how far the change to a pack is, and what answers meanwhile."""
    if change.is_paused:
        how_far = f"Paused after {change.done:,} of {change.total:,} passages"
    else:
        left = say_time_left(change.seconds_left)
        how_far = f"Learning {change.done:,} of {change.total:,} passages"
        how_far = f"{how_far}  ·  {left}" if left else how_far
    return f"{how_far}. {answering_title} answers meanwhile."


def cost_sentence(view: PackView) -> str:
    """Say what changing to a pack costs, before it is done."""
    if not view.passages:
        return "Your library is empty, so this model answers from now on."
    if view.cost_seconds == 0.0:
        return "It has learned your library already, so it answers from now on."
    if view.old_bytes:
        return "What it learned of your library before is still here; only what is new is learned."
    cost = say_cost(view.cost_seconds)
    how_long = (
        f"takes {cost} on this computer"
        if cost
        else "takes minutes in a small library and hours in a large one"
    )
    return (
        f"Learning the meaning of {say_count(view.passages, 'passage')} {how_long}, in the "
        f"background. {view.answering_title} answers meanwhile, and you can go back at any time."
    )


def room_sentence(view: PackView) -> str:
    """Say what a download brings, under which license, and whether there is room for it."""
    need, free = say_bytes(view.missing_bytes), say_bytes(view.free_bytes)
    if not view.has_room:
        return f"{need} are needed and {free} are free on this disk. Free some space first."
    models = " and ".join(view.listing.sources)
    what = f"Downloads {models}" if models else "Downloads this model"
    return (
        f"{what}: {need}, {free} free on this disk. {license_of(view.listing)}. "
        "This is the only time that Lectern uses the network."
    )
