"""How fast pairs are reranked, against FlagReranker and sentence-transformers; JSON on stdout.

Usage: ``python tests/bench/rerank.py [--pack bge-m3] [--pairs 50] [--flag] [--peers]``. Packs
are shape-true (``shape_true.py``). Ours is the way of a search: the model process, batches of
about 200 ms, from the request to the last score. ``--flag`` adds FlagReranker with its
defaults (two minutes at BGE-M3's size), ``--peers`` CrossEncoder of sentence-transformers on
OpenVINO int8, in an environment that is made when first asked for (2 GB). ``--pack starter``
or ``--layers 2`` give a quick look.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.inference.packs import Pack
from desktop_app.inference.tokenization import Tokenization
from desktop_app.inference.worker import ModelProcess
from tests.bench.parts import options as command_line
from tests.bench.parts import peers, roofline
from tests.bench.parts.process import memory_mb
from tests.bench.parts.texts import QUESTION, passages

ROUNDS = 3


def main() -> int:
    """Measure, and print progress to stderr and the figures to stdout."""
    parser = command_line.parser(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--tokens", type=int, default=165, help="a pair has about so many")
    parser.add_argument("--flag", action="store_true", help="also FlagReranker's defaults")
    parser.add_argument("--peers", action="store_true", help="also sentence-transformers")
    options = parser.parse_args()
    pack = command_line.chosen_pack(options)
    assert pack.reranker is not None
    texts = passages(options.pairs, tokens=options.tokens - 16)
    pairs = Tokenization(pack.reranker, max_length=pack.reranker_max_length)
    lengths = [len(each) for each in pairs.encode_pairs(QUESTION, texts)]
    figures = {
        "bench": "rerank",
        "pack": pack.name,
        "pairs": len(texts),
        "tokens": sum(lengths),
        **_ours(pack, texts, options.work, options.threads),
    }
    work = roofline.work(pack.reranker, lengths)
    figures["achieved_gflops"] = round(work / figures["ours_s"] / 1e9)
    figures["peak_fp32_gflops"] = round(roofline.peak_float32() / 1e9)
    figures["peak_int8_gops"] = round(roofline.peak_int8() / 1e9)
    given = {"question": QUESTION, "passages": texts}
    if options.peers:
        found = peers.cross_encoder(pack.reranker, given, options.work)
        if isinstance(found, str):
            figures["sentence_transformers"] = found
        else:
            figures["sentence_transformers_s"] = round(found["seconds"], 3)
            figures["sentence_transformers_ratio"] = _ratio(found["seconds"], figures["ours_s"])
    if options.flag:
        found = peers.flag("rerank", pack.reranker, given, options.work)
        figures["flag_reranker_s"] = round(found["seconds"], 3)
        figures["ratio"] = _ratio(found["seconds"], figures["ours_s"])
    print(json.dumps(figures))
    return 0


def _ours(pack: Pack, texts: list[str], work: Path, threads: int) -> dict[str, Any]:
    model = ModelProcess(pack, cache_dir=work, threads=threads)
    try:
        started = time.perf_counter()
        model.load()
        load = time.perf_counter() - started
        rounds = [_round(model, texts) for _ in range(ROUNDS)]
        status = model.status()
        memory = memory_mb(model.process_id or 0)
    finally:
        model.close()
    turns = [each for _, found in rounds[1:] for each in found]
    return {
        "backend": status.reranker_backend,
        "device": status.device,
        "load_s": round(load, 2),
        # The second time kernels for these shapes are there, which a process soon has.
        "ours_s": round(min(seconds for seconds, _ in rounds), 3),
        "first_s": round(rounds[0][0], 3),
        "first_turn_ms": round(1000 * rounds[0][1][0]),
        "turn_ms_p50": round(1000 * statistics.median(turns)),
        "turn_ms_p95": round(1000 * float(np.percentile(turns, 95))),
        "tokens_per_s": round(status.rerank_tokens_per_second),
        "memory_mb": memory,
    }


def _round(model: ModelProcess, texts: list[str]) -> tuple[float, list[float]]:
    """Rerank all; return the seconds of the whole and of each turn."""
    started = before = time.perf_counter()
    turns = []
    for _ in model.rerank(QUESTION, texts):
        now = time.perf_counter()
        turns.append(now - before)
        before = now
    print(f"{time.perf_counter() - started:.2f} s", file=sys.stderr)
    return time.perf_counter() - started, turns


def _ratio(theirs: float, ours: float) -> float:
    return round(theirs / ours, 2)


if __name__ == "__main__":
    sys.exit(main())
