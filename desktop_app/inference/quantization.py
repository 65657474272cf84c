"""Weights in 8 bits: a level for each number, a scale and a zero point for each row.

A quantized tensor NAME is three: NAME (uint8), NAME.zero (uint8) and NAME.scale (float32),
so that number = (level - zero) x scale; every other tensor is kept as float32.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from desktop_app.inference.weights import Weights

VERSION = 2
"""Counts up with every change that makes weights quantized before stale."""
_BLOCK_NUMBERS = 4_194_304
"""Numbers quantized at once: some 50 MB with all that is computed on the way."""
_MATRIX = 2
_TABLES = ("word_embeddings.weight", "position_embeddings.weight")
_PREFIXES = ("", "bert.", "roberta.", "model.")
_KEPT = ("embeddings.", "encoder.layer.", "pooler.")

Layout = dict[str, tuple[np.dtype[np.uint8] | np.dtype[np.float32], tuple[int, ...]]]


def layout(shapes: Mapping[str, tuple[int, ...]]) -> Layout:
    """Say which tensors ``quantize`` makes of tensors of these shapes, in its order."""
    planned: Layout = {}
    for name in _quantized(shapes):
        planned[name] = (np.dtype(np.uint8), shapes[name])
    for name in _quantized(shapes):
        planned[f"{name}.scale"] = (np.dtype(np.float32), (shapes[name][0], 1))
    for name in _plain(shapes):
        planned[name] = (np.dtype(np.float32), shapes[name])
    # Last, since after a table of odd length no float32 would lie on a multiple of four.
    for name in _quantized(shapes):
        planned[f"{name}.zero"] = (np.dtype(np.uint8), (shapes[name][0], 1))
    return planned


def quantize(
    weights: Weights, shapes: Mapping[str, tuple[int, ...]]
) -> Iterator[tuple[str, NDArray[np.uint8] | NDArray[np.float32]]]:
    """Yield blocks of rows of the tensors of ``layout``, each tensor's blocks in a row.

    Memory stays at some 50 MB beside what ``weights`` maps.
    """
    scales: dict[str, NDArray[np.float32]] = {}
    zeros: dict[str, NDArray[np.uint8]] = {}
    for name in _quantized(shapes):
        rows, columns = shapes[name]
        scale = scales[f"{name}.scale"] = np.empty((rows, 1), np.float32)
        zero = zeros[f"{name}.zero"] = np.empty((rows, 1), np.uint8)
        step = max(1, _BLOCK_NUMBERS // columns)
        for start in range(0, rows, step):
            block = np.asarray(weights[name][start : start + step], np.float32)
            levels, scale[start : start + step], zero[start : start + step] = _levels(block)
            yield name, levels
    yield from scales.items()
    for name in _plain(shapes):
        yield name, np.asarray(weights[name], np.float32)
    yield from zeros.items()


def quantized(weights: Weights, shapes: Mapping[str, tuple[int, ...]]) -> Weights:
    """Return the tensors of ``layout`` in memory."""
    made: dict[str, NDArray[np.uint8] | NDArray[np.float32]] = {
        name: np.empty(shape, kind) for name, (kind, shape) in layout(shapes).items()
    }
    filled = dict.fromkeys(made, 0)
    for name, block in quantize(weights, shapes):
        if block.ndim == 0:
            made[name] = block
            continue
        made[name][filled[name] : filled[name] + len(block)] = block
        filled[name] += len(block)
    return made


def _levels(
    block: NDArray[np.float32],
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.uint8]]:
    low = np.minimum(block.min(axis=1, keepdims=True), 0)
    high = np.maximum(block.max(axis=1, keepdims=True), 0)
    scale = np.maximum((high - low) / np.float32(255), np.float32(1e-12))
    zero = np.clip(np.rint(-low / scale), 0, 255)
    levels = block / scale
    np.rint(levels, out=levels)
    levels += zero
    np.clip(levels, 0, 255, out=levels)
    return levels.astype(np.uint8), scale, zero.astype(np.uint8)


def _quantized(shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    # Heads are too small for quantization to gain anything, and decide the score.
    return [
        name
        for name, shape in shapes.items()
        if len(shape) == _MATRIX and _is_kept(name) and (name.endswith(_TABLES) or _is_layer(name))
    ]


def _plain(shapes: Mapping[str, tuple[int, ...]]) -> list[str]:
    quantized = frozenset(_quantized(shapes))
    return [name for name in shapes if name not in quantized and _is_kept(name)]


def _is_layer(name: str) -> bool:
    return any(name.startswith(f"{prefix}encoder.layer.") for prefix in _PREFIXES)


def _is_kept(name: str) -> bool:
    """Leave out what no graph uses: the heads of pretraining, tables of positions."""
    if name.startswith("classifier."):
        return True
    inner = tuple(f"{prefix}{part}" for prefix in _PREFIXES for part in _KEPT)
    return name.startswith(inner) and not name.endswith("_ids")
