"""What token vectors (ColBERT) cost: nothing when not asked, and what when asked; JSON on stdout.

Usage: ``python tests/bench/interaction.py FOLDER [PASSAGES]``, a folder as ``shape_true.py`` writes
it for ``bge-m3``. Turn by turn, best of three, with one backend: ``embed``, ``embed_tokens``,
and the reranker on the same passages; then MaxSim alone, which runs on one core. Says nothing
of what the stage is worth: that takes trained weights and labeled questions (``lectern eval``
with ``late_interaction = true`` in the settings).
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from desktop_app.inference.interaction import max_similarity
from desktop_app.inference.openvino_backend import OpenVinoBackend
from desktop_app.inference.packs import find_pack
from desktop_app.inference.tokenization import Tokenization
from desktop_app.settings import resources_dir

QUESTION = "Which treatment lowers the risk of a second heart attack?"
PASSAGE = "Patients were given the treatment for a year and seen again every month. " * 10
ROUNDS = 3


def main() -> int:
    """Measure, and print progress to stderr and the figures to stdout."""
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        pack = find_pack(sys.argv[1], packs_dir=place, resources_dir=resources_dir())
        backend = OpenVinoBackend(pack, threads=0, cache_dir=place, wanted="int8")
        backend.load_reranker()
        words = Tokenization(pack.embedder, max_length=pack.max_length)
        assert pack.reranker is not None
        pairs = Tokenization(pack.reranker, max_length=pack.reranker_max_length, like=words)
        passages = words.pad(words.encode_texts([PASSAGE] * count))
        joined = pairs.pad(pairs.encode_pairs(QUESTION, [PASSAGE] * count))
        seconds = _best(
            {
                "embed_s": lambda: backend.embed(passages),
                "embed_tokens_s": lambda: backend.embed_tokens(passages),
                "rerank_s": lambda: backend.score(joined),
            }
        )
        question = words.pad(words.encode_texts([QUESTION]))
        [of_question] = backend.embed_tokens(question)[2]
        of_passages = backend.embed_tokens(passages)[2]

        def compare() -> list[float]:
            return [max_similarity(of_question, each) for each in of_passages]

        seconds |= _best({"max_similarity_s": compare})
        backend.close()
    figures = {name: round(value, 4) for name, value in seconds.items()}
    print(
        json.dumps(
            {
                "bench": "interaction",
                "passages": count,
                "passage_tokens": int(passages.mask[0].sum()),
                **figures,
                "tokens_against_embed": round(seconds["embed_tokens_s"] / seconds["embed_s"], 3),
                "tokens_against_rerank": round(seconds["embed_tokens_s"] / seconds["rerank_s"], 3),
            }
        )
    )
    return 0


def _best(calls: dict[str, Callable[[], Any]]) -> dict[str, float]:
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(ROUNDS):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - started)
        print({name: round(each, 3) for name, each in best.items()}, file=sys.stderr)
    return best


if __name__ == "__main__":
    sys.exit(main())
