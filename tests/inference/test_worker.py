"""The model process: questions first, nothing lost, nothing left behind."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from desktop_app.domain import Embeddings
from desktop_app.errors import Cancelled, ModelCrashed, PackAltered, PackMissing
from desktop_app.inference import requests, worker
from desktop_app.inference.turnstile import Rank, Turnstile
from desktop_app.inference.worker import ModelProcess
from desktop_app.translation import Worded

TEXTS = [
    f"Sentence number {index} tells about {word}."
    for index in range(60)
    for word in ("winter", "a harbor with many old ships and their crews")
]


@pytest.fixture
def model(starter, cache):
    process = ModelProcess(starter, threads=1, cache_dir=cache)
    yield process
    process.close()


@pytest.fixture
def tiny_model(tiny, cache):
    process = ModelProcess(tiny, threads=1, cache_dir=cache)
    yield process
    process.close()


def _child(model: ModelProcess) -> SpawnProcess:
    assert model._process is not None
    return model._process


def _kill(model: ModelProcess) -> None:
    _child(model).kill()
    _child(model).join()


def _rows(
    batches: Iterable[tuple[tuple[int, ...], Embeddings]],
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    for positions, batch in batches:
        yield from zip(positions, batch.dense, strict=True)


def _die_while_answering(model: ModelProcess, ask: Callable[[], Any]) -> Any:
    """Call ``ask`` and kill the process before it can answer."""
    child = psutil.Process(_child(model).pid)
    child.suspend()

    def kill_when_asked() -> None:
        while not model._turnstile._is_taken:
            threading.Event().wait(0.001)
        child.kill()

    killing = threading.Thread(target=kill_when_asked)
    killing.start()
    try:
        return ask()
    finally:
        killing.join()


def test_every_passage_is_embedded_once_and_as_alone(model):
    rows = np.zeros((len(TEXTS), model.space.dimension), np.float32)
    seen = []
    for positions, embeddings in model.embed_passages(TEXTS):
        rows[list(positions)] = embeddings.dense
        seen.extend(positions)
    assert sorted(seen) == list(range(len(TEXTS)))
    alone = model.embed_query(TEXTS[7]).dense[0]
    assert rows[7] @ alone > 0.99
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)


def test_no_texts_need_no_process(model):
    assert list(model.embed_passages([])) == []
    assert list(model.rerank("question", [])) == []
    assert not model.status().running


def test_reranking_keeps_the_given_order_from_page_to_page(tiny_model):
    positions = [
        position
        for batch, logits in tiny_model.rerank("the fox", TEXTS)
        for position, _ in zip(batch, logits, strict=True)
    ]
    pages = [position // 8 for position in positions]
    assert pages == sorted(pages)
    assert sorted(positions) == list(range(len(TEXTS)))


def test_a_pack_with_token_weights_gives_them(tiny_model):
    embeddings = tiny_model.embed_query("The quick brown fox")
    assert embeddings.sparse is not None
    assert (embeddings.sparse[0].weights > 0).all()
    assert (np.diff(embeddings.sparse[0].token_ids) > 0).all()


def test_the_query_prefix_is_put_before_questions_only(starter, cache):
    prefix = "Represent this sentence for searching relevant passages: "
    process = ModelProcess(replace(starter, query_prefix=prefix), threads=1, cache_dir=cache)
    try:
        asked = process.embed_query("winter").dense[0]
        ((_, plain),) = process.embed_passages([prefix + "winter"])
        assert asked @ plain.dense[0] > 0.999
    finally:
        process.close()


def test_whoever_waits_with_a_question_goes_before_waiting_batches():
    turnstile = Turnstile()
    order = []

    def pass_through(rank):
        with turnstile.turn(rank):
            order.append(rank)

    ranks = [Rank.PASSAGES, Rank.RERANK, Rank.QUERY, Rank.PASSAGES, Rank.QUERY]
    threads = [threading.Thread(target=pass_through, args=(each,)) for each in ranks]
    with turnstile.turn(Rank.PASSAGES):
        for thread in threads:
            thread.start()
        while len(turnstile._tickets) < len(ranks):
            threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    assert order == sorted(ranks)


def test_a_question_is_answered_while_passages_are_being_embedded(model):
    batches = model.embed_passages(TEXTS * 5)
    next(batches)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(model.embed_query("winter")))
    asking.start()
    batches_until_answer = 0
    for _ in batches:
        if answers:
            break
        batches_until_answer += 1
    asking.join()
    batches.close()
    assert answers
    # One in hand when it was asked, one that may have been taken before the thread ran.
    assert batches_until_answer <= 2


def test_a_process_killed_in_the_middle_of_a_batch_costs_no_vector(model):
    texts = [f"{text} {index}" for index, text in enumerate(TEXTS * 5)]
    undisturbed = dict(_rows(model.embed_passages(texts)))
    batches = model.embed_passages(texts)
    resumed = list(_rows([next(batches)]))
    resumed += _rows([_die_while_answering(model, lambda: next(batches))])
    resumed += _rows(batches)
    assert sorted(position for position, _ in resumed) == list(range(len(texts)))
    for position, row in resumed:
        # Kernels for 8 bits differ a little by the shape of a call.
        assert row @ undisturbed[position] > 0.999


def test_a_crash_between_two_parts_of_a_job_mixes_up_no_texts(model, monkeypatch):
    monkeypatch.setattr(requests, "_TURN_CHARACTERS", 40)
    asked = itertools.count()

    def die_before_the_third_part() -> bool:
        if next(asked) == 3:
            _kill(model)
        return False

    embedded = {
        position: vector
        for positions, batch in model.embed_passages(
            TEXTS[:4], is_cancelled=die_before_the_third_part
        )
        for position, vector in zip(positions, batch.dense, strict=True)
    }
    assert sorted(embedded) == [0, 1, 2, 3]
    for position, text in enumerate(TEXTS[:4]):
        assert embedded[position] @ model.embed_query(text).dense[0] > 0.99


def test_a_second_crash_while_embedding_is_an_error(model):
    batches = model.embed_passages(TEXTS * 5)
    next(batches)
    positions, _ = _die_while_answering(model, lambda: next(batches))
    assert positions
    with pytest.raises(ModelCrashed):
        _die_while_answering(model, lambda: next(batches))


def test_a_question_after_a_crash_starts_the_process_again(model):
    first = model.embed_query("winter").dense
    _kill(model)
    assert not model.status().running
    np.testing.assert_allclose(model.embed_query("winter").dense, first, atol=1e-6)


def test_a_process_started_again_has_no_backend_until_it_has_loaded(model):
    assert model.load().backend == "openvino"
    _kill(model)
    model.start()
    assert model.status().running
    assert model.status().backend == ""
    assert model.load().backend == "openvino"


def test_closing_while_the_process_is_being_started_leaves_none_behind(model, monkeypatch):
    started: list[SpawnProcess] = []

    def close_meanwhile(process: SpawnProcess) -> None:
        start(process)
        started.append(process)
        model._is_closed = True

    start = SpawnProcess.start
    monkeypatch.setattr(SpawnProcess, "start", close_meanwhile)
    with pytest.raises(Cancelled):
        model.start()
    assert [process.is_alive() for process in started] == [False]


def test_a_process_that_dies_while_answering_is_an_error_and_not_a_hang(model):
    model.start()
    with pytest.raises(ModelCrashed):
        _die_while_answering(model, lambda: model.embed_query("winter"))


def test_an_interrupted_call_leaves_no_answer_to_be_mistaken(model, monkeypatch):
    def interrupt(_objects):
        raise KeyboardInterrupt

    model.load()
    with monkeypatch.context() as patch:
        patch.setattr(worker, "wait", interrupt)
        with pytest.raises(KeyboardInterrupt):
            model.embed_query("winter")
    assert not model.status().running
    assert model.load().running


def test_a_cancelled_embedding_stops_after_the_batch_in_hand(model):
    count = itertools.count()
    batches = model.embed_passages(TEXTS * 5, is_cancelled=lambda: next(count) >= 3)
    seen = [position for positions, _ in batches for position in positions]
    assert 0 < len(seen) < len(TEXTS) * 5
    assert model.embed_query("winter").dense.shape == (1, 384)


def test_an_idle_process_ends_by_itself_and_starts_again(starter, cache):
    process = ModelProcess(starter, threads=1, cache_dir=cache, idle_seconds=0.2)
    try:
        first = process.embed_query("winter").dense
        child = _child(process)
        child.join(20)
        assert child.exitcode == 0
        assert process.status().running is False
        np.testing.assert_allclose(process.embed_query("winter").dense, first, atol=1e-6)
    finally:
        process.close()


def test_an_idle_end_between_two_batches_loses_nothing(starter, cache):
    process = ModelProcess(starter, threads=1, cache_dir=cache, idle_seconds=0.2)
    try:
        batches = process.embed_passages(TEXTS)
        seen = list(next(batches)[0])
        _child(process).join(20)
        for positions, _ in batches:
            seen.extend(positions)
        assert sorted(seen) == list(range(len(TEXTS)))
    finally:
        process.close()


def test_a_file_that_vanished_is_told_to_every_caller(starter, cache, tmp_path):
    gone = replace(starter, embedder=tmp_path / "gone")
    process = ModelProcess(gone, threads=1, cache_dir=cache)
    try:
        for _ in range(2):
            with pytest.raises(PackMissing):
                process.embed_query("winter")
    finally:
        process.close()


def test_an_error_keeps_its_parts_for_the_window_s_language(starter, cache, tmp_path):
    cut = replace(starter, embedder=tmp_path / "cut")
    shutil.copytree(starter.embedder, cut.embedder)
    (cut.embedder / "model.safetensors").write_bytes(b"cut")
    process = ModelProcess(cut, threads=1, cache_dir=cache)
    try:
        with pytest.raises(PackAltered) as error:
            process.embed_query("winter")
    finally:
        process.close()
    assert isinstance(error.value.title, Worded)
    assert error.value.title.values == {"name": "model.safetensors"}


def test_closing_ends_the_process_and_every_later_call(model):
    model.load()
    child = psutil.Process(_child(model).pid)
    model.close()
    assert not child.is_running()
    with pytest.raises(Cancelled):
        model.embed_query("winter")
    model.close()


def test_status_tells_what_runs(model):
    status = model.load()
    assert (status.backend, status.device, status.running) == ("openvino", "cpu", True)
    assert f"{status.precision} on cpu: " in status.self_check
    list(model.embed_passages(TEXTS))
    assert model.status().embed_tokens_per_second > 0
    assert model.status().resident_bytes > 0


PARENT = """
    import sys
    from pathlib import Path
    from desktop_app.inference.packs import find_pack
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.settings import resources_dir

    if __name__ == "__main__":
        cache = Path(sys.argv[1])
        pack = find_pack("starter", packs_dir=cache, resources_dir=resources_dir())
        model = ModelProcess(pack, threads=1, cache_dir=cache)
        assert model.embed_query("winter").dense.shape == (1, 384)
        heavy = {"torch", "transformers", "openvino", "FlagEmbedding", "tokenizers"}
        print(sorted(heavy & set(sys.modules)), model._process.pid, flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def parent(cache, tmp_path):
    """Another program that uses a model process: its output, and how to end it."""
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(PARENT))
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, str(script), str(cache)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as process:
        yield process
        process.kill()


def test_the_parent_imports_no_model_library_and_its_death_ends_the_child(parent):
    heavy, pid = parent.stdout.readline().rsplit(maxsplit=1)
    assert heavy == "[]"
    child = psutil.Process(int(pid))
    parent.kill()
    parent.wait()
    child.wait(20)
