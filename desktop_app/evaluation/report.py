"""The figures of an evaluation, stage by stage and question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from desktop_app.evaluation.collections import Collection
from desktop_app.evaluation.metrics import (
    confidence_interval,
    first_rank,
    ndcg,
    percentile,
    recall,
    reciprocal_rank,
)

STAGES = ("fulltext", "dense", "sparse", "fused", "reranker", "reranked")
"""In the order of the search; "reranker" is its order alone, where the pack blends it."""
CUTOFFS = (1, 3, 5, 10, 20, 50, 100)
"""Depths of the recall curve."""
_COLUMNS = (
    "stage         nDCG@10  (95 % interval)   Recall@5  (95 % interval)   Recall@100"
    "    MRR@10  ms p50/p95"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stage answered to one question: ranked targets, milliseconds until then."""

    ranking: tuple[str, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the report names it; ``language`` is ISO 639-1, "" where nobody says it."""

    question_id: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class StageReport:
    """Means over the questions, 0 to 1; times in milliseconds.

    ``ci95`` is of nDCG@10, ``recall_5_ci95`` of Recall@5. ``answered`` counts the questions
    on which the stage had a say; ``curve`` is the mean recall at ``CUTOFFS``. By question,
    in the order of the report's ``questions``: ``gains`` are nDCG@10, ``recalls`` Recall@5,
    ``ranks`` where the first right one stood (from 1; 0 where none did).
    """

    name: str
    answered: int
    ndcg_10: float
    ci95: tuple[float, float]
    recall_5: float
    recall_5_ci95: tuple[float, float]
    mrr_10: float
    ms_p50: float
    ms_p95: float
    curve: tuple[float, ...]
    gains: tuple[float, ...]
    recalls: tuple[float, ...]
    ranks: tuple[int, ...]

    @property
    def recall_100(self) -> float:
        """Mean share of what is to be found among the first hundred."""
        return self.curve[-1]


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """One collection measured with one pack."""

    collection: str
    pack: str
    stages: tuple[StageReport, ...]
    questions: tuple[Asked, ...]

    @property
    def queries(self) -> int:
        """How many questions were asked."""
        return len(self.questions)

    @property
    def question_ids(self) -> tuple[str, ...]:
        """What tells whether two reports are of the same questions."""
        return tuple(each.question_id for each in self.questions)

    @property
    def missed(self) -> tuple[Asked, ...]:
        """Questions of which no stage found anything right at all."""
        return tuple(
            asked
            for place, asked in enumerate(self.questions)
            if not any(stage.ranks[place] for stage in self.stages)
        )

    def to_json(self) -> dict[str, object]:
        """Return what ``eval --json`` prints; ``saved.read_reports`` reads it back.

        It holds the questions' texts: it is the user's own, and goes to no log.
        """
        return {
            "collection": self.collection,
            "pack": self.pack,
            "queries": self.queries,
            "stages": {each.name: _stage_json(each) for each in self.stages},
            "questions": [
                {"id": each.question_id, "text": each.text, "lang": each.language}
                for each in self.questions
            ],
        }

    def to_text(self) -> str:
        """Return a table for a terminal."""
        lines = [f"{self.collection}, {self.queries:,} questions, pack {self.pack}", _COLUMNS]
        lines.extend(
            f"{each.name:12}  {each.ndcg_10:7.4f}  {_interval(each.ci95)}"
            f"  {each.recall_5:9.4f}  {_interval(each.recall_5_ci95)}"
            f"  {each.recall_100:11.4f}  {each.mrr_10:8.4f}"
            f"  {each.ms_p50:.0f}/{each.ms_p95:.0f}"
            for each in self.stages
        )
        return "\n".join(lines)


def summarize(
    collection: Collection, pack: str, answers: Sequence[Mapping[str, Answer]]
) -> EvaluationReport:
    """Average over the questions; ``answers`` are by stage, in the questions' order.

    A question on which a stage had no say counts as not found; a stage that had no say at
    all is left out, and so is the reranker alone where that is what is shown.
    """
    if all(_ranking(each, "reranker") == _ranking(each, "reranked") for each in answers):
        answers = [
            {name: answer for name, answer in each.items() if name != "reranker"}
            for each in answers
        ]
    return EvaluationReport(
        collection=collection.name,
        pack=pack,
        stages=tuple(
            _summarize_stage(name, collection, answers)
            for name in STAGES
            if any(name in each for each in answers)
        ),
        questions=tuple(
            Asked(each.question_id, each.text, each.language) for each in collection.questions
        ),
    )


def _ranking(answers: Mapping[str, Answer], name: str) -> tuple[str, ...] | None:
    return answers[name].ranking if name in answers else None


def _summarize_stage(
    name: str, collection: Collection, answers: Sequence[Mapping[str, Answer]]
) -> StageReport:
    given = [each.get(name) for each in answers]
    judged = [
        (answer.ranking if answer else (), question.wanted)
        for answer, question in zip(given, collection.questions, strict=True)
    ]
    gains = [ndcg(ranking, relevance, k=10) for ranking, relevance in judged]
    recalls = [recall(ranking, relevance, k=5) for ranking, relevance in judged]
    times = [answer.milliseconds for answer in given if answer]
    return StageReport(
        name=name,
        answered=len(times),
        ndcg_10=fmean(gains),
        ci95=confidence_interval(gains),
        recall_5=fmean(recalls),
        recall_5_ci95=confidence_interval(recalls),
        mrr_10=fmean(reciprocal_rank(ranking, relevance, k=10) for ranking, relevance in judged),
        ms_p50=percentile(times, 50),
        ms_p95=percentile(times, 95),
        curve=tuple(
            fmean(recall(ranking, relevance, k=k) for ranking, relevance in judged) for k in CUTOFFS
        ),
        gains=tuple(gains),
        recalls=tuple(recalls),
        ranks=tuple(first_rank(ranking, relevance) for ranking, relevance in judged),
    )


def _stage_json(stage: StageReport) -> dict[str, object]:
    return {
        "ndcg@10": round(stage.ndcg_10, 4),
        "recall@5": round(stage.recall_5, 4),
        "recall@100": round(stage.recall_100, 4),
        "mrr@10": round(stage.mrr_10, 4),
        "ci95": [round(bound, 4) for bound in stage.ci95],
        "recall@5_ci95": [round(bound, 4) for bound in stage.recall_5_ci95],
        "ms_p50": round(stage.ms_p50, 1),
        "ms_p95": round(stage.ms_p95, 1),
        "answered": stage.answered,
        "recall": {str(k): round(value, 4) for k, value in zip(CUTOFFS, stage.curve, strict=True)},
        "ndcg@10_by_question": [round(each, 4) for each in stage.gains],
        "recall@5_by_question": [round(each, 4) for each in stage.recalls],
        "first_rank_by_question": list(stage.ranks),
    }


def _interval(bounds: tuple[float, float]) -> str:
    return f"({bounds[0]:.4f} to {bounds[1]:.4f})"
