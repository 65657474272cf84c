"""How fast a GPU embeds and reranks, and how near its matrix multiply; JSON on stdout.

Usage: ``python tests/bench/gpu.py [--pack bge-m3] [--pairs 100] [--length 512]``. Packs are
shape-true (``shape_true.py``). Where torch sees no GPU the object says ``"device": null``.
Measured is the backend alone, from tokens in memory to results in memory: first with texts of
one length, then with texts of 30 to 512 tokens, which have no padding on CUDA.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.inference.pace import group_by_length
from desktop_app.inference.packs import Pack
from desktop_app.inference.tokenization import Batch, Tokenization, Tokens
from tests.bench.parts import options as command_line
from tests.bench.parts import roofline

ROUNDS = 5
FIRST_WORD = 10
"""Ids below belong to special tokens."""


def main() -> int:
    """Measure where there is a GPU, and print the figures to stdout."""
    parser = command_line.parser(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--device", help="where torch should compute, for a trial without a GPU")
    options = parser.parse_args()
    from desktop_app.inference.torch_devices import best_device

    device = options.device or best_device()
    if device == "cpu":
        print("There is no GPU that torch can use here.", file=sys.stderr)
        print(json.dumps({"bench": "gpu", "device": None}))
        return 0
    pack = command_line.chosen_pack(options)
    print(json.dumps(_measured(pack, device, options.pairs, options.length, options.work)))
    return 0


def _measured(pack: Pack, device: str, count: int, length: int, work: Path) -> dict[str, Any]:
    import torch

    from desktop_app.inference.torch_backend import TorchBackend

    started = time.perf_counter()
    backend = TorchBackend(pack, device=device, threads=0, cache_dir=work)
    figures: dict[str, Any] = {
        "bench": "gpu",
        "pack": pack.name,
        "device": device,
        "device_name": backend.device_name,
        "precision": backend.precision,
        "reranker_precision": backend.reranker_precision,
        "is_packed": backend.is_packed,
        "most_slots": backend.most_slots,
        "load_s": round(time.perf_counter() - started, 2),
    }
    kinds = {"fp16": torch.float16, "bf16": torch.bfloat16, "fp32": torch.float32}
    peak = roofline.peak_on_gpu(kinds[backend.precision], device)
    figures["peak_tflops"] = round(peak / 1e12, 1)
    chance = np.random.default_rng(0)
    lengths = {
        f"of_{length}": [length] * count,
        "mixed": chance.integers(30, length + 1, count).tolist(),
    }
    tasks: dict[str, tuple[Path, Callable[..., Any]]] = {"embed": (pack.embedder, backend.embed)}
    if pack.reranker is not None:
        tasks["rerank"] = (pack.reranker, backend.score)
    for task, (folder, compute) in tasks.items():
        tokenization = Tokenization(folder, max_length=length)
        for name, each in lengths.items():
            tokens = [_tokens(chance, one) for one in each]
            groups = group_by_length(
                each, most_slots=backend.most_slots, is_padding_free=backend.is_packed
            )
            batches = [tokenization.pad([tokens[one] for one in group]) for group in groups]
            seconds = _best(compute, batches)
            achieved = roofline.work(folder, each) / seconds
            figures[f"{task}_{name}"] = {
                "texts": count,
                "ms": round(1000 * seconds, 2),
                "tokens_per_s": round(sum(each) / seconds),
                "tflops": round(achieved / 1e12, 1),
                "share_of_peak": round(achieved / peak, 3),
            }
            print(f"{task} {name} {1000 * seconds:.1f} ms", file=sys.stderr)
    backend.close()
    return figures


def _tokens(chance: np.random.Generator, length: int) -> Tokens:
    ids = chance.integers(FIRST_WORD, 20_000, length).astype(np.int32)
    return Tokens(ids, np.zeros(length, np.int32))


def _best(compute: Callable[[Batch], Any], batches: Sequence[Batch]) -> float:
    seconds = []
    for _ in range(1 + ROUNDS):
        started = time.perf_counter()
        for batch in batches:
            compute(batch)
        seconds.append(time.perf_counter() - started)
    # The first round warms up.
    return min(seconds[1:])


if __name__ == "__main__":
    sys.exit(main())
