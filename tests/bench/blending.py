"""Measure what a reranker adds, alone and blended with what was known before it read.

Usage: ``python tests/bench/blending.py --folder DIR --reranker FOLDER [--questions N]
[--depth N] [--collections NAME ...]``. FOLDER is a model in Hugging Face layout with its own
embeddings, or the folder of a pack; DIR keeps the libraries, and the logits of each reranker
once they are computed, so that a second run only fits. The first fused candidates of each
question (50) get a prior in four ways: the fused score as it is, standardized over these, and
the log-odds of the calibrated probability as estimated, and pooled so that it never rises along
the list. For each, and for two of them together, a logistic regression over prior and logit is
fitted on the other four fifths of all questions (each collection weighing the same) and orders
and judges the fifth left out; ``elsewhere`` is fitted on the other collections only. Prints one
JSON object: nDCG@10 of fused, reranked alone and blended, with the 95 % interval of the paired
difference to fused; the area under the curve of all candidates; and what the verdicts are worth
when the answer is taken out.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.evaluation.collections import load_collection
from desktop_app.evaluation.filling import fill_with_texts, passage_of_text
from desktop_app.evaluation.metrics import confidence_interval, ndcg
from desktop_app.inference.packs import Pack, find_pack
from desktop_app.inference.verification import sha256_of
from desktop_app.inference.weights import weights_file
from desktop_app.inference.worker import ModelProcess
from desktop_app.search.scores import GOOD_SCORE, NONE_SCORE, estimate_odds, pool_violators
from desktop_app.settings import Settings, resources_dir
from desktop_app.store.library import open_library
from tests.bench.calibration import SHARED, area, find, fit, share

COLLECTIONS = ("scifact", "cranfield", "xquad-en")
FOLDS = 5
PRIORS = ("fused", "standardized", "odds", "pooled")
COMBINED = (*PRIORS, "fused and odds", "fused and pooled")
RATIOS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Weights of the logit, the prior having one, for a look at what order alone would want."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's first candidates in fused order; ``relevance`` are the judgments by id."""

    passage_ids: list[str]
    relevance: dict[str, int]
    fused: list[float]
    odds: list[float]
    logits: list[float]

    def prior(self, name: str) -> Floats:
        """Return a prior for each candidate, higher for better."""
        fused, odds = np.array(self.fused), np.array(self.odds)
        if name == "fused":
            return fused
        if name == "standardized":
            return np.asarray((fused - fused.mean()) / max(float(fused.std()), 1e-9))
        if name == "odds":
            return odds
        pooled = np.array(pool_violators((1 / (1 + np.exp(-odds))).tolist()))
        return np.asarray(np.log(pooled / (1 - pooled)))

    @property
    def right(self) -> Floats:
        """Return 1.0 for each candidate that answers."""
        return np.array([float(self.relevance.get(each, 0) > 0) for each in self.passage_ids])

    def quality(self, values: Floats) -> float:
        """Return nDCG@10 of the candidates in the order of these values."""
        order = np.argsort(-values, kind="stable")
        return ndcg([self.passage_ids[at] for at in order], self.relevance, k=10)

    def without_answers(self) -> Asked:
        """Return the question as if nothing that answers it were in the library."""
        kept = [at for at, right in enumerate(self.right) if not right]
        return Asked(
            [self.passage_ids[at] for at in kept],
            {},
            [self.fused[at] for at in kept],
            [self.odds[at] for at in kept],
            [self.logits[at] for at in kept],
        )


