"""The encoder as an OpenVINO graph, built from weights without torch or a converter.

BERT and XLM-RoBERTa differ only in how positions are counted, which the caller does
(``tokenization.pad``), and in the names of their classification heads. Weights may be
quantized (``quantization``). The graph takes mapped weights where they lie, so they must stay
mapped while it lives, which views of numpy see to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import PackAltered
from desktop_app.inference.silent_openvino import op, ov
from desktop_app.inference.weights import Weights
from desktop_app.translation import mark, worded

_PREFIXES = ("", "bert.", "roberta.", "model.")
_NOTHING = np.float32(-3.0e38)
"""Added to the attention scores of padding; finite, since a row of -inf would give NaN."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a Hugging Face ``config.json`` shapes the graph."""

    layers: int
    heads: int
    hidden: int
    epsilon: float


def build_embedder(
    weights: Weights,
    shape: Shape,
    *,
    pooling: str,
    sparse_head: Weights | None = None,
) -> ov.Model:
    """Build the graph from token ids to L2-normalized vectors.

    Inputs ``input_ids``, ``token_type_ids``, ``position_ids``: int32 [batch, length];
    ``attention_mask``: float32 [batch, length] of zeros and ones. Outputs: float32
    [batch, hidden], and with ``sparse_head`` ("weight" [1, hidden] and "bias" [1]) ReLU
    token weights, float32 [batch, length], and the hidden states that ``build_token_head``
    takes, float32 [batch, length, hidden]. ``pooling`` is "mean" or "cls". Raises
    PackAltered when a weight is missing.
    """
    encoder = _Encoder(weights, shape)
    hidden = encoder.hidden_states()
    pooled = encoder.mean(hidden) if pooling == "mean" else _first(hidden)
    length = op.sqrt(op.reduce_sum(op.multiply(pooled, pooled), [-1], keep_dims=True))
    results = [op.divide(pooled, op.maximum(length, np.float32(1e-12)))]
    if sparse_head is not None:
        # One output row is too little for quantization to gain anything.
        weight, bias = (np.asarray(sparse_head[each], np.float32) for each in ("weight", "bias"))
        token_weights = op.matmul(hidden, op.constant(weight), False, True)
        results.append(op.squeeze(op.relu(op.add(token_weights, op.constant(bias))), [-1]))
        results.append(hidden)
    return ov.Model(results, encoder.parameters, "embedder")


def build_token_head(head: Weights) -> ov.Model:
    """Build the graph from hidden states to a vector for each token (ColBERT).

    ``head`` is "weight" [dim, hidden] and "bias" [dim]. Input: float32 [batch, length,
    hidden]. Output: L2-normalized, float32 [batch, length - 1, dim], the first token left
    out, as ``_colbert_embedding`` in FlagEmbedding's ``m3/modeling.py``; what stands for
    padding is to be cut off by the caller.
    """
    states = op.parameter([-1, -1, -1], ov.Type.f32, "hidden")
    states.output(0).get_tensor().set_names({"hidden"})
    later = op.slice(states, np.array([1]), np.array([2**31 - 1]), np.array([1]), np.array([1]))
    weight, bias = (np.asarray(head[each], np.float32) for each in ("weight", "bias"))
    vectors = op.add(op.matmul(later, op.constant(weight), False, True), op.constant(bias))
    length = op.sqrt(op.reduce_sum(op.multiply(vectors, vectors), [-1], keep_dims=True))
    normal = op.divide(vectors, op.maximum(length, np.float32(1e-12)))
    return ov.Model([normal], [states], "tokens")


def build_reranker(weights: Weights, shape: Shape) -> ov.Model:
    """Build the graph from pairs of token ids to logits, float32 [batch].

    Inputs as in ``build_embedder``. The head is RoBERTa's (``classifier.dense``,
    ``classifier.out_proj``) or BERT's (``pooler.dense``, ``classifier``), whichever the
    weights have. Raises PackAltered when a weight is missing.
    """
    encoder = _Encoder(weights, shape)
    first = _first(encoder.hidden_states())
    if "classifier.out_proj.weight" in weights:
        dense, out = "classifier.dense", "classifier.out_proj"
    else:
        dense, out = f"{encoder.prefix}pooler.dense", "classifier"
    logits = encoder.linear(op.tanh(encoder.linear(first, dense)), out)
    return ov.Model([op.squeeze(logits, [-1])], encoder.parameters, "reranker")


