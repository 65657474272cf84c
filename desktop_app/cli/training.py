"""``lectern train-reranker``: teach the reranker a field, and make a pack of it."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from desktop_app.cli.output import INTERRUPTED, ProgressLine, interruptible, one_line, print_json
from desktop_app.errors import StoreError, TrainingError
from desktop_app.settings import Settings, resources_dir

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desktop_app.inference.packs import Pack
    from desktop_app.training.plan import Plan
    from desktop_app.training.preparing import KnownVectors
    from desktop_app.training.progress import Figures, TrainingProgress, TrainingReport
    from desktop_app.training.train import Order


def add_training(parser: argparse.ArgumentParser) -> None:
    """Declare what ``train-reranker`` takes."""
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="pairs as JSON lines, plain or .zst"
    )
    parser.add_argument(
        "--own", action="store_true", help="your own questions, with the library's passages"
    )
    parser.add_argument(
        "--out", metavar="NAME", help="the new pack: a name, or a folder that does not exist"
    )
    parser.add_argument(
        "--from",
        dest="start",
        choices=("reranker", "embedder"),
        default="reranker",
        help="go on with the pack's reranker, or make one of its embedder",
    )
    parser.add_argument(
        "--lora",
        nargs="?",
        type=int,
        const=16,
        default=0,
        metavar="RANK",
        help="learn small matrices beside the weights, which takes less memory",
    )
    parser.add_argument("--steps", type=int, default=0, metavar="N", help="of 8 questions each")
    parser.add_argument("--hours", type=float, metavar="H", help="stop in time, about")
    parser.add_argument("--seed", type=int, default=17, metavar="N")
    parser.add_argument("--rate", type=float, default=0.0, metavar="R", help="the learning rate")
    parser.add_argument(
        "--claims",
        type=float,
        default=0.2,
        metavar="SHARE",
        help="share of questions that are sentences of the passages",
    )
    parser.add_argument(
        "--passages", type=int, default=20_000, metavar="N", help="to seek wrong answers among"
    )
    parser.add_argument(
        "--held-out", type=int, default=120, metavar="N", help="questions to judge by, at most"
    )
    parser.add_argument("--length", type=int, default=192, metavar="N", help="tokens read")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto")
    parser.add_argument("--device", metavar="D", help='"auto", "cpu" or "cuda:0"')


def check_training(options: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """End with a sentence on bad usage."""
    if bool(options.files) == options.own:
        parser.error("train-reranker needs files of pairs, or --own")
    least = {
        "--lora": (options.lora, 0),
        "--steps": (options.steps, 0),
        "--seed": (options.seed, 0),
        "--passages": (options.passages, 100),
        "--held-out": (options.held_out, 8),
        "--length": (options.length, 16),
        "--rate": (options.rate, 0),
    }
    for name, (value, smallest) in least.items():
        if value < smallest:
            parser.error(f"{name} must be at least {smallest}")
    if not 0 <= options.claims <= 0.9:  # noqa: PLR2004 - as the message says
        parser.error("--claims must be between 0 and 0.9")
    if options.hours is not None and not options.hours > 0:
        parser.error("--hours must be more than 0")


def run_training(options: argparse.Namespace, settings: Settings) -> int:
    """Train as the options say; returns the exit status, raises LecternError."""
    # Late, since the command line shall start without models and databases.
    from desktop_app.training.train import train

    order = _order(options, settings)
    with interruptible() as is_interrupted, _Narrator() as narrator:
        steps = train(order, is_cancelled=is_interrupted)
        while True:
            try:
                narrator.tell(next(steps))
            except StopIteration as end:
                report: TrainingReport | None = end.value
                break
    if report is None:
        print("Stopped; run the same command again to go on.", file=sys.stderr)
        return INTERRUPTED
    if options.json:
        print_json(report_json(report))
    else:
        _print(report)
    return 0


def _order(options: argparse.Namespace, settings: Settings) -> Order:
    from desktop_app.inference.opening import make_model
    from desktop_app.inference.packs import find_pack
    from desktop_app.training.material import read_files, read_own
    from desktop_app.training.plan import Plan
    from desktop_app.training.train import Order, find_start, workspace_of

    source = options.pack or (_pack_of_library(settings) if options.own else "") or settings.pack
    pack = find_pack(source, packs_dir=settings.packs_dir, resources_dir=resources_dir())
    plan = Plan(
        **{
            each.name: getattr(options, each.name)
            for each in dataclasses.fields(Plan)
            if each.name != "device"
        },
        device=options.device or settings.device,
    )
    target = _target(options.out or f"{pack.name}-trained", settings)
    find_start(pack, plan)
    if options.own:
        material = read_own(settings.library_dir, most=plan.passages)
    else:
        material = read_files([each.expanduser() for each in options.files])
    return Order(
        plan=plan,
        pack=pack,
        material=material,
        workspace=workspace_of(settings.cache_dir, plan, pack, material),
        target=target,
        make_model=lambda: make_model(pack, settings),
        known=_known(pack, settings if options.own else None),
        command=_command(options, plan),
        threads=settings.threads,
    )


def report_json(report: TrainingReport) -> dict[str, Any]:
    """Return what ``train-reranker --json`` prints."""
    return {
        "pack": str(report.folder) if report.folder else None,
        "steps": report.steps,
        "questions": report.trained_questions,
        "held_out": len(report.fused.ranks),
        "seconds": round(report.seconds, 1),
        "pairs_per_second": round(report.rate, 1),
        "fused": _figures_json(report.fused),
        "untrained": _figures_json(report.untrained),
        "best": _figures_json(report.best) if report.best else None,
        "blend": {name: getattr(report.blend, name) for name in ("fused", "logit", "bias")}
        if report.blend
        else None,
        "files": [
            {"path": name, "size": size, "sha256": digest} for name, size, digest in report.files
        ],
    }


class _Narrator:
    """Says on stderr how far a training is: a line that changes, or a line now and then."""

    def __init__(self) -> None:
        self._line = ProgressLine()
        self._phase = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._line.__exit__(*error)

    def tell(self, progress: TrainingProgress) -> None:
        """Show a snapshot."""
        what = "" if progress.loss is None else f"steps, loss {progress.loss:.3f}"
        if progress.rate:
            what += f", {progress.rate:.1f} pairs/s"
        self._line.show_work(
            progress.phase.value, progress.done, progress.total, what, progress.seconds_left
        )
        if progress.figures is not None:
            self._line.say(f"step {progress.done:,}: {_in_words(progress.figures)}")
        elif progress.phase.value != self._phase:
            self._phase = progress.phase.value
            if not self._line.is_shown:
                far = f": {progress.done:,} of {progress.total:,}" if progress.total else ""
                self._line.say(f"{self._phase}{far}")


def _pack_of_library(settings: Settings) -> str:
    """Return the pack that answers in the library, as ``eval --own`` does."""
    from desktop_app.store.library import open_library

    with closing(open_library(settings.library_dir, is_writable=False)) as library:
        return library.spaces.pack


def _target(name: str, settings: Settings) -> Path:
    """Return where the new pack goes: a name is that of a pack, anything else a folder."""
    from desktop_app.acquisition.shapes import check_name
    from desktop_app.inference.packs import list_packs

    path = Path(name).expanduser()
    if path.name != name:
        return path.resolve()
    known = list_packs(packs_dir=settings.packs_dir, resources_dir=resources_dir())
    check_name(name, [each.name for each in known])
    return settings.packs_dir / name


def _known(pack: Pack, settings: Settings | None) -> KnownVectors:
    """Return what looks up vectors that the user's library has already, where that can be."""

    def look(passage_ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        from desktop_app.inference.packs import vector_space
        from desktop_app.store.library import open_library

        # Learned token weights cannot be read back, so a space with them is made again.
        if settings is None or pack.has_sparse:
            return {}
        try:
            with closing(open_library(settings.library_dir, is_writable=False)) as library:
                return library.vectors_of(vector_space(pack), passage_ids)
        except StoreError as error:
            raise TrainingError("The library's vectors could not be read.") from error

    return look


def _command(options: argparse.Namespace, plan: Plan) -> str:
    """Return the command that makes the same again, without the user's folders."""
    from desktop_app.training.plan import Plan as Default

    parts = ["lectern", "train-reranker", *(each.name for each in options.files)]
    parts += ["--own"] if options.own else []
    parts += ["--pack", Path(options.pack).name] if options.pack else []
    for each in dataclasses.fields(Default):
        value = getattr(plan, each.name)
        if value != each.default:
            name = "from" if each.name == "start" else each.name.replace("_", "-")
            parts += [f"--{name}", str(value)]
    return shlex.join(parts)


def _figures_json(figures: Figures) -> dict[str, Any]:
    values = dataclasses.asdict(figures)
    del values["ranks"]
    return {name: round(each, 4) for name, each in values.items()}


def _in_words(figures: Figures) -> str:
    return (
        f"loss {figures.loss:.3f}, mean reciprocal rank {figures.mrr:.3f}, "
        f"right one first {figures.first:.0%}"
    )


def _print(report: TrainingReport) -> None:
    print(f"Held-out questions: {len(report.fused.ranks):,}")
    print(f"  without a reranker  {_in_words(report.fused)}")
    print(f"  before training     {_in_words(report.untrained)}")
    if report.best is None or report.folder is None:
        print(
            "No step of the training answered them better, so no pack was made. More pairs, other "
            "pairs or more steps may help."
        )
        return
    print(f"  after step {report.best.step:<8,} {_in_words(report.best)}")
    from desktop_app.training.gain import measure_gain

    if not measure_gain(report).is_certain:
        print("With so few questions the gain may be chance; hold out more to know.")
    name = report.folder.name
    print(one_line(f"Made the pack “{name}” in {report.folder}."))
    print(f"Use it with: lectern packs use {shlex.quote(str(name))}")
