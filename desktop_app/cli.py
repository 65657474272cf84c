"""The second front end: the same core without a window, for scripts and tests."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from desktop_app import __version__
from desktop_app.domain import (
    DocumentStatus,
    Health,
    Hit,
    IndexPhase,
    IndexProgress,
    SearchResult,
)
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.settings import Settings, resources_dir

OpenSession = Callable[..., Session]

_SNIPPET_CHARS = 320
# File names and texts may hold anything; a terminal would obey escape sequences.
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; no arguments means the window. Exits with 2 on bad usage."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--library", type=Path, metavar="DIR", help="the library's directory")
    shared.add_argument("--pack", metavar="P", help="model pack: a name or a local folder")
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    shared.add_argument("--debug", action="store_true", help="log everything to the terminal")

    parser = argparse.ArgumentParser(
        prog="lectern", description="Ranked answers from the documents on this computer."
    )
    parser.add_argument("--version", action="version", version=f"Lectern {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    gui = commands.add_parser("gui", parents=[shared], help="open the window (the default)")
    gui.add_argument("folders", nargs="*", metavar="FOLDER")
    index = commands.add_parser("index", parents=[shared], help="index folders, or all again")
    index.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    search = commands.add_parser("search", parents=[shared], help="ask a question")
    search.add_argument("question", metavar="QUERY")
    search.add_argument("--limit", type=_positive, default=10, metavar="N")
    search.add_argument("--no-rerank", action="store_true", help="show the fused order")
    search.add_argument("--filter", default="", metavar="EXPR", help='e.g. "type:pdf after:2024"')
    search.add_argument("--explain", action="store_true", help="show what each stage said")
    files = commands.add_parser("files", parents=[shared], help="show the ledger")
    files.add_argument("--status", choices=[each.value for each in DocumentStatus])
    evaluate = commands.add_parser("eval", parents=[shared], help="measure on a collection")
    evaluate.add_argument("collection", type=Path, metavar="DIR")
    evaluate.add_argument("--questions", type=_positive, metavar="N", help="only the first N")
    packs = commands.add_parser("packs", parents=[shared], help="list or verify model packs")
    packs.add_argument("action", nargs="?", choices=["list", "verify"], default="list")
    packs.add_argument("name", nargs="?", metavar="P", help="the pack to verify")
    commands.add_parser("doctor", parents=[shared], help="look at machine, models and library")
    options = parser.parse_args(list(arguments) or ["gui"])
    if options.command is None:
        parser.error("name a command")
    return options


def apply_options(settings: Settings, options: argparse.Namespace) -> Settings:
    """Return the settings with what the command line overrides."""
    if options.library is not None:
        settings = dataclasses.replace(settings, library_dir=options.library.expanduser().resolve())
    if options.pack is not None:
        settings = dataclasses.replace(settings, pack=options.pack)
    return settings


def run(options: argparse.Namespace, settings: Settings, open_session: OpenSession) -> int:
    """Run one command and return the exit status; raises LecternError.

    A reader of the output that leaves early (``lectern files | head``) is no failure.
    """
    # A file name may hold bytes that are no text; printing it must not fail.
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # TextIO lacks it
    try:
        status = _run(options, settings, open_session)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _run(options: argparse.Namespace, settings: Settings, open_session: OpenSession) -> int:
    if options.command == "eval":
        return _evaluate(options, settings)
    if options.command == "packs":
        return _packs(options, settings)
    writes = options.command == "index"
    session = open_session(settings, is_writable=writes)
    try:
        commands = {"index": _index, "search": _search, "files": _files, "doctor": _doctor}
        return commands[options.command](session, options)
    finally:
        session.close()


def report(error: LecternError) -> int:
    """Print an expected failure as one line on stderr and return its exit status."""
    print(f"lectern: {_one_line(str(error))}", file=sys.stderr)
    return 1


def _index(session: Session, options: argparse.Namespace) -> int:
    started = time.monotonic()
    session.add_roots(options.folders)
    last = IndexProgress(IndexPhase.SCANNING)
    with _interruptible() as is_interrupted, _ProgressLine() as line:
        paths = [path.expanduser().resolve() for path in options.folders]
        for last in session.index(paths, is_cancelled=is_interrupted):
            line.show(last)
        was_interrupted = is_interrupted()
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
        _print_json(answer)
    else:
        print(
            f"{answer['documents']:,} files: {last.indexed:,} indexed, {last.partial:,} partly, "
            f"{last.failed:,} failed, {last.skipped:,} skipped; {coverage.passages:,} passages, "
            f"{coverage.embedded:,} with meaning, in {answer['seconds']} s."
        )
        if was_interrupted:
            print("Stopped before the end; what was done is kept. Index again to go on.")
        if last.notice:
            print(_one_line(last.notice))
        if last.failed:
            print("See why with: lectern files --status failed")
    return 130 if was_interrupted else 0


def _search(session: Session, options: argparse.Namespace) -> int:
    question = f"{options.question} {options.filter}".strip()
    answers = session.search(question, limit=options.limit, rerank=not options.no_rerank)
    *_, result = answers
    if options.json:
        _print_json(_result_json(result))
    else:
        _print_result(result, explain=options.explain)
    return 0


def _files(session: Session, options: argparse.Namespace) -> int:
    status = DocumentStatus(options.status) if options.status else None
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
        _print_json(rows)
    else:
        for row in rows:
            print(f"{row['status']:8} {_one_line(str(row['path']))}  {row['reason']}".rstrip())
    return 0


def _doctor(session: Session, options: argparse.Namespace) -> int:
    health: Health = session.health()
    if options.json:
        _print_json(dataclasses.asdict(health))
    else:
        print(f"Lectern {health.version}")
        for title, facts in (("Machine", health.machine), ("Library", health.library)):
            print(f"\n{title}")
            for name, value in facts.items():
                print(f"  {name:24} {value}")
        print("\nModel")
        for name, value in dataclasses.asdict(health.model).items():
            print(f"  {name:24} {value}")
        print("\nChecks")
        for check in health.checks:
            print(f"  {'well' if check.is_well else 'LOOK':5} {check.name}: {check.detail}")
            if check.hint:
                print(f"        {check.hint}")
    return 0


def _packs(options: argparse.Namespace, settings: Settings) -> int:
    from desktop_app.inference.packs import list_packs, verify_pack

    places = {"packs_dir": settings.packs_dir, "resources_dir": resources_dir()}
    if options.action == "verify":
        pack = verify_pack(options.name or settings.pack, **places)
        answer: list[dict[str, Any]] = [{"name": pack.name, "verified": True}]
    else:
        answer = [
            {
                "name": each.name,
                "title": each.title,
                "installed": each.is_installed,
                "folder": str(each.folder),
                "languages": sorted(each.languages),
                "reranker": each.has_reranker,
                "license": each.license,
                "download_bytes": each.download_bytes,
            }
            for each in list_packs(**places)
        ]
    if options.json:
        _print_json(answer)
    elif options.action == "verify":
        print(f"{answer[0]['name']}: every file is the one that its manifest names.")
    else:
        for row in answer:
            state = "installed" if row["installed"] else "not on this computer"
            print(f"{row['name']:16} {state:22} {row['title']}")
    return 0


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    from desktop_app.evaluation.evaluate import evaluate_with_settings

    report_ = evaluate_with_settings(options.collection, settings, questions=options.questions)
    if options.json:
        _print_json(report_.to_json())
    else:
        print(report_.to_text())
    return 0


def _result_json(result: SearchResult) -> dict[str, Any]:
    return {
        "query": result.query.raw,
        "pack": result.pack,
        "verdict": result.verdict.value,
        "reranked": result.is_reranked,
        "coverage": result.coverage.sentence,
        "notices": list(result.notices),
        "took_ms": {stage: round(spent, 1) for stage, spent in result.took_ms.items()},
        "hits": [_hit_json(hit) for hit in result.hits],
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    locator = hit.passage.locator
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "path": str(hit.document.full_path),
        "title": hit.document.title,
        "page": locator.page,
        "heading": list(hit.passage.heading),
        "language": hit.passage.language,
        "text": hit.passage.text,
        "boxes": [dataclasses.astuple(box) for box in locator.boxes],
        "highlights": [list(span) for span in hit.highlights],
        "stages": dataclasses.asdict(hit.stages),
    }


def _print_result(result: SearchResult, *, explain: bool) -> None:
    sentence = {
        "good": "",
        "weak": "No strong match; these come closest.",
        "none": "No good match was found; these come closest.",
    }[result.verdict.value]
    if not result.hits:
        sentence = "Nothing was found."
    ranked = (
        "" if result.is_reranked or not result.hits else "Not reranked: ordered by the fused score."
    )
    for line in (sentence, ranked, *result.notices):
        if line:
            print(line)
    for hit in result.hits:
        page = f", p. {hit.passage.locator.page}" if hit.passage.locator.page else ""
        heading = f"  ({' > '.join(hit.passage.heading)})" if hit.passage.heading else ""
        print(f"\n{hit.rank:3}  {hit.score:.2f}  {_one_line(hit.document.title + page + heading)}")
        print(f"           {_one_line(str(hit.document.full_path))}")
        print(f"           {_snippet(hit)}")
        if explain:
            stages = dataclasses.asdict(hit.stages)
            print("           " + "  ".join(f"{k} {v:.4g}" for k, v in stages.items() if v))
    print(f"\n{result.coverage.sentence}")
    if explain:
        print("ms: " + ", ".join(f"{stage} {ms:.0f}" for stage, ms in result.took_ms.items()))


def _snippet(hit: Hit) -> str:
    start = max(0, hit.highlights[0][0] - _SNIPPET_CHARS // 3) if hit.highlights else 0
    return _one_line(hit.passage.text[start : start + _SNIPPET_CHARS])


def _one_line(text: str) -> str:
    return " ".join(text.translate(_CONTROLS).split())


def _print_json(answer: object) -> None:
    print(json.dumps(answer, ensure_ascii=False))


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


@contextlib.contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Turn Ctrl+C into a request to stop at the next batch border."""
    asked: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: asked.append(number))
    try:
        yield lambda: bool(asked)
    finally:
        signal.signal(signal.SIGINT, before)


class _ProgressLine:
    """One line on a terminal's stderr that is rewritten; silent elsewhere."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def show(self, progress: IndexProgress) -> None:
        """Rewrite the line."""
        if not self._is_shown:
            return
        if progress.phase is IndexPhase.EMBEDDING:
            done, total, what = progress.passages_embedded, progress.passages_total, "passages"
        else:
            done, total, what = progress.files_done, progress.files_total, "files"
        left = "" if progress.seconds_left is None else f", {progress.seconds_left:.0f} s left"
        share = done / total if total else 0.0
        bar = ("#" * round(share * 20)).ljust(20, ".")
        width = os.get_terminal_size(sys.stderr.fileno()).columns
        line = f"{progress.phase.value:9} [{bar}] {done:,} of {total:,} {what}{left}"
        print(f"\r\x1b[K{line[: width - 1]}", end="", file=sys.stderr, flush=True)
