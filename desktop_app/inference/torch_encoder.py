"""An encoder of BERT's or XLM-RoBERTa's kind that computes words, not padding.

The weights are those of a transformers model; what differs is the layout. On a GPU that has
the kernel, texts lie end to end and attention knows where each begins (``PackedTexts``).
Elsewhere they lie side by side, padded (``PaddedTexts``). Everything but attention treats
tokens one by one and is the same code for both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from desktop_app.inference.tokenization import Batch

VarlenAttention: TypeAlias = Callable[
    [torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, int], torch.Tensor
]
"""Attention within texts that lie end to end: query, key, value [tokens, heads, size]; where
texts begin and the last one ends, int32 [texts + 1]; the longest text."""

_ENCODERS = frozenset({"BertModel", "RobertaModel", "XLMRobertaModel"})


class Texts(Protocol):
    """A batch on a device in one of two layouts; ``slots`` are tokens or places of padding.

    ``ids``, ``types`` and ``positions`` are int32 [slots].
    """

    ids: torch.Tensor
    types: torch.Tensor
    positions: torch.Tensor

    def attend(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """Let every token look at those of its text: [slots, heads, size] each."""
        ...

    def first(self, states: torch.Tensor) -> torch.Tensor:
        """Return the state of each text's first token: [slots, hidden] -> [texts, hidden]."""
        ...

    def mean(self, states: torch.Tensor) -> torch.Tensor:
        """Average each text's states in float32: [slots, hidden] -> [texts, hidden]."""
        ...

    def spread(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Lay what each slot has out as the batch was: [slots, ...] -> [texts, length, ...]."""
        ...


class PackedTexts:
    """Texts end to end; ``Texts``. ``attention`` is torch's, or the same in another way."""

    def __init__(self, batch: Batch, *, device: str, attention: VarlenAttention) -> None:
        self._is_word = batch.mask > 0
        lengths = self._is_word.sum(axis=1)
        starts = np.zeros(len(lengths) + 1, np.int32)
        np.cumsum(lengths, out=starts[1:])
        chosen = [each[self._is_word] for each in (batch.ids, batch.types, batch.positions)]
        # One transfer, and no waiting for it: kernels are queued behind it.
        sent = _to_device(np.concatenate([*chosen, starts]), device)
        total = int(starts[-1])
        self.ids, self.types, self.positions = sent[: 3 * total].view(3, total).unbind(0)
        self._starts = sent[3 * total :]
        self._longest = int(lengths.max())
        self._attention = attention

    def attend(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """Let every token look at those of its text; see ``Texts``."""
        return self._attention(query, key, value, self._starts, self._longest)

    def first(self, states: torch.Tensor) -> torch.Tensor:
        """Return the state of each text's first token; see ``Texts``."""
        return states[self._starts[:-1]]

    def mean(self, states: torch.Tensor) -> torch.Tensor:
        """Average each text's states; see ``Texts``."""
        lengths = self._starts.diff()
        return torch.segment_reduce(states.float(), "mean", lengths=lengths, unsafe=True)

    def spread(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Lay values out as the batch was, with zeros for padding; see ``Texts``."""
        rows = np.zeros((*self._is_word.shape, *values.shape[1:]), np.float32)
        rows[self._is_word] = values
        return rows


class PaddedTexts:
    """Texts side by side; ``Texts``. ``step`` above 1 rounds the length up to its multiple.

    Metal compiles a graph for every new shape, so there are to be few of them.
    """

    def __init__(self, batch: Batch, *, device: str, step: int = 1) -> None:
        self._texts, self._length = batch.ids.shape
        extra = -self._length % step
        arrays = [
            np.pad(each, ((0, 0), (0, extra)), mode="edge" if is_position else "constant")
            for each, is_position in (
                (batch.ids, False),
                (batch.types, False),
                (batch.positions, True),
                (batch.mask.astype(np.int32), False),
            )
        ]
        sent = _to_device(np.stack(arrays).reshape(4, -1), device)
        self.ids, self.types, self.positions, mask = sent.unbind(0)
        self._shape = (self._texts, self._length + extra)
        self._is_full = bool(arrays[3].all())
        self.is_word = mask.view(self._shape).bool()

    def attend(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """Let every token look at those of its text; see ``Texts``."""
        apart = (
            each.reshape(*self._shape, *each.shape[1:]).transpose(1, 2)
            for each in (query, key, value)
        )
        # Without a mask the fastest kernels can be chosen.
        mask = None if self._is_full else self.is_word[:, None, None, :]
        queries, keys, values = apart
        attended = functional.scaled_dot_product_attention(queries, keys, values, mask)
        return attended.transpose(1, 2).reshape(query.shape)

    def first(self, states: torch.Tensor) -> torch.Tensor:
        """Return the state of each text's first token; see ``Texts``."""
        return self.apart(states)[:, 0]

    def mean(self, states: torch.Tensor) -> torch.Tensor:
        """Average each text's states; see ``Texts``."""
        weight = self.is_word.unsqueeze(-1).float()
        return (self.apart(states).float() * weight).sum(dim=1) / weight.sum(dim=1)

    def spread(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Lay values out as the batch was; see ``Texts``."""
        return values.reshape(*self._shape, *values.shape[1:])[:, : self._length]

    def apart(self, slots: torch.Tensor) -> torch.Tensor:
        """View [slots, ...] as [texts, length, ...]."""
        return slots.view(*self._shape, *slots.shape[1:])


class Encoder:
    """The layers of a transformers encoder, on its device and in its type.

    Takes over ``model``: queries, keys and values are computed at once, so their weights are
    joined and taken out of it. Raises ValueError for a model that is not of BERT's kind.
    """

    def __init__(self, model: Any) -> None:
        if not is_known(model):
            raise ValueError(type(model).__name__)
        self._embeddings = model.embeddings
        self._layers = [_Layer(each) for each in model.encoder.layer]

    def __call__(self, texts: Texts) -> torch.Tensor:
        """Return the last layer's states, [slots, hidden]."""
        parts = self._embeddings
        states: torch.Tensor = parts.word_embeddings(texts.ids) + parts.token_type_embeddings(
            texts.types
        )
        states = parts.LayerNorm(states + parts.position_embeddings(texts.positions))
        for layer in self._layers:
            states = layer(states, texts)
        return states


class _Layer:
    def __init__(self, layer: Any) -> None:
        attention = layer.attention.self
        parts = (attention.query, attention.key, attention.value)
        self._heads = int(attention.num_attention_heads)
        self._weight = torch.cat([each.weight for each in parts]).detach()
        self._bias = torch.cat([each.bias for each in parts]).detach()
        del attention.query, attention.key, attention.value
        self._joined = layer.attention.output
        self._inner = layer.intermediate
        self._outer = layer.output

    def __call__(self, states: torch.Tensor, texts: Texts) -> torch.Tensor:
        slots, hidden = states.shape
        all_three = functional.linear(states, self._weight, self._bias)
        query, key, value = all_three.view(slots, 3, self._heads, -1).unbind(1)
        attended = texts.attend(query, key, value).reshape(slots, hidden)
        joined = self._joined
        states = joined.LayerNorm(joined.dense(attended) + states)
        outer = self._outer
        out: torch.Tensor = outer.LayerNorm(outer.dense(self._inner(states)) + states)
        return out


def is_known(model: Any) -> bool:
    """Say whether ``Encoder`` computes what this transformers model does."""
    kind = getattr(model.config, "position_embedding_type", None) or "absolute"
    return type(model).__name__ in _ENCODERS and kind == "absolute"


def _to_device(array: NDArray[np.int32], device: str) -> torch.Tensor:
    tensor = torch.from_numpy(np.ascontiguousarray(array, np.int32))
    if device.startswith("cuda"):
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)
