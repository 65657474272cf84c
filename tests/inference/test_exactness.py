"""Our numbers are those of FlagEmbedding 1.4.2 and transformers, whatever the text."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.domain import SparseVector
from desktop_app.inference.backends import Backend
from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.packs import Pack
from desktop_app.inference.tokenization import Tokenization

TEXTS = (
    "",
    "\n\t ",
    "The quick brown fox.",
    "fox 😀 zebra 🏳️‍🌈",
    "ﬁne Ｆｕｌｌ　width  and   wide spaces",  # noqa: RUF001 - what the character map is for
    "القاهرة هي عاصمة مصر",
    "北京是中华人民共和国的首都。",
    "<pad> literal </s> marks <mask> in <unk> text",
    "a fox " * 700,
    "Ünïcödé ✓ qqq",
)
QUESTIONS = ("", "Where is the fox?", "北京 😀 ﬁ" + " long" * 600)


@pytest.fixture(scope="module", params=["openvino", "torch", "torch packed"])
def tiny_backend(request, tiny, cache) -> Iterator[Backend]:
    if request.param == "openvino":
        backend: Backend = OpenVinoBackend(tiny, threads=2, cache_dir=cache, wanted="fp32")
    else:
        with _known_warnings():
            from desktop_app.inference.torch_backend import TorchBackend
            from tests.inference.attention import attention_text_by_text

            backend = TorchBackend(
                tiny,
                device="cpu",
                threads=2,
                cache_dir=cache,
                attention=attention_text_by_text if request.param == "torch packed" else None,
            )
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def published_embeddings(tiny):
    with _known_warnings():
        from FlagEmbedding import BGEM3FlagModel

        model = BGEM3FlagModel(str(tiny.embedder), use_fp16=False, devices="cpu")
        return model.encode(list(TEXTS), return_sparse=True, max_length=tiny.max_length)


@pytest.fixture(scope="module")
def published_reranker(tiny):
    with _known_warnings():
        from FlagEmbedding import FlagReranker

        return FlagReranker(str(tiny.reranker), use_fp16=False, devices="cpu")


def test_dense_vectors_equal_flagembedding(tiny, tiny_backend, published_embeddings):
    dense, _ = _embed(tiny, tiny_backend)
    assert np.abs(dense - published_embeddings["dense_vecs"]).max() < 1e-4


def test_token_weights_equal_flagembedding(tiny, tiny_backend, published_embeddings):
    _, sparse = _embed(tiny, tiny_backend)
    for ours, theirs in zip(sparse, published_embeddings["lexical_weights"], strict=True):
        assert [str(each) for each in ours.token_ids] == sorted(theirs, key=int)
        expected = [theirs[str(each)] for each in ours.token_ids]
        np.testing.assert_allclose(ours.weights, expected, atol=1e-4)
    assert sum(len(each.token_ids) for each in sparse) > 40


@pytest.mark.parametrize("question", QUESTIONS, ids=["empty", "short", "over the limit"])
def test_logits_equal_flagembedding(tiny, tiny_backend, published_reranker, question):
    tokenization = Tokenization(tiny.reranker, max_length=tiny.reranker_max_length)
    with _known_warnings():
        theirs = published_reranker.compute_score([(question, each) for each in TEXTS])
    pairs = tokenization.encode_pairs(question, TEXTS)
    np.testing.assert_allclose(tiny_backend.score(tokenization.pad(pairs)), theirs, atol=1e-4)


@pytest.fixture(scope="module")
def starter_vectors(starter):
    """Sentence by sentence, as the model card computes them."""
    with _known_warnings():
        import torch
        from transformers import AutoModel, AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(starter.embedder)
        model = AutoModel.from_pretrained(starter.embedder, dtype=torch.float32).eval()
        rows = []
        for text in TEXTS:
            inputs = tokenizer(
                text,
                truncation=True,
                max_length=starter.max_length,
                padding=False,
                return_tensors="pt",
            )
            with torch.inference_mode():
                pooled = model(**inputs).last_hidden_state.mean(dim=1)
            rows.append(torch.nn.functional.normalize(pooled, dim=-1).numpy()[0])
    return np.stack(rows)


def test_starter_vectors_in_fp32_equal_transformers(starter, cache, starter_vectors):
    backend = OpenVinoBackend(starter, threads=2, cache_dir=cache, wanted="fp32")
    dense, _ = _embed(starter, backend)
    backend.close()
    assert np.abs(dense - starter_vectors).max() < 1e-4


def test_starter_vectors_in_int8_point_the_same_way(starter, cache, starter_vectors):
    backend = OpenVinoBackend(starter, threads=2, cache_dir=cache)
    assert backend.precision == "int8"
    dense, _ = _embed(starter, backend)
    backend.close()
    assert (dense * starter_vectors).sum(axis=1).min() >= 0.995


def test_torch_gives_the_starter_the_same_vectors(starter, cache, starter_vectors):
    with _known_warnings():
        from desktop_app.inference.torch_backend import TorchBackend

        backend = TorchBackend(starter, device="cpu", threads=2, cache_dir=cache)
    dense, _ = _embed(starter, backend)
    backend.close()
    assert np.abs(dense - starter_vectors).max() < 1e-4


def test_the_starter_knows_what_belongs_together(starter, cache):
    backend = OpenVinoBackend(starter, threads=2, cache_dir=cache)
    tokenization = Tokenization(starter.embedder, max_length=starter.max_length)
    texts = ["A cat sat on the mat.", "A kitten was sitting on a rug.", "Shares fell on Monday."]
    dense, _ = backend.embed(tokenization.pad(tokenization.encode_texts(texts)))
    backend.close()
    assert dense[0] @ dense[1] > 0.5
    assert dense[0] @ dense[2] < 0.3


def test_padding_changes_no_vector(tiny, cache):
    backend = OpenVinoBackend(tiny, threads=2, cache_dir=cache, wanted="fp32")
    tokenization = Tokenization(tiny.embedder, max_length=tiny.max_length)
    together, _ = backend.embed(tokenization.pad(tokenization.encode_texts(TEXTS)))
    alone = np.vstack(
        [backend.embed(tokenization.pad(tokenization.encode_texts([each])))[0] for each in TEXTS]
    )
    backend.close()
    np.testing.assert_allclose(together, alone, atol=1e-5)


def _embed(pack: Pack, backend: Backend) -> tuple[NDArray[np.float32], tuple[SparseVector, ...]]:
    tokenization = Tokenization(pack.embedder, max_length=pack.max_length)
    tokens = tokenization.encode_texts(TEXTS)
    dense, weights = backend.embed(tokenization.pad(tokens))
    if weights is None:
        return dense, ()
    pairs = zip(tokens, weights, strict=True)
    return dense, tuple(tokenization.token_weights(each, row) for each, row in pairs)


@contextlib.contextmanager
def _known_warnings() -> Iterator[None]:
    """FlagEmbedding and what it imports warn about each other; none of it is ours to mend."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
