"""torch: packs loaded by FlagEmbedding's own classes, computed by our own loop.

FlagEmbedding's loop runs the first batch twice, takes every RuntimeError for a lack of
memory, and knows no cancel and no progress; its models and heads are what they should be.
Importing it takes about six seconds.
"""

from __future__ import annotations

import hashlib
import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.utils import logging as transformers_logging

from desktop_app.errors import OutOfMemory, PackAltered, PackMissing
from desktop_app.inference import precision
from desktop_app.inference.packs import Pack
from desktop_app.inference.tokenization import Batch, Tokenization
from desktop_app.inference.torch_devices import (
    DeviceUnusable,
    device_name,
    empty_cache,
    slots_in_memory,
    varlen_attention,
)
from desktop_app.inference.torch_encoder import (
    Encoder,
    PackedTexts,
    PaddedTexts,
    Texts,
    VarlenAttention,
    is_known,
)

_log = logging.getLogger(__name__)

_METAL_STEP = 32
"""On Metal, lengths are rounded up to this, so that graphs for few shapes are compiled."""
_REDUCED = {"fp16": torch.float16, "bf16": torch.bfloat16}
"""Best first: XLM-RoBERTa's states stay far below 65,504, float16's greatest number, and its
three more bits of mantissa are worth more than bfloat16's range. A model for which that does
not hold fails the check with float16 and is asked again with bfloat16."""

_Embedded = tuple[NDArray[np.float32], NDArray[np.float32] | None]
_WithTokens = tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.float32]]
_Model = TypeVar("_Model", "_Embedder", "_Reranker")


class TorchBackend:
    """A pack on any device that torch knows; ``backends.Backend``.

    ``device`` is "cpu", "cuda:N" or "mps"; ``threads`` 0 leaves torch's own choice. On a
    CPU weights are float32; on a GPU float16 if that proves exact enough, else bfloat16,
    else float32, which is found out once and remembered in ``cache_dir``. ``attention``
    replaces torch's own for packed texts. Raises PackAltered, OutOfMemory, and
    DeviceUnusable where the device cannot run the model at all.
    """

    name = "torch"

    def __init__(
        self,
        pack: Pack,
        *,
        device: str,
        threads: int,
        cache_dir: Path,
        attention: VarlenAttention | None = None,
    ) -> None:
        # A progress bar writes to stderr, which a windowed build does not have.
        transformers_logging.disable_progress_bar()
        transformers_logging.set_verbosity_error()
        if threads:
            torch.set_num_threads(threads)
        self.device = device
        self.device_name = device_name(device)
        self._attention = attention or varlen_attention(device)
        self.is_packed = self._attention is not None
        self._verdicts = cache_dir / "torch" / "precision.json"
        with _translated():
            self._embedder, self.precision = self._load_embedder(pack)
            self._reranker: _Reranker | None = None
            self.reranker_precision = ""
            if pack.reranker is not None:
                self._reranker, self.reranker_precision = self._load_reranker(pack, pack.reranker)
            self.self_check = ""
            if device != "cpu":
                found = f"{self.precision} {self.reranker_precision}".strip()
                self.self_check = f"{found} agrees with fp32 on the processor"
            self.most_slots = slots_in_memory(device, hidden=pack.dimension)

    def embed(self, batch: Batch) -> _Embedded:
        """Embed a batch; see ``backends.Backend``."""
        with _translated():
            return self._embedder.embed(batch)

    def embed_tokens(self, batch: Batch) -> _WithTokens:
        """Return what ``embed`` does and token vectors; see ``backends.Backend``."""
        with _translated():
            return self._embedder.embed_tokens(batch)

    def load_reranker(self) -> None:
        """Do nothing: all is loaded from the start; see ``backends.Backend``."""

    def score(self, batch: Batch) -> NDArray[np.float32]:
        """Return logits; see ``backends.Backend``."""
        assert self._reranker is not None
        with _translated():
            return self._reranker.score(batch)

    def close(self) -> None:
        """Free the memory of the models."""
        del self._embedder, self._reranker
        empty_cache(self.device)

    def _load_embedder(self, pack: Pack) -> tuple[_Embedder, str]:
        from FlagEmbedding import BGEM3FlagModel, FlagModel

        def load() -> _Embedder:
            if pack.has_sparse:
                whole = BGEM3FlagModel(str(pack.embedder), use_fp16=False, devices="cpu").model
                heads = (whole.sparse_linear, whole.colbert_linear)
                return _Embedder(whole.model, *heads, pack.pooling)
            plain = FlagModel(str(pack.embedder), use_fp16=False, devices="cpu")
            return _Embedder(plain.model, None, None, pack.pooling)

        tokenization = Tokenization(pack.embedder, max_length=pack.max_length)
        probe = tokenization.pad(tokenization.encode_texts(precision.SENTENCES))
        return self._settled(
            pack.embedder, load, lambda each: each.embed(probe)[0], precision.agree_as_vectors
        )

    def _load_reranker(self, pack: Pack, folder: Path) -> tuple[_Reranker, str]:
        from FlagEmbedding import FlagReranker

        def load() -> _Reranker:
            return _Reranker(FlagReranker(str(folder), use_fp16=False, devices="cpu").model)

        tokenization = Tokenization(folder, max_length=pack.reranker_max_length)
        question, *passages = precision.SENTENCES
        probe = tokenization.pad(tokenization.encode_pairs(question, passages))
        return self._settled(
            folder, load, lambda each: each.score(probe), precision.agree_as_logits
        )

    def _settled(
        self,
        folder: Path,
        load: Callable[[], _Model],
        probe: Callable[[_Model], NDArray[np.float32]],
        agree: Callable[[NDArray[np.float32], NDArray[np.float32]], bool],
    ) -> tuple[_Model, str]:
        """Place a model on the device in the smallest precision that is exact enough."""
        exact: NDArray[np.float32] | None = None
        for name, kind in _REDUCED.items() if self.device != "cpu" else ():
            key = self._key(folder, name)
            verdict = precision.load_verdict(self._verdicts, key)
            if verdict is False:
                continue
            model = load()
            if verdict is None and exact is None:
                exact = probe(model.place("cpu", torch.float32, None))
                model = load()
            # Asked even where the verdict is known: it warms the device up, and tells whether
            # it can run the model.
            found = self._tried(probe, model, kind)
            if verdict is None:
                assert exact is not None
                verdict = bool(np.isfinite(found).all()) and agree(exact, found)
                precision.save_verdict(self._verdicts, key, is_exact=verdict)
            if verdict:
                return model, name
            _log.warning("%s is not exact enough for %s on %s", name, folder.name, self.device)
        model = load()
        self._tried(probe, model, torch.float32)
        return model, "fp32"

    def _tried(
        self, probe: Callable[[_Model], NDArray[np.float32]], model: _Model, kind: torch.dtype
    ) -> NDArray[np.float32]:
        # FlashAttention computes in half precision only; the processor stands in for it in tests.
        is_packed = kind != torch.float32 or self.device == "cpu"
        try:
            model.place(self.device, kind, self._attention if is_packed else None)
            return probe(model)
        except torch.OutOfMemoryError:
            raise
        except (RuntimeError, NotImplementedError) as error:
            if self.device == "cpu" or _is_lack_of_memory(error):
                raise
            raise DeviceUnusable(self.device) from error

    def _key(self, folder: Path, kind: str) -> str:
        """Name a verdict: these weights, on this device, by this torch."""
        weights = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin"))
        state = weights[0].resolve().stat() if weights else folder.stat()
        device = self.device_name or self.device
        parts = (
            folder.resolve(),
            state.st_size,
            state.st_mtime_ns,
            device,
            torch.__version__,
            kind,
        )
        return hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=8).hexdigest()


