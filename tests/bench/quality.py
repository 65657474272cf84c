"""How good is the ranking? Every shared collection, every stage, with intervals.

Usage: ``bootstrap.py bench quality [--questions N] [--only NAME...] [--pack P] [--fresh]
[--kept]``, the last to write the tables of what is measured so far.
Writes the tables to ``tests/bench/quality.md`` and prints one JSON object. Each collection's
report is kept in ``--folder`` under a name made of the pack's files, the sources of the search
and the questions, so an interrupted run goes on where it was, and nothing that is still true
is measured again; libraries are kept too. Beside the stages stand this pack's own full text
(BM25) and dense run alone, the lexical baseline that came with the collections, and published
figures where there are any. Reranking has no deadline here, so that the figures are of the
ranking and not of the machine.

About 300 questions a collection take about 15 minutes on two free cores without a reranker,
and about 40 with one; ``--questions 60`` gives a look in a few minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import desktop_app
from desktop_app import __version__
from desktop_app.evaluation.comparison import Difference, compare_stages
from desktop_app.evaluation.evaluate import evaluate
from desktop_app.evaluation.report import STAGES, EvaluationReport, StageReport
from desktop_app.evaluation.saved import read_reports
from desktop_app.indexing.chunker import chunk
from desktop_app.inference.opening import open_model
from desktop_app.inference.packs import Pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.parsing.formats import parse
from desktop_app.settings import Settings, default_cache_dir
from tests.bench.chunking import spread

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora"
TABLE = Path(__file__).with_suffix(".md")
SOURCES = ("evaluation", "indexing", "inference", "parsing", "search", "store")
NO_DEADLINE_MS = 600_000
PUBLISHED = {
    "scifact": ".679 (BM25, BEIR), .645 (all-MiniLM-L6-v2, MTEB)",
}
_BASELINE = re.compile(
    r"^(\S+)\t(?:docs|pages) \d+\t(?:queries|questions) \d+\t(.+)$", re.MULTILINE
)
_ABOUT = """Figures in parentheses are 95 % bootstrap intervals over the questions. The starter
knows English only: in other languages its embedder has no vote, and groups of letters vote beside
the words instead. "Baseline" is the lexical one that came with the collections (BM25, k1 0.9, b
0.4; words or, for Chinese and its kin, pairs of characters). The gain is that of the list shown
over the better of its runs alone, question by question, in bold where its interval leaves out 0."""
_ABOUT_SPANS = """chunking-evaluation has exact answer spans: its texts are cut as the application
cuts them, and right is the passage that holds the answer."""
_ALONE = {"fulltext": "full text (BM25)", "dense": "dense", "sparse": "sparse"}
_NAMES = {**_ALONE, "reranker": "reranker alone"}


def collections(folder: Path) -> Iterator[Path]:
    """Yield every shared collection; exact answer spans become a text collection first."""
    yield from sorted((SHARED / "retrieval").iterdir())
    for source in sorted((SHARED / "spanqa").iterdir()):
        yield as_texts(source, folder / "spanqa" / source.name)
    yield from sorted((SHARED / "pdfqa").iterdir())


def as_texts(source: Path, target: Path) -> Path:
    """Cut the texts of a span collection as the application does, and write them as texts.

    Right is the passage that holds most of an answer's characters, one for each span.
    """
    target.mkdir(parents=True, exist_ok=True)
    places: dict[str, list[int]] = {}
    rows = []
    for path in sorted(source.glob("*.md")):
        passages = chunk(parse(path), content_hash="", fallback_title=path.stem)
        places[path.name] = spread(path.read_text(encoding="utf-8"), passages)
        rows += [
            {"id": f"{path.name}#{each.ordinal}", "title": each.context, "text": each.text}
            for each in passages
        ]
    questions = []
    right: dict[str, None] = {}
    for line in (source / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        questions.append({"id": row["id"], "text": row["question"], "lang": "en"})
        for span in row["evidence"]:
            held = places[row["file"]][span["start"] : span["end"]]
            most = max(set(held), key=held.count)
            right[f"{row['id']}\t{row['file']}#{most}\t1"] = None
    for name, lines in (
        ("corpus.jsonl", map(json.dumps, rows)),
        ("queries.jsonl", map(json.dumps, questions)),
        ("qrels.tsv", right),
    ):
        (target / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return target


def identity(pack: Pack, questions: int | None) -> str:
    """Return what the figures depend on, as a few hex digits: pack, sources, questions."""
    digest = hashlib.blake2b(f"{questions} {pack!r}".encode(), digest_size=6)
    for folder in (pack.embedder, pack.reranker):
        if folder is not None:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    digest.update(f"{path.name} {path.stat().st_size}".encode())
                    digest.update(path.read_bytes()[-65536:])
    root = Path(desktop_app.__file__).parent
    for name in SOURCES:
        for path in sorted((root / name).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def kept_report(directory: Path, pack: Pack, options: argparse.Namespace) -> Path:
    """Return where a collection's report is kept, if it was measured."""
    folder: Path = options.folder
    key = identity(pack, options.questions)
    return folder / "reports" / f"{directory.name}-{pack.name}-{key}.json"


