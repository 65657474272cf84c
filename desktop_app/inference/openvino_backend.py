"""OpenVINO on the CPU and Intel's accelerators, in the fastest precision that is exact enough."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import OutOfMemory, PackMissing
from desktop_app.inference import graph, kept_weights, quantization
from desktop_app.inference.choice import (
    EXACT,
    Candidate,
    Choice,
    Outputs,
    choose,
    describe,
    load_choice,
    save_choice,
)
from desktop_app.inference.model_parts import Part, Unsupported, embedder_part, reranker_part
from desktop_app.inference.packs import Pack
from desktop_app.inference.silent_openvino import PRIMITIVES_KEPT, ov
from desktop_app.inference.tokenization import Batch
from desktop_app.inference.weights import (
    MappedWeights,
    UnknownFormat,
    Weights,
    open_weights,
    read_head,
    weights_file,
)
from desktop_app.translation import mark

_log = logging.getLogger(__name__)

_GROUP_SIZES = ((768, "128"), (0, "64"))
"""How many activations share a scale, by the size of a state at least. Measured in one run:
128 is 1.1 times as fast as 64 with BGE-M3's shape, and as exact (worst cosine of the check
.9973 against .9966); with the starter's 384 it fails the check (.9944 against .9964). 32, 256
and larger groups are slower for both."""
_KEPT_ABOVE = 200_000_000
"""Weights above this many bytes take seconds to quantize, so they are kept on disk."""
_GRAPH_VERSION = 4
"""Counts up with every change of ``graph`` or of the check that makes a choice stale."""
_NAME = "FULL_DEVICE_NAME"
_ACCELERATORS = ("GPU", "NPU")
_TIMED_RUNS = 5
_TIMED_SECONDS = 0.5
_TIMED_ROWS = 8
_WARM_UP_TOKENS = 16


class OpenVinoBackend:
    """A pack on the CPU; ``backends.Backend``. Construct it on the thread that uses it.

    Only the embedder is loaded at once; the reranker by ``load_reranker`` or the first
    ``score``. ``threads`` 0 means all physical cores. ``wanted`` is "int8", "bf16", "fp32" or
    "auto": what a trial found best, made once for a model and a machine and remembered in
    ``cache_dir``; ``uses_accelerators`` lets the trial include Intel's GPU and NPU. Raises
    Unsupported, PackMissing, PackAltered, OutOfMemory.
    """

    name = "openvino"
    is_packed = False
    most_slots = 4096
    """Measured with the starter pack: beyond 16 texts of 256 tokens a CPU's caches overflow and
    a call gets slower for each token, while memory still grows."""

    def __init__(
        self,
        pack: Pack,
        *,
        threads: int,
        cache_dir: Path,
        wanted: str = "auto",
        uses_accelerators: bool = False,
    ) -> None:
        self._core = ov.Core()
        self._threads = threads
        self._cache_dir = cache_dir / "openvino"
        self._wanted = wanted
        self._uses_accelerators = uses_accelerators
        self._reranker: Any = None
        self._token_head: Any = None
        self._head_file = pack.embedder / "colbert_linear.pt"
        with _translated():
            part = embedder_part(pack)
            choice = self._choose(part)
            self._second: tuple[Part, Choice] | None = None
            if pack.reranker is not None:
                second = reranker_part(pack, pack.reranker)
                self._second = second, self._choose(second)
            self._embedder, choice = self._prepare(part, choice)
        self.precision = choice.precision
        self.reranker_precision = self._second[1].precision if self._second else ""
        self.self_check = describe(choice, self._second[1] if self._second else None)
        self.device = choice.device.lower()
        is_cpu = choice.device == EXACT.device
        self.device_name = "" if is_cpu else str(self._core.get_property(choice.device, _NAME))

    def embed(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Embed a batch; see ``backends.Backend``."""
        with _translated():
            outputs = _infer(self._embedder, batch, 2)
        return outputs[0], outputs[1] if len(outputs) > 1 else None

    def embed_tokens(
        self, batch: Batch
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.float32]]:
        """Return what ``embed`` does and token vectors; see ``backends.Backend``."""
        with _translated():
            if self._token_head is None:
                if not self._head_file.is_file():
                    raise PackMissing(mark("The model pack has no vectors for single words."))
                model = graph.build_token_head(read_head(self._head_file))
                self._token_head = self._compile(model, EXACT)
            dense, weights, hidden = _infer(self._embedder, batch, 3)
            vectors = self._token_head.infer({"hidden": hidden})[0]
            return dense, weights, np.array(vectors, np.float32)

    def score(self, batch: Batch) -> NDArray[np.float32]:
        """Return logits; see ``backends.Backend``."""
        self.load_reranker()
        with _translated():
            return _infer(self._reranker, batch, 1)[0]

    def load_reranker(self) -> None:
        """Load the reranker if there is one and it is not loaded; see ``backends.Backend``."""
        if self._reranker is None and self._second is not None:
            with _translated():
                self._reranker, choice = self._prepare(*self._second)
            self.reranker_precision = choice.precision

    def close(self) -> None:
        """Free the compiled graphs."""
        del self._embedder, self._reranker, self._token_head, self._core

    def _choose(self, part: Part) -> Choice:
        """Return what was found best for a model here, or find it out."""
        source = self._source(part)
        if self._wanted != "auto":
            return Choice(EXACT.device, self._wanted)
        remembered = self._cache_dir / f"{self._identity(part, source)}.json"
        choice = load_choice(remembered)
        if choice is None:
            probe = part.probe()

            def run(candidate: Candidate) -> tuple[Outputs, float]:
                with self._weights(part, candidate.precision) as weights:
                    request = self._compile(part.build(weights), candidate, _group_size(part))
                    outputs = _infer(request, probe, part.compared)
                    return outputs, _tokens_per_second(request, probe, candidate.device)

            choice = choose(self._candidates(), run, part.compare)
            save_choice(remembered, choice)
        return choice

    def _prepare(self, part: Part, choice: Choice) -> tuple[Any, Choice]:
        """Return a compiled model that has run once, and the way in which it runs."""
        candidate = Candidate(choice.device, choice.precision)
        try:
            with self._weights(part, choice.precision) as weights:
                request = self._compile(part.build(weights), candidate, _group_size(part))
                # The first call lays the weights out as the kernels want them: a second copy,
                # after which the mapped ones are read no more but for tables of embeddings.
                _infer(request, _warm_up(), 1)
                if isinstance(weights, MappedWeights):
                    weights.forget()
        except RuntimeError:
            if choice.device == EXACT.device:
                raise
            # A driver that changed, or an accelerator that is in use or gone.
            _log.exception("the accelerator %s cannot be used any more", choice.device)
            return self._prepare(part, Choice(EXACT.device, EXACT.precision))
        return request, choice

    def _source(self, part: Part) -> str:
        with _opened(part):
            # What only torch can read must show itself now, not when the first hit is reranked.
            own = kept_weights.fingerprint(weights_file(part.folder), self._cache_dir)
        if part.lent is None:
            return own
        lender = kept_weights.fingerprint(weights_file(part.lent.folder), self._cache_dir)
        names = sorted(part.lent.names.items())
        return hashlib.sha256(f"{own} {lender} {names}".encode()).hexdigest()

    @contextmanager
    def _weights(self, part: Part, wanted: str) -> Iterator[Weights]:
        if wanted != "int8":
            with _opened(part) as weights:
                yield weights
            return
        kept = None
        is_large = weights_file(part.folder).stat().st_size >= _KEPT_ABOVE
        source = self._source(part)
        if is_large:
            kept = kept_weights.open_kept(self._cache_dir, source)
        if kept is None:
            with _opened(part) as weights:
                if is_large:
                    kept = kept_weights.keep(self._cache_dir, source, weights)
                if kept is None:
                    yield quantization.quantized(weights, weights.shapes)
                    return
        try:
            yield kept
        finally:
            kept.close()

    def _compile(self, model: ov.Model, candidate: Candidate, group_size: str = "0") -> Any:
        options = {"PERFORMANCE_HINT": "LATENCY"}
        if candidate.device == EXACT.device:
            options["INFERENCE_PRECISION_HINT"] = "bf16" if candidate.precision == "bf16" else "f32"
            options["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = group_size
            options["CPU_RUNTIME_CACHE_CAPACITY"] = PRIMITIVES_KEPT
            if self._threads:
                options["INFERENCE_NUM_THREADS"] = str(self._threads)
        return self._core.compile_model(model, candidate.device, options).create_infer_request()

    def _candidates(self) -> list[Candidate]:
        candidates = [Candidate(EXACT.device, "int8")]
        if self._uses_accelerators:
            found = [each.partition(".")[0] for each in self._core.available_devices]
            candidates += [Candidate(each, "int8") for each in _ACCELERATORS if each in found]
        if "BF16" in self._core.get_property(EXACT.device, "OPTIMIZATION_CAPABILITIES"):
            candidates.append(Candidate(EXACT.device, "bf16"))
        return candidates

    def _identity(self, part: Part, source: str) -> str:
        """Name a choice by all that it depends on: weights, machine, runtime and our graph."""
        parts = (
            source,
            part.identity,
            _GRAPH_VERSION,
            quantization.VERSION,
            _group_size(part),
            self._threads,
            self._uses_accelerators,
            ov.get_version(),
            self._core.get_property(EXACT.device, _NAME),
            *sorted(self._core.get_property(EXACT.device, "OPTIMIZATION_CAPABILITIES")),
        )
        return hashlib.blake2b("|".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def _group_size(part: Part) -> str:
    return next(size for least, size in _GROUP_SIZES if part.hidden >= least)


def _infer(request: Any, batch: Batch, count: int) -> Outputs:
    """Return the first ``count`` outputs, or all where there are fewer."""
    request.infer(
        {
            "input_ids": batch.ids,
            "token_type_ids": batch.types,
            "position_ids": batch.positions,
            "attention_mask": batch.mask,
        },
        share_inputs=True,
        share_outputs=True,
    )
    tensors = request.output_tensors[:count]
    # Copied, since the request's own buffers are filled again by the next batch.
    return [np.array(each.data, np.float32) for each in tensors]


def _tokens_per_second(request: Any, probe: Batch, device: str) -> float:
    """Measure a few texts of the probe; on the CPU by processor time, shared by its threads.

    A choice is remembered, so it must not depend on what else the machine does meanwhile.
    """
    rows = slice(_TIMED_ROWS)
    batch = Batch(probe.ids[rows], probe.types[rows], probe.positions[rows], probe.mask[rows])
    is_cpu = device == EXACT.device
    clock = time.process_time if is_cpu else time.perf_counter
    compiled = request.get_compiled_model()
    threads = int(compiled.get_property("INFERENCE_NUM_THREADS")) if is_cpu else 1
    seconds: list[float] = []
    while len(seconds) < _TIMED_RUNS and sum(seconds) < _TIMED_SECONDS:
        started = clock()
        _infer(request, batch, 1)
        seconds.append((clock() - started) / threads)
    return float(batch.mask.sum()) / max(min(seconds), 1e-9)


def _warm_up() -> Batch:
    shape = (1, _WARM_UP_TOKENS)
    ones = np.ones(shape, np.int32)
    return Batch(ones, np.zeros(shape, np.int32), 2 * ones, np.ones(shape, np.float32))


@contextmanager
def _opened(part: Part) -> Iterator[MappedWeights]:
    weights = open_weights(part.folder, part.lent)
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
