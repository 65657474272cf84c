"""Two reports on the same questions: what differs, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from desktop_app.errors import CollectionError
from desktop_app.evaluation.metrics import confidence_interval
from desktop_app.evaluation.report import STAGES, EvaluationReport, StageReport

ANSWER = "answer"
"""Stands for the last stage that a report has: the list that a user is shown in the end."""
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """nDCG@10 of a stage in the second report minus that in the first, question by question.

    ``ci95`` is the 95 % interval of the mean by the paired bootstrap: questions are drawn
    with replacement, and with each its difference (Efron and Tibshirani 1993, chapter 13;
    for rankings: Sakai, SIGIR 2006). Where it leaves out 0, the packs differ. ``better``,
    ``worse`` and ``equal`` count questions, seen from the second.
    """

    stage: str
    first: float
    second: float
    mean: float
    ci95: tuple[float, float]
    better: int
    worse: int
    equal: int


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
            "differences": {
                each.stage: {
                    "ndcg@10": [round(each.first, 4), round(each.second, 4)],
                    "difference": round(each.mean, 4),
                    "ci95": [round(bound, 4) for bound in each.ci95],
                    "better": each.better,
                    "worse": each.worse,
                    "equal": each.equal,
                }
                for each in self.differences
            },
            "reports": [self.first.to_json(), self.second.to_json()],
        }

    def to_text(self) -> str:
        """Return the two reports and a table of their differences for a terminal."""
        first, second = self.first.pack, self.second.pack
        lines = [
            self.first.to_text(),
            "",
            self.second.to_text(),
            "",
            f"nDCG@10 of {second} minus that of {first}",
            "stage         difference  (95 % interval)      better  worse  equal",
        ]
        lines.extend(
            f"{each.stage:12}  {each.mean:+10.4f}  ({each.ci95[0]:+.4f} to {each.ci95[1]:+.4f})"
            f"  {each.better:6}  {each.worse:5}  {each.equal:5}"
            for each in self.differences
        )
        return "\n".join(lines)


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


def _difference(name: str, first: StageReport, second: StageReport) -> Difference:
    gains = [theirs - ours for ours, theirs in zip(first.gains, second.gains, strict=True)]
    better = sum(gain > _SAME for gain in gains)
    worse = sum(gain < -_SAME for gain in gains)
    return Difference(
        stage=name,
        first=first.ndcg_10,
        second=second.ndcg_10,
        mean=fmean(gains),
        ci95=confidence_interval(gains),
        better=better,
        worse=worse,
        equal=len(gains) - better - worse,
    )
