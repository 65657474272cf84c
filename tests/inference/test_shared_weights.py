"""A reranker may leave out what its pack's embedder has too, and scores as with its own copy."""

from __future__ import annotations

import os
import shutil
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from desktop_app.errors import PackAltered
from desktop_app.inference.backends import Backend
from desktop_app.inference.manifest import Blend, read_manifest
from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.packs import Pack, find_pack
from desktop_app.inference.tokenization import Tokenization
from desktop_app.inference.weights import open_weights
from desktop_app.settings import resources_dir
from tests.tiny_bert_packs import make_tiny_bert_pack
from tests.tiny_packs import SENTENCES

OWN = "bert.embeddings.word_embeddings.weight"
LENT = "embeddings.word_embeddings.weight"


@pytest.fixture(scope="module")
def packs(tmp_path_factory) -> tuple[Pack, Pack]:
    """A pack whose two models have equal word embeddings, and the same with one copy of them."""
    base = tmp_path_factory.mktemp("packs")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = make_tiny_bert_pack(base / "whole", pooling="mean")
    weights = whole / "reranker" / "model.safetensors"
    tensors = load_file(weights)
    tensors[OWN] = load_file(whole / "embedder" / "model.safetensors")[LENT]
    save_file(tensors, weights, metadata={"format": "pt"})
    sharing = base / "sharing"
    shutil.copytree(whole, sharing)
    del tensors[OWN]
    save_file(tensors, sharing / "reranker" / "model.safetensors", metadata={"format": "pt"})
    with (sharing / "pack.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[reranker.shared]\n"{OWN}" = "{LENT}"\n')
    return _found(whole, base), _found(sharing, base)


@pytest.mark.parametrize("way", ["openvino fp32", "openvino int8", "torch"])
def test_scores_equal_those_of_a_model_with_its_own_copy(packs, tmp_path, way):
    first, second = (_scores(_load(pack, way, tmp_path), pack) for pack in packs)
    np.testing.assert_array_equal(first, second)
    assert np.ptp(first) > 0.01


def test_weights_are_borrowed_where_they_lie_and_returned_with_the_others(packs):
    whole, sharing = packs
    weights = open_weights(sharing.reranker, sharing.reranker_loan)
    expected = load_file(whole.reranker / "model.safetensors")
    assert set(weights) == set(expected) == set(weights.shapes)
    assert len(weights) == len(expected)
    for name, each in expected.items():
        np.testing.assert_array_equal(weights[name], each)
        assert weights.shapes[name] == each.shape
    kept = weights[OWN]
    weights.forget()
    weights.close()
    np.testing.assert_array_equal(kept, expected[OWN])


def test_weights_that_the_embedder_does_not_have_are_refused(packs, tmp_path):
    _, sharing = packs
    lent = replace(sharing.reranker_loan, names={OWN: "elsewhere.weight"})
    astray = replace(sharing, reranker_loan=lent)
    with pytest.raises(PackAltered, match=r"elsewhere\.weight"):
        _load(astray, "openvino fp32", tmp_path)
    with pytest.raises(PackAltered, match=r"elsewhere\.weight"):
        _load(astray, "torch", tmp_path)


def test_a_conversion_does_not_outlive_the_weights_that_were_borrowed_for_it(
    packs, tmp_path, monkeypatch
):
    monkeypatch.setattr("desktop_app.inference.openvino_backend._KEPT_ABOVE", 0)
    _, sharing = packs
    before = _scores(_load(sharing, "openvino int8", tmp_path), sharing)
    folder = tmp_path / "changed"
    shutil.copytree(sharing.embedder.parent, folder)
    weights = folder / "embedder" / "model.safetensors"
    tensors = load_file(weights)
    tensors[LENT] = tensors[LENT][::-1].copy()
    save_file(tensors, weights, metadata={"format": "pt"})
    changed = _found(folder, tmp_path)
    after = _scores(_load(changed, "openvino int8", tmp_path), changed)
    fresh = _scores(_load(changed, "openvino int8", tmp_path / "fresh"), changed)
    np.testing.assert_array_equal(after, fresh)
    assert not np.array_equal(after, before)


def test_torch_tells_choices_apart_by_borrowed_weights_too(packs, tmp_path):
    from desktop_app.inference.torch_backend import TorchBackend

    backend = _load(packs[1], "torch", tmp_path)
    assert isinstance(backend, TorchBackend)
    folder = tmp_path / "embedder"
    shutil.copytree(packs[1].embedder, folder)
    before = backend._identity(packs[1].reranker, folder)
    os.utime(folder / "model.safetensors", (1, 1))
    assert backend._identity(packs[1].reranker, folder) != before
    backend.close()


def test_a_manifest_names_what_is_shared_and_how_scores_are_blended(tmp_path):
    manifest = tmp_path / "made.toml"
    text = (resources_dir() / "packs" / "bge-en-small.toml").read_text(encoding="utf-8")
    assert read_manifest(resources_dir() / "packs" / "bge-en-small.toml").blend is None
    manifest.write_text(
        f'{text}\n[reranker.shared]\n"{OWN}" = "{LENT}"\n'
        "[blend]\nodds = 0.5\nlogit = 1.5\nbias = -1\n"
        "[blend.score]\nlogit = 2\n"
    )
    found = read_manifest(manifest)
    assert found.reranker is not None
    assert found.reranker.shared == {OWN: LENT}
    assert found.blend is not None
    assert found.blend == Blend(odds=0.5, logit=1.5, bias=-1.0, score=Blend(logit=2.0))


@pytest.mark.parametrize(
    "blend",
    [
        "odds = -1\nlogit = 1\nbias = 0",
        "fused = -1\nlogit = 1\nbias = 0",
        "odds = 1\nlogit = 0\nbias = 0",
        "odds = 1\nlogit = nan\nbias = 0",
        "odds = 1\nbias = 0",
        "logit = 1\n[blend.score]\nlogit = 0",
        'odds = 1\nlogit = 1\nbias = "much"',
        "odds = 1\nlogit = 1\nbias = 0\nmore = 1",
    ],
)
def test_a_blend_that_cannot_be_meant_is_refused(packs, tmp_path, blend):
    folder = tmp_path / "blended"
    shutil.copytree(packs[0].embedder.parent, folder)
    with (folder / "pack.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[blend]\n{blend}\n")
    with pytest.raises(PackAltered):
        _found(folder, tmp_path)


def _found(folder: Path, packs_dir: Path) -> Pack:
    return find_pack(str(folder), packs_dir=packs_dir, resources_dir=resources_dir())


def _load(pack: Pack, way: str, cache: Path) -> Backend:
    library, _, precision = way.partition(" ")
    if library == "openvino":
        made = OpenVinoBackend(pack, threads=2, cache_dir=cache, wanted=precision)
        made.load_reranker()
        return made
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from desktop_app.inference.torch_backend import TorchBackend

        return TorchBackend(pack, device="cpu", threads=2, cache_dir=cache)


def _scores(backend: Backend, pack: Pack) -> Any:
    assert pack.reranker is not None
    tokenization = Tokenization(pack.reranker, max_length=64)
    scores = backend.score(tokenization.pad(tokenization.encode_pairs("A quick fox?", SENTENCES)))
    backend.close()
    return scores
