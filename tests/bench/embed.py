"""How fast, exact and small an embedder is, against FlagEmbedding; one JSON object on stdout.

Usage: ``python tests/bench/embed.py [--pack bge-m3] [--texts 32] [--corpus FILE.jsonl] [--flag]``.
Packs are shape-true (``shape_true.py``); ``--installed`` names an installed one instead
("starter"). Texts are made, of 30 to 250 tokens, or come from a corpus (SciFact's, say).
``--flag`` adds FlagEmbedding's defaults on the same texts, ``--precisions`` the speed and the
cosine of int8 against float32, measured turn by turn on the same batches, so that a busy
machine cannot favor one of them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.pace import group_by_length
from desktop_app.inference.packs import Pack, find_pack
from desktop_app.inference.tokenization import Tokenization, Tokens
from desktop_app.inference.worker import ModelProcess
from desktop_app.settings import resources_dir
from tests.bench.parts import options as command_line
from tests.bench.parts import peers, roofline
from tests.bench.parts.process import memory_mb
from tests.bench.parts.texts import QUESTION, passages

ROUNDS = 3
QUERIES = 30
MEAN_TOKENS = 140
SPREAD = 0.8


def main() -> int:
    """Measure, and print progress to stderr and the figures to stdout."""
    parser = command_line.parser(__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--installed", help="an installed pack instead of a shape")
    parser.add_argument("--corpus", type=Path, help="texts from a corpus.jsonl")
    parser.add_argument("--texts", type=int, default=32)
    parser.add_argument("--flag", action="store_true", help="also FlagEmbedding's defaults")
    parser.add_argument("--precisions", action="store_true", help="also int8 against float32")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    pack = (
        find_pack(options.installed, packs_dir=options.work, resources_dir=resources_dir())
        if options.installed
        else command_line.chosen_pack(options)
    )
    texts = _texts(options)
    tokens = Tokenization(pack.embedder, max_length=pack.max_length).encode_texts(texts)
    lengths = list(map(len, tokens))
    figures = {
        "bench": "embed",
        "pack": pack.name,
        "texts": len(texts),
        "tokens": sum(lengths),
        "padding": _padding(lengths),
        **_ours(pack, texts, options.work, options.threads),
    }
    figures["tokens_per_s"] = round(sum(lengths) / figures["ours_s"])
    work = roofline.work(pack.embedder, lengths)
    figures["achieved_gflops"] = round(work / figures["ours_s"] / 1e9)
    figures["peak_fp32_gflops"] = round(roofline.peak_float32() / 1e9)
    figures["peak_int8_gops"] = round(roofline.peak_int8() / 1e9)
    if options.flag:
        found = peers.flag("embed", pack.embedder, {"texts": texts}, options.work)
        figures["flagembedding_s"] = round(found["seconds"], 3)
        figures["ratio"] = round(found["seconds"] / figures["ours_s"], 2)
    if options.precisions:
        figures |= _of_precisions(pack, tokens, options.work)
    print(json.dumps(figures))
    return 0


def _texts(options: argparse.Namespace) -> list[str]:
    if options.corpus is None:
        return passages(options.texts, tokens=MEAN_TOKENS, spread=SPREAD)
    with options.corpus.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line, _ in zip(lines, range(options.texts), strict=False)]
    return [f"{row['title']}\n{row['text']}" for row in rows]


def _padding(lengths: list[int]) -> float:
    """Return the share of padding in the calls that the model process makes of such texts."""
    slots = OpenVinoBackend.most_slots
    groups = group_by_length(lengths, most_slots=slots, is_padding_free=False)
    places = sum(max(lengths[each] for each in group) * len(group) for group in groups)
    return round(1 - sum(lengths) / places, 4)


def _ours(pack: Pack, texts: list[str], work: Path, threads: int) -> dict[str, Any]:
    first_start = _seconds_to_first_vector(pack, work)
    print(f"first start {first_start:.2f} s", file=sys.stderr)
    later_start = _seconds_to_first_vector(pack, work)
    model = ModelProcess(pack, cache_dir=work, threads=threads)
    try:
        model.load()
        rounds, turns = [], []
        for _ in range(ROUNDS):
            started = before = time.perf_counter()
            for _ in model.embed_passages(texts):
                now = time.perf_counter()
                turns.append(now - before)
                before = now
            rounds.append(time.perf_counter() - started)
            print(f"{rounds[-1]:.2f} s", file=sys.stderr)
        alone = []
        for _ in range(QUERIES):
            started = time.perf_counter()
            model.embed_query(QUESTION)
            alone.append(time.perf_counter() - started)
        status = model.status()
        memory = memory_mb(model.process_id or 0)
    finally:
        model.close()
    return {
        "backend": f"{status.backend} {status.precision}",
        "device": status.device,
        "first_start_s": round(first_start, 2),
        "start_s": round(later_start, 2),
        "ours_s": round(min(rounds), 3),
        "first_s": round(rounds[0], 3),
        "turn_ms_p50": round(1000 * statistics.median(turns)),
        "turn_ms_p95": round(1000 * float(np.percentile(turns, 95))),
        "query_ms_p50": round(1000 * statistics.median(alone), 2),
        "query_ms_p95": round(1000 * float(np.percentile(alone, 95)), 2),
        "memory_mb": memory,
    }


def _seconds_to_first_vector(pack: Pack, cache_dir: Path) -> float:
    started = time.perf_counter()
    model = ModelProcess(pack, cache_dir=cache_dir)
    model.embed_query(QUESTION)
    seconds = time.perf_counter() - started
    model.close()
    return seconds


def _of_precisions(pack: Pack, tokens: list[Tokens], cache_dir: Path) -> dict[str, Any]:
    tokenization = Tokenization(pack.embedder, max_length=pack.max_length)
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
        "int8_ratio": round(seconds["fp32"] / seconds["int8"], 2),
        "cosine_mean": round(float(cosines.mean()), 5),
        "cosine_worst": round(float(cosines.min()), 5),
    }


def _embed(backend: OpenVinoBackend, tokenization: Tokenization, tokens: list[Tokens]) -> Any:
    groups = group_by_length(
        list(map(len, tokens)), most_slots=backend.most_slots, is_padding_free=False
    )
    return np.vstack(
        [backend.embed(tokenization.pad([tokens[each] for each in group]))[0] for group in groups]
    )


if __name__ == "__main__":
    sys.exit(main())
