"""How long a question waits while passages are being embedded at full load; JSON on stdout.

Usage: ``python tests/bench/latency.py [--pack bge-m3] [--seconds 20]``. Packs are shape-true
(``shape_true.py``). A question is asked at random moments; it should wait for one turn of
about 200 ms at most, and then be computed itself (``alone_ms``).
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.inference.worker import ModelProcess
from tests.bench.parts import options as command_line
from tests.bench.parts.process import memory_mb
from tests.bench.parts.texts import QUESTION, passages

ALONE = 10
MOST_PAUSE = 0.5
WARM_UP_TURNS = 5


def main() -> int:
    """Measure, and print the figures to stdout."""
    parser = command_line.parser(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    pack = command_line.chosen_pack(options)
    model = ModelProcess(pack, cache_dir=options.work, threads=options.threads)
    try:
        alone = [_asked(model) for _ in range(ALONE)]
        waits, turns = _while_embedding(model, options.seconds)
        status = model.status()
        figures = {
            "bench": "latency",
            "pack": pack.name,
            "backend": f"{status.backend} {status.precision}",
            "device": status.device,
            "alone_ms_p50": _ms(statistics.median(alone[1:])),
            "questions": len(waits),
            "question_ms_p50": _ms(statistics.median(waits)),
            "question_ms_p95": _ms(float(np.percentile(waits, 95))),
            "turn_ms_p50": _ms(statistics.median(turns)),
            "turn_ms_p95": _ms(float(np.percentile(turns, 95))),
            "tokens_per_s": round(status.embed_tokens_per_second),
            "memory_mb": memory_mb(model.process_id or 0),
        }
    finally:
        model.close()
    print(json.dumps(figures))
    return 0


def _while_embedding(model: ModelProcess, seconds: float) -> tuple[list[float], list[float]]:
    """Ask questions while a thread embeds; return what they took, and what its turns took."""
    is_over = threading.Event()
    is_warm = threading.Event()
    turns: list[float] = []

    def embed() -> None:
        while not is_over.is_set():
            before = time.perf_counter()
            texts = passages(512, tokens=200, seed=len(turns))
            for _ in model.embed_passages(texts, is_cancelled=is_over.is_set):
                now = time.perf_counter()
                turns.append(now - before)
                before = now
                if len(turns) == WARM_UP_TURNS:
                    is_warm.set()

    indexing = threading.Thread(target=embed)
    indexing.start()
    is_warm.wait()
    chance = random.Random(0)
    waits = []
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        is_over.wait(chance.uniform(0, MOST_PAUSE))
        waits.append(_asked(model))
    is_over.set()
    indexing.join()
    return waits, turns[WARM_UP_TURNS:]


def _asked(model: ModelProcess) -> float:
    started = time.perf_counter()
    model.embed_query(QUESTION)
    return time.perf_counter() - started


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)


if __name__ == "__main__":
    sys.exit(main())