class _Encoder:
    """The graph under construction: its inputs and the weights that it takes from."""

    def __init__(self, weights: Weights, shape: Shape) -> None:
        self._weights = weights
        self._shape = shape
        self.prefix = _prefix_of(weights)
        self._ids = _input("input_ids", ov.Type.i32)
        self._types = _input("token_type_ids", ov.Type.i32)
        self._positions = _input("position_ids", ov.Type.i32)
        self._mask = _input("attention_mask", ov.Type.f32)

    @property
    def parameters(self) -> list[Any]:
        return [self._ids, self._types, self._positions, self._mask]

    def hidden_states(self) -> Any:
        """Return the last layer's states, [batch, length, hidden]."""
        name = f"{self.prefix}embeddings"
        states = op.add(
            op.add(
                self._rows(f"{name}.word_embeddings", self._ids),
                self._rows(f"{name}.token_type_embeddings", self._types),
            ),
            self._rows(f"{name}.position_embeddings", self._positions),
        )
        states = self._layer_norm(states, f"{name}.LayerNorm")
        absent = op.multiply(op.subtract(np.float32(1), self._mask), _NOTHING)
        bias = op.unsqueeze(absent, [1, 2])
        for layer in range(self._shape.layers):
            states = self._layer(states, f"{self.prefix}encoder.layer.{layer}", bias)
        return states

    def mean(self, states: Any) -> Any:
        """Average over the tokens that are no padding: [batch, hidden]."""
        mask = op.unsqueeze(self._mask, [-1])
        total = op.reduce_sum(op.multiply(states, mask), [1])
        return op.divide(total, op.maximum(op.reduce_sum(mask, [1]), np.float32(1e-9)))

    def linear(self, states: Any, name: str) -> Any:
        """Apply a linear layer."""
        product = op.matmul(states, self._constant(f"{name}.weight"), False, True)
        return op.add(product, self._constant(f"{name}.bias"))

    def _layer(self, states: Any, name: str, bias: Any) -> Any:
        query, key, value = (
            self._split(self.linear(states, f"{name}.attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        attended = op.scaled_dot_product_attention(query, key, value, bias)
        joined = op.reshape(op.transpose(attended, [0, 2, 1, 3]), [0, 0, -1], True)
        output = self.linear(joined, f"{name}.attention.output.dense")
        states = self._layer_norm(op.add(output, states), f"{name}.attention.output.LayerNorm")
        inner = op.gelu(self.linear(states, f"{name}.intermediate.dense"), "erf")
        output = self.linear(inner, f"{name}.output.dense")
        return self._layer_norm(op.add(output, states), f"{name}.output.LayerNorm")

    def _split(self, states: Any) -> Any:
        size = self._shape.hidden // self._shape.heads
        split = op.reshape(states, [0, 0, self._shape.heads, size], True)
        return op.transpose(split, [0, 2, 1, 3])

    def _layer_norm(self, states: Any, name: str) -> Any:
        normal = op.mvn(states, [-1], True, self._shape.epsilon, "INSIDE_SQRT")
        scaled = op.multiply(normal, self._constant(f"{name}.weight"))
        return op.add(scaled, self._constant(f"{name}.bias"))

    def _rows(self, name: str, index: Any) -> Any:
        return op.gather(self._constant(f"{name}.weight"), index, np.int32(0))

    def _constant(self, name: str) -> Any:
        """Return a weight; a quantized one as the pattern that the plugins compute in 8 bits.

        Constant(u8) -> Convert -> Subtract -> Multiply is what NNCF's INT8_ASYM mode makes;
        before a matrix product the CPU plugin multiplies 8-bit numbers, before a gather it
        reads only the rows asked for:
        https://docs.openvino.ai/2025/openvino-workflow/model-optimization-guide/weight-compression.html
        """
        tensor = self._stored(name)
        if tensor.dtype != np.uint8:
            return _shared(np.ascontiguousarray(tensor, np.float32))
        levels = op.convert(_shared(tensor), "f32")
        zero = op.convert(_shared(self._stored(f"{name}.zero")), "f32")
        return op.multiply(op.subtract(levels, zero), _shared(self._stored(f"{name}.scale")))

    def _stored(self, name: str) -> NDArray[Any]:
        try:
            return self._weights[name]
        except KeyError:
            raise PackAltered(worded("The model's weights lack {name}.", name=name)) from None


def _shared(tensor: NDArray[Any]) -> Any:
    return op.constant(tensor, shared_memory=True)


def _first(states: Any) -> Any:
    return op.gather(states, np.int32(0), np.int32(1))


def _input(name: str, kind: ov.Type) -> Any:
    parameter = op.parameter([-1, -1], kind, name)
    parameter.output(0).get_tensor().set_names({name})
    return parameter


def _prefix_of(weights: Weights) -> str:
    for prefix in _PREFIXES:
        if f"{prefix}embeddings.word_embeddings.weight" in weights:
            return prefix
    raise PackAltered(mark("The model's weights are not those of a BERT or XLM-RoBERTa encoder."))