def measure(
    directory: Path,
    pack: Pack,
    model: ModelProcess,
    settings: Settings,
    options: argparse.Namespace,
) -> tuple[EvaluationReport, float]:
    """Return a collection's report, the kept one where it is still true, and its seconds."""
    kept = kept_report(directory, pack, options)
    if kept.is_file() and not options.fresh:
        return read_reports(kept)[0], float(json.loads(kept.read_text())["seconds"])
    began = time.monotonic()
    report = evaluate(
        directory,
        library_dir=options.folder / "libraries",
        pack=pack,
        model=model,
        settings=settings,
        questions=options.questions,
        progress=lambda what, done, total: show(f"{directory.name}: {what} {done:,} of {total:,}"),
    )
    seconds = round(time.monotonic() - began, 1)
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_suffix(".new")
    fresh.write_text(json.dumps({**report.to_json(), "seconds": seconds}), encoding="utf-8")
    fresh.replace(kept)
    # Read back, so that a run that goes on prints the same digits.
    return read_reports(kept)[0], seconds


def baselines() -> dict[str, str]:
    """Return the lexical baseline that came with each collection, as its line says it."""
    found = {}
    for name, said in _BASELINE.findall((SHARED / "README.md").read_text(encoding="utf-8")):
        if by_rank := re.search(r"nDCG@10 0?(\.\d+)", said):
            found[name] = by_rank[1]
        elif by_page := re.search(r"page@5 ([\d.]+) \(of ([1-9]\d*)\)", said):
            found[name] = f"{figure(float(by_page[1]))} of {by_page[2]}"
    return found


def tables(reports: Sequence[tuple[EvaluationReport, float]], command: str, pack: Pack) -> str:
    """Return the page of all tables."""
    files = {each.name for each in (SHARED / "pdfqa").iterdir()}
    texts = [each for each, _ in reports if each.collection not in files]
    pages = [each for each, _ in reports if each.collection in files]
    day = f"{datetime.now().astimezone():%d %B %Y}"
    seconds = sum(each for _, each in reports)
    version = f"Lectern {__version__}, pack {pack.name}"
    if pack.reranker is None:
        version += " without a reranker"
    lines = [
        "# How good is the ranking?",
        "",
        f"Made by `{command}` on {day}, {version}; {seconds / 60:,.0f} minutes of measuring.",
        "",
        _ABOUT,
        "",
        "## nDCG@10, texts",
        "",
        *table(texts, "ndcg"),
        "",
        _ABOUT_SPANS,
        "",
        "## Recall@5, PDFs: the right page (the right file where no page is known)",
        "",
        "Baseline here: the right page among the first five, of the questions whose page is known.",
        "",
        *table(pages, "recall"),
        "",
        "## What each step gains, nDCG@10",
        "",
        "| collection | step | gain (95 %) | p | better / worse / equal |",
        "|---|---|---|---|---|",
        *(row for report, _ in reports for row in steps(report)),
        "",
    ]
    return "\n".join(lines)


def table(reports: Sequence[EvaluationReport], measure_name: str) -> list[str]:
    """Return the rows of one table."""
    names = [
        each for each in STAGES if any(stage.name == each for r in reports for stage in r.stages)
    ]
    known = baselines()
    is_published = any(each.collection in PUBLISHED for each in reports)
    heads = ["collection", "questions", "baseline", *(["published"] if is_published else [])]
    heads += [*(_NAMES.get(name, name) for name in names), "gain"]
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for report in reports:
        stages = {each.name: each for each in report.stages}
        best = max(value_of(each, measure_name) for each in report.stages)
        cells = [
            cell(stages[name], measure_name, best=best) if name in stages else "no vote"
            for name in names
        ]
        name = report.collection
        before = [name, f"{report.queries:,}", known.get(name, "")]
        if is_published:
            before.append(PUBLISHED.get(name, ""))
        rows.append(f"| {' | '.join([*before, *cells, gain(report, measure_name)])} |")
    return rows if reports else ["Not measured yet."]


def value_of(stage: StageReport, measure_name: str) -> float:
    """Return the figure that a table is about."""
    return stage.ndcg_10 if measure_name == "ndcg" else stage.recall_5


