"""How much of the exact first hundred a dense search finds, also behind filters."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import Filters, VectorSpace
from desktop_app.store.library import Library
from tests.bench.parts.growing import Made, Vectors, passage_id

DEPTH = 100
_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Case:
    """One way to narrow a search, and who passes."""

    name: str
    filters: Filters
    languages: tuple[str, ...]
    passes: Callable[[Made], bool]


def _suffix(made: Made) -> str:
    return made.document.path.rpartition(".")[2]


CASES = (
    Case("all", Filters(), (), lambda _: True),
    Case("english", Filters(), ("en", "und"), lambda made: made.passages[0].language == "en"),
    Case("half", Filters(types=("pdf",)), (), lambda made: _suffix(made) == "pdf"),
    Case(
        "tenth",
        Filters(folders=("Contracts",)),
        (),
        lambda made: made.document.path.startswith("Contracts"),
    ),
    Case(
        "hundredth",
        Filters(after=date(2025, 1, 1)),
        (),
        lambda made: made.document.mtime_ns > 1_740_000_000_000_000_000,
    ),
    Case(
        "thousandth",
        Filters(folders=("Zymurgy",)),
        (),
        lambda made: made.document.path.startswith("Zymurgy"),
    ),
)


class Truth:
    """The exact first hundred of every question, case by case, kept up as vectors come."""

    def __init__(self, asked: Vectors) -> None:
        self._asked = asked
        shape = (len(CASES), len(asked), DEPTH)
        self.scores = np.full(shape, -np.inf, dtype=np.float32)
        self.numbers = np.full(shape, -1, dtype=np.int64)
        self.sizes = np.zeros(len(CASES), dtype=np.int64)
        self.seen = 0
        self._waiting: list[tuple[int, NDArray[np.float16]]] = []
        self.waiting = 0
        self._chunk: list[NDArray[np.float16]] = []
        self._passing: list[NDArray[np.bool_]] = []
        self._chunk_first = 0

    def add(self, made: Made) -> None:
        """Take note of a document's vectors."""
        count = len(made.passages)
        self._waiting += [(made.first + at, row) for at, row in enumerate(made.vectors)]
        self.waiting += count
        self.seen += count
        self._chunk.append(made.vectors)
        passing = np.array([case.passes(made) for case in CASES])
        self._passing.append(np.repeat(passing[:, None], count, axis=1))
        if self.seen - self._chunk_first >= _CHUNK:
            self._compare()

    def take(self, most: int) -> tuple[list[str], Vectors]:
        """Hand out the ids and vectors of passages that were not stored yet."""
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        self.waiting = len(self._waiting)
        ids = [passage_id(number) for number, _ in taken]
        return ids, np.stack([row for _, row in taken]).astype(np.float32)

    def save(self, place: Path) -> None:
        """Keep what is known in a file."""
        self._compare()
        np.savez(
            place, asked=self._asked, scores=self.scores, numbers=self.numbers, sizes=self.sizes
        )

    @classmethod
    def load(cls, place: Path) -> Truth:
        """Return what was kept."""
        kept = np.load(place)
        truth = cls(kept["asked"])
        truth.scores, truth.numbers, truth.sizes = kept["scores"], kept["numbers"], kept["sizes"]
        return truth

    def ids(self, case: int, question: int) -> frozenset[str]:
        """Return the passages that an exact search would find."""
        return frozenset(
            passage_id(int(each)) for each in self.numbers[case, question] if each >= 0
        )

    def _compare(self) -> None:
        if not self._chunk:
            return
        rows = np.concatenate(self._chunk).astype(np.float32)
        passing = np.concatenate(self._passing, axis=1)
        scores = self._asked @ rows.T
        for case in range(len(CASES)):
            at = np.flatnonzero(passing[case])
            self.sizes[case] += len(at)
            both = np.concatenate([self.scores[case], scores[:, at]], axis=1)
            numbers = np.broadcast_to(self._chunk_first + at, (len(both), len(at)))
            named = np.concatenate([self.numbers[case], numbers], axis=1)
            best = np.argpartition(-both, DEPTH - 1, axis=1)[:, :DEPTH]
            self.scores[case] = np.take_along_axis(both, best, axis=1)
            self.numbers[case] = np.take_along_axis(named, best, axis=1)
        self._chunk, self._passing, self._chunk_first = [], [], self.seen


def measure_recall(
    library: Library,
    space: VectorSpace,
    truth: Truth,
    asked: Vectors,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Return, for each case, its share of the library, recall@100 and milliseconds."""
    figures: dict[str, Any] = {}
    for at, case in enumerate(CASES):
        found, times, narrowing = [], [], []
        for question, vector in enumerate(asked):
            began = time.perf_counter()
            within = library.select_contents(case.filters)
            narrowed = time.perf_counter()
            run = library.search_dense(
                space, vector, k=DEPTH, within=within, languages=case.languages
            )
            times.append(1000 * (time.perf_counter() - narrowed))
            narrowing.append(1000 * (narrowed - began))
            exact = truth.ids(at, question)
            found.append(len(exact.intersection(run.passage_ids)) / max(1, len(exact)))
        figures |= {
            f"dense_{case.name}_rows": int(truth.sizes[at]),
            f"dense_{case.name}_recall": float(np.mean(found)),
            f"dense_{case.name}_recall_worst": float(np.min(found)),
            f"dense_{case.name}_ms_p50": float(np.percentile(times, 50)),
            f"dense_{case.name}_ms_p95": float(np.percentile(times, 95)),
            f"narrow_{case.name}_ms_p50": float(np.percentile(narrowing, 50)),
        }
        say(
            f"dense {case.name}: recall {np.mean(found):.4f} (worst {np.min(found):.2f}), "
            f"p50 {np.percentile(times, 50):.1f} ms, p95 {np.percentile(times, 95):.1f} ms, "
            f"narrowed in {np.percentile(narrowing, 50):.1f} ms"
        )
    return figures
