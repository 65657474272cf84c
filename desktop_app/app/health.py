"""What ``doctor`` looks at."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app import __version__
from desktop_app.domain import Check, Coverage, Health, ModelStatus, PackUse, Root
from desktop_app.errors import LecternError
from desktop_app.translation import listed, mark, worded, worded_n

# Resource limits hold on every POSIX system; what bounds writing comes from the kernel.
_MEASURES_WITHOUT_KERNEL = 1

_QUESTION = "Is the model well?"
_TEXT = "Patients were given the treatment for a year and seen again every month. " * 7
"""About a hundred tokens."""
_FIRST_TEXTS = 6
_MOST_TEXTS = 256
_WORK_SECONDS = 0.5

if TYPE_CHECKING:
    from desktop_app.app.packs_in_use import PacksInUse
    from desktop_app.app.seats import Seat
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library


def examine(
    library: Library,
    packs: PacksInUse,
    settings: Settings,
    coverage: Coverage,
    roots: Sequence[Root],
) -> Health:
    """Look at machine, model and library; blocks until the model has spoken."""
    with packs.answering() as seat:
        # First, since the checks make the model speak, and its status says what it runs on.
        checks = (
            *check_library(settings.library_dir, coverage, roots),
            check_sandbox(),
            check_ocr(settings),
            *_check_packs(packs, seat),
        )
        building = packs.target
        return Health(
            version=__version__,
            machine=machine(),
            library=library.statistics(),
            model=seat.model.status() if seat else no_model(packs.chosen),
            checks=checks,
            spaces=library.spaces.listed(),
            building=building.model.status() if building and building is not seat else None,
        )


def _check_packs(packs: PacksInUse, seat: Seat | None) -> Iterator[Check]:
    # Read once: the index thread may replace it meanwhile.
    error = packs.error
    if error is not None:
        yield Check("pack", False, error.title, error.hint)
    elif packs.notice:
        yield Check("pack", False, packs.notice)
    if packs.beside is not None:
        yield check_change(packs.describe())
    if seat is not None:
        yield check_model(seat.model)


def check_library(library_dir: Path, coverage: Coverage, roots: Sequence[Root]) -> Iterator[Check]:
    """Look at the library, how complete it is, and whether its folders are here."""
    yield Check("library", is_well=True, detail=str(library_dir))
    yield Check(
        "coverage",
        is_well=coverage.is_complete,
        detail=coverage.sentence,
        hint="" if coverage.is_complete else mark("Run index again to finish."),
    )
    away = [root.path for root in roots if not Path(root.path).exists()]
    here = worded_n("{count} folder", "{count} folders", len(roots))
    missing = worded_n(
        "{count} folder, {away} of them away",
        "{count} folders, {away} of them away",
        len(roots),
        away=len(away),
    )
    yield Check(
        "folders",
        is_well=not away,
        detail=missing if away else here,
        hint=mark("Connect the drive; nothing is deleted while it is away.") if away else "",
    )


def check_model(model: ModelProcess) -> Check:
    """Let the model answer, and work a moment where nobody knows how fast it is.

    Blocks until its pack is loaded, and for about a second more.
    """
    try:
        model.embed_query(_QUESTION)
        status = model.status()
        if not status.embed_tokens_per_second:
            _work(model.embed_passages)
        if model.has_reranker and not status.rerank_tokens_per_second:
            _work(lambda texts: model.rerank(_QUESTION, texts))
    except LecternError as error:
        return Check("pack", False, error.title, error.hint)
    return Check("pack", True, _pace(model.space.pack, model.status()))


def _work(compute: Callable[[Sequence[str]], Iterator[object]]) -> None:
    """Give a model more and more to do, so that a fast one shows what it can."""
    ends = time.monotonic() + _WORK_SECONDS
    count = _FIRST_TEXTS
    while time.monotonic() < ends:
        for _ in compute([_TEXT] * count):
            pass
        count = min(2 * count, _MOST_TEXTS)


def _pace(pack: str, status: ModelStatus) -> str:
    device = " ".join(filter(None, (status.device, status.device_name)))
    embedded = round(status.embed_tokens_per_second)
    memory = round(status.resident_bytes / 2**20)
    if not status.rerank_tokens_per_second:
        return worded(
            "{pack} answers, embeds {embedded} tokens a second on {device}, takes {memory} MiB",
            pack=pack,
            embedded=embedded,
            device=device,
            memory=memory,
        )
    return worded(
        "{pack} answers, embeds {embedded} tokens a second, reranks {reranked} on {device}, "
        "takes {memory} MiB",
        pack=pack,
        embedded=embedded,
        reranked=round(status.rerank_tokens_per_second),
        device=device,
        memory=memory,
    )


def check_change(use: PackUse) -> Check:
    """Say how far the change to another pack is."""
    return Check(
        "change of packs",
        is_well=False,
        detail=worded(
            "{answering} answers until {chosen} is prepared: {done} of {total} passages",
            answering=use.answering,
            chosen=use.chosen,
            done=use.embedded,
            total=use.passages,
        ),
        hint=mark("Run index to go on with it."),
    )


def check_sandbox() -> Check:
    """Say what keeps a file that takes over its reader from doing harm on this system."""
    from desktop_app.parsing.confinement import measures

    held = measures()
    is_whole = len(held) > _MEASURES_WITHOUT_KERNEL
    return Check(
        "sandbox",
        is_well=is_whole,
        detail=worded("files are read in disposable processes ({measures})", measures=listed(held))
        if held
        else mark("files are read in disposable processes (deadlines only)"),
        hint=""
        if is_whole
        else mark("This system cannot keep them from writing files: index only folders you trust."),
    )


def check_ocr(chosen: Settings) -> Check:
    """Say in which languages the text of scanned pages can be recognized, and how to add some."""
    from desktop_app.parsing.tessdata import find_recognition, how_to_get_languages

    if not chosen.ocr:
        return Check("ocr", True, mark("switched off in the settings"))
    found = find_recognition(chosen.ocr_languages, chosen.tessdata_dir)
    if not found.languages:
        detail = mark("there is no data to recognize text with")
        return Check("ocr", False, detail, how_to_get_languages())
    used = found.languages.split("+")
    others = [each for each in found.available if each not in used]
    detail = worded("recognizes {languages}", languages=listed(used))
    if others:
        detail = worded("{found}; also there: {languages}", found=detail, languages=listed(others))
    if found.wanted:
        wanted = listed(found.wanted)
        detail = worded("{found}; missing: {languages}", found=detail, languages=wanted)
    return Check("ocr", not found.wanted, detail, how_to_get_languages() if found.wanted else "")


def machine() -> dict[str, str]:
    """Describe this computer in a few words each."""
    import psutil

    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": platform.processor() or platform.machine(),
        "cores": worded(
            "{physical} physical, {logical} logical",
            physical=psutil.cpu_count(logical=False) or 1,
            logical=os.cpu_count() or 1,
        ),
        "memory": worded("{size} GiB", size=round(psutil.virtual_memory().total / 2**30)),
        "python": platform.python_version(),
    }


def no_model(pack: str) -> ModelStatus:
    """Return the status of a pack that cannot be used."""
    return ModelStatus(pack=pack, running=False, backend="none", precision="", device="")
