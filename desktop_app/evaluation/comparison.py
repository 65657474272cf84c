"""What differs between two stages or two reports on the same questions, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from desktop_app.errors import CollectionError
from desktop_app.evaluation.metrics import confidence_interval, randomization_p_value
from desktop_app.evaluation.report import STAGES, EvaluationReport, StageReport

ANSWER = "answer"
"""Stands for the last stage that a report has: the list that a user is shown in the end."""
_SAME = 1e-9
_STEPS = (
    ("fulltext", "fused"),
    ("dense", "fused"),
    ("sparse", "fused"),
    ("fused", "reranker"),
    ("fused", "reranked"),
)
_COLUMNS = "stage                difference  (95 % interval)      p       better  worse  equal"


@dataclass(frozen=True, slots=True)
class Difference:
    """nDCG@10 of the second ranking minus that of the first, question by question.

    ``ci95`` is the 95 % interval of the mean by the paired bootstrap: questions are drawn
    with replacement, and with each its difference (Efron and Tibshirani 1993, chapter 13;
    for rankings: Sakai, SIGIR 2006). ``p`` is Fisher's randomization test's. Where the
    interval leaves out 0, the rankings differ. ``gains`` are the differences in the order of
    the questions, of which ``better``, ``worse`` and ``equal`` count the signs; ``recall_5``
    and its interval are the same of Recall@5.
    """

    stage: str
    first: float
    second: float
    mean: float
    ci95: tuple[float, float]
    p: float
    recall_5: float
    recall_5_ci95: tuple[float, float]
    gains: tuple[float, ...]

    @property
    def better(self) -> int:
        """How many questions the second ranking answers better."""
        return sum(gain > _SAME for gain in self.gains)

    @property
    def worse(self) -> int:
        """How many questions the second ranking answers worse."""
        return sum(gain < -_SAME for gain in self.gains)

    @property
    def equal(self) -> int:
        """How many questions both answer equally well."""
        return len(self.gains) - self.better - self.worse

    def to_json(self) -> dict[str, object]:
        """Return it as ``eval --json`` prints it."""
        return {
            "ndcg@10": [round(self.first, 4), round(self.second, 4)],
            "difference": round(self.mean, 4),
            "ci95": [round(bound, 4) for bound in self.ci95],
            "p": round(self.p, 4),
            "recall@5_difference": round(self.recall_5, 4),
            "recall@5_ci95": [round(bound, 4) for bound in self.recall_5_ci95],
            "better": self.better,
            "worse": self.worse,
            "equal": self.equal,
        }

    def to_text(self) -> str:
        """Return its row of a table for a terminal."""
        return (
            f"{self.stage:19}  {self.mean:+10.4f}  ({self.ci95[0]:+.4f} to {self.ci95[1]:+.4f})"
            f"  {self.p:6.4f}  {self.better:6}  {self.worse:5}  {self.equal:5}"
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports on one collection, and the differences of the stages that both have."""

    first: EvaluationReport
    second: EvaluationReport
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, object]:
        """Return what ``eval --compare --json`` prints."""
        return {
            "collection": self.first.collection,
            "queries": self.first.queries,
            "packs": [self.first.pack, self.second.pack],
            "differences": {each.stage: each.to_json() for each in self.differences},
            "reports": [self.first.to_json(), self.second.to_json()],
        }

    def to_text(self) -> str:
        """Return the two reports and a table of their differences for a terminal."""
        first, second = self.first.pack, self.second.pack
        return "\n".join(
            [
                self.first.to_text(),
                "",
                self.second.to_text(),
                "",
                f"nDCG@10 of {second} minus that of {first}",
                _COLUMNS,
                *(each.to_text() for each in self.differences),
            ]
        )


def compare(first: EvaluationReport, second: EvaluationReport) -> Comparison:
    """Compare two reports; raises CollectionError where they are not of the same questions."""
    if (first.collection, first.question_ids) != (second.collection, second.question_ids):
        raise CollectionError(
            "The two reports are not of the same questions.",
            "Compare reports on one collection, made with the same --questions.",
        )
    ours = {each.name: each for each in first.stages}
    theirs = {each.name: each for each in second.stages}
    pairs = [(name, ours[name], theirs[name]) for name in STAGES if name in ours and name in theirs]
    if first.stages and second.stages:
        pairs.append((ANSWER, first.stages[-1], second.stages[-1]))
    return Comparison(first, second, tuple(_difference(*each) for each in pairs))


def compare_reports(
    first: Sequence[EvaluationReport], second: Sequence[EvaluationReport]
) -> tuple[Comparison, ...]:
    """Compare what two saved files have on the same collections; raises CollectionError."""
    theirs = {each.collection: each for each in second}
    pairs = [(each, theirs[each.collection]) for each in first if each.collection in theirs]
    if not pairs:
        raise CollectionError("The two reports have no collection in common.")
    return tuple(compare(*each) for each in pairs)


def compare_stages(report: EvaluationReport) -> tuple[Difference, ...]:
    """Say what each step of the search gains: fusing over each run alone, then reranking."""
    stages = {each.name: each for each in report.stages}
    return tuple(
        _difference(f"{before} to {after}", stages[before], stages[after])
        for before, after in _STEPS
        if before in stages and after in stages
    )


def _difference(name: str, first: StageReport, second: StageReport) -> Difference:
    gains = _minus(second.gains, first.gains)
    recalls = _minus(second.recalls, first.recalls)
    return Difference(
        stage=name,
        first=first.ndcg_10,
        second=second.ndcg_10,
        mean=fmean(gains),
        ci95=confidence_interval(gains),
        p=randomization_p_value(gains),
        recall_5=fmean(recalls),
        recall_5_ci95=confidence_interval(recalls),
        gains=tuple(gains),
    )


def _minus(second: Sequence[float], first: Sequence[float]) -> list[float]:
    # To the digits that a saved report has, so that it compares as the one in memory does.
    return [round(a, 4) - round(b, 4) for a, b in zip(second, first, strict=True)]
