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
from desktop_app.inference.pace import Pace, RememberedSpeeds, group_by_length
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
    self_check = ""
    device_name = ""
    is_packed = False
    most_slots = 4096

    def __init__(self, device: str, *, texts: int, dimension: int) -> None:
        self.device = device
        self.batches: list[Batch] = []
        self._texts = texts
        self._dimension = dimension
        self._is_closed = False

    def embed(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        self._compute(batch)
        return np.ones((len(batch.ids), self._dimension), np.float32), None

    def embed_tokens(
        self, batch: Batch
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.float32]]:
        dense, weights = self.embed(batch)
        return dense, weights, np.ones((*batch.ids[:, 1:].shape, self._dimension), np.float32)

    def load_reranker(self) -> None:
        """Nothing to load."""

    def score(self, batch: Batch) -> NDArray[np.float32]:
        self._compute(batch)
        return np.asarray(batch.mask.sum(axis=1), np.float32)

    def close(self) -> None:
        self._is_closed = True

    def give_memory(self, *, texts: int) -> None:
        assert not self._is_closed
        self._texts = texts

    def _compute(self, batch: Batch) -> None:
        if len(batch.ids) > self._texts:
            raise OutOfMemory
        self.batches.append(batch)


@pytest.fixture
def jobs_on(tiny, tmp_path):
    """Make jobs on devices that have memory for so many texts in one call."""

    def make(*, cpu_texts: int, gpu_texts: int = 0, device: str = "cpu", is_packed: bool = False):
        loaded: list[SmallBackend] = []

        def load(device: str) -> Backend:
            texts = cpu_texts if device == "cpu" else gpu_texts
            if texts < 0:
                raise OutOfMemory
            loaded.append(SmallBackend(device, texts=texts, dimension=tiny.dimension))
            loaded[-1].is_packed = is_packed
            return loaded[-1]

        return Jobs(tiny, device=device, load=load, speeds=tmp_path / "pace.json"), loaded

    return make


def _positions(jobs: Jobs, job: int) -> list[int]:
    positions: list[int] = []
    while isinstance(result := jobs.answer(NextBatch(job)), BatchResult):
        positions.extend(result.positions)
    assert result is Signal.NO_MORE
    return positions


def test_what_does_not_fit_is_computed_in_smaller_batches(jobs_on):
    jobs, _ = jobs_on(cpu_texts=2)
    jobs.answer(AddTexts(1, 0, ("winter",) * 30))
    assert _positions(jobs, 1) == list(range(30))


def test_a_single_text_that_does_not_fit_is_an_error(jobs_on):
    jobs, _ = jobs_on(cpu_texts=0)
    jobs.answer(AddTexts(1, 0, ("winter",)))
    with pytest.raises(OutOfMemory):
        jobs.answer(NextBatch(1))
    with pytest.raises(OutOfMemory):
        jobs.answer(EmbedQuery("winter"))


@pytest.mark.parametrize("is_question", [True, False])
def test_a_full_gpu_gives_way_to_the_processor(jobs_on, is_question):
    jobs, loaded = jobs_on(cpu_texts=99, device="cuda:0")
    if is_question:
        jobs.answer(EmbedQuery("winter"))
    else:
        jobs.answer(AddTexts(1, 0, ("winter",)))
        assert _positions(jobs, 1) == [0]
    assert [each.device for each in loaded] == ["cuda:0", "cpu"]
    assert jobs.status().notice


def test_sorting_keeps_padding_below_five_percent(jobs_on, shared):
    jobs, (backend,) = jobs_on(cpu_texts=99999)
    with (shared / "corpora/retrieval/scifact/corpus.jsonl").open(encoding="utf-8") as lines:
        texts = tuple(json.loads(line)["text"] for line, _ in zip(lines, range(500), strict=False))
    jobs.answer(AddTexts(1, 0, texts[:300]))
    jobs.answer(AddTexts(1, 300, texts[300:]))
    assert sorted(_positions(jobs, 1)) == list(range(len(texts)))
    slots = sum(each.mask.size for each in backend.batches)
    assert sum(each.mask.sum() for each in backend.batches) > 0.95 * slots


def test_pairs_are_scored_page_by_page_as_given(jobs_on):
    jobs, _ = jobs_on(cpu_texts=99)
    passages = tuple("a fox " * (1 + index % 3) for index in range(20))
    jobs.answer(OpenRerank(1, "fox", passages))
    positions = _positions(jobs, 1)
    assert [sorted(positions[start : start + 8]) for start in (0, 8, 16)] == [
        list(range(8)),
        list(range(8, 16)),
        list(range(16, 20)),
    ]
    logits: list[tuple[int, float]] = []
    jobs.answer(OpenRerank(2, "fox", passages))
    while isinstance(result := jobs.answer(NextBatch(2)), BatchResult):
        assert isinstance(result.values, np.ndarray)
        logits.extend(zip(result.positions, result.values.tolist(), strict=True))
    # The fake's score is the length, so that a mixed up order shows.
    lengths = [value for _, value in sorted(logits)]
    assert lengths[0] < lengths[1] < lengths[2]
    assert lengths[::3] == [lengths[0]] * 7


