"""Which library computes a pack, on which device, and in which precision."""

from __future__ import annotations

import ctypes.util
import importlib.util
import logging
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop_app.errors import GpuUnusable, PackMissing
from desktop_app.inference.gpu_support import import_from
from desktop_app.inference.packs import Pack
from desktop_app.inference.tokenization import Batch
from desktop_app.translation import mark

_log = logging.getLogger(__name__)

_NOT_ADDED = mark("Graphics cards are not used before GPU support is added.")
_NEEDS_TORCH = mark("This model pack needs PyTorch, which comes with GPU support.")
_NO_CARD = mark("There is no graphics card here that PyTorch can use.")
_NO_USE = mark("PyTorch cannot compute on the graphics card of this computer.")
_OLD_DRIVER = mark("There is no graphics card here, or its driver is too old for PyTorch.")
_DRIVER = mark("Install a newer driver of the card, or set “device” to “cpu”.")
_ADD = mark("Add it on the page “This computer”, or with “lectern gpu add FILE”.")
_SMALL_PARAMETERS_BYTES = 200_000_000
"""Below this a CPU answers at once, and loading torch would take longer than it saves."""


class Backend(Protocol):
    """A loaded pack: padded batches in, numbers out. Used by one thread.

    ``precision`` and ``reranker_precision`` are "int8", "fp32", "fp16" or "bf16", the
    latter "" without a reranker. ``self_check`` says how they were found exact enough, "" where
    nothing was tried. ``device`` is as in ``load_backend``, ``device_name`` the
    name that its maker gave it, "" where that says no more. ``most_slots`` is how many
    tokens, padding included, one call should have at most; ``is_packed`` says that padding is
    not computed.
    """

    name: str
    precision: str
    reranker_precision: str
    self_check: str
    device: str
    device_name: str
    most_slots: int
    is_packed: bool

    def embed(self, batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Return L2-normalized rows, float32 [n, dim], and the learned token weights.

        The latter are float32 [n, length], None for packs without them. Raises OutOfMemory
        where a smaller batch may help.
        """
        ...

    def embed_tokens(
        self, batch: Batch
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None, NDArray[np.float32]]:
        """Return what ``embed`` does and a vector for each token, from one pass.

        The latter are BGE-M3's multi-vectors (ColBERT): L2-normalized, float32
        [n, length - 1, dim], without the first token; those of padding mean nothing. Raises
        PackMissing where the pack has no such head, and as ``embed`` does.
        """
        ...

    def load_reranker(self) -> None:
        """Load the reranker now, if that was put off; ``score`` does so too.

        A question is embedded before its hits are reranked, so a backend may put the
        reranker off, and answer the first question a second earlier. Raises as ``embed`` does.
        """
        ...

    def score(self, batch: Batch) -> NDArray[np.float32]:
        """Return a logit for each pair, float32 [n]; raises as ``embed`` does."""
        ...

    def close(self) -> None:
        """Free the memory of the models."""
        ...


def load_backend(
    pack: Pack, *, device: str, threads: int, cache_dir: Path, gpu_dir: Path | None = None
) -> Backend:
    """Load a pack; OpenVINO serves CPUs, torch every other device and what OpenVINO cannot.

    ``device`` is "auto", "cpu", "cuda:N" or "mps"; "auto" takes an accelerator for large
    packs where torch sees one. ``gpu_dir`` is where torch is looked for first. Takes seconds
    for large packs. Raises PackMissing, PackAltered, OutOfMemory, and GpuUnusable where torch
    cannot be imported, has no such device or cannot compute on it; then "cpu" serves what
    OpenVINO can.
    """
    for folder in filter(None, (pack.embedder, pack.reranker)):
        if not folder.is_dir():
            raise PackMissing
    chosen = _choose(pack, gpu_dir) if device == "auto" else device
    if chosen == "cpu" and importlib.util.find_spec("openvino") is not None:
        from desktop_app.inference.model_parts import Unsupported
        from desktop_app.inference.openvino_backend import OpenVinoBackend

        try:
            return OpenVinoBackend(
                pack,
                threads=threads,
                cache_dir=cache_dir,
                uses_accelerators=device == "auto" and _is_large(pack),
            )
        except Unsupported as reason:
            _log.info("OpenVINO does not serve the pack %s: %s", pack.name, reason)
    with _torch_from(gpu_dir, otherwise=_NEEDS_TORCH if chosen == "cpu" else _NOT_ADDED):
        from desktop_app.inference.torch_backend import TorchBackend
        from desktop_app.inference.torch_devices import DeviceUnusable, is_present
    if not is_present(chosen):
        raise GpuUnusable(_NO_CARD, _DRIVER)
    try:
        return TorchBackend(pack, device=chosen, threads=threads, cache_dir=cache_dir)
    except DeviceUnusable as error:
        _log.exception("the device %s is there but cannot be used", chosen)
        raise GpuUnusable(_NO_USE, _DRIVER) from error


def _choose(pack: Pack, gpu_dir: Path | None) -> str:
    is_likely = ctypes.util.find_library("cuda") or ctypes.util.find_library("nvcuda")
    is_mac = platform.system() == "Darwin" and platform.machine() == "arm64"
    if not _is_large(pack) or not (is_likely or is_mac):
        return "cpu"
    with _torch_from(gpu_dir, otherwise=_NOT_ADDED):
        from desktop_app.inference.torch_devices import best_device
    device = best_device()
    if device == "cpu" and is_likely:
        raise GpuUnusable(_OLD_DRIVER, _DRIVER)
    return device


@contextmanager
def _torch_from(gpu_dir: Path | None, *, otherwise: str) -> Iterator[None]:
    """Import torch, from what was added where there is something.

    Raises GpuUnusable, with the title ``otherwise`` where there is no torch at all.
    """
    if gpu_dir is not None:
        import_from(gpu_dir)
    # It misses triton on the terminal, which nothing here uses (installer/gpu_support.py).
    logging.getLogger("torch.utils.flop_counter").setLevel(logging.ERROR)
    is_there = importlib.util.find_spec("torch") is not None
    try:
        yield
    # Libraries that do not fit are an OSError on Windows, and packages that do not fit each
    # other fail in whatever way their authors thought of.
    except (ImportError, OSError, AttributeError, RuntimeError) as error:
        if not is_there:
            raise GpuUnusable(otherwise, _ADD) from error
        _log.warning("torch cannot be imported: %s", error)
        raise GpuUnusable from error


def _is_large(pack: Pack) -> bool:
    files = [path for path in pack.embedder.iterdir() if path.is_file()]
    return sum(path.stat().st_size for path in files) >= _SMALL_PARAMETERS_BYTES
