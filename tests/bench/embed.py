"""How fast, exact and small the starter's embedder is; one JSON object on stdout.

Usage: ``python tests/bench/embed.py CORPUS.jsonl [TEXTS]`` (SciFact's corpus, say). Speeds
of float32 and int8 are measured turn by turn on the same batches, best of three, so that
a busy machine cannot favor one of them.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.packs import Pack, find_pack
from desktop_app.inference.tokenization import Tokenization, Tokens
from desktop_app.inference.worker import ModelProcess
from desktop_app.settings import resources_dir

TEXTS = 400
BATCH = 16
ROUNDS = 3
QUERIES = 30
QUESTION = "Which treatment lowers the risk of a second heart attack?"


def main() -> int:
    """Measure, and print progress to stderr and the figures to stdout."""
    corpus = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else TEXTS
    with corpus.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(count), strict=False)]
    texts = [f"{row['title']}\n{row['text']}" for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        pack = find_pack("starter", packs_dir=place, resources_dir=resources_dir())
        figures = {
            "bench": "embed",
            "texts": len(texts),
            **_of_process(pack, texts, place),
            **_of_precisions(pack, texts, place),
        }
    print(json.dumps(figures))
    return 0


def _of_process(pack: Pack, texts: list[str], cache_dir: Path) -> dict[str, Any]:
    first_start = _seconds_to_first_vector(pack, cache_dir)
    print(f"first start {first_start:.2f} s", file=sys.stderr)
    later_start = _seconds_to_first_vector(pack, cache_dir)
    model = ModelProcess(pack, cache_dir=cache_dir)
    try:
        model.load()
        latencies = []
        for _ in range(QUERIES):
            started = time.perf_counter()
            model.embed_query(QUESTION)
            latencies.append(1000 * (time.perf_counter() - started))
        started = time.perf_counter()
        batches = [1000 * -time.perf_counter()]
        for _ in model.embed_passages(texts):
            now = 1000 * time.perf_counter()
            batches[-1] += now
            batches.append(-now)
        seconds = time.perf_counter() - started
        status = model.status()
    finally:
        model.close()
    print(f"process {len(texts) / seconds:.0f} texts/s", file=sys.stderr)
    return {
        "first_start_s": round(first_start, 2),
        "start_s": round(later_start, 2),
        "query_ms_p50": round(statistics.median(latencies), 2),
        "query_ms_p95": round(float(np.percentile(latencies, 95)), 2),
        "process_texts_per_s": round(len(texts) / seconds, 1),
        "process_tokens_per_s": round(status.embed_tokens_per_second),
        "batch_ms_p95": round(float(np.percentile(batches[1:-1], 95))),
        "resident_mb": status.resident_bytes >> 20,
    }


def _seconds_to_first_vector(pack: Pack, cache_dir: Path) -> float:
    started = time.perf_counter()
    model = ModelProcess(pack, cache_dir=cache_dir)
    model.embed_query(QUESTION)
    seconds = time.perf_counter() - started
    model.close()
    return seconds


def _of_precisions(pack: Pack, texts: list[str], cache_dir: Path) -> dict[str, Any]:
    tokenization = Tokenization(pack.embedder, max_length=pack.max_length)
    tokens = sorted(tokenization.encode_texts(texts), key=len, reverse=True)
    backends = {
        wanted: OpenVinoBackend(pack, threads=0, cache_dir=cache_dir, wanted=wanted)
        for wanted in ("fp32", "int8")
    }
    seconds = dict.fromkeys(backends, float("inf"))
    vectors = {}
    for turn in range(ROUNDS):
        for name, backend in backends.items():
            started = time.perf_counter()
            vectors[name] = _embed(backend, tokenization, tokens)
            seconds[name] = min(seconds[name], time.perf_counter() - started)
            print(f"round {turn + 1} {name} {seconds[name]:.1f} s", file=sys.stderr)
    cosines = (vectors["fp32"] * vectors["int8"]).sum(axis=1)
    total = sum(map(len, tokens))
    return {
        "fp32_tokens_per_s": round(total / seconds["fp32"]),
        "int8_tokens_per_s": round(total / seconds["int8"]),
        "ratio": round(seconds["fp32"] / seconds["int8"], 2),
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_worst": round(float(cosines.min()), 5),
    }


def _embed(backend: OpenVinoBackend, tokenization: Tokenization, tokens: list[Tokens]) -> Any:
    return np.vstack(
        [
            backend.embed(tokenization.pad(tokens[start : start + BATCH]))[0]
            for start in range(0, len(tokens), BATCH)
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
