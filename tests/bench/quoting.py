"""How often the sentence that is quoted holds the answer; one JSON object on stdout.

Usage: ``python tests/bench/quoting.py FOLDER... [--pack starter] [--fit]``. A FOLDER holds
questions.jsonl (file, evidence: start, end, text) and the texts as Markdown (spanqa), or is an
XQuAD collection (corpus.jsonl, queries.jsonl, qrels.tsv), whose answers are in
xquad_sentences.tsv: which sentence of its English paragraph answers a question, told by
reading 349 of them. Other languages have the same sentences in the same order; where a
paragraph has more or fewer, its questions are left out.

Each is indexed and asked. By half of the questions (the weights of search/evidence.py are
fitted on the first): how often something is quoted, how often that is right, with a 95 %
interval, how often it is two sentences, how often the best sentence is right whether shown or
not, and is among those listed at all; of the hits with an answer, how often one is marked, and
how often that is it. ``--fit`` adds the weights that fit the first half of all FOLDERs.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.domain import Hit, SearchResult
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.search.evidence import Evidence, gather_evidence, weigh
from desktop_app.search.quoting import HITS, Sentence, list_sentences, split_sentences
from desktop_app.settings import Settings, resources_dir

LABELS = Path(__file__).with_name("xquad_sentences.tsv")
ARTICLE = 5
"""Paragraphs of an article of XQuAD, which stand in a row."""
HALVES = ("fitted", "checked")
PENALTY = 1.0
"""Of the squared weights of standardized evidence."""
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Question:
    """``answers`` are plain; questions of one ``group`` are in one half."""

    text: str
    answers: tuple[str, ...]
    group: str

    @property
    def half(self) -> str:
        """Say to which half it belongs, by chance but always the same."""
        return HALVES[sha256(self.group.encode()).digest()[0] % 2]


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
    """Index a collection and ask its questions; None is quoted yet."""
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
    sentences = list_sentences(result.hits)
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


def tell(asked: Sequence[Asked]) -> dict[str, Any]:
    """Count what was quoted and marked, and what was right."""
    shown, right, best, marks, markable, marked_right = 0, 0, [], 0, 0, 0
    lengths: list[int] = []
    for each in asked:
        inside = _right_within(each)
        values = weigh(each.evidence, each.near)
        chosen = max(values, key=lambda at, of=values: (of[at], -at), default=None)  # type: ignore[misc]
        best.append(chosen is not None and each.is_right[chosen])
        quote = each.result.quote
        if quote is not None:
            shown += 1
            right += (quote.passage_id, quote.start, quote.end) in inside
            text = next(h.passage.text for h in each.result.hits if _id(h) == quote.passage_id)
            lengths.append(len(split_sentences(text[quote.start : quote.end])))
        for index, hit in enumerate(each.result.hits[:HITS]):
            if any(ok and s.hit == index for ok, s in zip(each.is_right, each.sentences)):  # noqa: B905
                markable += 1
                marks += hit.sentence is not None
                marked_right += hit.sentence is not None and (_id(hit), *hit.sentence) in inside
    return {
        "questions": len(asked),
        "quoted": shown,
        "right_when_quoted": _share(right, shown),
        "right_of_all": _share(right, len(asked)),
        "two_sentences": _share(sum(each > 1 for each in lengths), shown)[0],
        "best_is_right": _share(sum(best), len(asked)),
        "right_is_listed": round(mean(any(each.is_right) for each in asked), 3) if asked else 0.0,
        "hits_with_answer_marked": _share(marks, markable)[0],
        "marks_right": _share(marked_right, marks)[0],
        "ms_median": round(median(each.result.took_ms.get("quote", 0.0) for each in asked), 1),
    }


def _id(hit: Hit) -> str:
    return hit.passage.passage_id


def _right_within(asked: Asked) -> set[tuple[str, int, int]]:
    """Return the stretches, quoted or marked, that have a right sentence in them."""
    stretches = {(_id(hit), *hit.sentence) for hit in asked.result.hits if hit.sentence}
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


def fit(asked: Sequence[Asked], *, by_meaning: bool) -> dict[str, float]:
    """Fit the weights of evidence, in log-odds that the best sentence is right."""
    import torch

    names = Evidence._fields[:-1]
    columns = [at for at, name in enumerate(names) if by_meaning or name != "near"]
    cases = []
    for each in asked:
        rows = [at for at in range(len(each.sentences)) if not by_meaning or at in each.near]
        if rows:
            values = np.array([each.evidence[at][:-1] for at in rows])[:, columns]
            cases.append((torch.tensor(values), torch.tensor([each.is_right[at] for at in rows])))
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
    sums = [values @ chosen for values, _ in cases]
    best = torch.stack([each.max() for each in sums])
    said = torch.stack([of[each.argmax()] for each, (_, of) in zip(sums, cases, strict=True)])
    line = torch.tensor([0.0, 0.3], dtype=torch.float64, requires_grad=True)
    likelihood = torch.nn.functional.binary_cross_entropy_with_logits
    _minimize(lambda: likelihood(line[0] + line[1] * best, said.double()), line)
    shift, slope = line.detach().tolist()
    fitted = {names[at]: round(slope * float(each), 2) for at, each in zip(columns, chosen)}  # noqa: B905
    return {**fitted, "one": round(shift, 2)}


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
    everything: list[Asked] = []
    with tempfile.TemporaryDirectory() as work:
        pack = find_pack(options.pack, packs_dir=Path(work), resources_dir=resources_dir())
        model = ModelProcess(pack, cache_dir=Path(work))
        try:
            for folder in options.folders:
                asked = [read_evidence(model, *each) for each in ask(folder, options.pack)]
                everything += asked
                for half in HALVES:
                    told = tell([each for each in asked if each.question.half == half])
                    figures.setdefault(folder.name, {})[half] = told
        finally:
            model.close()
    figures["both"] = {
        half: tell([e for e in everything if e.question.half == half]) for half in HALVES
    }
    if options.fit:
        fitted = [each for each in everything if each.question.half == HALVES[0]]
        figures["with_meaning"] = fit(fitted, by_meaning=True)
        figures["by_words"] = fit(fitted, by_meaning=False)
    figures["seconds"] = round(time.perf_counter() - began, 1)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
