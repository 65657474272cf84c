"""Weights are read without running them, and 8 bits are used where they are exact enough."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

from desktop_app.errors import OutOfMemory, PackAltered, PackMissing
from desktop_app.inference import openvino_backend, precision
from desktop_app.inference.openvino_backend import OpenVinoBackend, Unsupported
from desktop_app.inference.precision import agree_as_logits, agree_as_vectors
from desktop_app.inference.tokenization import Tokenization
from desktop_app.inference.weights import UnknownFormat, open_weights, read_head


class _Hostile:
    """Pickles to a call of os.system."""

    def __reduce__(self):
        return os.system, ("exit 1",)


def _write_pickle(path, value):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(value))


def test_a_pickle_with_code_in_it_is_refused_and_not_run(tmp_path):
    _write_pickle(tmp_path / "sparse_linear.pt", _Hostile())
    with pytest.raises(PackAltered, match=r"sparse_linear\.pt"):
        read_head(tmp_path / "sparse_linear.pt")


def test_weights_of_torch_and_safetensors_read_alike(tmp_path):
    import torch

    expected: dict[str, NDArray[Any]] = {
        "a": np.arange(12, dtype=np.float32).reshape(3, 4),
        "b": np.ones(2, np.float16),
        "c": np.arange(4, dtype=np.int64),
    }
    tensors = {name: torch.from_numpy(each) for name, each in expected.items()}
    # A view: its numbers do not lie in the file in the order of its rows.
    tensors["d"] = tensors["a"].T[1:]
    expected["d"] = expected["a"].T[1:]
    (tmp_path / "torch").mkdir()
    (tmp_path / "safe").mkdir()
    torch.save(tensors, tmp_path / "torch" / "pytorch_model.bin")
    save_file(
        {name: np.ascontiguousarray(each) for name, each in expected.items()},
        tmp_path / "safe" / "model.safetensors",
    )
    for folder in ("torch", "safe"):
        weights = open_weights(tmp_path / folder)
        assert set(weights) == set(expected)
        assert len(weights) == len(expected)
        for name, each in expected.items():
            np.testing.assert_array_equal(weights[name], each)
        weights.close()


def test_bfloat16_is_left_to_torch(tmp_path):
    import torch

    (tmp_path / "model").mkdir()
    torch.save({"a": torch.ones(2, dtype=torch.bfloat16)}, tmp_path / "model" / "pytorch_model.bin")
    with pytest.raises(UnknownFormat):
        open_weights(tmp_path / "model")


def test_damaged_weights_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"no tensors here")
    with pytest.raises(PackAltered):
        open_weights(tmp_path)


def test_a_folder_without_weights_is_missing(tmp_path):
    with pytest.raises(PackMissing):
        open_weights(tmp_path)


def test_an_unknown_architecture_is_left_to_torch(tiny, cache, tmp_path):
    config = json.loads((tiny.embedder / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": "qwen3"}))
    with pytest.raises(Unsupported, match="qwen3"):
        openvino_backend._shape(tmp_path)


def test_a_kept_graph_gives_the_same_numbers(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(openvino_backend, "_KEPT_ABOVE", 0)
    first = OpenVinoBackend(tiny, threads=2, cache_dir=tmp_path, wanted="int8")
    kept = sorted((tmp_path / "openvino").glob("*.xml"))
    second = OpenVinoBackend(tiny, threads=2, cache_dir=tmp_path, wanted="int8")
    assert len(kept) == 2
    assert sorted((tmp_path / "openvino").glob("*.xml")) == kept
    tokenization = Tokenization(tiny.embedder, max_length=tiny.max_length)
    batch = tokenization.pad(tokenization.encode_texts(["The quick brown fox"]))
    np.testing.assert_allclose(first.embed(batch)[0], second.embed(batch)[0], atol=1e-5)
    first.close()
    second.close()


def test_an_inexact_8_bit_model_is_not_used_and_that_is_remembered(starter, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(precision, "agree_as_vectors", lambda _a, _b: False)
        backend = OpenVinoBackend(starter, threads=2, cache_dir=tmp_path)
    assert backend.precision == "fp32"
    backend.close()
    again = OpenVinoBackend(starter, threads=2, cache_dir=tmp_path)
    assert again.precision == "fp32"
    again.close()


def test_agreement_has_the_stated_limits():
    row = np.array([[1, 0]], np.float32)
    assert agree_as_vectors(row, np.array([[0.996, 0.089]], np.float32))
    assert not agree_as_vectors(row, np.array([[0.99, 0.14]], np.float32))
    assert agree_as_logits(np.array([0, 9], np.float32), np.array([0.07, 7], np.float32))
    assert not agree_as_logits(np.array([0], np.float32), np.array([0.1], np.float32))


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (MemoryError(), OutOfMemory),
        (RuntimeError("std::bad_alloc"), OutOfMemory),
        (FileNotFoundError(), PackMissing),
        (UnknownFormat("bfloat16"), Unsupported),
        (RuntimeError("something else"), RuntimeError),
    ],
)
def test_what_openvino_raises_is_told_in_our_words(raised, expected):
    with pytest.raises(expected), openvino_backend._translated():
        raise raised
