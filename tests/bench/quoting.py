"""How often the sentence that is quoted holds the answer; one JSON object on stdout.

Usage: ``python tests/bench/quoting.py FOLDER... [--pack starter] [--fit]``. A FOLDER holds
questions.jsonl (file, evidence: start, end, text) and the texts as Markdown (spanqa), or is an
XQuAD collection (corpus.jsonl, queries.jsonl, qrels.tsv), whose answers are in
xquad_sentences.tsv: which sentence of its English paragraph answers a question, told by
reading 349 of them. Other languages have the same sentences in the same order; where a
paragraph has more or fewer, its questions are left out.

Each is indexed and asked: how often something is quoted, how often that is right, with a 95 %
interval, how often it is two sentences, how often the best sentence is right whether shown or
not, and is among those listed at all; how often something is quoted when the hits that answer
are taken away; of the hits with an answer, how often one is marked, and
how often that is it. ``--fit`` adds the weights that fit all questions, which belong into
search/evidence.py, and "crossed": each half of the questions with the weights that fit the
other half, so that no question is judged by weights that it had a part in. Questions of an
article are in one half.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.domain import Hit, SearchResult, Verdict
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.search.evidence import BY_WORDS, WITH_MEANING, Evidence, gather_evidence, weigh
from desktop_app.search.quoting import Sentence, list_sentences, mark_sentences, split_sentences
from desktop_app.search.scores import judge
from desktop_app.settings import Settings, resources_dir

LABELS = Path(__file__).with_name("xquad_sentences.tsv")
ARTICLE = 5
"""Paragraphs of an article of XQuAD, which stand in a row."""
ABSENT = 0.1
"""Questions without an answer for each one with it, as far as the fit is concerned."""
PENALTY = 1.0
"""Of the squared weights of standardized evidence."""
Weights = tuple[Evidence, Evidence]
Counts = Counter[str]
SHIPPED: Weights = (WITH_MEANING, BY_WORDS)


@dataclass(frozen=True, slots=True)
class Question:
    """``answers`` are plain; questions of one ``group`` are in one half."""

    text: str
    answers: tuple[str, ...]
    group: str

    @property
    def half(self) -> int:
        """Say to which half it belongs, 0 or 1: by chance but always the same."""
        return sha256(self.group.encode()).digest()[0] % 2


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its final answer, and what its sentences say."""

    question: Question
    result: SearchResult
    sentences: tuple[Sentence, ...]
    near: dict[int, float]
    evidence: list[Evidence]
    is_right: tuple[bool, ...]


def plain(text: str) -> str:
    """Leave letters and digits only, since parsers drop mark-up and fold white space."""
    return "".join(each for each in text.casefold() if each.isalnum())


def holds(sentence: str, answers: Sequence[str]) -> bool:
    """Say whether a sentence is in an answer span or the other way round."""
    chosen = plain(sentence)
    return any(chosen in answer or answer in chosen for answer in answers if answer)


def read_spans(folder: Path) -> tuple[list[Path], list[Question]]:
    """Read a collection with character spans."""
    rows = [json.loads(line) for line in _lines(folder / "questions.jsonl")]
    questions = [
        Question(row["question"], tuple(plain(span["text"]) for span in row["evidence"]), row["id"])
        for row in rows
    ]
    return sorted(folder.glob("*.md")), questions


def read_xquad(folder: Path, work: Path) -> tuple[list[Path], list[Question]]:
    """Write the paragraphs of each article into one text, and find the labeled sentences."""
    texts = _texts(folder)
    english = _texts(folder.with_name("xquad-en"))
    names = list(texts)
    for first in range(0, len(names), ARTICLE):
        paragraphs = [texts[name].strip("\ufeff ") for name in names[first : first + ARTICLE]]
        path = work / f"article{first // ARTICLE:02}.txt"
        path.write_text("\n\n".join(paragraphs), encoding="utf-8")
    asked = {row["id"]: row["text"] for row in map(json.loads, _lines(folder / "queries.jsonl"))}
    found = {line.split("\t")[0]: line.split("\t")[1] for line in _lines(folder / "qrels.tsv")}
    questions = []
    for line in _lines(LABELS):
        name, number = line.split("\t")
        text = texts[found[name]]
        spans = split_sentences(text)
        if len(spans) == len(split_sentences(english[found[name]])):
            start, end = spans[int(number)]
            group = f"article{names.index(found[name]) // ARTICLE}"
            questions.append(Question(asked[name], (plain(text[start:end]),), group))
    return [work], questions


def _texts(folder: Path) -> dict[str, str]:
    return {row["id"]: row["text"] for row in map(json.loads, _lines(folder / "corpus.jsonl"))}


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def ask(folder: Path, pack: str) -> Iterator[tuple[Question, SearchResult]]:
    """Index a collection and ask its questions."""
    from desktop_app.app import open_session

    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        texts = work / "texts"
        texts.mkdir()
        is_spans = (folder / "questions.jsonl").exists()
        roots, questions = read_spans(folder) if is_spans else read_xquad(folder, texts)
        session = open_session(Settings(library_dir=work / "library"), pack=pack)
        try:
            session.add_roots(roots)
            for _ in session.index():
                pass
            for number, question in enumerate(questions):
                print(f"\r{folder.name} {number}/{len(questions)}", end="", file=sys.stderr)
                *_, last = session.search(question.text, limit=10)
                yield question, last
        finally:
            session.close()


