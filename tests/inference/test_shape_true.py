"""The packs that benchmarks are made with have the shape they claim, and can be loaded."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from tokenizers import Tokenizer

from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.packs import find_pack
from desktop_app.inference.tokenization import Tokenization
from desktop_app.settings import resources_dir
from tests.bench import shape_true
from tests.bench.shape_true import SHAPES, make_pack


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_pack(SHAPES["starter"], tmp_path_factory.mktemp("shape") / "one", layers=1)


def test_a_shape_true_pack_embeds_and_reranks(folder, tmp_path):
    pack = find_pack(str(folder), packs_dir=tmp_path, resources_dir=resources_dir())
    backend = OpenVinoBackend(pack, threads=1, cache_dir=tmp_path, wanted="fp32")
    embedding = Tokenization(pack.embedder, max_length=pack.max_length)
    dense, _ = backend.embed(embedding.pad(embedding.encode_texts(["winter", "a harbor"])))
    pairs = Tokenization(folder / "reranker", max_length=pack.reranker_max_length)
    logits = backend.score(pairs.pad(pairs.encode_pairs("winter", ["a harbor", "snow"])))
    backend.close()
    assert dense.shape == (2, 384)
    assert abs(dense[0] @ dense[1]) < 0.99
    assert np.isfinite(logits).all()
    assert logits[0] != logits[1]


def test_the_same_seed_gives_the_same_weights(folder, tmp_path):
    again = make_pack(SHAPES["starter"], tmp_path / "again", layers=1)
    other = make_pack(SHAPES["starter"], tmp_path / "other", layers=1, seed=1)
    digests = [
        hashlib.sha256((each / "embedder" / "model.safetensors").read_bytes()).hexdigest()
        for each in (folder, again, other)
    ]
    assert digests[0] == digests[1] != digests[2]


def test_the_tokenizer_of_bge_m3s_size_cuts_words_as_often(tmp_path):
    shape_true._write_xlmr_tokenizer(tmp_path / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert tokenizer.get_vocab_size() == 250_002
    text = "The patients were given the treatment for a year and examined again every month."
    assert 1.0 <= len(tokenizer.encode(text).ids) / len(text.split()) <= 1.7
    assert len(tokenizer.encode("北京是中华人民共和国的首都。", add_special_tokens=False).ids) >= 12
    assert SHAPES["bge-m3"].embedder.vocabulary == 250_002
