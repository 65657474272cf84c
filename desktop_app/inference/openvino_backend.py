"""OpenVINO on the CPU: 8-bit weights where they are exact enough, float32 otherwise."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import OutOfMemory, PackAltered, PackMissing
from desktop_app.inference import graph, precision
from desktop_app.inference.packs import Pack
from desktop_app.inference.silent_openvino import ov
from desktop_app.inference.tokenization import Batch, Tokenization
from desktop_app.inference.weights import (
    SafetensorsWeights,
    TorchZipWeights,
    UnknownFormat,
    open_weights,
    read_head,
)

_GROUP_SIZE = "64"
"""Activations share a scale in groups of 64: measured 2x faster than 32, at .999 cosine."""
_ENCODERS = frozenset({"bert", "roberta", "xlm-roberta"})
_KEPT_ABOVE = 200_000_000
"""Weights above this many bytes take seconds to quantize, so their graph is kept on disk."""
_GRAPH_VERSION = 1
"""Counts up with every change of ``graph`` that makes a kept graph or verdict stale."""

_Build = Callable[[bool], ov.Model]
_Outputs = list[NDArray[np.float32]]


class Unsupported(Exception):
    """OpenVINO has no graph for this model; torch has."""


class OpenVinoBackend:
    """A pack on the CPU; ``backends.Backend``. Construct it on the thread that uses it.

    ``threads`` 0 means all physical cores. ``wanted`` is "int8", "fp32" or "auto": int8
    if it proves exact enough, which is checked once and remembered in ``cache_dir``. Raises
    Unsupported, PackMissing, PackAltered, OutOfMemory.
    """

    name = "openvino"
    device = "cpu"
    device_name = ""
    is_packed = False
    most_slots = 4096
    """Measured with the starter pack: beyond 16 texts of 256 tokens a CPU's caches overflow and
    a call gets slower for each token, while memory still grows."""

    def __init__(self, pack: Pack, *, threads: int, cache_dir: Path, wanted: str = "auto") -> None:
        self._core = ov.Core()
        self._threads = threads
        self._cache_dir = cache_dir / "openvino"
        self._wanted = wanted
        with _translated():
            self._embedder, self.precision = self._load_embedder(pack)
            self._reranker = None
            self.reranker_precision = ""
            if pack.reranker is not None:
                self._reranker, self.reranker_precision = self._load_reranker(pack, pack.reranker)

    def embed(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Embed a batch; see ``backends.Backend``."""
        with _translated():
            outputs = _infer(self._embedder, batch)
        return outputs[0], outputs[1] if len(outputs) > 1 else None

    def score(self, batch: Batch) -> NDArray[np.float32]:
        """Return logits; see ``backends.Backend``."""
        assert self._reranker is not None
        with _translated():
            return _infer(self._reranker, batch)[0]

    def close(self) -> None:
        """Free the compiled graphs."""
        del self._embedder, self._reranker, self._core

    def _load_embedder(self, pack: Pack) -> tuple[Any, str]:
        shape = _shape(pack.embedder)
        head = read_head(pack.embedder / "sparse_linear.pt") if pack.has_sparse else None

        def build(is_quantized: bool) -> ov.Model:  # noqa: FBT001 - one of two, passed on by _load
            with _opened(pack.embedder) as weights:
                return graph.build_embedder(
                    weights,
                    shape,
                    pooling=pack.pooling,
                    sparse_head=head,
                    is_quantized=is_quantized,
                )

        tokenization = Tokenization(pack.embedder, max_length=pack.max_length)
        probe = tokenization.pad(tokenization.encode_texts(precision.SENTENCES))
        return self._load(pack.embedder, build, probe, precision.agree_as_vectors)

    def _load_reranker(self, pack: Pack, folder: Path) -> tuple[Any, str]:
        shape = _shape(folder)

        def build(is_quantized: bool) -> ov.Model:  # noqa: FBT001 - one of two, passed on by _load
            with _opened(folder) as weights:
                return graph.build_reranker(weights, shape, is_quantized=is_quantized)

        tokenization = Tokenization(folder, max_length=pack.reranker_max_length)
        question, *passages = precision.SENTENCES
        probe = tokenization.pad(tokenization.encode_pairs(question, passages))
        return self._load(folder, build, probe, precision.agree_as_logits)

    def _load(
        self,
        folder: Path,
        build: _Build,
        probe: Batch,
        agree: Callable[[NDArray[np.float32], NDArray[np.float32]], bool],
    ) -> tuple[Any, str]:
        identity = _identity(folder)
        verdicts = self._cache_dir / "precision.json"
        is_exact = {"int8": True, "fp32": False}.get(
            self._wanted, precision.load_verdict(verdicts, identity)
        )
        if is_exact is None:
            # One after the other: a large pack does not fit into memory twice.
            exact = _infer(self._compile(build(False)), probe)[0]
            request = self._compile(self._quantized(folder, identity, build))
            is_exact = agree(exact, _infer(request, probe)[0])
            precision.save_verdict(verdicts, identity, is_exact=is_exact)
            if is_exact:
                return request, "int8"
        if is_exact:
            return self._compile(self._quantized(folder, identity, build)), "int8"
        return self._compile(build(False)), "fp32"

    def _quantized(self, folder: Path, identity: str, build: _Build) -> ov.Model:
        if _weights_file(folder).stat().st_size < _KEPT_ABOVE:
            return build(True)
        kept = self._cache_dir / f"{identity}.xml"
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            unfinished = kept.with_name(f"unfinished-{kept.name}")
            ov.save_model(build(True), unfinished, compress_to_fp16=False)
            # The weights first: the graph's file is what says that both are complete.
            unfinished.with_suffix(".bin").replace(kept.with_suffix(".bin"))
            unfinished.replace(kept)
        return self._core.read_model(kept)

    def _compile(self, model: ov.Model) -> Any:
        options = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": _GROUP_SIZE,
        }
        if self._threads:
            options["INFERENCE_NUM_THREADS"] = str(self._threads)
        return self._core.compile_model(model, "CPU", options).create_infer_request()


