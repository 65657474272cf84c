"""A reduced precision is used where it proves exact enough; what was found is remembered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from desktop_app.inference.choice import (
    EXACT,
    Candidate,
    Choice,
    choose,
    load_choice,
    save_choice,
)
from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.packs import find_pack
from desktop_app.inference.precision import (
    Agreement,
    compare_embedders,
    compare_rerankers,
    rank_correlation,
)
from desktop_app.settings import resources_dir
from tests.tiny_packs import make_tiny_m3_pack

INT8, BF16, GPU = Candidate("CPU", "int8"), Candidate("CPU", "bf16"), Candidate("GPU", "int8")


def _chosen(found: dict[Candidate, tuple[float, bool]]) -> Candidate:
    """Choose among candidates of a speed and an exactness; fp32 does 100 tokens a second."""

    def run(candidate: Candidate) -> tuple[list[NDArray[np.float32]], float]:
        speed, is_exact = found.get(candidate, (100.0, True))
        if not speed:
            raise RuntimeError("no such device")
        return [np.array([float(is_exact)], np.float32)], speed

    def compare(_exact, outputs) -> Agreement:
        return Agreement(bool(outputs[0][0]), "words")

    choice = choose(list(found), run, compare)
    assert len(choice.trials) == len(found) + 1
    return Candidate(choice.device, choice.precision)


def test_the_exact_candidate_of_the_least_memory_is_chosen():
    assert _chosen({INT8: (200.0, True)}) == INT8


def test_an_inexact_candidate_is_never_chosen_however_fast():
    assert _chosen({INT8: (900.0, False)}) == EXACT
    assert _chosen({INT8: (900.0, False), BF16: (150.0, True)}) == BF16


def test_more_memory_must_pay():
    assert _chosen({INT8: (100.0, True), BF16: (110.0, True)}) == INT8
    assert _chosen({INT8: (100.0, True), BF16: (140.0, True)}) == BF16
    assert _chosen({INT8: (100.0, True), GPU: (110.0, True)}) == GPU


def test_a_device_that_fails_is_left_out():
    assert _chosen({INT8: (200.0, True), GPU: (0.0, True)}) == INT8


def test_a_choice_is_remembered_with_its_words(tmp_path):
    exact = [np.ones((1, 2), np.float32)]
    choice = choose([INT8], lambda _: (exact, 10.0), lambda *_: Agreement(True, "cosine .999"))
    save_choice(tmp_path / "a.json", choice)
    assert load_choice(tmp_path / "a.json") == choice
    assert "cosine .999" in choice.words
    (tmp_path / "a.json").write_text('{"trials": [{}]}')
    assert load_choice(tmp_path / "a.json") is None
    assert load_choice(tmp_path / "absent.json") is None


def test_what_cannot_be_remembered_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    save_choice(tmp_path / "file" / "a.json", Choice("CPU", "int8"))


@pytest.fixture
def with_outliers(tmp_path):
    """A pack whose weights 8 bits cannot hold: one column of each output dwarfs the others.

    It is the same in every row, so the layer norm that follows takes it out again, and what
    is left is what the levels of 8 bits have lost.
    """
    folder = make_tiny_m3_pack(tmp_path / "outliers")
    weights = load_file(folder / "reranker" / "model.safetensors")
    embedder = {}
    for name, tensor in weights.items():
        if name.endswith("output.dense.weight"):
            tensor[:, 0] = 500
        if name.startswith("roberta."):
            embedder[name.removeprefix("roberta.")] = tensor
    save_file(weights, folder / "reranker" / "model.safetensors", metadata={"format": "pt"})
    save_file(embedder, folder / "embedder" / "model.safetensors", metadata={"format": "pt"})
    return find_pack(str(folder), packs_dir=tmp_path / "packs", resources_dir=resources_dir())


def test_weights_that_8_bits_cannot_hold_run_in_float32_and_that_is_said(with_outliers, tmp_path):
    for _ in range(2):
        backend = OpenVinoBackend(with_outliers, threads=2, cache_dir=tmp_path)
        assert backend.precision == "fp32"
        assert backend.reranker_precision == "fp32"
        assert backend.self_check.count("int8 on cpu was not exact enough") == 2
        assert "cosine" in backend.self_check
        assert "rank correlation" in backend.self_check
        backend.close()


def test_the_starter_runs_in_8_bits_and_says_how_exact_they_are(starter, tmp_path):
    backend = OpenVinoBackend(starter, threads=2, cache_dir=tmp_path)
    assert backend.precision in {"int8", "bf16"}
    assert "int8 on cpu: cosine 0.99" in backend.self_check
    backend.close()


def test_another_head_is_another_choice(tiny, tmp_path):
    for pooling in ("cls", "mean"):
        backend = OpenVinoBackend(replace(tiny, pooling=pooling), threads=2, cache_dir=tmp_path)
        backend.close()
    assert len(list((tmp_path / "openvino").glob("*.json"))) == 2 + len(["reranker", "hashes"])


def test_agreement_has_the_stated_limits():
    row = np.array([[1, 0]], np.float32)
    assert compare_embedders([row], [np.array([[0.996, 0.089]], np.float32)]).is_exact
    assert not compare_embedders([row], [np.array([[0.99, 0.14]], np.float32)]).is_exact
    ordered = np.linspace(-8, 8, 30, dtype=np.float32)
    assert compare_rerankers([ordered], [ordered + np.float32(0.15)]).is_exact
    assert not compare_rerankers([ordered], [ordered + np.float32(0.3)]).is_exact
    assert not compare_rerankers([ordered], [ordered[::-1].copy()]).is_exact


def test_numbers_that_are_none_agree_with_nothing():
    nothing = np.full((1, 2), np.nan, np.float32)
    row = np.array([[1, 0]], np.float32)
    assert not compare_embedders([row], [nothing]).is_exact
    assert not compare_rerankers([row[0]], [nothing[0]]).is_exact


def test_token_weights_must_agree_too():
    vectors = np.array([[1, 0]], np.float32)
    weights = np.array([[0.2, 0.1, 0]], np.float32)
    silent = np.zeros((1, 3), np.float32)
    assert compare_embedders([vectors, weights], [vectors, weights * np.float32(1.1)]).is_exact
    assert not compare_embedders([vectors, weights], [vectors, weights[:, ::-1]]).is_exact
    assert not compare_embedders([vectors, weights], [vectors, silent]).is_exact
    assert compare_embedders([vectors, silent], [vectors, silent]).is_exact


def test_rank_correlation_is_spearmans():
    first = np.array([1, 2, 3, 4, 5], np.float32)
    assert rank_correlation(first, first * 10) == pytest.approx(1)
    assert rank_correlation(first, -first) == pytest.approx(-1)
    # One swap of neighbors among five: 1 - 6 x 2 / (5 x 24).
    assert rank_correlation(first, np.array([1, 3, 2, 4, 5], np.float32)) == pytest.approx(0.9)
