"""How much more disk does a library take that was changed for long than one made afresh?

Usage: ``python tests/bench/disk.py [FILES] [ROUNDS]``, 1,000 files and 30 rounds by default.
In each round a fifth of the files gets new text, some go and some come, and the folder is
indexed again, with vectors of 384 random numbers for each text. Prints one JSON object:
bytes after the last round and at the worst moment between two rounds, of a library made
afresh of the same folder, and the ratios (``factor``, ``worst_factor``). ``first_peak`` and
``peak`` are the most that it took at any moment while it was made, and while the rounds were
indexed, as multiples of what it took after that run: while a table is tidied, its new files
stand beside the old ones.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import numpy as np

from desktop_app.domain import Embeddings, IsCancelled, VectorSpace, never_cancelled
from desktop_app.indexing.extraction import extract
from desktop_app.indexing.indexer import Indexer
from desktop_app.parsing.pool import ParserPool
from desktop_app.settings import Settings

_WORDS = [f"word{number}" for number in range(5000)]
_WORDS_A_FILE = 600


class RandomModel:
    """Gives each text a random unit vector of its own."""

    space = VectorSpace("random", "random", 384, has_sparse=False, languages=frozenset({"en"}))

    def embed_passages(
        self, texts: Sequence[str], *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[tuple[tuple[int, ...], Embeddings]]:
        """Yield all vectors as one batch."""
        if texts and not is_cancelled():
            rows = np.stack([_vector(text) for text in texts])
            yield tuple(range(len(texts))), Embeddings(rows)


def _vector(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
    vector = np.random.default_rng(seed).standard_normal(384).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def write(path: Path, chance: random.Random) -> None:
    """Write a file of random words."""
    path.write_text(" ".join(chance.choices(_WORDS, k=_WORDS_A_FILE)) + ".\n")


def index(root: Path, directory: Path) -> tuple[int, float]:
    """Bring a library up to date; return its bytes, and the most it took as a multiple of them."""
    # Parser processes import this file again, and their memory has no room for LanceDB.
    from desktop_app.store.library import open_library

    library = open_library(directory)
    library.add_root(str(root))
    pool = ParserPool(extract, processes=2, memory_mb=1024)
    model: Any = RandomModel()
    settings = Settings(library_dir=directory)
    indexer = Indexer(library, pool, model, settings, tokens_per_second=lambda: 1e6)
    with Gauge(directory) as gauge:
        for _ in indexer.index([str(root)]):
            pass
        pool.close()
        library.close()
    left = bytes_in(directory)
    return left, gauge.most / left


class Gauge:
    """Looks every 20 ms at what a folder takes on the disk; ``most`` is the most of it."""

    def __init__(self, directory: Path) -> None:
        self.most = 0
        self._directory = directory
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(0.02):
            self.most = max(self.most, bytes_in(self._directory))


def bytes_in(directory: Path) -> int:
    """Add up the files of a folder in which some may go meanwhile."""
    total = 0
    for path in directory.rglob("*"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total


def main() -> None:
    """Print the figures."""
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as scratch:
        root, directory = Path(scratch, "root").resolve(), Path(scratch, "library")
        root.mkdir()
        for number in range(files):
            write(root / f"{number}.txt", chance)
        first, first_peak = index(root, directory)
        print(f"made: {first / 1e6:.1f} MB, {first_peak:.2f} at most", file=sys.stderr)
        sizes, peaks = [first], [1.0]
        for number in range(rounds):
            for path in chance.sample(sorted(root.iterdir()), files // 5):
                write(path, chance)
            for path in chance.sample(sorted(root.iterdir()), files // 50):
                path.rename(path.with_name(f"{number} {path.name}"[-40:]))
            size, peak = index(root, directory)
            sizes.append(size)
            peaks.append(peak)
            print(f"round {number + 1}: {size / 1e6:.1f} MB, {peak:.2f} at most", file=sys.stderr)
        fresh, _ = index(root, Path(scratch, "fresh"))
    answer = {
        "files": files,
        "rounds": rounds,
        "bytes": sizes[-1],
        "worst_bytes": max(sizes),
        "fresh_bytes": fresh,
        "factor": round(sizes[-1] / fresh, 3),
        "worst_factor": round(max(sizes) / fresh, 3),
        "first_peak": round(first_peak, 3),
        "peak": round(max(peaks), 3),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