def collect(
    name: str, pack: Pack, folder: Path, *, questions: int | None, depth: int
) -> list[Asked]:
    """Return the questions of a collection with their logits, from a file once computed."""
    assert pack.reranker is not None
    source = sha256_of(weights_file(pack.reranker), {})[:12]
    kept = folder / f"{name}-{questions or 'all'}-{depth}-{source}.json"
    if kept.is_file():
        return [Asked(**each) for each in json.loads(kept.read_text(encoding="utf-8"))]
    collection = load_collection(SHARED / name, questions=questions)
    ids = {each.text_id: passage_of_text(each).passage_id for each in collection.texts}
    found: list[Asked] = []
    with (
        closing(ModelProcess(pack, cache_dir=folder / "cache")) as model,
        closing(open_library(folder / name)) as library,
    ):
        fill_with_texts(library, collection.texts, model=model, progress=_show)
        for number, question in enumerate(collection.questions):
            _show(f"reading for {name}", number, len(collection.questions))
            candidates = find(question.text, library, model, {})[:depth]
            logits = np.full(len(candidates), np.nan)
            texts = [each.passage.full_text for each in candidates]
            for positions, values in model.rerank(question.text, texts):
                logits[list(positions)] = values
            odds = [estimate_odds(each.evidence, "starter") for each in candidates]
            found.append(
                Asked(
                    [each.passage.passage_id for each in candidates],
                    {ids[key]: grade for key, grade in question.relevance.items() if key in ids},
                    [float(each.stages.fused or 0.0) for each in candidates],
                    odds,
                    logits.tolist(),
                )
            )
    kept.write_text(json.dumps([asdict(each) for each in found]), encoding="utf-8")
    return found


def rows_of(asked: Asked, prior: str | None) -> Floats:
    """Return the rows of the regression: 1, the prior if there is to be one, the logit."""
    columns = [np.ones(len(asked.logits)), np.array(asked.logits)]
    if prior is not None:
        columns[1:1] = [asked.prior(each) for each in prior.split(" and ")]
    return np.stack(columns, axis=1)


def fitted(groups: Mapping[str, Sequence[Asked]], prior: str | None) -> Floats:
    """Fit on all these questions, each collection weighing the same."""
    rows, right, weights = [], [], []
    for questions in groups.values():
        # Half of the questions lose their answer: a library does not hold everything.
        for number, whole in enumerate(questions):
            each = whole.without_answers() if number % 2 else whole
            rows.append(rows_of(each, prior))
            right.append(each.right)
            weights.append(np.full(len(each.logits), 1 / len(questions)))
    weight = np.concatenate(weights)
    return fit(np.concatenate(rows), np.concatenate(right), weight * (len(weight) / weight.sum()))


def left_out(
    groups: Mapping[str, Sequence[Asked]], name: str, prior: str | None
) -> tuple[list[Floats], list[Floats]]:
    """Return the scores of a collection's candidates with and without the answers.

    By the fits of the folds that each question is not in.
    """
    whole: list[Floats] = []
    lacking: list[Floats] = []
    fits = [
        fitted(
            {
                each: [asked for at, asked in enumerate(questions) if at % FOLDS != fold]
                for each, questions in groups.items()
            },
            prior,
        )
        for fold in range(FOLDS)
    ]
    for at, asked in enumerate(groups[name]):
        for scores, each in ((whole, asked), (lacking, asked.without_answers())):
            scores.append(_sigmoid(rows_of(each, prior) @ fits[at % FOLDS]))
    return whole, lacking


def judge(questions: Sequence[Asked], whole: Sequence[Floats], lacking: Sequence[Floats]) -> object:
    """Say how well an order does, and what its scores are worth as verdicts."""
    before = [each.quality(-np.arange(len(each.fused), dtype=float)) for each in questions]
    after = [each.quality(scores) for each, scores in zip(questions, whole, strict=True)]
    gains = [late - early for early, late in zip(before, after, strict=True)]
    best = np.array([scores.max(initial=0) for scores in whole])
    hits = np.array(
        [
            bool(len(scores)) and bool(each.right[int(scores.argmax())])
            for each, scores in zip(questions, whole, strict=True)
        ]
    )
    absent = np.array([scores.max(initial=0) for scores in lacking])
    said = np.concatenate([best, absent]) < NONE_SCORE
    has_answer = np.concatenate([hits, np.zeros(len(absent), bool)])
    return {
        "ndcg@10": round(float(np.mean(after)), 4),
        "gain": round(float(np.mean(gains)), 4),
        "gain_ci95": [round(each, 4) for each in confidence_interval(gains)],
        "auc": round(
            area(
                np.concatenate(list(whole)),
                np.concatenate([each.right for each in questions]) > 0,
            ),
            4,
        ),
        "first_right": share(hits),
        "good_is_right": share(hits[best >= GOOD_SCORE]),
        "good_of_right": share(best[hits] >= GOOD_SCORE),
        "good_though_absent": share(absent >= GOOD_SCORE),
        "none_recall": share(absent < NONE_SCORE),
        "none_precision": share(~has_answer[said]),
        "none_though_right": share(best[hits] < NONE_SCORE),
    }


