"""How often the sentence that is quoted holds the answer; one JSON object on stdout.

Usage: ``python tests/bench/quoting.py SPANQA_DIR [--pack starter]``, where SPANQA_DIR holds
questions.jsonl (file, evidence: start, end, text) and the texts. "passage": within each
passage that holds an answer, the sentence chosen in several ways, against the best possible
one. "weights": the same by cosine with other weights of the words. "library": the texts are
indexed and asked: how often something is quoted, and how often that holds the answer.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.domain import Passage, Query
from desktop_app.indexing.chunker import chunk
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.parsing.formats import parse
from desktop_app.search.query import parse_query
from desktop_app.search.quoting import split_sentences, weigh_words
from desktop_app.settings import Settings, resources_dir

WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0)
HALF = 0.5
"""A sentence holds an answer when half of the shorter one's words are the other's."""


def plain(text: str) -> str:
    """Leave letters and digits only, since parsers drop mark-up and fold white space."""
    return "".join(each for each in text.casefold() if each.isalnum())


def holds(sentence: str, answers: Sequence[str]) -> bool:
    """Say whether a sentence is in an answer span or the other way round."""
    chosen = plain(sentence)
    return any(chosen in answer or answer in chosen for answer in answers if answer)


def rows(folder: Path) -> list[tuple[str, str, list[str]]]:
    """Read file, question and plain answers."""
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [
        (each["file"], each["question"], [plain(span["text"]) for span in each["evidence"]])
        for each in found
    ]


def embed(model: ModelProcess, texts: Sequence[str]) -> np.ndarray[Any, Any]:
    """Embed all texts in their order."""
    vectors: list[Any] = [None] * len(texts)
    for positions, values in model.embed_passages(texts):
        for position, vector in zip(positions, values.dense, strict=True):
            vectors[position] = np.asarray(vector, np.float32)
    return np.stack(vectors)


def within_passages(folder: Path, model: ModelProcess) -> dict[str, Any]:
    """Choose in every passage that holds an answer."""
    passages: dict[str, tuple[Passage, ...]] = {
        path.name: chunk(parse(path), content_hash="", fallback_title=path.name)
        for path in sorted(folder.glob("*.md"))
    }
    cases: list[tuple[Query, list[str], list[bool]]] = []
    for name, question, answers in rows(folder):
        for passage in passages[name]:
            text = plain(passage.text)
            if not any(answer in text for answer in answers):
                continue
            texts = [passage.text[start:end] for start, end in split_sentences(passage.text)]
            right = [holds(each, answers) for each in texts]
            cases.append((parse_query(question), texts, right))
    vectors = embed(model, [text for _, texts, _ in cases for text in texts])
    asked = [np.asarray(model.embed_query(query.text).dense[0], np.float32) for query, *_ in cases]
    near: list[np.ndarray[Any, Any]] = []
    start = 0
    for (_, texts, _), vector in zip(cases, asked, strict=True):
        near.append(vectors[start : start + len(texts)] @ vector)
        start += len(texts)
    words = [np.array(weigh_words(query, texts)) for query, texts, _ in cases]

    def share(value: Callable[[int], np.ndarray[Any, Any]]) -> float:
        chosen = [right[int(np.argmax(value(at)))] for at, (_, _, right) in enumerate(cases)]
        return round(mean(map(float, chosen)), 4)

    return {
        "cases": len(cases),
        "sentences": sum(len(texts) for _, texts, _ in cases),
        "oracle": round(mean(any(right) for *_, right in cases), 4),
        "first": share(lambda at: -np.arange(len(cases[at][1]))),
        "chance": round(mean(mean(map(float, right)) for *_, right in cases), 4),
        "words": share(lambda at: words[at]),
        "weights": {
            weight: share(lambda at, weight=weight: near[at] + weight * words[at])  # type: ignore[misc]
            for weight in WEIGHTS
        },
    }


def library(folder: Path, pack: str) -> dict[str, Any]:
    """Index and ask; what is quoted, against the first sentence of the best hit."""
    from desktop_app.app import open_session

    right: list[bool] = []
    first: list[bool] = []
    possible: list[bool] = []
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as work:
        chosen = Settings(library_dir=Path(work) / "library")
        session = open_session(chosen, pack=pack)
        try:
            session.add_roots(sorted(folder.glob("*.md")))
            for _ in session.index():
                pass
            for _, question, answers in rows(folder):
                *_, last = session.search(question, limit=10)
                if not last.hits:
                    continue
                texts = {hit.passage.passage_id: hit.passage.text for hit in last.hits}
                possible.append(any(a in plain(t) for a in answers for t in texts.values()))
                text = last.hits[0].passage.text
                begin, end = split_sentences(text)[0]
                first.append(holds(text[begin:end], answers))
                if last.quote is None:
                    continue
                quoted = texts[last.quote.passage_id][last.quote.start : last.quote.end]
                right.append(holds(quoted, answers))
                spent.append(last.took_ms["quote"])
        finally:
            session.close()
    return {
        "questions": len(first),
        "shown": len(right),
        "right_when_shown": round(mean(map(float, right)), 4),
        "first_sentence_of_best_hit": round(mean(first), 4),
        "answer_in_first_10": round(mean(possible), 4),
        "ms_median": round(sorted(spent)[len(spent) // 2], 1),
    }


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pack", default="starter")
    options = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as work:
        pack = find_pack(options.pack, packs_dir=Path(work), resources_dir=resources_dir())
        model = ModelProcess(pack, cache_dir=Path(work))
        try:
            inside = within_passages(options.folder, model)
        finally:
            model.close()
    figures: dict[str, Any] = {"bench": "quoting", "passage": inside}
    figures["library"] = library(options.folder, options.pack)
    figures["seconds"] = round(time.perf_counter() - began, 1)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
