"""Fit and check the probabilities that stand in for a reranker's score.

Usage: ``python tests/bench/calibration.py --folder DIR [--scale N] [--pack FOLDER]``; DIR keeps
the whole libraries, FOLDER is another starter pack. Libraries of 3, 10, 50, 240 and all texts of
each collection are asked questions whose text they hold, questions of the same collection whose
text they lack, and questions of other collections; a third is asked again as two to four of its
words, as people type them. Every second question, asked of a collection in ``FITTED``, fits the
coefficients in ``search/scores.py``, and for what is reranked those in
``resources/packs/starter.toml`` under ``blend.score``, by Newton's method, libraries of each size
weighing the same; the others and other collections check them. Prints one JSON object:
coefficients, and by library size the area under the curve and the calibration error of first hits,
and what the verdicts are worth.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import Embeddings
from desktop_app.errors import QueryError
from desktop_app.evaluation.collections import Collection, Question, Text, load_collection
from desktop_app.evaluation.filling import fill_with_texts, passage_of_text
from desktop_app.inference.manifest import Blend
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.search.fusion import DEPTH
from desktop_app.search.query import parse_query_of
from desktop_app.search.ranking import (
    Candidate,
    add_letters,
    rank_candidates,
    rerank_candidates,
)
from desktop_app.search.retrieval import retrieve_dense, retrieve_fulltext
from desktop_app.settings import Settings, resources_dir
from desktop_app.store.library import Library, open_library

SHARED = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "retrieval"
ENGLISH = ("scifact", "xquad-en", "cranfield")
OTHERS = ("xquad-de", "xquad-es", "xquad-zh")
FITTED = frozenset({"scifact", "xquad-en", "xquad-de"})
SIZES = {3: 12, 10: 8, 50: 4, 240: 2}
"""Texts in a small library, and how many such libraries are made of a collection."""
FIELDS = {
    "starter": ("share", "share_lead", "cosine", "cosine_lead"),
    "words only": ("share", "words", "fulltext_lead"),
    "reranked": ("odds", "logit"),
}
READ = 24
"""Candidates that the reranker reads; the first five hits rarely come from further down."""
FIRST_HITS = 5
THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question put to one library; ``is_fitted`` says that it has part in the fit."""

    text: str
    right: frozenset[str]
    is_fitted: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """One of a question's first hits: evidence, whether it is right, whether it could be.

    ``evidence`` is by the names in ``FIELDS``.
    """

    way: str
    group: str
    size: int
    evidence: Mapping[str, float]
    is_right: bool
    is_first: bool
    has_answer: bool
    is_fitted: bool


