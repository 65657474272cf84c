"""Reports that were saved: read back, and written beside a page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desktop_app.errors import CollectionError
from desktop_app.evaluation.report import CUTOFFS, Asked, EvaluationReport, StageReport


def read_reports(path: Path) -> tuple[EvaluationReport, ...]:
    """Read what ``eval --json`` printed, of one collection or several.

    Raises CollectionError naming the file.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        rows = values.get("reports", [values])
        reports = tuple(_report_from(each) for each in rows)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CollectionError(
            f"{path} is no report of an evaluation.", "Make one with: lectern eval DIR --json"
        ) from error
    return reports


def save(values: Mapping[str, object], page: str, path: Path) -> Path:
    """Write the page to ``path`` and the values beside it as JSON, whose path is returned.

    Both hold the user's questions, so only the user may read them where the system knows
    that. Raises CollectionError.
    """
    beside = path.with_suffix(".json")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for place, text in (
            (path, page),
            (beside, json.dumps(values, ensure_ascii=False, indent=1)),
        ):
            place.touch(mode=0o600)
            place.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CollectionError(
            f"The report could not be written to {path}.", "Choose another place."
        ) from error
    return beside


def _report_from(values: Mapping[str, Any]) -> EvaluationReport:
    report = EvaluationReport(
        collection=str(values["collection"]),
        pack=str(values["pack"]),
        stages=tuple(_stage_from(*each) for each in values["stages"].items()),
        questions=tuple(
            Asked(str(each["id"]), str(each["text"]), str(each["lang"]))
            for each in values["questions"]
        ),
    )
    counts = {report.queries}
    for each in report.stages:
        counts |= {len(each.gains), len(each.recalls), len(each.ranks)}
    if len(counts) > 1 or not report.questions:
        raise ValueError("not every question has its figures")
    return report


def _stage_from(name: str, values: Mapping[str, Any]) -> StageReport:
    return StageReport(
        name=name,
        answered=int(values["answered"]),
        ndcg_10=float(values["ndcg@10"]),
        ci95=_pair(values["ci95"]),
        recall_5=float(values["recall@5"]),
        recall_5_ci95=_pair(values["recall@5_ci95"]),
        mrr_10=float(values["mrr@10"]),
        ms_p50=float(values["ms_p50"]),
        ms_p95=float(values["ms_p95"]),
        curve=tuple(float(values["recall"][str(k)]) for k in CUTOFFS),
        gains=tuple(map(float, values["ndcg@10_by_question"])),
        recalls=tuple(map(float, values["recall@5_by_question"])),
        ranks=tuple(map(int, values["first_rank_by_question"])),
    )


def _pair(values: list[Any]) -> tuple[float, float]:
    low, high = values
    return float(low), float(high)
