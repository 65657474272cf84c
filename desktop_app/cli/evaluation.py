"""``lectern eval``: how well the search finds, printed and saved for people and for scripts."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.cli.output import one_line, print_json
from desktop_app.settings import Settings

if TYPE_CHECKING:
    from desktop_app.evaluation.comparison import Comparison
    from desktop_app.evaluation.report import EvaluationReport


def run_evaluation(options: argparse.Namespace, settings: Settings) -> int:
    """Evaluate or compare, print it, save it where asked; raises LecternError."""
    results = [_own(options, settings)] if options.own else _results(options, settings)
    values = _json(results)
    if options.json:
        print_json(values)
    else:
        print("\n\n".join(each.to_text() for each in results))
    if options.report is not None:
        from desktop_app.evaluation.page import write_page
        from desktop_app.evaluation.saved import save

        page = write_page(results, day=f"{datetime.now().astimezone():%d %B %Y}")
        path = options.report.expanduser().resolve()
        beside = save(values, page, path)
        print(one_line(f"Saved as {path} and {beside}."), file=sys.stderr)
    return 0


def _results(
    options: argparse.Namespace, settings: Settings
) -> Sequence[EvaluationReport | Comparison]:
    from desktop_app.evaluation.comparison import compare_reports
    from desktop_app.evaluation.evaluate import compare_packs, evaluate_with_settings
    from desktop_app.evaluation.saved import read_reports

    if not options.collections:
        first, second = (read_reports(Path(each)) for each in options.compare)
        return compare_reports(first, second)
    if options.compare is not None:
        packs = (options.compare[0], options.compare[1])
        return [
            compare_packs(each, settings, packs, questions=options.questions)
            for each in options.collections
        ]
    settings = dataclasses.replace(settings, pack=options.pack or settings.pack)
    return [
        evaluate_with_settings(each, settings, questions=options.questions)
        for each in options.collections
    ]


def _own(options: argparse.Namespace, settings: Settings) -> EvaluationReport:
    from desktop_app.evaluation.evaluate import show_progress
    from desktop_app.evaluation.own import evaluate_own_with_settings

    return evaluate_own_with_settings(settings, pack=options.pack, progress=show_progress())


def _json(results: Sequence[EvaluationReport | Comparison]) -> dict[str, object]:
    """Return the one result as it is, several as a list that has a name."""
    if len(results) == 1:
        return results[0].to_json()
    return {"reports": [each.to_json() for each in results]}
