"""Reports made by hand, for tests of what is made of them."""

from __future__ import annotations

from desktop_app.evaluation.metrics import confidence_interval
from desktop_app.evaluation.report import CUTOFFS, Asked, EvaluationReport, StageReport


def stage(name: str, *gains: float) -> StageReport:
    """Make a stage of these nDCG@10 by question, in which what gains anything is found."""
    found = tuple(float(gain > 0) for gain in gains)
    low, high = (round(bound, 4) for bound in confidence_interval(gains))
    least, most = (round(bound, 4) for bound in confidence_interval(found))
    mean = sum(found) / len(found)
    return StageReport(
        name=name,
        answered=len(gains),
        ndcg_10=sum(gains) / len(gains),
        ci95=(low, high),
        recall_5=mean,
        recall_5_ci95=(least, most),
        mrr_10=0.5,
        ms_p50=1.0,
        ms_p95=2.0,
        curve=(mean,) * len(CUTOFFS),
        gains=gains,
        recalls=found,
        ranks=tuple(int(each) for each in found),
    )


def report(
    pack: str, *stages: StageReport, texts: tuple[str, ...] = (), languages: tuple[str, ...] = ()
) -> EvaluationReport:
    """Make a report of these stages on one collection."""
    count = len(stages[0].gains)
    texts = texts or tuple(f"question {number}?" for number in range(count))
    languages = languages or ("en",) * count
    asked = tuple(
        Asked(f"q{number}", text, language)
        for number, (text, language) in enumerate(zip(texts, languages, strict=True))
    )
    return EvaluationReport("lease", pack, stages, asked)
