"""Weights are read where they lie and without running them; what is needed later, later."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import zipfile
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from desktop_app.errors import OutOfMemory, PackAltered, PackMissing
from desktop_app.inference import model_parts, openvino_backend
from desktop_app.inference.model_parts import Unsupported
from desktop_app.inference.openvino_backend import OpenVinoBackend
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


@pytest.mark.parametrize(
    "pickled", [b"", b".", b"]K\x01a.", b"}X\x01\x00\x00\x00aK\x01s.", b"ctorch\nload\n."]
)
def test_a_damaged_pickle_is_refused(tmp_path, pickled):
    with zipfile.ZipFile(tmp_path / "pytorch_model.bin", "w") as archive:
        archive.writestr("model/data.pkl", pickled)
    with pytest.raises(PackAltered):
        open_weights(tmp_path)


def test_a_folder_without_weights_is_missing(tmp_path):
    with pytest.raises(PackMissing):
        open_weights(tmp_path)


def test_an_unknown_architecture_is_left_to_torch(tiny, cache, tmp_path):
    config = json.loads((tiny.embedder / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": "qwen3"}))
    with pytest.raises(Unsupported, match="qwen3"):
        model_parts._shape(tmp_path)


@pytest.mark.parametrize(
    ("header", "data"),
    [
        (b"[]", b""),
        (b"{", b""),
        (b"[" * 100_000, b""),
        (b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}', b"1234"),
        (b'{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}', b"12345678"),
        (b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]}}', b"1234"),
        (b'{"a": {"dtype": "F32"}}', b"1234"),
    ],
    ids=[
        "no table",
        "no JSON",
        "too deep",
        "too short",
        "other shape",
        "before the data",
        "no offsets",
    ],
)
def test_a_header_that_does_not_fit_its_file_is_refused(tmp_path, header, data):
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)
    with pytest.raises(PackAltered):
        open_weights(tmp_path)


def test_a_header_longer_than_its_file_is_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes((2**62).to_bytes(8, "little") + b"{}")
    with pytest.raises(PackAltered):
        open_weights(tmp_path)


def test_weights_outlive_the_closing_of_their_file(tmp_path):
    save_file({"a": np.arange(4, dtype=np.float32)}, tmp_path / "model.safetensors")
    weights = open_weights(tmp_path)
    tensor = weights["a"]
    weights.forget()
    weights.close()
    np.testing.assert_array_equal(tensor, np.arange(4))


def test_a_reranker_that_only_torch_can_read_shows_itself_at_once(tiny, cache, tmp_path):
    import torch
    from safetensors.torch import save_file as save_torch_file

    folder = tmp_path / "reranker"
    shutil.copytree(tiny.reranker, folder)
    save_torch_file({"a": torch.ones(2, dtype=torch.bfloat16)}, folder / "model.safetensors")
    with pytest.raises(Unsupported):
        OpenVinoBackend(replace(tiny, reranker=folder), threads=2, cache_dir=cache)


def test_the_reranker_is_loaded_when_it_is_needed_or_asked_for(tiny, cache):
    backend = OpenVinoBackend(tiny, threads=2, cache_dir=cache, wanted="fp32")
    assert backend._reranker is None
    backend.load_reranker()
    loaded = backend._reranker
    tokenization = Tokenization(tiny.reranker, max_length=tiny.reranker_max_length)
    backend.score(tokenization.pad(tokenization.encode_pairs("fox", ["The fox."])))
    assert backend._reranker is loaded
    backend.close()


def test_two_models_with_one_tokenizer_load_it_once(tiny, tmp_path):
    first = Tokenization(tiny.embedder, max_length=16)
    folder = tmp_path / "other"
    shutil.copytree(tiny.embedder, folder)
    values = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    values["truncation"] = {
        "direction": "Right",
        "max_length": 8192,
        "strategy": "LongestFirst",
        "stride": 0,
    }
    # As the library writes it, which keeps this order.
    Tokenizer.from_str(json.dumps(values)).save(str(folder / "tokenizer.json"))
    second = Tokenization(folder, max_length=32, like=first)
    assert second._tokenizer is first._tokenizer
    text = "The quick brown fox jumps over the lazy dog. " * 9
    assert len(second.encode_texts([text])[0]) == 32
    assert len(first.encode_texts([text])[0]) == 16


def test_another_vocabulary_is_not_taken_for_the_same(tiny, starter):
    first = Tokenization(tiny.embedder, max_length=16)
    other = Tokenization(starter.embedder, max_length=16, like=first)
    alone = Tokenization(starter.embedder, max_length=16)
    ours, expected = (each.encode_texts(["The fox"])[0].ids for each in (other, alone))
    np.testing.assert_array_equal(ours, expected)


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
