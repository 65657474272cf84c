"""Passages are compared with a question token by token, as FlagEmbedding's colbert_score does."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.errors import PackMissing
from desktop_app.inference.interaction import max_similarity
from desktop_app.inference.worker import ModelProcess

QUESTION = "The lazy dog"
PASSAGES = (
    "The quick brown fox jumps over the lazy dog.",
    "北京是中华人民共和国的首都。",
    "",
    "fox",
)


def _rows(random: np.random.Generator, count: int):
    rows = random.standard_normal((count, 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@given(st.integers(1, 6), st.integers(1, 9), st.integers(0, 2**32))
def test_similarity_is_the_mean_of_the_best(question_tokens, passage_tokens, seed):
    random = np.random.default_rng(seed)
    question, passage = _rows(random, question_tokens), _rows(random, passage_tokens)
    expected = np.mean([max(float(q @ p) for p in passage) for q in question])
    assert max_similarity(question, passage) == pytest.approx(expected, abs=1e-5)
    assert max_similarity(passage, passage) == pytest.approx(1, abs=1e-5)


def test_the_process_compares_as_flagembedding_does(tiny, cache):
    with warnings.catch_warnings():
        # FlagEmbedding and what it imports warn about each other.
        warnings.simplefilter("ignore")
        from FlagEmbedding import BGEM3FlagModel

        published = BGEM3FlagModel(str(tiny.embedder), use_fp16=False, devices="cpu")
        # Not its compute_score: there padding counts as a word that is 0 like every other.
        question, *passages = published.encode(
            [QUESTION, *PASSAGES], return_colbert_vecs=True, max_length=tiny.max_length
        )["colbert_vecs"]
        expected = [float(published.colbert_score(question, each)) for each in passages]
        ours = [max_similarity(question, each) for each in passages]
    np.testing.assert_allclose(ours, expected, atol=1e-5)
    model = ModelProcess(tiny, device="cpu", threads=2, cache_dir=cache)
    try:
        found = np.zeros(len(PASSAGES))
        for positions, values in model.rerank(QUESTION, PASSAGES, by_tokens=True):
            found[list(positions)] = values
    finally:
        model.close()
    # The process may compute in 8 bits.
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_a_pack_without_token_vectors_says_so(starter, cache):
    model = ModelProcess(starter, device="cpu", threads=2, cache_dir=cache)
    try:
        with pytest.raises(PackMissing):
            list(model.rerank(QUESTION, PASSAGES, by_tokens=True))
    finally:
        model.close()