class _Body:
    """A transformers encoder on its device: texts in, states out."""

    def __init__(self, model: Any, device: str, attention: VarlenAttention | None) -> None:
        self._device = device
        self._encoder = Encoder(model) if is_known(model) else None
        self._attention = attention if self._encoder else None
        self._model = model

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
        states: torch.Tensor = self._model(**inputs(self._model, texts)).last_hidden_state
        return states.flatten(0, 1)


class _Embedder:
    def __init__(self, model: Any, sparse: Any, colbert: Any, pooling: str) -> None:
        self._model, self._sparse, self._pooling = model.eval(), sparse, pooling
        self._colbert = colbert

    def place(self, device: str, kind: torch.dtype, attention: VarlenAttention | None) -> _Embedder:
        """Move to a device, once."""
        if self._sparse is not None:
            self._sparse = self._sparse.to(device=device, dtype=kind)
        if self._colbert is not None:
            self._colbert = self._colbert.to(device=device, dtype=kind)
        self._body = _Body(self._model.to(device=device, dtype=kind), device, attention)
        return self

    def embed(self, batch: Batch) -> _Embedded:
        dense, weights, _ = self._embed(batch, None)
        return dense, weights

    def embed_tokens(self, batch: Batch) -> _WithTokens:
        if self._colbert is None:
            raise PackMissing("The model pack has no vectors for single words.")
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


class _Reranker:
    def __init__(self, model: Any) -> None:
        self._model = model.eval()

    def place(self, device: str, kind: torch.dtype, attention: VarlenAttention | None) -> _Reranker:
        """Move to a device, once."""
        self._model = self._model.to(device=device, dtype=kind)
        body = self._model.base_model
        self._is_known = is_known(body)
        self._body = _Body(body, device, attention)
        return self

    @torch.inference_mode()
    def score(self, batch: Batch) -> NDArray[np.float32]:
        logits = []
        for texts in self._body.texts(batch):
            if self._is_known:
                first = texts.first(self._body.states(texts)).unsqueeze(1)
                pooler = getattr(self._model.base_model, "pooler", None)
                found = self._model.classifier(pooler(first) if pooler is not None else first)
            else:
                found = self._model(**inputs(self._model, texts)).logits
            logits.append(_array(found.reshape(-1)))
        return np.concatenate(logits)


def inputs(model: Any, texts: Texts) -> dict[str, torch.Tensor]:
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


def _is_lack_of_memory(error: Exception) -> bool:
    """Tell a lack of memory from other RuntimeErrors, for those that have no type of their own.

    The CPU's allocator says so in c10/core/impl/alloc_cpu.cpp, Metal's ("MPS backend out of
    memory") in aten/src/ATen/mps/MPSAllocator.mm.
    """
    signs = ("can't allocate memory", "not enough memory", "out of memory")
    return any(sign in str(error) for sign in signs)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn torch's and the loaders' exceptions into ours."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise OutOfMemory from error
    except RuntimeError as error:
        if _is_lack_of_memory(error):
            raise OutOfMemory from error
        raise
    except (OSError, UnpicklingError, KeyError, ValueError) as error:
        raise PackAltered("The model's files cannot be loaded.") from error