def report(groups: Mapping[str, Sequence[Asked]]) -> dict[str, object]:
    """Compare all ways on all collections."""
    ways: dict[str, Callable[[Asked], Floats]] = {
        "fused, calibrated": lambda each: _sigmoid(each.prior("pooled")),
        "logit alone": lambda each: _sigmoid(np.array(each.logits)),
    }
    found: dict[str, object] = {
        "weights": {
            prior or "no prior": fitted(groups, prior).round(3).tolist()
            for prior in (None, *COMBINED)
        }
    }
    for name, questions in groups.items():
        by_way: dict[str, object] = {}
        for way, score in ways.items():
            by_way[way] = judge(
                questions,
                [score(each) for each in questions],
                [score(each.without_answers()) for each in questions],
            )
        others = {each: asked for each, asked in groups.items() if each != name}
        for prior in (None, *COMBINED):
            label = f"blended with {prior}" if prior else "logit, fitted"
            by_way[label] = judge(questions, *left_out(groups, name, prior))
            if others:
                weights = fitted(others, prior)
                by_way[f"{label}, elsewhere"] = judge(
                    questions,
                    [_sigmoid(rows_of(each, prior) @ weights) for each in questions],
                    [
                        _sigmoid(rows_of(each.without_answers(), prior) @ weights)
                        for each in questions
                    ],
                )
        by_way["ndcg@10 by weight of the logit"] = {
            prior: {
                str(ratio): round(
                    float(
                        np.mean(
                            [
                                each.quality(each.prior(prior) + ratio * np.array(each.logits))
                                for each in questions
                            ]
                        )
                    ),
                    4,
                )
                for ratio in RATIOS
            }
            for prior in PRIORS
        }
        found[name] = by_way
    return found


def main() -> None:
    """Collect, fit and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--reranker", type=Path, required=True)
    parser.add_argument("--questions", type=int)
    parser.add_argument("--depth", type=int, default=50)
    parser.add_argument("--collections", nargs="+", default=COLLECTIONS)
    options = parser.parse_args()
    settings = Settings(packs_dir=options.folder / "packs", cache_dir=options.folder)
    starter = find_pack("starter", packs_dir=settings.packs_dir, resources_dir=resources_dir())
    reranker: Path = options.reranker
    pack = replace(starter, reranker=reranker, reranker_max_length=256, reranker_loan=None)
    if (reranker / "embedder").is_dir():
        pack = find_pack(str(reranker), packs_dir=settings.packs_dir, resources_dir=resources_dir())
    groups = {
        name: collect(name, pack, options.folder, questions=options.questions, depth=options.depth)
        for name in options.collections
    }
    _require_finite(groups)
    print(json.dumps(report(groups)))


def _require_finite(groups: Mapping[str, Sequence[Asked]]) -> None:
    for name, questions in groups.items():
        if not all(math.isfinite(logit) for each in questions for logit in each.logits):
            raise SystemExit(f"The reranker gave no number for some passages of {name}.")


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)))


def _show(what: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r\x1b[K{what} {done:,} of {total:,}")


if __name__ == "__main__":
    main()
