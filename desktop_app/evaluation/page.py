"""A report for people: one HTML page that needs nothing else, neither network nor script."""

from __future__ import annotations

import html
from collections.abc import Sequence

from desktop_app import __version__
from desktop_app.evaluation.comparison import Comparison, Difference, compare_stages
from desktop_app.evaluation.drawing import Bar, Curve, draw_curves, draw_intervals
from desktop_app.evaluation.metrics import confidence_interval
from desktop_app.evaluation.page_style import STYLE
from desktop_app.evaluation.report import CUTOFFS, STAGES, EvaluationReport, StageReport

_NAMES = {
    "fulltext": "full text",
    "dense": "dense",
    "sparse": "sparse",
    "fused": "fused",
    "reranker": "reranker alone",
    "reranked": "reranked",
    "answer": "answer shown",
}
_MOST_CHANGES = 10
_MOST_MISSED = 50
_LEAST_OF_A_LANGUAGE = 5
_LEAST_P = 0.001
_NOTES = (
    "nDCG@10 has linear gain and the discount log2(rank + 1), as trec_eval's ndcg_cut. "
    "Recall@5 is the share of what is to be found among the first five; where any page with "
    "the answer is enough, the share of questions with one of them there. Intervals are 95 % "
    "percentile bootstraps over questions; of differences, paired by question. p is Fisher's "
    "randomization test. Times are of this run on this computer; “dense” and “sparse” include "
    "embedding the question, “fused” and “reranked” are the first and the last answer of a "
    "whole search."
)


