"""The commands, each from a session to what is printed."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable

from desktop_app.cli.answers import (
    health_json,
    print_health,
    print_result,
    print_use,
    result_json,
)
from desktop_app.cli.evaluation import run_evaluation
from desktop_app.cli.folders import run_folders
from desktop_app.cli.folders import writes as writes_folders
from desktop_app.cli.gpu import run_gpu
from desktop_app.cli.keeping import run_backup, run_repair, run_restore
from desktop_app.cli.output import (
    INTERRUPTED,
    ProgressLine,
    interruptible,
    one_line,
    print_json,
)
from desktop_app.cli.packs import run_packs
from desktop_app.cli.self_test import ProveWindow, run_self_test
from desktop_app.cli.table import write_csv
from desktop_app.cli.training import run_training
from desktop_app.domain import DocumentStatus, IndexPhase, IndexProgress, IsCancelled
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.settings import Settings

_LOOK_SECONDS = 1.0

OpenSession = Callable[..., Session]


def run(
    options: argparse.Namespace,
    settings: Settings,
    open_session: OpenSession,
    prove_window: ProveWindow,
) -> int:
    """Run one command and return the exit status; raises LecternError.

    ``prove_window`` is the part of the self-test that needs the other front end.
    A reader of the output that leaves early (``lectern files | head``) is no failure.
    """
    # A file name may hold bytes that are no text; printing it must not fail.
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # TextIO lacks it
    try:
        if options.self_test:
            status = run_self_test(settings, open_session, prove_window)
        else:
            status = _run(options, settings, open_session)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _run(options: argparse.Namespace, settings: Settings, open_session: OpenSession) -> int:
    without_session = {
        "eval": run_evaluation,
        "train-reranker": run_training,
        "backup": run_backup,
        "gpu": run_gpu,
        "restore": run_restore,
    }
    if options.command in without_session:
        return without_session[options.command](options, settings)
    if options.command == "packs":
        return run_packs(options, settings, open_session)
    if options.command == "repair":
        return run_repair(options, settings, open_session)
    writes = options.command == "index" or (
        options.command == "folders" and writes_folders(options)
    )
    session = open_session(settings, is_writable=writes, pack=options.pack)
    try:
        commands = {
            "index": _index,
            "search": _search,
            "files": _files,
            "folders": run_folders,
            "doctor": _doctor,
        }
        return commands[options.command](session, options)
    finally:
        session.close()


def report(error: LecternError) -> int:
    """Print an expected failure as one line on stderr and return its exit status."""
    print(f"lectern: {one_line(str(error))}", file=sys.stderr)
    return 1


def _index(session: Session, options: argparse.Namespace) -> int:
    started = time.monotonic()
    session.add_roots(options.folders)
    last = IndexProgress(IndexPhase.SCANNING)
    with interruptible() as is_interrupted, ProgressLine() as line:
        paths = [path.expanduser().resolve() for path in options.folders]
        for last in session.index(paths, is_cancelled=is_interrupted):
            line.show(last)
        was_interrupted = is_interrupted()
        if options.watch and not was_interrupted:
            _go_on(session, is_interrupted, line)
    coverage = session.coverage()
    answer = {
        "documents": last.indexed + last.partial + last.failed + last.skipped,
        "indexed": last.indexed,
        "partial": last.partial,
        "failed": last.failed,
        "skipped": last.skipped,
        "passages": coverage.passages,
        "embedded": coverage.embedded,
        "seconds": round(time.monotonic() - started, 2),
    }
    if options.json:
        print_json(answer)
    else:
        print(
            f"{answer['documents']:,} files: {last.indexed:,} indexed, {last.partial:,} partly, "
            f"{last.failed:,} failed, {last.skipped:,} skipped; {coverage.passages:,} passages, "
            f"{coverage.embedded:,} with meaning, in {answer['seconds']} s."
        )
        if was_interrupted:
            print("Stopped before the end; what was done is kept. Index again to go on.")
        if last.notice:
            print(one_line(last.notice))
        if last.failed:
            print("See why with: lectern files --status failed")
        use = session.pack_use()
        if use.is_changing:
            print_use(use)
    return INTERRUPTED if was_interrupted else 0


def _go_on(session: Session, is_interrupted: IsCancelled, line: ProgressLine) -> None:
    """Index what changes until Ctrl+C."""
    while not is_interrupted():
        changes = session.changes()
        for notice in changes.notices:
            print(one_line(notice), file=sys.stderr)
        if changes.paths:
            for progress in session.index(changes.paths, is_cancelled=is_interrupted):
                line.show(progress)
        time.sleep(_LOOK_SECONDS)


def _search(session: Session, options: argparse.Namespace) -> int:
    question = f"{options.question or ''} {options.filter}".strip()
    if options.similar_to:
        result = session.similar(options.similar_to, limit=options.limit)
    else:
        rerank = not options.no_rerank
        *_, result = session.search(question, limit=options.limit, rerank=rerank)
    if options.json:
        print_json(result_json(result))
    else:
        print_result(result, explain=options.explain)
    return 0


def _files(session: Session, options: argparse.Namespace) -> int:
    status = DocumentStatus(options.status) if options.status else None
    if options.csv:
        write_csv(session.files(status), sys.stdout)
        return 0
    rows = [
        {
            "path": str(document.full_path),
            "status": document.status.value,
            "reason": document.reason,
            "pages": document.page_count,
            "passages": document.passages,
        }
        for document in session.files(status)
    ]
    if options.json:
        print_json(rows)
    else:
        for row in rows:
            path, reason = one_line(str(row["path"])), one_line(str(row["reason"]))
            print(f"{row['status']:8} {path}  {reason}".rstrip())
    return 0


def _doctor(session: Session, options: argparse.Namespace) -> int:
    health = session.health()
    if options.json:
        print_json(health_json(health))
    else:
        print_health(health)
    return 0