def _infer(request: Any, batch: Batch) -> _Outputs:
    results = request.infer(
        {
            "input_ids": batch.ids,
            "token_type_ids": batch.types,
            "position_ids": batch.positions,
            "attention_mask": batch.mask,
        }
    )
    # Copied, since the request's own buffers are filled again by the next batch.
    return [np.array(each, np.float32) for each in results.values()]


@contextmanager
def _opened(folder: Path) -> Iterator[SafetensorsWeights | TorchZipWeights]:
    weights = open_weights(folder)
    try:
        yield weights
    finally:
        weights.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what a lack of memory, a file or a format raises into our own words for it."""
    try:
        yield
    except UnknownFormat as error:
        raise Unsupported(str(error)) from error
    except FileNotFoundError as error:
        raise PackMissing from error
    except MemoryError as error:
        raise OutOfMemory from error
    except RuntimeError as error:
        # OpenVINO has no own type for it: the C++ exception's text is all there is.
        if any(sign in str(error) for sign in ("bad_alloc", "allocate", "out of memory")):
            raise OutOfMemory from error
        raise


def _shape(folder: Path) -> graph.Shape:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config["model_type"] not in _ENCODERS:
            raise Unsupported(config["model_type"])
        if config.get("hidden_act", "gelu") != "gelu":
            raise Unsupported(config["hidden_act"])
        if config.get("position_embedding_type", "absolute") != "absolute":
            raise Unsupported(config["position_embedding_type"])
        return graph.Shape(
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            hidden=int(config["hidden_size"]),
            epsilon=float(config["layer_norm_eps"]),
        )
    except FileNotFoundError as error:
        raise PackMissing from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PackAltered("The model's config.json cannot be read.") from error


def _weights_file(folder: Path) -> Path:
    safetensors = folder / "model.safetensors"
    return safetensors if safetensors.is_file() else folder / "pytorch_model.bin"


def _identity(folder: Path) -> str:
    """Name the outcome for these weights on this machine, without reading 2 GB for it."""
    path = _weights_file(folder).resolve()
    state = path.stat()
    parts = (
        path,
        state.st_size,
        state.st_mtime_ns,
        _GRAPH_VERSION,
        _GROUP_SIZE,
        ov.get_version(),
        platform.processor() or platform.machine(),
    )
    return hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=8).hexdigest()