def read_evidence(model: ModelProcess, question: Question, result: SearchResult) -> Asked:
    """Gather what the search itself gathers, and say which sentences are right."""
    sentences = list_sentences(result.hits, result.query.text)
    knows = model.space.knows
    known = [
        at
        for at, each in enumerate(sentences)
        if knows(result.query.language) and knows(result.hits[each.hit].passage.language)
    ]
    near: dict[int, float] = {}
    if known:
        asked = np.asarray(model.embed_query(result.query.text).dense[0], np.float32)
        texts = [sentences[at].text for at in known]
        for positions, values in model.embed_passages(texts):
            cosines = values.dense.astype(np.float32) @ asked
            near |= {known[at]: float(each) for at, each in zip(positions, cosines, strict=True)}
    evidence = gather_evidence(result.query, result.hits, sentences, near)
    is_right = tuple(holds(each.text, question.answers) for each in sentences)
    return Asked(question, result, sentences, near, evidence, is_right)


def without_answer(asked: Asked) -> Asked | None:
    """Return the same question where no hit answers it, None where that is said anyway."""
    answering = {each.hit for each, ok in zip(asked.sentences, asked.is_right, strict=True) if ok}
    hits = tuple(hit for at, hit in enumerate(asked.result.hits) if at not in answering)
    answers = [each for each in asked.question.answers if each]
    hits = tuple(h for h in hits if not any(each in plain(h.passage.text) for each in answers))
    if not hits or judge(hits[0].score) is Verdict.NONE:
        return None
    query = asked.result.query
    sentences = list_sentences(hits, query.text)
    known = {asked.sentences[at].text: near for at, near in asked.near.items()}
    near = {at: known[each.text] for at, each in enumerate(sentences) if each.text in known}
    evidence = gather_evidence(query, hits, sentences, near)
    result = replace(asked.result, hits=hits)
    return Asked(asked.question, result, sentences, near, evidence, (False,) * len(sentences))


def tell(asked: Sequence[Asked], weights: Weights = SHIPPED) -> Counts:
    """Quote and mark anew by these weights, and count."""
    counts: Counts = Counter()
    for each in asked:
        values = weigh(each.evidence, each.near, with_meaning=weights[0], by_words=weights[1])
        best = max(values, key=lambda at, of=values: (of[at], -at), default=None)  # type: ignore[misc]
        hits, quote = mark_sentences(each.result.hits, each.sentences, values)
        inside = _right_within(each, hits)
        counts["questions"] += 1
        counts["best"] += best is not None and each.is_right[best]
        counts["listed"] += any(each.is_right)
        left = without_answer(each)
        if left is not None:
            other = weigh(left.evidence, left.near, with_meaning=weights[0], by_words=weights[1])
            _, wrong = mark_sentences(left.result.hits, left.sentences, other)
            counts["without"] += wrong is not None
        if quote is not None and each.result.verdict is not Verdict.NONE:
            text = next(hit.passage.text for hit in hits if _id(hit) == quote.passage_id)
            counts["quoted"] += 1
            counts["right"] += (quote.passage_id, quote.start, quote.end) in inside
            counts["two"] += len(split_sentences(text[quote.start : quote.end])) > 1
        answering = {s.hit for s, ok in zip(each.sentences, each.is_right, strict=True) if ok}
        for hit in (hits[index] for index in answering):
            counts["markable"] += 1
            counts["marked"] += hit.sentence is not None
            counts["marked_right"] += (
                hit.sentence is not None and (_id(hit), *hit.sentence) in inside
            )
    return counts


def say(counts: Counts) -> dict[str, Any]:
    """Return the shares that the counts are."""
    return {
        "questions": counts["questions"],
        "quoted": _share(counts["quoted"], counts["questions"])[0],
        "right_when_quoted": _share(counts["right"], counts["quoted"]),
        "right_of_all": _share(counts["right"], counts["questions"]),
        "quoted_without_answer": _share(counts["without"], counts["questions"])[0],
        "two_sentences": _share(counts["two"], counts["quoted"])[0],
        "best_is_right": _share(counts["best"], counts["questions"]),
        "right_is_listed": _share(counts["listed"], counts["questions"])[0],
        "hits_with_answer_marked": _share(counts["marked"], counts["markable"])[0],
        "marks_right": _share(counts["marked_right"], counts["marked"])[0],
    }


def _id(hit: Hit) -> str:
    return hit.passage.passage_id


def _right_within(asked: Asked, hits: Sequence[Hit]) -> set[tuple[str, int, int]]:
    """Return the stretches, quoted or marked, that have a right sentence in them."""
    stretches = {(_id(hit), *hit.sentence) for hit in hits if hit.sentence}
    return {
        (name, start, end)
        for name, start, end in stretches
        for is_right, each in zip(asked.is_right, asked.sentences, strict=True)
        if is_right and _id(asked.result.hits[each.hit]) == name
        if start <= each.start and each.end <= end
    }


