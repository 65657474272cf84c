"""What the model process holds does not grow with what it has read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil

from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.packs import Pack
from desktop_app.inference.tokenization import Batch

_SHAPES = 150
_ALLOWED_BYTES = 60_000_000


def _embed(backend: OpenVinoBackend, rows: int, length: int) -> None:
    ids = np.full((rows, length), 2000, np.int32)
    positions = np.tile(np.arange(length, dtype=np.int32), (rows, 1))
    backend.embed(Batch(ids, np.zeros_like(ids), positions, np.ones((rows, length), np.float32)))


def test_batches_of_ever_new_shapes_do_not_fill_the_memory(starter: Pack, tmp_path: Path):
    # https://github.com/openvinotoolkit/openvino keeps what it compiled for each shape.
    backend = OpenVinoBackend(starter, threads=2, cache_dir=tmp_path, uses_accelerators=False)
    process = psutil.Process()
    for length in range(10, 30):
        _embed(backend, 4, length)
    before = process.memory_info().rss
    for length in range(30, 30 + _SHAPES):
        _embed(backend, 1 + length % 3, length)
    assert process.memory_info().rss - before < _ALLOWED_BYTES
    backend.close()
