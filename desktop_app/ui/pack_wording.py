"""What is said of a pack, of what is done with it, and of what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import QLocale

from desktop_app.domain import PackListing, PackPhase, PackProgress, PackState
from desktop_app.translation import mark, say_in_turn, say_list, tr, tr_n
from desktop_app.ui.pack_view import JobKind, PackChange, PackJob, PackView, is_gone
from desktop_app.ui.words import say_bytes, say_cost, say_part, say_time_left

_MANY_LANGUAGES = 4
_GOOD_FOR: Mapping[str, str] = MappingProxyType(
    {
        "starter": mark(
            "Works at once on any computer. Knows English; other languages by their words."
        ),
        "bge-m3": mark(
            "The best answers, in German, Chinese, Arabic and a hundred more languages."
        ),
        "bge-en-small": mark("Better answers in English, quick even on an older laptop."),
        "bge-en-base": mark("Good answers in English; a fair balance of quality and speed."),
        "bge-en-large": mark("The best answers in English alone; slower to prepare."),
    }
)
SHIPPED = frozenset(
    {
        # Translators: names of models; the brackets say which languages one knows.
        mark("Starter (English)"),
        mark("Starter"),
        mark("BGE-M3 (100+ languages)"),
        mark("BGE-M3"),
        mark("BGE English v1.5, small"),
        mark("BGE English v1.5, base"),
        mark("BGE English v1.5, large"),
        mark("Apache-2.0"),
        mark("MIT"),
        # Translators: the licenses of the two parts of a model.
        mark("MIT (embedder), Apache-2.0 (reranker)"),
    }
)
"""What the manifests of ``resources/packs`` say and the window shows: titles, with and without
what is in brackets, and licenses. They are data and stay English there."""

_STATE_WORDS = {
    PackState.BUILT_IN: mark("Built in"),
    PackState.INSTALLED: mark("On this computer"),
    PackState.AVAILABLE: mark("Can be downloaded"),
    PackState.UNFINISHED: mark("Not here yet"),
}
_JOB_WORDS = {
    JobKind.DOWNLOAD: mark("Downloading"),
    JobKind.IMPORT: mark("Importing"),
    JobKind.EXPORT: mark("Exporting"),
}


def name_in_words(listing: PackListing) -> str:
    """Give the title as it stands in a sentence, without what is said in brackets."""
    return tr(listing.title.partition(" (")[0])


def good_for(listing: PackListing) -> str:
    """Say in a sentence what a pack is good for."""
    if is_gone(listing):
        return tr("This model is gone; what it learned of your library is still here.")
    known = _GOOD_FOR.get(listing.name)
    if known:
        return tr(known)
    return tr("A model of your own, in the folder “{folder}”.", folder=listing.folder.name)


def languages_of(listing: PackListing) -> str:
    """Say which languages a pack knows by meaning."""
    if not listing.languages:
        return tr("Many languages")
    if len(listing.languages) > _MANY_LANGUAGES:
        return tr_n("{count} language", "{count} languages", len(listing.languages))
    names = (QLocale.languageToString(QLocale(code).language()) for code in listing.languages)
    # In English by Qt; the common ones are translated for the settings.
    return say_list(sorted(tr(name) for name in names))


def facts_of(listing: PackListing) -> str:
    """Give languages, size, reranker and license in one line; "" of a model that is gone."""
    if is_gone(listing):
        return ""
    size = listing.download_bytes or listing.present_bytes
    parts = (
        languages_of(listing),
        say_bytes(size) if size else "",
        tr("with a reranker") if listing.has_reranker else tr("without a reranker"),
        license_of(listing),
    )
    return "  ·  ".join(filter(None, parts))


def license_of(listing: PackListing) -> str:
    """Name the license or licenses, saying so where none is named."""
    if not listing.license:
        return tr("No license named")
    return tr("License: {license}", license=tr(listing.license))


def state_of(view: PackView) -> str:
    """Say in a few words where a pack stands."""
    listing = view.listing
    if view.job is not None:
        return tr(_JOB_WORDS[view.job.kind])
    if view.is_answering or view.is_chosen:
        return tr("Answers now") if view.is_answering else tr("Being prepared")
    if listing.state is PackState.UNFINISHED and listing.present_bytes:
        part = say_part(listing.present_bytes, listing.download_bytes)
        return tr("Unfinished, {part}", part=part)
    return tr("No longer here") if is_gone(listing) else tr(_STATE_WORDS[listing.state])


def job_sentence(job: PackJob) -> str:
    """Say how far a download, import or export is."""
    progress = job.progress
    if job.is_ending:
        return tr("Stopping…")
    if progress is None:
        return tr("Waits until the other model is done") if job.is_waiting else tr("Beginning…")
    left = say_time_left(progress.seconds_left)
    match progress.phase:
        case PackPhase.DOWNLOADING:
            rate = say_bytes(round(progress.rate))
            parts = (
                _downloading(progress),
                tr("{size} a second", size=rate) if progress.rate >= 1 else "",
                left,
            )
        case PackPhase.COPYING:
            parts = (_copying(job.kind, progress), left, "")
        case PackPhase.VERIFYING:
            parts = (_checking(progress), left, "")
        case PackPhase.INSTALLING | PackPhase.DONE:
            parts = (tr("Putting it in place"), "", "")
    return "  ·  ".join(filter(None, parts))


def _downloading(progress: PackProgress) -> str:
    if not progress.bytes_total:
        return tr("Downloading")
    return tr("Downloading {part}", part=say_part(progress.bytes_done, progress.bytes_total))


def _copying(kind: JobKind, progress: PackProgress) -> str:
    part = say_part(progress.bytes_done, progress.bytes_total) if progress.bytes_total else ""
    if kind is JobKind.EXPORT:
        return tr("Writing {part}", part=part) if part else tr("Writing")
    return tr("Copying {part}", part=part) if part else tr("Copying")


def _checking(progress: PackProgress) -> str:
    if not progress.bytes_total:
        return tr("Checking every file")
    part = say_part(progress.bytes_done, progress.bytes_total)
    return tr("Checking every file, {part}", part=part)


def change_sentence(change: PackChange, answering_title: str) -> str:
    """Say how far the change to a pack is, and what answers meanwhile."""
    return say_in_turn(_how_far(change), tr("{model} answers meanwhile.", model=answering_title))


def _how_far(change: PackChange) -> str:
    done, total = change.done, change.total
    if change.is_paused:
        return tr("Paused after {done} of {total} passages.", done=done, total=total)
    left = say_time_left(change.seconds_left)
    if left:
        words = mark("Learning {done} of {total} passages  ·  {left}.")
        return tr(words, done=done, total=total, left=left)
    return tr("Learning {done} of {total} passages.", done=done, total=total)


def cost_sentence(view: PackView) -> str:
    """Say what changing to a pack costs, before it is done."""
    if not view.passages:
        return tr("Your library is empty, so this model answers from now on.")
    if view.cost_seconds == 0.0:
        return tr("It has learned your library already, so it answers from now on.")
    if view.old_bytes:
        return tr(
            "What it learned of your library before is still here; only what is new is learned."
        )
    return say_in_turn(
        _learning_sentence(view),
        tr(
            "{model} answers meanwhile, and you can go back at any time.",
            model=view.answering_title,
        ),
    )


def _learning_sentence(view: PackView) -> str:
    cost = say_cost(view.cost_seconds)
    if cost:
        return tr_n(
            "Learning the meaning of {count} passage takes {cost} on this computer, in the "
            "background.",
            "Learning the meaning of {count} passages takes {cost} on this computer, in the "
            "background.",
            view.passages,
            cost=cost,
        )
    return tr_n(
        "Learning the meaning of {count} passage takes minutes in a small library and hours in "
        "a large one, in the background.",
        "Learning the meaning of {count} passages takes minutes in a small library and hours in "
        "a large one, in the background.",
        view.passages,
    )


def room_sentence(view: PackView) -> str:
    """Say what a download brings, under which license, and whether there is room for it."""
    need, free = say_bytes(view.missing_bytes), say_bytes(view.free_bytes)
    if not view.has_room:
        return tr(
            "{need} are needed and {free} are free on this disk. Free some space first.",
            need=need,
            free=free,
        )
    listing = view.listing
    return say_in_turn(
        _download_sentence(listing.sources, need, free),
        tr("License: {license}.", license=tr(listing.license))
        if listing.license
        else tr("No license named."),
        tr("This is the only time that Lectern uses the network."),
    )


def _download_sentence(sources: Sequence[str], need: str, free: str) -> str:
    if not sources:
        words = mark("Downloads this model: {need}, {free} free on this disk.")
        return tr(words, need=need, free=free)
    models, *others = sources
    for each in others:
        models = tr("{models} and {model}", models=models, model=each)
    words = mark("Downloads {models}: {need}, {free} free on this disk.")
    return tr(words, models=models, need=need, free=free)
