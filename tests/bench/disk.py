"""How much more disk does a library take that was changed for long than one made afresh?

Usage: ``python tests/bench/disk.py [FILES] [ROUNDS]``, 1,000 files and 30 rounds by default.
In each round a fifth of the files gets new text, some go and some come, and the folder is
indexed again, with vectors of 384 random numbers for each text. Prints one JSON object:
bytes after the last round and at the worst moment between two rounds, of a library made
afresh of the same folder, and the ratios (``factor``, ``worst_factor``).
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

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


def index(root: Path, directory: Path) -> int:
    """Bring a library up to date and return its bytes on disk."""
    # Parser processes import this file again, and their memory has no room for LanceDB.
    from desktop_app.store.library import open_library

    library = open_library(directory)
    library.add_root(str(root))
    pool = ParserPool(extract, processes=2, memory_mb=1024)
    model: Any = RandomModel()
    for _ in Indexer(library, pool, model, Settings(library_dir=directory)).index([str(root)]):
        pass
    pool.close()
    library.close()
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


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
        sizes = [index(root, directory)]
        for number in range(rounds):
            for path in chance.sample(sorted(root.iterdir()), files // 5):
                write(path, chance)
            for path in chance.sample(sorted(root.iterdir()), files // 50):
                path.rename(path.with_name(f"{number} {path.name}"[-40:]))
            sizes.append(index(root, directory))
            print(f"round {number + 1}: {sizes[-1] / 1e6:.1f} MB", file=sys.stderr)
        fresh = index(root, Path(scratch, "fresh"))
    answer = {
        "files": files,
        "rounds": rounds,
        "bytes": sizes[-1],
        "worst_bytes": max(sizes),
        "fresh_bytes": fresh,
        "factor": round(sizes[-1] / fresh, 3),
        "worst_factor": round(max(sizes) / fresh, 3),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
