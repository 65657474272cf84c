"""How long real questions wait for the first list, and where the time goes."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from desktop_app.errors import QueryError
from desktop_app.inference.packs import Pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.search.searcher import Searcher
from desktop_app.store.library import Library

QUESTIONS = {
    "scifact": 40,
    "cranfield": 20,
    "xquad-en": 20,
    "xquad-de": 10,
    "xquad-es": 5,
    "xquad-zh": 5,
}
MISTYPED = 20
TYPED = 12
_STAGES = ("parse", "filter", "fulltext", "embed", "dense", "fuse", "first")
_FILTERS = {
    "half": "type:pdf",
    "tenth": "folder:Contracts",
    "hundredth": "after:2025",
    "thousandth": "folder:Zymurgy",
    "lang": "lang:de",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A real question and its language."""

    text: str
    language: str


class Timed:
    """A library that notes how long each of its methods was at work, and how often asked."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self.names = _TimedNames(library.names, self)
        self.ahead = _TimedAhead(library.ahead, self)
        self.ms: dict[str, float] = {}
        self.calls: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._library, name)
        return self.timed(name, act) if callable(act) else act

    def timed(self, name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same, timed."""

        def measured(*args: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return act(*args, **options)
            finally:
                self.ms[name] = self.ms.get(name, 0) + 1000 * (time.perf_counter() - began)
                self.calls[name] = self.calls.get(name, 0) + 1

        return measured


class _TimedNames:
    def __init__(self, names: Any, timed: Timed) -> None:
        self.find = timed.timed("names.find", names.find)


class _TimedAhead:
    """Times how long its answers are waited for, once they are."""

    def __init__(self, ahead: Any, timed: Timed) -> None:
        self._ahead = ahead
        self._timed = timed

    def __getattr__(self, name: str) -> Any:
        begin = getattr(self._ahead, name)
        return lambda *args, **options: self._timed.timed(f"search_{name}", begin(*args, **options))


def read_questions(retrieval: Path) -> list[Question]:
    """Read the real questions, in a fixed order."""
    found = []
    for name, most in QUESTIONS.items():
        lines = (retrieval / name / "queries.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        step = max(1, len(rows) // most)
        found += [Question(row["text"], row["lang"]) for row in rows[::step][:most]]
    return found


def mistype(text: str, chance: random.Random) -> str:
    """Exchange two letters within the longest word, as a hurried hand does."""
    longest = max(text.split(), key=len)
    at = chance.randrange(1, max(2, len(longest) - 2))
    wrong = longest[:at] + longest[at + 1 : at + 2] + longest[at] + longest[at + 2 :]
    return text.replace(longest, wrong)


def measure_questions(
    library: Library,
    model: ModelProcess,
    pack: Pack,
    questions: list[Question],
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Return percentiles of the first list by kind of question, and the parts of its time.

    Beside the clock's stands the time that this process had of all processors, which other
    programs do not change.
    """
    chance = random.Random(0)
    english = [each.text for each in questions if each.language == "en"]
    kinds = {
        "first": [each.text for each in questions],
        "english": english,
        "other": [each.text for each in questions if each.language != "en"],
        "mistyped": [mistype(each, chance) for each in english[:MISTYPED]],
    }
    kinds |= {name: [f"{each} {said}" for each in english] for name, said in _FILTERS.items()}
    figures: dict[str, Any] = {}
    timed = Timed(library)
    wrapped: Any = timed
    searcher = Searcher(wrapped, model, pack=pack, rerank_budget_ms=0)
    began = time.perf_counter()
    _ask(searcher, english[:1])
    figures["ask_cold_ms"] = 1000 * (time.perf_counter() - began)
    _ask(searcher, english[:5])
    for kind, asked in kinds.items():
        timed.ms, timed.calls = {}, {}
        spent_before = time.process_time()
        stages = _ask(searcher, asked)
        spent = time.process_time() - spent_before
        name = "first" if kind == "first" else f"first_{kind}"
        figures |= _percentiles(name, stages["first"])
        figures[f"{name}_processor_ms"] = 1000 * spent / len(asked)
        if kind in ("first", "mistyped"):
            prefix = "" if kind == "first" else "mistyped_"
            for stage in ("fulltext", "embed", "dense", "fuse", "filter", "parse"):
                figures |= _percentiles(f"{prefix}stage_{stage}", stages[stage])
            for part, took in timed.ms.items():
                figures[f"{prefix}mean_{part}_ms"] = took / len(asked)
                figures[f"{prefix}mean_{part}_calls"] = timed.calls[part] / len(asked)
        say(
            f"{kind}: first list p50 {figures[f'{name}_ms_p50']:.0f} ms, "
            f"p95 {figures[f'{name}_ms_p95']:.0f} ms, "
            f"{figures[f'{name}_processor_ms']:.0f} ms of a processor"
        )
    figures |= _measure_keys(library, [each.text for each in questions], say)
    figures["searching_mb"] = psutil.Process().memory_info().rss / 1e6
    return figures


def _measure_keys(
    library: Library, questions: list[str], say: Callable[[str], None]
) -> dict[str, float]:
    """Type some of the questions, and return what each key waits for what its words find."""
    searcher = Searcher(library, None, pack=None, rerank_budget_ms=0)
    times, spent = [], []
    for text in questions[:: len(questions) // TYPED][:TYPED]:
        for end in range(1, len(text) + 1):
            began, before = time.perf_counter(), time.process_time()
            with suppress(QueryError):
                list(searcher.search(text[:end], rerank=False, is_typed=True))
            times.append(1000 * (time.perf_counter() - began))
            spent.append(1000 * (time.process_time() - before))
    figures = _percentiles("key", times) | _percentiles("key_processor", spent)
    say(", ".join(f"{name} {value:.0f}" for name, value in figures.items()))
    return figures


def _ask(searcher: Searcher, texts: Iterable[str]) -> dict[str, list[float]]:
    stages: dict[str, list[float]] = {each: [] for each in _STAGES}
    for text in texts:
        first = next(iter(searcher.search(text, rerank=False)))
        for stage in _STAGES:
            if stage in first.took_ms:
                stages[stage].append(first.took_ms[stage])
    return stages


def _percentiles(name: str, times: list[float]) -> dict[str, float]:
    return {
        f"{name}_ms_p50": float(np.percentile(times, 50)) if times else 0.0,
        f"{name}_ms_p95": float(np.percentile(times, 95)) if times else 0.0,
    }
