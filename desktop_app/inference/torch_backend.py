"""torch: packs loaded by FlagEmbedding's own classes, computed by our own loop.

FlagEmbedding's loop runs the first batch twice, takes every RuntimeError for a lack of
memory, and knows no cancel and no progress; its models and heads are what they should be.
Importing it takes about six seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers.utils import logging as transformers_logging

from desktop_app.errors import OutOfMemory, PackAltered
from desktop_app.inference.packs import Pack
from desktop_app.inference.tokenization import Batch


class TorchBackend:
    """A pack on any device that torch knows; ``backends.Backend``.

    ``device`` is "cpu", "cuda:N" or "mps"; ``threads`` 0 leaves torch's own choice. On a
    GPU weights are float16, on a CPU float32. Raises PackAltered and OutOfMemory.
    """

    name = "torch"

    def __init__(self, pack: Pack, *, device: str, threads: int) -> None:
        # A progress bar writes to stderr, which a windowed build does not have.
        transformers_logging.disable_progress_bar()
        transformers_logging.set_verbosity_error()
        if threads:
            torch.set_num_threads(threads)
        self.device = device
        self.precision = "fp32" if device == "cpu" else "fp16"
        self.reranker_precision = self.precision if pack.reranker else ""
        self._pooling = pack.pooling
        self._sparse: Any = None
        with _translated():
            self._embedder = self._load_embedder(pack)
            self._reranker = self._load_reranker(pack.reranker) if pack.reranker else None

    def embed(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Embed a batch; see ``backends.Backend``."""
        with _translated(), torch.inference_mode():
            hidden = self._embedder(**self._inputs(batch)).last_hidden_state
            mask = torch.from_numpy(batch.mask).to(self.device)
            if self._pooling == "mean":
                weighted = (hidden.float() * mask.unsqueeze(-1)).sum(dim=1)
                pooled = weighted / mask.sum(dim=1, keepdim=True)
            else:
                pooled = hidden[:, 0].float()
            dense = _array(torch.nn.functional.normalize(pooled, dim=-1))
            if self._sparse is None:
                return dense, None
            return dense, _array(torch.relu(self._sparse(hidden)).squeeze(-1))

    def score(self, batch: Batch) -> NDArray[np.float32]:
        """Return logits; see ``backends.Backend``."""
        assert self._reranker is not None
        with _translated(), torch.inference_mode():
            return _array(self._reranker(**self._inputs(batch)).logits.view(-1))

    def close(self) -> None:
        """Free the memory of the models."""
        del self._embedder, self._reranker
        self._sparse = None
        if self.device.startswith("cuda"):
            torch.cuda.empty_cache()

    def _load_embedder(self, pack: Pack) -> Any:
        if pack.has_sparse:
            from FlagEmbedding import BGEM3FlagModel

            whole = BGEM3FlagModel(str(pack.embedder), use_fp16=False, devices="cpu").model
            self._sparse = self._placed(whole.sparse_linear)
            return self._placed(whole.model)
        from FlagEmbedding import FlagModel

        return self._placed(FlagModel(str(pack.embedder), use_fp16=False, devices="cpu").model)

    def _load_reranker(self, folder: Path) -> Any:
        from FlagEmbedding import FlagReranker

        return self._placed(FlagReranker(str(folder), use_fp16=False, devices="cpu").model)

    def _placed(self, model: Any) -> Any:
        kind = torch.float32 if self.device == "cpu" else torch.float16
        return model.to(device=self.device, dtype=kind).eval()

    def _inputs(self, batch: Batch) -> dict[str, torch.Tensor]:
        arrays = {
            "input_ids": batch.ids.astype(np.int64),
            "attention_mask": batch.mask.astype(np.int64),
            "token_type_ids": batch.types.astype(np.int64),
            "position_ids": batch.positions.astype(np.int64),
        }
        return {name: torch.from_numpy(each).to(self.device) for name, each in arrays.items()}


def best_device() -> str:
    """Return the fastest device that torch can use now: "cuda:0", "mps" or "cpu"."""
    if torch.cuda.is_available():
        return "cuda:0"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _array(tensor: torch.Tensor) -> NDArray[np.float32]:
    return np.asarray(tensor.float().cpu().numpy(), np.float32)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn torch's and the loaders' exceptions into ours."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise OutOfMemory from error
    except RuntimeError as error:
        # The CPU allocator raises a plain RuntimeError (c10/core/impl/alloc_cpu.cpp).
        if "can't allocate memory" in str(error) or "not enough memory" in str(error):
            raise OutOfMemory from error
        raise
    except (OSError, UnpicklingError, KeyError, ValueError) as error:
        raise PackAltered("The model's files cannot be loaded.") from error