def write_page(results: Sequence[EvaluationReport | Comparison], *, day: str) -> str:
    """Return the page about reports or comparisons; ``day`` says when, in words."""
    count = sum(
        each.queries if isinstance(each, EvaluationReport) else each.first.queries
        for each in results
    )
    names = [_name_of(each) for each in results]
    title = names[0] if len(names) == 1 else f"{len(names)} collections"
    body = [
        f"<h1>How well the search finds: {_safe(title)}</h1>",
        f'<p class="muted">{_count(count)} · {_safe(day)} · Lectern {__version__}</p>',
    ]
    if len(results) > 1:
        links = (f'<a href="#c{place}">{_safe(name)}</a>' for place, name in enumerate(names))
        body.append(f"<nav>{''.join(links)}</nav>{_overview(results)}")
    for place, each in enumerate(results):
        heading = f"<h2>{_safe(names[place])}</h2>" if len(names) > 1 else ""
        body.append(f'<section id="c{place}">{heading}')
        body.append(_compared(each) if isinstance(each, Comparison) else _measured(each))
        body.append("</section>")
    body.append(f"<footer><p>{_NOTES}</p><p>This page holds questions in full.</p></footer>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_safe(title)} - Lectern</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _name_of(result: EvaluationReport | Comparison) -> str:
    return result.first.collection if isinstance(result, Comparison) else result.collection


def _overview(results: Sequence[EvaluationReport | Comparison]) -> str:
    """Show the last column a reader looks for first: nDCG@10 of every stage, by collection."""
    reports = [each for each in results if isinstance(each, EvaluationReport)]
    if len(reports) < len(results):
        rows = [
            [_safe(each.first.collection), *_difference_cells(each.differences[-1])]
            for each in results
            if isinstance(each, Comparison)
        ]
        return _table(("collection", *_DIFFERENCE_HEADS), rows)
    names = [name for name in STAGES if any(name in _by_name(each) for each in reports)]
    rows = []
    for each in reports:
        stages = _by_name(each)
        best = max(stage.ndcg_10 for stage in each.stages)
        cells = [
            _marked(f"{stages[name].ndcg_10:.3f}", is_best=stages[name].ndcg_10 == best)
            if name in stages
            else "–"  # noqa: RUF001 - nothing, as tables say it
            for name in names
        ]
        rows.append([_safe(each.collection), f"{each.queries:,}", *cells])
    heads = ("nDCG@10", "questions", *(_NAMES[name] for name in names))
    return _table(heads, rows)


def _measured(report: EvaluationReport) -> str:
    parts = [
        f'<p class="muted">{_count(report.queries)}, pack {_safe(report.pack)}.</p>',
        _stages_table(report),
        _figure(
            "nDCG@10 with 95 % intervals",
            draw_intervals(
                [Bar(_NAMES[s.name], s.ndcg_10, *s.ci95, _color(s.name)) for s in report.stages],
                title=f"nDCG@10 of each stage on {report.collection}",
            ),
        ),
        _figure(
            "Recall by depth: the share of what is to be found among the first so many",
            draw_curves(
                [Curve(_NAMES[s.name], s.curve, _color(s.name)) for s in report.stages],
                CUTOFFS,
                title=f"Recall by depth of each stage on {report.collection}",
            ),
        ),
    ]
    steps = compare_stages(report)
    if steps:
        parts += ["<h3>What each step gains</h3>", _differences(steps)]
    parts.append(_languages(report))
    for step in steps:
        before, after = step.stage.split(" to ")
        parts.append(_changes(report, report, step, before=before, after=after))
    parts.append(_missed(report))
    return "".join(parts)


def _compared(comparison: Comparison) -> str:
    first, second = comparison.first, comparison.second
    last = comparison.differences[-1]
    told = f"what is above zero speaks for {_safe(second.pack)}"
    return "".join(
        [
            f'<p class="muted">{_safe(second.pack)} against {_safe(first.pack)}: {told}.</p>',
            _figure(
                "Difference in nDCG@10 with 95 % intervals",
                draw_intervals(
                    [
                        Bar(_NAMES[each.stage], each.mean, *each.ci95, _color(each.stage))
                        for each in comparison.differences
                    ],
                    title=f"nDCG@10 of {second.pack} minus that of {first.pack}",
                    is_signed=True,
                ),
            ),
            _differences(comparison.differences),
            _changes(
                first, second, last, before=first.stages[-1].name, after=second.stages[-1].name
            ),
            f"<h3>Pack {_safe(first.pack)}</h3>{_measured(first)}",
            f"<h3>Pack {_safe(second.pack)}</h3>{_measured(second)}",
        ]
    )


def _stages_table(report: EvaluationReport) -> str:
    best_ndcg = max(each.ndcg_10 for each in report.stages)
    best_recall = max(each.recall_5 for each in report.stages)
    rows = [
        [
            f'<span class="key k{_color(each.name)}"></span>{_NAMES[each.name]}',
            _with_interval(each.ndcg_10, each.ci95, is_best=each.ndcg_10 == best_ndcg),
            _with_interval(each.recall_5, each.recall_5_ci95, is_best=each.recall_5 == best_recall),
            f"{each.recall_100:.3f}",
            f"{each.mrr_10:.3f}",
            f"{each.ms_p50:,.0f} / {each.ms_p95:,.0f}",
            f"{each.answered:,}",
        ]
        for each in report.stages
    ]
    heads = ("stage", "nDCG@10", "Recall@5", "Recall@100", "MRR@10", "ms p50 / p95", "answered")
    return _table(heads, rows)


_DIFFERENCE_HEADS = ("nDCG@10", "95 % interval", "p", "Recall@5", "better", "worse", "equal")


def _differences(differences: Sequence[Difference]) -> str:
    rows = [
        [
            " to ".join(_NAMES[name] for name in each.stage.split(" to ")),
            *_difference_cells(each),
        ]
        for each in differences
    ]
    return _table(("", *_DIFFERENCE_HEADS), rows)


def _difference_cells(each: Difference) -> list[str]:
    low, high = each.ci95
    style = "well" if low > 0 else "ill" if high < 0 else ""
    return [
        f'<b class="{style}">{each.mean:+.3f}</b>',
        f"{low:+.3f} to {high:+.3f}",
        f"{each.p:.3f}" if each.p >= _LEAST_P else f"&lt; {_LEAST_P}",
        f"{each.recall_5:+.3f}",
        f"{each.better:,}",
        f"{each.worse:,}",
        f"{each.equal:,}",
    ]


def _languages(report: EvaluationReport) -> str:
    places: dict[str, list[int]] = {}
    for place, asked in enumerate(report.questions):
        places.setdefault(asked.language or "not said", []).append(place)
    if len(places) == 1:
        return ""
    rows = []
    for language, chosen in sorted(places.items(), key=lambda item: -len(item[1])):
        cells = [f"{_safe(language)}", f"{len(chosen):,}"]
        for stage in report.stages:
            gains = [stage.gains[place] for place in chosen]
            mean = sum(gains) / len(gains)
            is_enough = len(gains) >= _LEAST_OF_A_LANGUAGE
            interval = confidence_interval(gains) if is_enough else None
            cells.append(_with_interval(mean, interval))
        rows.append(cells)
    heads = ("language", "questions", *(_NAMES[each.name] for each in report.stages))
    return f"<h3>nDCG@10 by the question's language</h3>{_table(heads, rows)}"


def _changes(
    first: EvaluationReport,
    second: EvaluationReport,
    difference: Difference,
    *,
    before: str,
    after: str,
) -> str:
    """List the questions that gain and lose most, with the ranks of the first right hit."""
    order = sorted(range(len(difference.gains)), key=lambda place: -difference.gains[place])
    won = [place for place in order if difference.gains[place] > 0][:_MOST_CHANGES]
    lost = [place for place in reversed(order) if difference.gains[place] < 0][:_MOST_CHANGES]
    ranks_before = _by_name(first)[before].ranks
    ranks_after = _by_name(second)[after].ranks
    tables = []
    for title, places in (("Gained most", won), ("Lost most", lost)):
        rows = [
            [
                _safe(first.questions[place].text),
                _rank(ranks_before[place]),
                _rank(ranks_after[place]),
                f"{difference.gains[place]:+.2f}",
            ]
            for place in places
        ]
        if rows:
            heads = (title, "rank before", "after", "nDCG@10")
            tables.append(_table(heads, rows, is_words=True))
    if not tables:
        return ""
    names = f"{_NAMES[before]} to {_NAMES[after]}"
    if first is not second:
        names = _safe(f"{first.pack} to {second.pack}")
    told = f"{_count(difference.better)} better, {difference.worse:,} worse"
    return f"<details><summary>From {names}: {told}</summary>{''.join(tables)}</details>"


def _missed(report: EvaluationReport) -> str:
    if not report.missed:
        return "<p>Every question has something right among what was found.</p>"
    rows = [
        [_safe(each.text), _safe(each.language), _safe(each.question_id)]
        for each in report.missed[:_MOST_MISSED]
    ]
    more = len(report.missed) - len(rows)
    tail = f'<p class="muted">and {more:,} more</p>' if more else ""
    table = _table(("question", "language", "id"), rows, is_words=True)
    return (
        f"<details><summary>{_count(len(report.missed))} of which no stage found anything "
        f"right</summary>{table}{tail}</details>"
    )


def _by_name(report: EvaluationReport) -> dict[str, StageReport]:
    return {each.name: each for each in report.stages}


def _color(stage: str) -> int:
    # What is shown has the color of the last stage, which it is.
    return STAGES.index(stage) if stage in STAGES else len(STAGES) - 1


def _rank(rank: int) -> str:
    return f"{rank:,}" if rank else "not found"


def _with_interval(
    mean: float, interval: tuple[float, float] | None, *, is_best: bool = False
) -> str:
    told = f"{interval[0]:.3f}–{interval[1]:.3f}" if interval else ""  # noqa: RUF001 - a range
    return f"{_marked(f'{mean:.3f}', is_best=is_best)} <small>{told}</small>"


def _marked(text: str, *, is_best: bool) -> str:
    return f"<b>{text}</b>" if is_best else text


def _figure(caption: str, svg: str) -> str:
    return f"<figure><figcaption>{_safe(caption)}</figcaption>{svg}</figure>"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, is_words: bool = False) -> str:
    """Make a table of cells that are HTML already; the first of each row is its name."""
    # Questions are of any script; each begins on its own side.
    style = ' class="words" dir="auto"' if is_words else ""
    head = "".join(
        f'<th scope="col"{style if not place else ""}>{_safe(each)}</th>'
        for place, each in enumerate(heads)
    )
    lines = []
    for first, *others in rows:
        cells = "".join(f"<td>{each}</td>" for each in others)
        lines.append(f'<tr><th scope="row"{style}>{first}</th>{cells}</tr>')
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _safe(text: str) -> str:
    return html.escape(text)


def _count(questions: int) -> str:
    return "1 question" if questions == 1 else f"{questions:,} questions"
