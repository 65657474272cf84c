"""What a training won, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from desktop_app.evaluation.metrics import confidence_interval, randomization_p_value
from desktop_app.training.progress import TrainingReport


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean reciprocal rank won on the held-out questions: mean, 95 % interval, p value."""

    mean: float
    low: float
    high: float
    p: float

    @property
    def is_certain(self) -> bool:
        """Say whether chance alone would hardly have done it."""
        return self.low > 0


def measure_gain(report: TrainingReport) -> Gain:
    """Compare with the better of the fused order and the reranker before training.

    ``report.best`` must be there. Pure.
    """
    assert report.best is not None
    base = max(report.fused, report.untrained, key=lambda each: each.mrr)
    gains = [1 / a - 1 / b for a, b in zip(report.best.ranks, base.ranks, strict=True)]
    low, high = confidence_interval(gains)
    return Gain(fmean(gains), low, high, randomization_p_value(gains))