def _share(count: int, of: int) -> tuple[float, float, float]:
    """Return a share with its 95 % interval (Wilson)."""
    if not of:
        return 0.0, 0.0, 1.0
    z = 1.96
    share = count / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return round(share, 3), round(middle - half, 3), round(middle + half, 3)


def fit(asked: Sequence[Asked]) -> Weights:
    """Fit the weights of evidence, with meaning and by words."""
    return _fit(asked, by_meaning=True), _fit(asked, by_meaning=False)


def _fit(asked: Sequence[Asked], *, by_meaning: bool) -> Evidence:
    """Fit which sentence is right (conditional logit), then how often the best is (Platt).

    The second asks the odds of its hit once more, and questions whose answer is not there.
    """
    import torch

    names = Evidence._fields[:-1]
    columns = [at for at, name in enumerate(names) if by_meaning or name != "near"]

    def table(each: Asked) -> tuple[Any, Any] | None:
        rows = [at for at in range(len(each.sentences)) if not by_meaning or at in each.near]
        if not rows:
            return None
        values = np.array([each.evidence[at][:-1] for at in rows])[:, columns]
        return torch.tensor(values), torch.tensor([each.is_right[at] for at in rows])

    cases = [found for each in asked if (found := table(each))]
    if not cases:
        return WITH_MEANING if by_meaning else BY_WORDS
    scale = torch.cat([values for values, _ in cases]).std(0).clamp_min(1e-6)
    weights = torch.zeros(len(columns), dtype=torch.float64, requires_grad=True)

    def choice() -> Any:
        loss = PENALTY * (weights**2).sum()
        for values, is_right in cases:
            if is_right.any() and not is_right.all():
                sums = (values / scale) @ weights
                loss = loss - torch.logsumexp(sums[is_right], 0) + torch.logsumexp(sums, 0)
        return loss

    _minimize(choice, weights)
    chosen = (weights / scale).detach()
    absent = [found for each in asked if (left := without_answer(each)) and (found := table(left))]
    certain = columns.index(names.index("hit"))
    said = []
    for values, is_right in (*cases, *absent):
        sums = values @ chosen
        best = sums.argmax()
        said.append((1.0, float(sums[best]), float(values[best, certain]), float(is_right[best])))
    told = torch.tensor(said, dtype=torch.float64)
    share = torch.tensor([1.0] * len(cases) + [ABSENT] * len(absent), dtype=torch.float64)
    line = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    likelihood = torch.nn.functional.binary_cross_entropy_with_logits
    _minimize(lambda: likelihood(told[:, :3] @ line, told[:, 3], weight=share), line)
    shift, slope, more = line.detach().tolist()
    fitted = dict.fromkeys(names, 0.0)
    for at, weight in zip(columns, chosen.tolist(), strict=True):
        fitted[names[at]] = slope * weight + (more if names[at] == "hit" else 0.0)
    rounded = {name: round(weight, 2) for name, weight in fitted.items()}
    return Evidence(**rounded, one=round(shift, 2))


def cross(everything: Mapping[str, Sequence[Asked]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the weights that fit all, and the figures of each half by those of the other."""
    halves = [
        [each for asked in everything.values() for each in asked if each.question.half == half]
        for half in (0, 1)
    ]
    weights = [fit(half) for half in halves]
    told = {
        name: sum(
            (
                tell([each for each in asked if each.question.half == half], weights[1 - half])
                for half in (0, 1)
            ),
            Counter(),
        )
        for name, asked in everything.items()
    }
    told["all"] = sum(told.values(), Counter())
    with_meaning, by_words = fit([*halves[0], *halves[1]])
    fitted = {"with_meaning": with_meaning._asdict(), "by_words": by_words._asdict()}
    return fitted, {name: say(counts) for name, counts in told.items()}


def _minimize(loss: Any, parameters: Any) -> None:
    import torch

    optimizer = torch.optim.LBFGS([parameters], max_iter=200, line_search_fn="strong_wolfe")

    def step() -> Any:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    optimizer.step(step)


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--pack", default="starter")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    began = time.perf_counter()
    figures: dict[str, Any] = {"bench": "quoting"}
    everything: dict[str, list[Asked]] = {}
    with tempfile.TemporaryDirectory() as work:
        pack = find_pack(options.pack, packs_dir=Path(work), resources_dir=resources_dir())
        model = ModelProcess(pack, cache_dir=Path(work))
        try:
            for folder in options.folders:
                asked = [read_evidence(model, *each) for each in ask(folder, options.pack)]
                everything[folder.name] = asked
                took = median(each.result.took_ms.get("quote", 0.0) for each in asked)
                figures[folder.name] = {**say(tell(asked)), "ms_median": round(took, 1)}
        finally:
            model.close()
    figures["all"] = say(tell([each for asked in everything.values() for each in asked]))
    if options.fit:
        figures["fitted"], figures["crossed"] = cross(everything)
    figures["seconds"] = round(time.perf_counter() - began, 1)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