def choose_texts(
    collection: Collection, size: int, number: int, rng: random.Random
) -> tuple[Text, ...]:
    """Choose texts for a small library, half of them such that questions ask for.

    The others are neighbors (about one topic) in every second library, else any.
    """
    texts = {each.text_id: each for each in collection.texts}
    asked_for = sorted({name for each in collection.questions for name in each.relevance})
    chosen = rng.sample(asked_for, size // 2)
    first = rng.randrange(len(texts) - size)
    others = list(texts)[first:] if number % 2 else rng.sample(list(texts), size)
    return tuple(texts[name] for name in list(dict.fromkeys([*chosen, *others]))[:size])


def choose_questions(
    collection: Collection,
    texts: Sequence[Text],
    strangers: Sequence[Collection],
    count: int,
    rng: random.Random,
) -> Iterator[Asked]:
    """Yield ``count`` questions with an answer, half as many without, and as many strangers."""
    ids = {each.text_id: passage_of_text(each).passage_id for each in texts}
    is_fitted = collection.name in FITTED
    numbered = list(enumerate(collection.questions))
    present = [each for each in numbered if not ids.keys().isdisjoint(each[1].relevance)]
    absent = [each for each in numbered if ids.keys().isdisjoint(each[1].relevance)]
    for kind in (_some(present, count, rng), _some(absent, count // 2, rng)):
        for number, question in kind:
            right = frozenset(ids[each] for each in question.relevance if each in ids)
            for text in _wordings(question, rng):
                yield Asked(text, right, is_fitted and number % 2 == 0)
    for other in strangers:
        joint = is_fitted and other.name in FITTED
        numbered = list(enumerate(other.questions))
        for number, question in _some(numbered, count // 2 // len(strangers), rng):
            for text in _wordings(question, rng):
                yield Asked(text, frozenset(), joint and number % 2 == 0)


def _some(
    numbered: Sequence[tuple[int, Question]], count: int, rng: random.Random
) -> list[tuple[int, Question]]:
    return rng.sample(numbered, min(count, len(numbered)))


def _wordings(question: Question, rng: random.Random) -> Iterator[str]:
    yield question.text
    words = [each for each in question.text.rstrip("?.").split() if len(each) > 3]
    if len(words) > 4 and rng.random() < 1 / 3:
        kept = sorted(rng.sample(range(len(words)), rng.choice((2, 3, 4))))
        yield " ".join(words[each] for each in kept)


def find(
    text: str, library: Library, model: ModelProcess | None, vectors: dict[str, Embeddings]
) -> tuple[Candidate, ...]:
    """Return the candidates of a question, as a search finds them before reranking."""
    try:
        query = parse_query_of(library, text)
    except QueryError:
        return ()
    words, query = retrieve_fulltext(library, query, k=DEPTH, within=None)
    runs = [words]
    if model is not None:
        if text not in vectors:
            vectors[text] = model.embed_query(query.text)
        runs.append(
            retrieve_dense(library, query, model.space, vectors[text], k=DEPTH, within=None)
        )
    space = model.space if model else None
    ranked, passages = add_letters(library, query, runs, space)
    return rank_candidates(
        library,
        query,
        ranked,
        passages,
        space=space,
        weights={},
        coverage=library.coverage(space),
        pack="starter",
        limit=DEPTH,
    )


def read(
    text: str, candidates: Sequence[Candidate], model: ModelProcess, blend: Blend | None
) -> tuple[Candidate, ...]:
    """Return the first candidates in the order that the reranker gives them."""
    first = candidates[:READ]
    logits: dict[str, float] = {}
    for positions, values in model.rerank(text, [each.passage.full_text for each in first]):
        for position, value in zip(positions, map(float, values), strict=True):
            logits[first[position].passage.passage_id] = value
    return rerank_candidates(first, logits, blend)


def evidence_of(candidate: Candidate) -> dict[str, float]:
    """Return all that is known of a candidate, by name."""
    known = {name: value or 0.0 for name, value in asdict(candidate.evidence).items()}
    return {**known, "odds": candidate.odds, "logit": candidate.stages.logit or 0.0}


def gather(
    collection: Collection,
    whole: Library,
    strangers: Sequence[Collection],
    model: ModelProcess,
    *,
    blend: Blend | None,
    scale: float,
) -> Iterator[Sample]:
    """Ask libraries of all sizes made of one collection, by meaning too where it is English."""
    rng = random.Random(collection.name)
    vectors: dict[str, Embeddings] = {}
    is_english = collection.name in ENGLISH
    ways = FIELDS.items() if is_english else [("words only", ())]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        small = [
            (size, number)
            for size, count in SIZES.items()
            for number in range(round(count * scale))
            if size < len(collection.texts)
        ]
        for size, number in (*small, (len(collection.texts), 0)):
            texts: Sequence[Text] = collection.texts
            library = whole
            if size < len(collection.texts):
                texts = choose_texts(collection, size, number, rng)
                library = open_library(Path(folder, f"{size}-{number}"))
                stack.enter_context(closing(library))
                fill_with_texts(library, texts, model=None, progress=_show)
                _copy_vectors(whole, library, texts, model)
            count = 12 if library is not whole else round(100 * scale)
            for asked in choose_questions(collection, texts, strangers, count, rng):
                for way, _ in ways:
                    by = None if way == "words only" else model
                    found = find(asked.text, library, by, vectors)
                    if way == "reranked":
                        found = read(asked.text, found, model, blend)
                    for rank, each in enumerate(found[:FIRST_HITS]):
                        yield Sample(
                            way,
                            "english" if is_english else collection.name,
                            min((limit for limit in SIZES if size <= limit), default=1000),
                            evidence_of(each),
                            each.passage.passage_id in asked.right,
                            rank == 0,
                            bool(asked.right),
                            asked.is_fitted,
                        )


def _copy_vectors(
    whole: Library, library: Library, texts: Sequence[Text], model: ModelProcess
) -> None:
    vectors = whole.vectors_of(model.space, [passage_of_text(each).passage_id for each in texts])
    if vectors:
        library.put_vectors(
            model.space, list(vectors), Embeddings(np.stack(list(vectors.values())))
        )


def design(samples: Sequence[Sample], fields: Sequence[str]) -> NDArray[np.float64]:
    """Return the rows of the regression: 1, then the fields of the evidence."""
    return np.array([(1.0, *(each.evidence[name] for name in fields)) for each in samples])


def weigh(samples: Sequence[Sample]) -> NDArray[np.float64]:
    """Return weights that add up to the same for each library size; 0 outside of the fit."""
    sizes = np.array([each.size if each.is_fitted else 0 for each in samples])
    counts = {size: int((sizes == size).sum()) for size in {*sizes.tolist()} - {0}}
    mean = sum(counts.values()) / len(counts)
    return np.array([mean / counts[each] if each else 0.0 for each in sizes.tolist()])


def fit(
    rows: NDArray[np.float64], right: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return maximum-likelihood coefficients by Newton's method, with a ridge of 0.1."""
    coefficients = np.zeros(rows.shape[1])
    ridge = np.diag([0.0] + [0.1] * (rows.shape[1] - 1))
    for _ in range(50):
        probable = 1 / (1 + np.exp(-rows @ coefficients))
        slope = rows.T @ (weights * (probable - right)) + ridge @ coefficients
        curve = (rows * (weights * probable * (1 - probable))[:, None]).T @ rows + ridge
        step = np.linalg.solve(curve, slope)
        coefficients -= step
        if np.abs(step).max() < 1e-9:
            return coefficients
    raise ArithmeticError("the regression did not converge")


def check(samples: Sequence[Sample], score: NDArray[np.float64]) -> dict[str, object]:
    """Judge first hits of questions that had no part in the fit."""
    right = np.array([each.is_right for each in samples])
    present = np.array([each.has_answer for each in samples])
    bins = np.minimum((score * 10).astype(int), 9)
    error = sum(
        abs(score[bins == each].mean() - right[bins == each].mean()) * (bins == each).mean()
        for each in np.unique(bins)
    )
    return {
        "questions": len(samples),
        "right": share(right),
        "auc": round(area(score, right), 3),
        "calibration_error": round(float(error), 3),
        "thresholds": {
            str(threshold): {
                "none_recall": share(score[~present] < threshold),
                "none_precision": share(~present[score < threshold]),
                "none_though_right": share(score[right] < threshold),
                "right_above": share(right[score >= threshold]),
                "above_of_right": share(score[right] >= threshold),
            }
            for threshold in THRESHOLDS
        },
    }


def area(score: NDArray[np.float64], is_true: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: P(a true one scores above a false one)."""
    true, false = score[is_true], score[~is_true]
    return float((true[:, None] > false[None, :]).mean() + (true[:, None] == false).mean() / 2)


def share(flags: NDArray[np.bool_]) -> float | None:
    """Return the share of true flags, rounded; None where there is nothing to count."""
    return round(float(flags.mean()), 3) if len(flags) else None


def judge_way(samples: Sequence[Sample], fields: Sequence[str]) -> dict[str, object]:
    """Fit one way of searching, and check it by language and library size."""
    rows = design(samples, fields)
    right = np.array([each.is_right for each in samples], dtype=np.float64)
    coefficients = fit(rows, right, weigh(samples))
    probable = 1 / (1 + np.exp(-rows @ coefficients))
    report: dict[str, object] = {
        "coefficients": dict(
            zip(("intercept", *fields), coefficients.round(2).tolist(), strict=True)
        )
    }
    kept = [place for place, each in enumerate(samples) if each.is_first and not each.is_fitted]
    for group in sorted({each.group for each in samples}):
        for size in (*SIZES, 1000, 0):
            chosen = [
                place
                for place in kept
                if samples[place].group == group and size in (0, samples[place].size)
            ]
            if chosen:
                report[f"{group}, {size or 'any'}"] = check(
                    [samples[place] for place in chosen], probable[chosen]
                )
    return report


def main() -> None:
    """Fit and check with the starter's embedder and without any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--pack", default="starter")
    options = parser.parse_args()
    settings = Settings(packs_dir=options.folder / "packs", cache_dir=options.folder)
    pack = find_pack(options.pack, packs_dir=settings.packs_dir, resources_dir=resources_dir())
    collections = {name: load_collection(SHARED / name) for name in (*ENGLISH, *OTHERS)}
    samples: list[Sample] = []
    with closing(ModelProcess(pack, cache_dir=settings.cache_dir)) as model:
        for name, collection in collections.items():
            family = ENGLISH if name in ENGLISH else ()
            strangers = [collections[each] for each in family if each != name]
            embedder = model if name in ENGLISH else None
            with closing(open_library(options.folder / name)) as library:
                fill_with_texts(library, collection.texts, model=embedder, progress=_show)
                samples += gather(
                    collection, library, strangers, model, blend=pack.blend, scale=options.scale
                )
            _show(name, len(samples), len(samples))
    report = {
        way: judge_way([each for each in samples if each.way == way], fields)
        for way, fields in FIELDS.items()
    }
    print(json.dumps(report))


def _show(what: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r\x1b[K{what} {done:,} of {total:,}")


if __name__ == "__main__":
    main()
