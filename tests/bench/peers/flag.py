"""FlagEmbedding with its defaults: ``flag.py rerank|embed FOLDER INPUT.json``; JSON on stdout.

INPUT holds ``question`` and ``passages``, or ``texts``. Run in a process of its own, so that
no library of ours is loaded beside it.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")


def main() -> int:
    """Load, compute once, and print the seconds of both."""
    task, folder, given = sys.argv[1], sys.argv[2], json.loads(Path(sys.argv[3]).read_text())
    # Progress belongs to stderr, where some of it is printed anyway.
    with contextlib.redirect_stdout(sys.stderr):
        answer = rerank(folder, given) if task == "rerank" else embed(folder, given)
    print(json.dumps(answer))
    return 0


def rerank(folder: str, given: dict[str, Any]) -> dict[str, Any]:
    """Score the pairs with FlagReranker as its readme does."""
    from FlagEmbedding import FlagReranker

    started = time.perf_counter()
    model = FlagReranker(folder)
    loaded = time.perf_counter()
    scores = model.compute_score([(given["question"], each) for each in given["passages"]])
    return {
        "seconds": time.perf_counter() - loaded,
        "load_s": loaded - started,
        "scores": [float(each) for each in scores],
    }


def embed(folder: str, given: dict[str, Any]) -> dict[str, Any]:
    """Embed the texts as FlagEmbedding's readme does: BGE-M3 with its weights, others plainly."""
    import FlagEmbedding

    has_sparse = (Path(folder) / "sparse_linear.pt").is_file()
    started = time.perf_counter()
    kind = FlagEmbedding.BGEM3FlagModel if has_sparse else FlagEmbedding.FlagModel
    model = kind(folder)
    loaded = time.perf_counter()
    # The same outputs as ours gives.
    options = {"return_sparse": True} if has_sparse else {}
    found = model.encode(given["texts"], **options)
    seconds = time.perf_counter() - loaded
    dense = found["dense_vecs"] if has_sparse else found
    return {"seconds": seconds, "load_s": loaded - started, "dense": dense.tolist()}


if __name__ == "__main__":
    sys.exit(main())