def cell(stage: StageReport, measure_name: str, *, best: float) -> str:
    """Return a figure with its interval, the best of its row in bold."""
    value = value_of(stage, measure_name)
    low, high = stage.ci95 if measure_name == "ndcg" else stage.recall_5_ci95
    shown = f"**{figure(value)}**" if value == best else figure(value)
    return f"{shown} ({figure(low)} to {figure(high)})"


def gain(report: EvaluationReport, measure_name: str) -> str:
    """Return what the list shown gains over the better run alone; "" where it is one of them."""
    alone = [each for each in report.stages if each.name in _ALONE]
    last = report.stages[-1]
    if last in alone:
        return ""
    better = max(alone, key=lambda each: value_of(each, measure_name))
    pair = replace(report, stages=(better, replace(last, name="fused")))
    (difference,) = compare_stages(pair)
    if measure_name == "ndcg":
        return signed(difference.mean, difference.ci95)
    return signed(difference.recall_5, difference.recall_5_ci95)


def steps(report: EvaluationReport) -> list[str]:
    """Return the rows about what each step of the search gains."""

    def row(each: Difference) -> str:
        counts = f"{each.better:,} / {each.worse:,} / {each.equal:,}"
        gained = signed(each.mean, each.ci95)
        return f"| {report.collection} | {each.stage} | {gained} | {each.p:.4f} | {counts} |"

    return [row(each) for each in compare_stages(report)]


def signed(mean: float, interval: tuple[float, float]) -> str:
    """Return a difference with its interval, in bold where that leaves out 0."""
    shown = f"{mean:+.3f}"
    if interval[0] > 0 or interval[1] < 0:
        shown = f"**{shown}**"
    return f"{shown} ({interval[0]:+.3f} to {interval[1]:+.3f})"


def figure(value: float) -> str:
    """Return three digits without the zero before the point."""
    return f"{value:.3f}".removeprefix("0")


def show(line: str) -> None:
    """Rewrite the line of progress."""
    sys.stderr.write(f"\r\x1b[K{line}")
    sys.stderr.flush()


def main() -> None:
    """Measure what was asked for, write the tables, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=300, help="at most so many each; 0: all")
    parser.add_argument("--only", nargs="*", default=[], help="names of collections")
    parser.add_argument("--pack", default="starter")
    parser.add_argument("--packs-dir", type=Path, help="where packs are, if not in the usual place")
    parser.add_argument("--folder", type=Path, default=default_cache_dir() / "bench" / "quality")
    parser.add_argument("--table", type=Path, default=TABLE, help="the page to write")
    parser.add_argument("--kept", action="store_true", help="measure nothing, write what there is")
    parser.add_argument("--fresh", action="store_true", help="measure again what is kept")
    options = parser.parse_args()
    options.questions = options.questions or None
    if not SHARED.is_dir():
        raise SystemExit("needs ../shared beside the checkout, which is absent")
    settings = replace(
        Settings(),
        pack=options.pack,
        cache_dir=options.folder / "cache",
        rerank_budget_ms=NO_DEADLINE_MS,
    )
    if options.packs_dir is not None:
        settings = replace(settings, packs_dir=options.packs_dir)
    reports: list[tuple[EvaluationReport, float]] = []
    missing: list[str] = []
    pack, model = open_model(settings)
    with closing(model):
        for directory in collections(options.folder):
            if options.only and directory.name not in options.only:
                continue
            if options.kept and not kept_report(directory, pack, options).is_file():
                missing.append(directory.name)
                continue
            reports.append(measure(directory, pack, model, settings, options))
            show(f"{directory.name}: {reports[-1][1]:,.0f} s\n")
    asked = [f"--pack {options.pack}"] if options.pack != "starter" else []
    if options.questions != parser.get_default("questions"):
        asked.append(f"--questions {options.questions or 0}")
    command = " ".join(["bootstrap.py bench quality", *asked])
    if not options.only:
        page = tables(reports, command, pack)
        if missing:
            page += f"\nNot measured yet: {', '.join(missing)}.\n"
        options.table.write_text(page, encoding="utf-8")
    print(json.dumps({"pack": pack.name, "collections": [summary(*each) for each in reports]}))


def summary(report: EvaluationReport, seconds: float) -> dict[str, object]:
    """Return a collection's figures without those of single questions."""
    return {
        "collection": report.collection,
        "questions": report.queries,
        "seconds": seconds,
        "ndcg@10": {each.name: each.ndcg_10 for each in report.stages},
        "recall@5": {each.name: each.recall_5 for each in report.stages},
        "ms_p95": {each.name: each.ms_p95 for each in report.stages},
    }


if __name__ == "__main__":
    main()
