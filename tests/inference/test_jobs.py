"""Batches follow the measured speed and the memory that there is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from desktop_app.errors import OutOfMemory
from desktop_app.inference.backends import Backend
from desktop_app.inference.jobs import Jobs
from desktop_app.inference.pace import MOST_TOKENS_CPU, Pace
from desktop_app.inference.requests import (
    AddTexts,
    BatchResult,
    Drop,
    EmbedQuery,
    NextBatch,
    OpenRerank,
    Signal,
)
from desktop_app.inference.tokenization import Batch


class SmallBackend:
    """Has memory for so many texts at once, and remembers what it was given."""

    name = "fake"
    precision = "fp32"
    reranker_precision = "fp32"

    def __init__(self, device: str, *, texts: int, dimension: int) -> None:
        self.device = device
        self.batches: list[Batch] = []
        self._texts = texts
        self._dimension = dimension

    def embed(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        self._compute(batch)
        return np.ones((len(batch.ids), self._dimension), np.float32), None

    def score(self, batch: Batch) -> NDArray[np.float32]:
        self._compute(batch)
        return np.asarray(batch.mask.sum(axis=1), np.float32)

    def close(self) -> None:
        self._texts = 0

    def _compute(self, batch: Batch) -> None:
        if len(batch.ids) > self._texts:
            raise OutOfMemory
        self.batches.append(batch)


def _jobs(pack, *, cpu_texts: int, gpu_texts: int = 0, device: str = "cpu"):
    loaded: list[SmallBackend] = []

    def load(device: str) -> Backend:
        texts = cpu_texts if device == "cpu" else gpu_texts
        loaded.append(SmallBackend(device, texts=texts, dimension=pack.dimension))
        return loaded[-1]

    return Jobs(pack, device=device, load=load), loaded


def _positions(jobs: Jobs, job: int) -> list[int]:
    positions: list[int] = []
    while isinstance(result := jobs.answer(NextBatch(job)), BatchResult):
        positions.extend(result.positions)
    assert result is Signal.NO_MORE
    return positions


def test_what_does_not_fit_is_computed_in_smaller_batches(tiny):
    jobs, _ = _jobs(tiny, cpu_texts=2)
    jobs.answer(AddTexts(1, 0, ("winter",) * 30))
    assert _positions(jobs, 1) == list(range(30))


def test_a_single_text_that_does_not_fit_is_an_error(tiny):
    jobs, _ = _jobs(tiny, cpu_texts=0)
    jobs.answer(AddTexts(1, 0, ("winter",)))
    with pytest.raises(OutOfMemory):
        jobs.answer(NextBatch(1))
    with pytest.raises(OutOfMemory):
        jobs.answer(EmbedQuery("winter"))


@pytest.mark.parametrize("is_question", [True, False])
def test_a_full_gpu_gives_way_to_the_processor(tiny, is_question):
    jobs, loaded = _jobs(tiny, cpu_texts=99, device="cuda:0")
    if is_question:
        jobs.answer(EmbedQuery("winter"))
    else:
        jobs.answer(AddTexts(1, 0, ("winter",)))
        assert _positions(jobs, 1) == [0]
    assert [each.device for each in loaded] == ["cuda:0", "cpu"]
    assert jobs.status().notice


def test_sorting_keeps_padding_below_five_percent(tiny, shared):
    jobs, (backend,) = _jobs(tiny, cpu_texts=99999)
    with (shared / "corpora/retrieval/scifact/corpus.jsonl").open(encoding="utf-8") as lines:
        texts = tuple(json.loads(line)["text"] for line, _ in zip(lines, range(500), strict=False))
    jobs.answer(AddTexts(1, 0, texts[:300]))
    jobs.answer(AddTexts(1, 300, texts[300:]))
    assert sorted(_positions(jobs, 1)) == list(range(len(texts)))
    slots = sum(each.mask.size for each in backend.batches)
    assert sum(each.mask.sum() for each in backend.batches) > 0.95 * slots


def test_pairs_are_scored_in_the_given_order(tiny):
    jobs, _ = _jobs(tiny, cpu_texts=99)
    jobs.answer(OpenRerank(1, "fox", ("a fox", "a very much longer text on a fox", "b")))
    assert _positions(jobs, 1) == [0, 1, 2]


def test_a_dropped_or_finished_job_is_unknown(tiny):
    jobs, _ = _jobs(tiny, cpu_texts=99)
    jobs.answer(AddTexts(1, 0, ("winter",)))
    jobs.answer(Drop(1))
    assert jobs.answer(NextBatch(1)) is Signal.JOB_UNKNOWN
    assert jobs.answer(Drop(1)) is Signal.DONE


def test_texts_that_go_on_a_job_of_another_process_are_refused(tiny):
    jobs, _ = _jobs(tiny, cpu_texts=99)
    assert jobs.answer(AddTexts(1, 5, ("winter",))) is Signal.JOB_UNKNOWN
    assert jobs.answer(NextBatch(1)) is Signal.JOB_UNKNOWN


@given(
    lengths=st.lists(st.integers(1, 9000), min_size=1, max_size=50),
    seconds_per_token=st.floats(1e-7, 1e-1),
)
def test_a_batch_has_at_least_one_text_and_is_on_time_otherwise(lengths, seconds_per_token):
    pace = Pace(most_tokens=MOST_TOKENS_CPU)
    for _ in range(12):
        pace.measure(tokens=100, slots=100, seconds=100 * seconds_per_token)
    count = pace.take(lengths)
    slots = max(lengths[:count]) * count
    assert 1 <= count <= len(lengths)
    assert count == 1 or (slots * seconds_per_token <= 0.21 and slots <= MOST_TOKENS_CPU)


def test_the_pace_grows_to_what_fits_into_two_hundred_milliseconds():
    pace = Pace(most_tokens=10**9)
    for _ in range(20):
        pace.measure(tokens=90, slots=100, seconds=0.01)
    assert pace.take([100] * 1000) == 20
    assert pace.tokens_per_second == pytest.approx(9000)
