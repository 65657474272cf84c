"""torch: packs loaded by FlagEmbedding's own classes, computed by our own loop.

FlagEmbedding's loop runs the first batch twice, takes every RuntimeError for a lack of
memory, and knows no cancel and no progress; its models and heads are what they should be.
Importing it takes about six seconds.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import TypeAlias, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.utils import logging as transformers_logging

from desktop_app.errors import OutOfMemory, PackAltered
from desktop_app.inference import precision
from desktop_app.inference.choice import Choice, Trial, describe, load_choice, save_choice
from desktop_app.inference.packs import Lent, Pack
from desktop_app.inference.precision import Agreement
from desktop_app.inference.tokenization import Batch, Tokenization
from desktop_app.inference.torch_devices import (
    DeviceUnusable,
    device_name,
    empty_cache,
    slots_in_memory,
    varlen_attention,
)
from desktop_app.inference.torch_encoder import VarlenAttention
from desktop_app.inference.torch_models import Embedded, Embedder, Reranker, WithTokens
from desktop_app.inference.weights import UnknownFormat, open_weights
from desktop_app.translation import mark, worded

_KINDS = {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}
"""Best first: XLM-RoBERTa's states stay far below 65,504, float16's greatest number, and its
three more bits of mantissa are worth more than bfloat16's range. A model for which that does
not hold fails the check with float16 and is asked again with bfloat16."""

_Outputs: TypeAlias = list[NDArray[np.float32]]
_Model = TypeVar("_Model", Embedder, Reranker)


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
        self._kept = cache_dir / "torch"
        with _loading_translated():
            self._embedder, choice = self._load_embedder(pack)
            self._reranker: Reranker | None = None
            second: Choice | None = None
            self.precision, self.reranker_precision = choice.precision, ""
            self.is_packed = self._embedder.is_packed
            if pack.reranker is not None:
                self._reranker, second = self._load_reranker(pack, pack.reranker)
                self.reranker_precision = second.precision
                self.is_packed = self.is_packed and self._reranker.is_packed
            self.self_check = describe(choice, second)
            self.most_slots = slots_in_memory(device, hidden=pack.dimension)

    def embed(self, batch: Batch) -> Embedded:
        """Embed a batch; see ``backends.Backend``."""
        with _memory_translated():
            return self._embedder.embed(batch)

    def embed_tokens(self, batch: Batch) -> WithTokens:
        """Return what ``embed`` does and token vectors; see ``backends.Backend``."""
        with _memory_translated():
            return self._embedder.embed_tokens(batch)

    def load_reranker(self) -> None:
        """Do nothing: all is loaded from the start; see ``backends.Backend``."""

    def score(self, batch: Batch) -> NDArray[np.float32]:
        """Return logits; see ``backends.Backend``."""
        assert self._reranker is not None
        with _memory_translated():
            return self._reranker.score(batch)

    def close(self) -> None:
        """Free the memory of the models."""
        del self._embedder, self._reranker
        empty_cache(self.device)

    def _load_embedder(self, pack: Pack) -> tuple[Embedder, Choice]:
        from FlagEmbedding import BGEM3FlagModel, FlagModel

        def load() -> Embedder:
            if pack.has_sparse:
                whole = BGEM3FlagModel(str(pack.embedder), use_fp16=False, devices="cpu").model
                heads = (whole.sparse_linear, whole.colbert_linear)
                return Embedder(whole.model, *heads, pack.pooling)
            plain = FlagModel(str(pack.embedder), use_fp16=False, devices="cpu")
            return Embedder(plain.model, None, None, pack.pooling)

        batch = precision.embedder_probe(Tokenization(pack.embedder, max_length=pack.max_length))

        def probe(model: Embedder) -> _Outputs:
            dense, weights = model.embed(batch)
            # What a layout leaves in the places of padding differs, and means nothing.
            return [dense] if weights is None else [dense, weights * batch.mask]

        tokens = int(batch.mask.sum())
        identity = self._identity(pack.embedder)
        return self._settled(identity, load, probe, precision.compare_embedders, tokens=tokens)

    def _load_reranker(self, pack: Pack, folder: Path) -> tuple[Reranker, Choice]:
        from FlagEmbedding import FlagReranker

        def load() -> Reranker:
            model = FlagReranker(str(folder), use_fp16=False, devices="cpu").model
            if pack.reranker_loan is not None:
                _borrow(model, pack.reranker_loan)
            return Reranker(model)

        batch = precision.reranker_probe(Tokenization(folder, max_length=pack.reranker_max_length))
        lenders = [pack.reranker_loan.folder] if pack.reranker_loan else []
        return self._settled(
            self._identity(folder, *lenders),
            load,
            lambda model: [model.score(batch)],
            precision.compare_rerankers,
            tokens=int(batch.mask.sum()),
        )

    def _settled(
        self,
        identity: str,
        load: Callable[[], _Model],
        probe: Callable[[_Model], _Outputs],
        compare: Callable[[_Outputs, _Outputs], Agreement],
        *,
        tokens: int,
    ) -> tuple[_Model, Choice]:
        """Place a model on the device in the first precision that is exact enough.

        ``tokens`` is how many the probe has.
        """
        remembered = self._kept / f"{identity}.json"
        choice = Choice(self.device, "fp32") if self.device == "cpu" else load_choice(remembered)
        if choice is not None:
            model = load()
            if self.device == "cpu":
                model.place(self.device, torch.float32, self._attention)
            else:
                # It warms the device up, and tells whether it can run the model.
                self._tried(probe, model, _KINDS[choice.precision])
            return model, choice
        exact = probe(load().place("cpu", torch.float32, None))
        trials: list[Trial] = []
        for name, kind in _KINDS.items():
            model = load()
            outputs, seconds = self._tried(probe, model, kind)
            agreement = compare(exact, outputs)
            is_last = kind == torch.float32
            speed = tokens / max(seconds, 1e-9)
            trials.append(
                Trial(
                    self.device,
                    name,
                    speed,
                    agreement.words,
                    is_exact=agreement.is_exact or is_last,
                )
            )
            if agreement.is_exact or is_last:
                break
        choice = Choice(self.device, name, tuple(trials))
        save_choice(remembered, choice)
        return model, choice

    def _tried(
        self, probe: Callable[[_Model], _Outputs], model: _Model, kind: torch.dtype
    ) -> tuple[_Outputs, float]:
        """Place a model and run it; return its outputs and the seconds of a second run."""
        # FlashAttention computes in half precision only.
        attention = None if kind == torch.float32 else self._attention
        try:
            model.place(self.device, kind, attention)
            outputs = probe(model)
            started = time.perf_counter()
            probe(model)
            return outputs, time.perf_counter() - started
        except torch.OutOfMemoryError:
            raise
        except (RuntimeError, NotImplementedError) as error:
            if self.device == "cpu" or _is_lack_of_memory(error):
                raise
            raise DeviceUnusable(self.device) from error

    def _identity(self, *folders: Path) -> str:
        """Name a choice: the weights in these folders, on this device, by this torch."""
        files: list[object] = []
        for folder in folders:
            weights = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("*.bin"))
            state = weights[0].resolve().stat() if weights else folder.stat()
            files += (folder.resolve(), state.st_size, state.st_mtime_ns)
        parts = (*files, self.device_name or self.device, torch.__version__)
        return hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def _borrow(model: torch.nn.Module, lent: Lent) -> None:
    """Copy what a model's own file leaves out, which was filled at random; raises PackAltered."""
    try:
        weights = open_weights(lent.folder)
    except UnknownFormat as error:
        raise PackAltered(mark("The weights that two models share cannot be read.")) from error
    own = dict(model.named_parameters())
    try:
        for name, there in lent.names.items():
            if name not in own or there not in weights or own[name].shape != weights[there].shape:
                raise PackAltered(
                    worded("The models of the pack cannot share {there}.", there=there)
                )
            tensor = np.array(weights[there], np.float32)
            with torch.no_grad():
                own[name].copy_(torch.from_numpy(tensor))
    finally:
        weights.close()


def _is_lack_of_memory(error: Exception) -> bool:
    """Tell a lack of memory from other RuntimeErrors, for those that have no type of their own.

    The CPU's allocator says so in c10/core/impl/alloc_cpu.cpp, Metal's ("MPS backend out of
    memory") in aten/src/ATen/mps/MPSAllocator.mm.
    """
    signs = ("can't allocate memory", "not enough memory", "out of memory")
    return any(sign in str(error) for sign in signs)


@contextmanager
def _memory_translated() -> Iterator[None]:
    """Turn what torch says of a lack of memory into our own word for it."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise OutOfMemory from error
    except RuntimeError as error:
        if _is_lack_of_memory(error):
            raise OutOfMemory from error
        raise


@contextmanager
def _loading_translated() -> Iterator[None]:
    """Turn the loaders' exceptions into ours too; once loaded, the same ones would be bugs."""
    try:
        with _memory_translated():
            yield
    except (OSError, UnpicklingError, KeyError, ValueError) as error:
        raise PackAltered(mark("The model's files cannot be loaded.")) from error
