"""One run of indexing over an opened library, from its parser processes to a change of packs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain import IndexPhase, IndexProgress, IsCancelled

if TYPE_CHECKING:
    from desktop_app.app.folders import WatchedFolders
    from desktop_app.app.packs_in_use import PacksInUse
    from desktop_app.indexing.indexer import Indexer
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library

_MAY_END_A_CHANGE = (IndexPhase.RECOGNIZING, IndexPhase.DONE)


def run_index(
    library: Library,
    packs: PacksInUse,
    folders: WatchedFolders,
    settings: Settings,
    paths: Sequence[Path],
    *,
    is_cancelled: IsCancelled,
) -> Iterator[IndexProgress]:
    """Bring the library up to date with its roots, or with what is at ``paths``.

    As ``session.Session.index`` says; index thread.
    """
    from desktop_app.app.idle_memory import return_memory
    from desktop_app.indexing.extraction import extract, needs_program
    from desktop_app.indexing.indexer import Indexer
    from desktop_app.indexing.politeness import politely
    from desktop_app.indexing.scopes import scopes_of
    from desktop_app.parsing.confinement import LAST
    from desktop_app.parsing.ocr import recognize_page
    from desktop_app.parsing.pool import ParserPool

    roots = library.folders.paths()
    within = scopes_of(paths, roots)
    folders.note_start()
    packs.settle()
    target, beside = packs.target, packs.beside
    processes, memory_mb = settings.parsers, settings.parse_memory_mb
    readers = ParserPool(
        extract, processes=processes, memory_mb=memory_mb, needs_program=needs_program
    )
    recognizers = ParserPool(
        recognize_page, processes=processes, memory_mb=memory_mb, niceness=LAST
    )
    try:
        with closing(readers), closing(recognizers), library.heeding(is_cancelled):
            indexer = Indexer(
                library,
                readers,
                target.model if target else None,
                settings,
                answering=beside.model if beside else None,
                recognizers=recognizers,
                changed=folders.changed_meanwhile,
                tokens_per_second=packs.tokens_per_second,
            )
            scopes = tuple(within) if paths else roots
            steps = indexer.index(scopes, within=within, is_cancelled=is_cancelled)
            pulled = politely(steps, settings, is_cancelled=is_cancelled)
            for progress in _completing_changes(pulled, indexer, packs):
                folders.note_progress(progress, is_whole=not paths)
                if progress.phase is IndexPhase.DONE:
                    folders.note_run()
                yield replace(progress, notice=progress.notice or packs.notice)
    finally:
        packs.remember_speed()
        # The window runs this when it opens, too: much of its memory only the start needed.
        return_memory()


def _completing_changes(
    steps: Iterator[IndexProgress], indexer: Indexer, packs: PacksInUse
) -> Iterator[IndexProgress]:
    """Pass on the steps; where a phase begins that may find all vectors made, the packs change.

    Not only at the end: recognizing the text of scans may go on for hours.
    """
    phase = IndexPhase.SCANNING
    for progress in steps:
        if progress.phase is not phase and progress.phase in _MAY_END_A_CHANGE:
            packs.finish()
            if packs.beside is None:
                indexer.end_change()
        phase = progress.phase
        yield progress
