"""Fit and check the probabilities that stand in for a reranker's score.

Usage: ``python tests/bench/calibration.py [--questions N] [--folder DIR]``; DIR keeps the
libraries. Questions of each collection are asked of its own texts and of other
collections' (where the answer is absent). The first half of the questions of scifact and
xquad-en, asked of both, fits the coefficients in ``search/scores.py`` by Newton's method;
everything else checks them. Prints one JSON object: coefficients, area under the curve and
calibration error of first hits, and per threshold how often "no good match" would be said.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import QueryError
from desktop_app.evaluation.collections import Collection, Question, load_collection
from desktop_app.evaluation.filling import fill_with_texts, passage_of_text
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.search.fusion import DEPTH, fuse
from desktop_app.search.query import parse_query
from desktop_app.search.ranking import collect_candidates
from desktop_app.search.retrieval import knows_question, retrieve_dense, retrieve_fulltext
from desktop_app.search.scores import Evidence, weigh_evidence
from desktop_app.search.words import word_keys
from desktop_app.settings import Settings, resources_dir
from desktop_app.store.library import Library, open_library

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "retrieval"
FITTED = ("scifact", "xquad-en")
CHECKED = ("cranfield",)
FIRST_HITS = 5
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7)


@dataclass(frozen=True, slots=True)
class Sample:
    """One of a question's first hits: evidence, whether it is right, whether it could be."""

    evidence: Evidence
    is_right: bool
    is_first: bool
    has_answer: bool
    is_fitted: bool


def gather(
    collection: Collection,
    others: dict[str, Library],
    model: ModelProcess,
    *,
    questions: int,
    by_meaning: bool,
) -> list[Sample]:
    """Ask a collection's questions of every library, its own among them."""
    names = {passage_of_text(each).passage_id: each.text_id for each in collection.texts}
    samples: list[Sample] = []
    for name, library in others.items():
        for number, question in enumerate(collection.questions[:questions]):
            is_fitted = {name, collection.name} <= set(FITTED) and number % 2 == 0
            relevant = question.relevance if name == collection.name else {}
            evidence = ask(question, library, model, by_meaning=by_meaning)
            samples.extend(
                Sample(each, names.get(hit) in relevant, rank == 0, bool(relevant), is_fitted)
                for rank, (hit, each) in enumerate(evidence)
            )
    return samples


def ask(
    question: Question, library: Library, model: ModelProcess, *, by_meaning: bool
) -> list[tuple[str, Evidence]]:
    """Return passage ids and evidence of the first hits, as a search finds them."""
    try:
        query = parse_query(question.text)
    except QueryError:
        return []
    words, query = retrieve_fulltext(library, query, k=DEPTH, within=None)
    runs = [words]
    if by_meaning and knows_question(model.space, query):
        embeddings = model.embed_query(query.text)
        runs.append(retrieve_dense(library, query, model.space, embeddings, k=DEPTH, within=None))
    fused = fuse([(run, 1.0) for run in runs])
    found = collect_candidates(library, query, fused, runs, pack="", limit=DEPTH)
    evidence = weigh_evidence(
        query, [(word_keys(each.passage.full_text), each.stages) for each in found]
    )
    pairs = zip((each.passage.passage_id for each in found), evidence, strict=True)
    return list(pairs)[:FIRST_HITS]


def design(samples: list[Sample], *, by_meaning: bool) -> NDArray[np.float64]:
    """Return the rows of the regression: 1, share, fused, and cosine or log BM25."""
    return np.array(
        [
            (
                1.0,
                each.evidence.share,
                each.evidence.fused,
                (each.evidence.cosine or 0.0) if by_meaning else each.evidence.fulltext,
            )
            for each in samples
        ]
    )


def fit(rows: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return maximum-likelihood coefficients by Newton's method, with a ridge of 0.1."""
    coefficients = np.zeros(rows.shape[1])
    ridge = np.diag([0.0] + [0.1] * (rows.shape[1] - 1))
    for _ in range(50):
        probable = 1 / (1 + np.exp(-rows @ coefficients))
        slope = rows.T @ (probable - right) + ridge @ coefficients
        curve = (rows * (probable * (1 - probable))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curve, slope)
        coefficients -= step
        if np.abs(step).max() < 1e-9:
            return coefficients
    raise ArithmeticError("the regression did not converge")


def check(samples: list[Sample], probable: NDArray[np.float64]) -> dict[str, object]:
    """Judge the first hits of questions that had no part in the fit."""
    chosen = np.array([each.is_first and not each.is_fitted for each in samples])
    right = np.array([each.is_right for each in samples])[chosen]
    present = np.array([each.has_answer for each in samples])[chosen]
    score = probable[chosen]
    bins = np.minimum((score * 10).astype(int), 9)
    error = sum(
        abs(score[bins == each].mean() - right[bins == each].mean()) * (bins == each).mean()
        for each in np.unique(bins)
    )
    return {
        "questions": int(chosen.sum()),
        "auc": round(area(score, right), 3),
        "auc_answer_present": round(area(score, present), 3),
        "calibration_error": round(float(error), 3),
        "thresholds": {
            str(threshold): {
                "below_absent": share(score[~present] < threshold),
                "below_present": share(score[present] < threshold),
                "below_right": share(score[right] < threshold),
                "right_above": share(right[score >= threshold]),
                "none_precision": share(~present[score < threshold]),
            }
            for threshold in THRESHOLDS
        },
    }


def area(score: NDArray[np.float64], is_true: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: P(a true one scores above a false one)."""
    true, false = score[is_true], score[~is_true]
    return float((true[:, None] > false[None, :]).mean() + (true[:, None] == false).mean() / 2)


def share(flags: NDArray[np.bool_]) -> float:
    """Return the share of true flags, rounded; 0.0 for none at all."""
    return round(float(flags.mean()), 3) if len(flags) else 0.0


def main() -> None:
    """Fit and check with the starter's embedder and without any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    settings = Settings(packs_dir=options.folder / "packs", cache_dir=options.folder)
    pack = find_pack("starter", packs_dir=settings.packs_dir, resources_dir=resources_dir())
    with ExitStack() as stack:
        model = stack.enter_context(closing(ModelProcess(pack, cache_dir=settings.cache_dir)))
        collections = {name: load_collection(SHARED / name) for name in (*FITTED, *CHECKED)}
        libraries: dict[str, Library] = {}
        for name, collection in collections.items():
            library = stack.enter_context(closing(open_library(options.folder / name)))
            fill_with_texts(library, collection.texts, model=model, progress=_show)
            libraries[name] = library
        report = {}
        for by_meaning in (True, False):
            samples = [
                sample
                for collection in collections.values()
                for sample in gather(
                    collection,
                    libraries,
                    model,
                    questions=options.questions,
                    by_meaning=by_meaning,
                )
            ]
            rows = design(samples, by_meaning=by_meaning)
            right = np.array([each.is_right for each in samples], dtype=np.float64)
            fitted = np.array([each.is_fitted for each in samples])
            coefficients = fit(rows[fitted], right[fitted])
            probable = 1 / (1 + np.exp(-rows @ coefficients))
            names = ("intercept", "share", "fused", "cosine" if by_meaning else "fulltext")
            report["starter" if by_meaning else "words only"] = {
                "coefficients": dict(zip(names, coefficients.round(3).tolist(), strict=True)),
                **check(samples, probable),
            }
    print(json.dumps(report))


def _show(what: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r\x1b[K{what} {done:,} of {total:,}")


if __name__ == "__main__":
    main()
