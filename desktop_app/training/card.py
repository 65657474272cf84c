"""The model card: what the weights are, what they were made of, and what they are worth."""

from __future__ import annotations

import platform
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from desktop_app import __version__
from desktop_app.inference.packs import Pack
from desktop_app.training.gain import measure_gain
from desktop_app.training.groups import WRONG_HELD_OUT, WRONG_TRAINED
from desktop_app.training.learner import Learner
from desktop_app.training.loop import PRIOR_WEIGHT
from desktop_app.training.material import Material
from desktop_app.training.pairs import Pair
from desktop_app.training.plan import QUESTIONS, Plan
from desktop_app.training.preparing import Drawn
from desktop_app.training.progress import Figures, TrainingReport


def write_card(
    report: TrainingReport,
    plan: Plan,
    pack: Pack,
    *,
    material: Material,
    drawn: Drawn,
    sources: Mapping[str, int],
    learner: Learner,
    command: str,
) -> str:
    """Return a reranker's README in Markdown; ``sources`` counts the questions asked by source."""
    assert report.best is not None
    best = report.best
    gain = measure_gain(report)
    facts = _facts(report, plan, pack, material=material, learner=learner, command=command)
    lines = [
        f"# A reranker for “{', '.join(material.names)}”",
        "",
        (
            "A cross-encoder: reads question and passage together and gives one logit. These "
            "weights hold no text that they were trained on."
        ),
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {_cell(value)} |" for name, value in facts),
        "",
        "## Data",
        "",
        "| source | questions | license of the text |",
        "|---|---|---|",
        *_source_rows(sources, material.pairs),
        "",
        "## What it is worth",
        "",
        (
            f"{len(best.ranks)} held-out questions, each with its right passage and the best "
            f"{WRONG_HELD_OUT} others that the search finds; split {drawn.split.way}."
        ),
        "",
        "| order | loss | mean reciprocal rank | right one first |",
        "|---|---|---|---|",
        _figure_row("fused, without a reranker", report.fused),
        _figure_row("before training", report.untrained),
        _figure_row(f"after step {best.step}", best),
        "",
        (
            f"Gain over the better of the first two: {gain.mean:+.3f} of mean reciprocal rank, "
            f"95 % interval {gain.low:+.3f} to {gain.high:+.3f}, p = {gain.p:.3f}. The "
            "step was chosen on the same questions, which flatters a little."
        ),
    ]
    return "\n".join([*lines, ""])


def _facts(
    report: TrainingReport,
    plan: Plan,
    pack: Pack,
    *,
    material: Material,
    learner: Learner,
    command: str,
) -> list[tuple[str, str]]:
    where = f"{learner.device}, {learner.precision}"
    return [
        ("Trained from", f"the {plan.start} of the pack “{pack.title}” ({pack.revision})"),
        ("License", pack.license or "as the pack that it was trained from"),
        ("Data", f"{', '.join(material.names)}; SHA-256 {material.digest}"),
        ("Command", f"`{command}`"),
        ("Learned", _learned(plan)),
        (
            "Objective",
            (
                f"listwise cross-entropy over 1 right and {WRONG_TRAINED} other passages, half of "
                f"the logit alone, half of logit + {PRIOR_WEIGHT} x fused score"
            ),
        ),
        ("Length", _length(report, plan)),
        ("Seed", str(plan.seed)),
        ("Time", f"{report.seconds / 60:.0f} minutes on {where}; {report.rate:.1f} pairs/s"),
        ("Made", f"{datetime.now().astimezone():%d %B %Y} by Lectern {__version__}"),
        (
            "With",
            (
                f"Python {platform.python_version()}, torch {version('torch')}, "
                f"transformers {version('transformers')}, FlagEmbedding {version('FlagEmbedding')}"
            ),
        ),
    ]


def _learned(plan: Plan) -> str:
    if plan.lora:
        return f"low-rank matrices of rank {plan.lora} beside the attention's, merged at the end"
    return "all but the embeddings and the lowest third of the layers"


def _length(report: TrainingReport, plan: Plan) -> str:
    pairs = report.steps * QUESTIONS * (WRONG_TRAINED + 1)
    return (
        f"{report.steps:,} steps of {QUESTIONS} questions, {pairs:,} pairs; "
        f"{report.trained_questions:,} different questions; rate {plan.usual_rate:g}; "
        f"{plan.length} tokens"
    )


def _source_rows(sources: Mapping[str, int], pairs: Sequence[Pair]) -> list[str]:
    licenses: dict[str, Counter[str]] = defaultdict(Counter)
    for pair in pairs:
        if pair.license:
            licenses[pair.source][pair.license] += 1
    return [
        f"| {_cell(name)} | {count:,} | "
        f"{_cell(', '.join(each for each, _ in licenses[name].most_common(5)))} |"
        for name, count in sources.items()
    ]


def _figure_row(name: str, figures: Figures) -> str:
    return f"| {name} | {figures.loss:.3f} | {figures.mrr:.3f} | {figures.first:.1%} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
