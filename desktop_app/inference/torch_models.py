"""What stands on a torch encoder: an embedder or a reranker, on its device."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from desktop_app.errors import PackMissing
from desktop_app.inference.tokenization import Batch
from desktop_app.inference.torch_encoder import (
    Encoder,
    PackedTexts,
    PaddedTexts,
    Texts,
    VarlenAttention,
    is_known,
)
from desktop_app.translation import mark

_METAL_STEP = 32
"""On Metal, lengths are rounded up to this, so that graphs for few shapes are compiled."""

Embedded: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32] | None]
WithTokens: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.float32]]


class Embedder:
    """An embedder with its heads, loaded on the processor in float32; ``place`` it first.

    ``sparse`` and ``colbert`` are BGE-M3's linear layers, None for other models; ``pooling``
    is "cls" or "mean". Methods as in ``backends.Backend``.
    """

    def __init__(self, model: Any, sparse: Any, colbert: Any, pooling: str) -> None:
        self._model, self._sparse, self._pooling = model.eval(), sparse, pooling
        self._colbert = colbert

    def place(self, device: str, kind: torch.dtype, attention: VarlenAttention | None) -> Embedder:
        """Move to a device in this type, once, and return itself.

        ``attention`` computes texts that lie end to end; None pads them.
        """
        if self._sparse is not None:
            self._sparse = self._sparse.to(device=device, dtype=kind)
        if self._colbert is not None:
            self._colbert = self._colbert.to(device=device, dtype=kind)
        self._body = _Body(self._model.to(device=device, dtype=kind), device, attention)
        return self

    @property
    def is_packed(self) -> bool:
        """Say whether padding is left out."""
        return self._body.is_packed

    def embed(self, batch: Batch) -> Embedded:
        """Return L2-normalized rows and token weights."""
        dense, weights, _ = self._embed(batch, None)
        return dense, weights

    def embed_tokens(self, batch: Batch) -> WithTokens:
        """Return what ``embed`` does and a vector for each token but the first."""
        if self._colbert is None:
            raise PackMissing(mark("The model pack has no vectors for single words."))
        dense, weights, vectors = self._embed(batch, self._colbert)
        assert vectors is not None
        return dense, weights, vectors

    @torch.inference_mode()
    def _embed(
        self, batch: Batch, colbert: Any
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.float32] | None]:
        dense, weights, vectors = [], [], []
        for texts in self._body.texts(batch):
            states = self._body.states(texts)
            pooled = texts.mean(states) if self._pooling == "mean" else texts.first(states)
            # Queued before the first result is waited for.
            learned = torch.relu(self._sparse(states)).squeeze(-1) if self._sparse else None
            dense.append(_array(torch.nn.functional.normalize(pooled.float(), dim=-1)))
            if learned is not None:
                weights.append(texts.spread(_array(learned)))
            if colbert is not None:
                normal = torch.nn.functional.normalize(colbert(states).float(), dim=-1)
                vectors.append(texts.spread(_array(normal))[:, 1:])
        return (
            np.concatenate(dense),
            np.concatenate(weights) if weights else None,
            np.concatenate(vectors) if vectors else None,
        )


class Reranker:
    """A transformers model with a head of one output; ``place`` it first."""

    def __init__(self, model: Any) -> None:
        self._model = model.eval()

    def place(self, device: str, kind: torch.dtype, attention: VarlenAttention | None) -> Reranker:
        """Move to a device in this type, once, and return itself.

        ``attention`` computes texts that lie end to end; None pads them.
        """
        self._model = self._model.to(device=device, dtype=kind)
        body = self._model.base_model
        self._is_known = is_known(body)
        self._body = _Body(body, device, attention)
        return self

    @property
    def is_packed(self) -> bool:
        """Say whether padding is left out."""
        return self._body.is_packed

    @torch.inference_mode()
    def score(self, batch: Batch) -> NDArray[np.float32]:
        """Return a logit for each pair."""
        logits = []
        for texts in self._body.texts(batch):
            if self._is_known:
                first = texts.first(self._body.states(texts)).unsqueeze(1)
                pooler = getattr(self._model.base_model, "pooler", None)
                found = self._model.classifier(pooler(first) if pooler is not None else first)
            else:
                found = self._model(**_inputs(self._model, texts)).logits
            logits.append(_array(found.reshape(-1)))
        return np.concatenate(logits)


class _Body:
    """A transformers encoder on its device: texts in, states out."""

    def __init__(self, model: Any, device: str, attention: VarlenAttention | None) -> None:
        self._device = device
        self._encoder = Encoder(model) if is_known(model) else None
        self._attention = attention if self._encoder else None
        self._model = model

    @property
    def is_packed(self) -> bool:
        return self._attention is not None

    def texts(self, batch: Batch) -> Iterator[Texts]:
        """Lay a batch out for the device, on Metal in parts of few different shapes."""
        if self._attention is not None:
            yield PackedTexts(batch, device=self._device, attention=self._attention)
        elif self._device == "mps":
            for part in _powers_of_two(batch):
                yield PaddedTexts(part, device=self._device, step=_METAL_STEP)
        else:
            yield PaddedTexts(batch, device=self._device)

    def states(self, texts: Texts) -> torch.Tensor:
        """Return the last layer's states, [slots, hidden]."""
        if self._encoder is not None:
            return self._encoder(texts)
        states: torch.Tensor = self._model(**_inputs(self._model, texts)).last_hidden_state
        return states.flatten(0, 1)


def _inputs(model: Any, texts: Texts) -> dict[str, torch.Tensor]:
    """Return what a model of another kind wants: [texts, length] each, as many as it takes."""
    assert isinstance(texts, PaddedTexts)
    wanted = inspect.signature(model.forward).parameters
    offered = {
        "input_ids": texts.apart(texts.ids).long(),
        "attention_mask": texts.is_word.long(),
        "token_type_ids": texts.apart(texts.types).long(),
    }
    return {name: each for name, each in offered.items() if name in wanted}


def _powers_of_two(batch: Batch) -> Iterator[Batch]:
    start, left = 0, len(batch.ids)
    while left:
        size = 1 << (left.bit_length() - 1)
        rows = slice(start, start + size)
        yield Batch(batch.ids[rows], batch.types[rows], batch.positions[rows], batch.mask[rows])
        start, left = start + size, left - size


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    return np.asarray(tensor.float().cpu().numpy(), np.float32)
