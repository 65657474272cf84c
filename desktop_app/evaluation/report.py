"""The figures of an evaluation, for people and for scripts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from desktop_app.errors import CollectionError
from desktop_app.evaluation.collections import Collection
from desktop_app.evaluation.metrics import (
    confidence_interval,
    ndcg,
    percentile,
    recall,
    reciprocal_rank,
)

STAGES = ("fulltext", "dense", "sparse", "fused", "reranked")
_COLUMNS = "stage         nDCG@10  (95 % interval)   Recall@5  Recall@100    MRR@10  ms p50/p95"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stage answered to one question: ranked targets, milliseconds until then."""

    ranking: tuple[str, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class StageReport:
    """Means over the questions, 0 to 1; times in milliseconds. ``ci95`` is of nDCG@10.

    ``answered`` counts the questions on which the stage had a say; ``gains`` are nDCG@10 of
    each question, in the order of the report's ``question_ids``.
    """

    name: str
    answered: int
    ndcg_10: float
    ci95: tuple[float, float]
    recall_5: float
    recall_100: float
    mrr_10: float
    ms_p50: float
    ms_p95: float
    gains: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """One collection measured with one pack."""

    collection: str
    pack: str
    queries: int
    stages: tuple[StageReport, ...]
    question_ids: tuple[str, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Return what ``eval --json`` prints."""
        return {
            "collection": self.collection,
            "pack": self.pack,
            "queries": self.queries,
            "stages": {
                each.name: {
                    "ndcg@10": round(each.ndcg_10, 4),
                    "recall@5": round(each.recall_5, 4),
                    "recall@100": round(each.recall_100, 4),
                    "mrr@10": round(each.mrr_10, 4),
                    "ci95": [round(bound, 4) for bound in each.ci95],
                    "ms_p50": round(each.ms_p50, 1),
                    "ms_p95": round(each.ms_p95, 1),
                    "answered": each.answered,
                    "ndcg@10_by_question": [round(gain, 4) for gain in each.gains],
                }
                for each in self.stages
            },
            "question_ids": list(self.question_ids),
        }

    def to_text(self) -> str:
        """Return a table for a terminal."""
        lines = [f"{self.collection}, {self.queries:,} questions, pack {self.pack}", _COLUMNS]
        lines.extend(
            f"{each.name:12}  {each.ndcg_10:7.4f}  ({each.ci95[0]:.4f} to {each.ci95[1]:.4f})"
            f"  {each.recall_5:9.4f}  {each.recall_100:10.4f}  {each.mrr_10:8.4f}"
            f"  {each.ms_p50:.0f}/{each.ms_p95:.0f}"
            for each in self.stages
        )
        return "\n".join(lines)


def read_report(path: Path) -> EvaluationReport:
    """Read what ``eval --json`` printed; raises CollectionError naming the file."""
    try:
        return _report_from(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CollectionError(
            f"{path} is no report of an evaluation.", "Make one with: lectern eval DIR --json"
        ) from error


def _report_from(values: Mapping[str, Any]) -> EvaluationReport:
    report = EvaluationReport(
        collection=str(values["collection"]),
        pack=str(values["pack"]),
        queries=int(values["queries"]),
        stages=tuple(_stage_from(*each) for each in values["stages"].items()),
        question_ids=tuple(map(str, values["question_ids"])),
    )
    counts = {len(report.question_ids), *(len(each.gains) for each in report.stages)}
    if len(counts) > 1 or not report.question_ids:
        raise ValueError("not every question has its figures")
    return report


def _stage_from(name: str, values: Mapping[str, Any]) -> StageReport:
    low, high = values["ci95"]
    return StageReport(
        name=name,
        answered=int(values["answered"]),
        ndcg_10=float(values["ndcg@10"]),
        ci95=(float(low), float(high)),
        recall_5=float(values["recall@5"]),
        recall_100=float(values["recall@100"]),
        mrr_10=float(values["mrr@10"]),
        ms_p50=float(values["ms_p50"]),
        ms_p95=float(values["ms_p95"]),
        gains=tuple(map(float, values["ndcg@10_by_question"])),
    )


def summarize(
    collection: Collection, pack: str, answers: Sequence[Mapping[str, Answer]]
) -> EvaluationReport:
    """Average over the questions; ``answers`` are by stage, in the questions' order.

    A question on which a stage had no say counts as not found; a stage that had no say at
    all is left out.
    """
    return EvaluationReport(
        collection=collection.name,
        pack=pack,
        queries=len(collection.questions),
        stages=tuple(
            _summarize_stage(name, collection, answers)
            for name in STAGES
            if any(name in each for each in answers)
        ),
        question_ids=tuple(each.question_id for each in collection.questions),
    )


def _summarize_stage(
    name: str, collection: Collection, answers: Sequence[Mapping[str, Answer]]
) -> StageReport:
    given = [each.get(name) for each in answers]
    judged = [
        (answer.ranking if answer else (), question.wanted)
        for answer, question in zip(given, collection.questions, strict=True)
    ]
    gains = [ndcg(ranking, relevance, k=10) for ranking, relevance in judged]
    times = [answer.milliseconds for answer in given if answer]
    return StageReport(
        name=name,
        answered=len(times),
        ndcg_10=fmean(gains),
        ci95=confidence_interval(gains),
        recall_5=fmean(recall(ranking, relevance, k=5) for ranking, relevance in judged),
        recall_100=fmean(recall(ranking, relevance, k=100) for ranking, relevance in judged),
        mrr_10=fmean(reciprocal_rank(ranking, relevance, k=10) for ranking, relevance in judged),
        ms_p50=percentile(times, 50),
        ms_p95=percentile(times, 95),
        gains=tuple(gains),
    )
