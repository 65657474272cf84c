"""Is the time left that is shown while embedding true?

Usage: ``python tests/bench/time_left.py CORPUS.jsonl [PASSAGES]``: texts of a retrieval
collection, 20,000 by default, are stored and embedded with the starter pack. Every second
the time left that was told is kept; at the end each is compared with what it came to.
Prints one JSON object: seconds in all, and for what was told after the first minute (or the
first fifth of a shorter run) the median and the worst error as a share of the truth, of
moments with at least ten seconds left.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from desktop_app.domain import IndexPhase
from desktop_app.indexing.extraction import extract
from desktop_app.indexing.indexer import Indexer
from desktop_app.inference.packs import find_pack
from desktop_app.inference.worker import ModelProcess
from desktop_app.parsing.pool import ParserPool
from desktop_app.settings import Settings, resources_dir

_TEXTS_A_FILE = 100
_LEAST_LEFT = 10.0


def write_files(corpus: Path, root: Path, count: int) -> None:
    """Write the texts as files of a hundred paragraphs each."""
    with corpus.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line, _ in zip(lines, range(count), strict=False)]
    repeats = -(-count // len(texts))
    texts = [f"{turn} {text}" for turn in range(repeats) for text in texts][:count]
    for start in range(0, len(texts), _TEXTS_A_FILE):
        content = "\n\n".join(texts[start : start + _TEXTS_A_FILE])
        (root / f"{start:06d}.txt").write_text(content, encoding="utf-8")


def main() -> None:
    """Print the figures."""
    # Parser processes import this file again, and their memory has no room for LanceDB.
    from desktop_app.store.library import open_library

    corpus, count = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    told: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "root").resolve()
        root.mkdir()
        write_files(corpus, root, count)
        settings = Settings(library_dir=Path(scratch, "library"))
        library = open_library(settings.library_dir)
        library.add_root(str(root))
        pack = find_pack("starter", packs_dir=Path(scratch), resources_dir=resources_dir())
        model = ModelProcess(pack, cache_dir=Path(scratch, "cache"))
        pool = ParserPool(extract, processes=2, memory_mb=settings.parse_memory_mb)
        began = ended = 0.0
        for step in Indexer(library, pool, model, settings).index([str(root)]):
            now = perf_counter()
            if step.phase is IndexPhase.EMBEDDING:
                began = began or now
                ended = now
                if step.seconds_left is not None and (not told or now - told[-1][0] >= 1.0):
                    told.append((now, step.seconds_left))
        pool.close()
        model.close()
        library.close()
    total = ended - began
    settled = began + min(60.0, total / 5)
    errors = [
        abs(left - (ended - at)) / (ended - at)
        for at, left in told
        if at >= settled and ended - at >= _LEAST_LEFT
    ]
    answer = {
        "embedding_s": round(total, 1),
        "moments": len(errors),
        "median_error": round(median(errors), 3) if errors else None,
        "worst_error": round(max(errors), 3) if errors else None,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
