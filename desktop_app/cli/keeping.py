"""``lectern backup``, ``restore`` and ``repair``: what keeps a library from being lost."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from desktop_app.cli.output import INTERRUPTED, ProgressLine, interruptible, print_json
from desktop_app.domain import IndexPhase, IndexProgress
from desktop_app.domain.keeping import CopyProgress
from desktop_app.session import Session
from desktop_app.settings import Settings


def run_backup(options: argparse.Namespace, settings: Settings) -> int:
    """Copy the library to ``options.folder``; raises LecternError."""
    from desktop_app.store.backup import back_up

    last = CopyProgress(0, 0)
    with interruptible() as is_interrupted, ProgressLine() as line:
        for last in back_up(settings.library_dir, options.folder, is_cancelled=is_interrupted):
            line.show_bytes("copying", last)
        if is_interrupted():
            return INTERRUPTED
    return _tell(options, options.folder, last, "The backup is in {folder} ({size:,.1f} MB).")


def run_restore(options: argparse.Namespace, settings: Settings) -> int:
    """Put the backup in ``options.folder`` in the library's place; raises LecternError."""
    from desktop_app.store.backup import restore

    had_library = settings.library_dir.is_dir()
    last = CopyProgress(0, 0)
    with interruptible() as is_interrupted, ProgressLine() as line:
        for last in restore(options.folder, settings.library_dir, is_cancelled=is_interrupted):
            line.show_bytes("restoring", last)
        if is_interrupted():
            return INTERRUPTED
    sentence = "The library is that of the backup ({size:,.1f} MB)"
    sentence += "; the old one is kept beside it." if had_library else "."
    return _tell(options, settings.library_dir, last, sentence)


def run_repair(
    options: argparse.Namespace, settings: Settings, open_session: Callable[..., Session]
) -> int:
    """Keep what is sound of the library and read the rest again; raises LecternError."""
    from desktop_app.store.rescue import mend

    mending = mend(settings.library_dir)
    last = IndexProgress(IndexPhase.SCANNING)
    session = open_session(settings, is_writable=True)
    try:
        with interruptible() as is_interrupted, ProgressLine() as line:
            for last in session.index(is_cancelled=is_interrupted):
                line.show(last)
            was_interrupted = is_interrupted()
        coverage = session.coverage()
    finally:
        session.close()
    if options.json:
        answer = {
            "was_damaged": mending.was_damaged,
            "tables": {name: state.value for name, state in mending.tables.items()},
            "roots": list(mending.roots),
            "documents": coverage.documents,
            "passages": coverage.passages,
            "embedded": coverage.embedded,
        }
        print_json(answer)
    else:
        if not mending.was_damaged:
            print("Nothing was damaged; the indexes were built anew.")
        for name, state in mending.tables.items():
            print(f"{name}: {state.value}")
        if not mending.roots:
            print("The list of folders was lost; add them again with: lectern index FOLDER")
        print(coverage.sentence)
    return INTERRUPTED if was_interrupted else 0


def _tell(options: argparse.Namespace, folder: Path, last: CopyProgress, sentence: str) -> int:
    if options.json:
        print_json({"folder": str(folder), "bytes": last.bytes_done})
    else:
        print(sentence.format(folder=folder, size=last.bytes_done / 1e6))
    return 0