def test_a_dropped_or_finished_job_is_unknown(jobs_on):
    jobs, _ = jobs_on(cpu_texts=99)
    jobs.answer(AddTexts(1, 0, ("winter",)))
    jobs.answer(Drop(1))
    assert jobs.answer(NextBatch(1)) is Signal.JOB_UNKNOWN
    assert jobs.answer(Drop(1)) is Signal.DONE


def test_texts_that_go_on_a_job_of_another_process_are_refused(jobs_on):
    jobs, _ = jobs_on(cpu_texts=99)
    assert jobs.answer(AddTexts(1, 5, ("winter",))) is Signal.JOB_UNKNOWN
    assert jobs.answer(NextBatch(1)) is Signal.JOB_UNKNOWN


@given(
    lengths=st.lists(st.integers(1, 9000), min_size=1, max_size=50),
    seconds_per_token=st.floats(1e-7, 1e-1),
)
def test_a_turn_has_at_least_one_text_and_is_on_time_otherwise(lengths, seconds_per_token):
    pace = Pace()
    for _ in range(12):
        pace.measure(tokens=100, seconds=100 * seconds_per_token)
    count = pace.take(lengths)
    assert 1 <= count <= len(lengths)
    assert count == 1 or sum(lengths[:count]) * seconds_per_token <= 0.21


def test_the_pace_grows_to_what_fits_into_two_hundred_milliseconds():
    pace = Pace()
    for _ in range(20):
        pace.measure(tokens=100, seconds=0.01)
    assert pace.take([100] * 1000) == 20
    assert pace.tokens_per_second == pytest.approx(10000)


def test_the_first_turn_which_also_warms_up_is_not_taken_for_the_speed():
    pace = Pace()
    pace.measure(tokens=100, seconds=5)
    pace.measure(tokens=100, seconds=0.1)
    assert pace.tokens_per_second == pytest.approx(1000)


def test_the_first_turn_at_an_unknown_speed_is_small_and_at_a_known_one_on_time():
    assert Pace().take([100] * 50) == 1
    assert Pace(remembered=5000).take([100] * 50) == 10


@given(
    lengths=st.lists(st.integers(1, 600), min_size=1, max_size=80),
    most_slots=st.integers(1, 8192),
    is_padding_free=st.booleans(),
)
def test_texts_of_like_length_are_grouped_and_none_is_lost(lengths, most_slots, is_padding_free):
    groups = group_by_length(lengths, most_slots=most_slots, is_padding_free=is_padding_free)
    assert sorted(each for group in groups for each in group) == list(range(len(lengths)))
    for group in groups:
        words = sum(lengths[each] for each in group)
        slots = max(lengths[each] for each in group) * len(group)
        assert len(group) == 1 or (words if is_padding_free else slots) <= most_slots
        assert is_padding_free or slots <= 128 or slots - words <= 0.05 * slots


def test_a_speed_is_remembered_for_the_next_process(jobs_on, tmp_path):
    jobs, _ = jobs_on(cpu_texts=99)
    assert jobs.status().embed_tokens_per_second == 0
    jobs.answer(AddTexts(1, 0, ("winter",) * 4000))
    _positions(jobs, 1)
    measured = jobs.status().embed_tokens_per_second
    later, _ = jobs_on(cpu_texts=99)
    assert later.status().embed_tokens_per_second == pytest.approx(measured, rel=0.01)


def test_a_damaged_memory_of_speeds_is_no_failure(tmp_path):
    path = tmp_path / "pace.json"
    path.write_text("{broken")
    speeds = RememberedSpeeds(path)
    assert speeds.load("any") == 0.0
    speeds.save("any", 12.34)
    assert speeds.load("any") == pytest.approx(12.3)


def test_a_backend_without_padding_is_given_texts_of_any_length_together(jobs_on):
    jobs, (backend,) = jobs_on(cpu_texts=99, is_packed=True)
    jobs.answer(AddTexts(1, 0, tuple("winter " * count for count in range(1, 12))))
    assert sorted(_positions(jobs, 1)) == list(range(11))
    assert max(len(each.ids) for each in backend.batches) > 1


def test_a_gpu_too_small_for_the_models_gives_way_to_the_processor(jobs_on):
    jobs, loaded = jobs_on(cpu_texts=99, gpu_texts=-1, device="cuda:0")
    assert [each.device for each in loaded] == ["cpu"]
    assert jobs.status().notice


def test_a_full_gpu_goes_on_with_shorter_texts_where_the_processor_cannot_help(jobs_on):
    jobs, (gpu,) = jobs_on(cpu_texts=-1, gpu_texts=0, device="cuda:0")
    jobs.answer(AddTexts(1, 0, ("winter",)))
    with pytest.raises(OutOfMemory):
        jobs.answer(NextBatch(1))
    # It was closed before, and every later call failed in a way of its own.
    gpu.give_memory(texts=9)
    assert _positions(jobs, 1) == [0]


def test_the_processor_is_not_given_turns_of_the_gpus_size(jobs_on, tmp_path):
    RememberedSpeeds(tmp_path / "pace.json").save("tiny-m3|embed|fake|fp32|cuda:0", 1e6)
    jobs, loaded = jobs_on(cpu_texts=99, device="cuda:0")
    jobs.answer(AddTexts(1, 0, ("winter",) * 900))
    while len(loaded) == 1:
        jobs.answer(NextBatch(1))
    result = jobs.answer(NextBatch(1))
    assert isinstance(result, BatchResult)
    assert len(result.positions) * 3 <= 128
