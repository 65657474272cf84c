"""What may be written after ``lectern``, and what of it overrides the settings."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from desktop_app import __version__
from desktop_app.cli.folders import add_folders, check_folders
from desktop_app.cli.gpu import add_gpu, check_gpu
from desktop_app.cli.training import add_training, check_training
from desktop_app.domain import DocumentStatus
from desktop_app.settings import Settings

_PACK_ACTIONS = {
    "list": "",
    "verify": "",
    "download": "the name of a pack",
    "import": "a folder, a hub cache or a zip file",
    "export": "the name of a pack",
    "remove": "the name of a pack",
    "use": "the name of a pack",
    "forget": "the name of a pack",
}
"""What may be done with packs, and what must be named for it."""


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; no command means the window. Exits with 2 on bad usage.

    Without one there may be absolute paths: what is dropped on the program's icon.
    """
    parser = _parser()
    is_dropped = all(Path(each).is_absolute() for each in arguments)
    options = parser.parse_args(["gui", *arguments] if is_dropped else list(arguments))
    if options.self_test:
        # Alone, it takes what every command would have.
        return parser.parse_args(["doctor"], argparse.Namespace(self_test=True))
    if options.command is None:
        parser.error("name a command")
    if options.command in _CHECKS:
        _CHECKS[options.command](options, parser)
    return options


def apply_options(settings: Settings, options: argparse.Namespace) -> Settings:
    """Return the settings with what the command line overrides."""
    if options.library is not None:
        settings = dataclasses.replace(settings, library_dir=options.library.expanduser().resolve())
    return settings


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--library", type=Path, metavar="DIR", help="the library's directory")
    shared.add_argument(
        "--pack", metavar="P", help="model pack for this command only: a name or a local folder"
    )
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    shared.add_argument("--debug", action="store_true", help="log everything to the terminal")

    parser = argparse.ArgumentParser(
        prog="lectern", description="Ranked answers from the documents on this computer."
    )
    parser.add_argument("--version", action="version", version=f"Lectern {__version__}")
    parser.add_argument(
        "--self-test", action="store_true", help="index and ask the guide, and say what fails"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (what_it_does, add) in _COMMANDS.items():
        add(commands.add_parser(name, parents=[shared], help=what_it_does))
    return parser


def _add_gui(gui: argparse.ArgumentParser) -> None:
    gui.add_argument("folders", nargs="*", metavar="FOLDER")


def _add_index(index: argparse.ArgumentParser) -> None:
    index.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    index.add_argument("--watch", action="store_true", help="go on with what changes, until Ctrl+C")


def _add_search(search: argparse.ArgumentParser) -> None:
    search.add_argument("question", metavar="QUERY", nargs="?")
    search.add_argument(
        "--similar-to", default="", metavar="PASSAGE_ID", help="passages like that one instead"
    )
    search.add_argument("--limit", type=_positive, default=10, metavar="N")
    search.add_argument("--no-rerank", action="store_true", help="show the fused order")
    search.add_argument("--filter", default="", metavar="EXPR", help='e.g. "type:pdf after:2024"')
    search.add_argument("--explain", action="store_true", help="show what each stage said")


def _add_files(files: argparse.ArgumentParser) -> None:
    files.add_argument("--status", choices=[each.value for each in DocumentStatus])
    files.add_argument("--csv", action="store_true", help="print a table for a spreadsheet")


def _add_copy(copy: argparse.ArgumentParser) -> None:
    copy.add_argument("folder", type=Path, metavar="PATH")


def _add_evaluation(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("collections", type=Path, metavar="DIR", nargs="*")
    evaluate.add_argument(
        "--questions", type=_positive, metavar="N", help="only N of them, spread evenly"
    )
    evaluate.add_argument(
        "--compare",
        nargs=2,
        metavar=("A", "B"),
        help="two packs on these collections; without DIR two reports saved from eval --json",
    )
    evaluate.add_argument(
        "--own", action="store_true", help="your own questions, asked of the library itself"
    )
    evaluate.add_argument(
        "--report", type=Path, metavar="FILE", help="save a page to read, and JSON beside it"
    )


def _add_packs(packs: argparse.ArgumentParser) -> None:
    packs.add_argument("action", nargs="?", choices=list(_PACK_ACTIONS), default="list")
    packs.add_argument(
        "name", nargs="?", metavar="P", help="which pack; for import what it is to be read from"
    )
    packs.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="the zip file to export to"
    )
    packs.add_argument("--yes", action="store_true", help="download without asking")


def _check_search(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    if options.question is None and not options.similar_to:
        parser.error("search needs a question, or --similar-to")


def _check_evaluation(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    if options.own and (options.collections or options.compare or options.questions):
        parser.error("eval --own takes neither a collection nor --compare nor --questions")
    if not (options.own or options.collections or options.compare):
        parser.error("eval needs a collection, --own, or two saved reports to --compare")


def _check_packs(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    needed = _PACK_ACTIONS[options.action]
    if needed and not options.name:
        parser.error(f"packs {options.action} needs {needed}")
    if (options.action == "export") != (options.path is not None):
        parser.error(
            "packs export needs the zip file to write"
            if options.action == "export"
            else f"packs {options.action} takes one name"
        )


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _add_nothing(_command: argparse.ArgumentParser) -> None:
    """Take what every command takes."""


_COMMANDS: Mapping[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "gui": ("open the window (the default)", _add_gui),
    "index": ("index folders, or all again", _add_index),
    "search": ("ask a question", _add_search),
    "files": ("show the ledger", _add_files),
    "folders": ("indexed folders and their rules", add_folders),
    "backup": ("copy the library to a folder", _add_copy),
    "restore": ("put a backup in its place", _add_copy),
    "repair": ("mend a damaged library and read again what was lost", _add_nothing),
    "eval": ("measure on collections", _add_evaluation),
    "train-reranker": ("teach the reranker a field of yours", add_training),
    "packs": ("get and choose model packs", _add_packs),
    "gpu": ("add what NVIDIA graphics cards need", add_gpu),
    "doctor": ("look at machine, models and library", _add_nothing),
}
_CHECKS: Mapping[str, Callable[[argparse.Namespace, argparse.ArgumentParser], None]] = {
    "eval": _check_evaluation,
    "search": _check_search,
    "folders": check_folders,
    "gpu": check_gpu,
    "packs": _check_packs,
    "train-reranker": check_training,
}
