"""How many of the exact best by learned sparse weights are among the candidates?

Usage: ``python tests/bench/sparse.py CORPUS.jsonl QUERIES.jsonl [QUESTIONS]``. Weights like
BGE-M3's are made of the words of the texts: a word's weight grows with its rarity and, slowly,
with its count (real weights do as well; they cannot be had here). They are stored as the
application stores them. Prints one JSON object: the share of the exact best 10 and 100 by dot
product over all passages that ``search_sparse`` returns, and its milliseconds.
"""

from __future__ import annotations

import json
import math
import sys
import tempfile
import time
import zlib
from collections import Counter
from contextlib import closing
from pathlib import Path
from statistics import fmean, median

import numpy as np

from desktop_app.domain import Embeddings, SparseVector, VectorSpace
from desktop_app.evaluation.collections import Text
from desktop_app.evaluation.filling import fill_with_texts, passage_of_text
from desktop_app.search.words import word_keys
from desktop_app.store.library import open_library

SPACE = VectorSpace("sparse", "sparse", 8, has_sparse=True, languages=frozenset())
VOCABULARY = 250_002
BEST = (10, 100)
GROUP = 1000


def weigh(text: str, frequency: Counter[str], texts: int) -> SparseVector:
    """Return weights from 0 to about 0.4, as those of BGE-M3 are, by token id."""
    counts = Counter(word_keys(text))
    weights: dict[int, float] = {}
    for word, count in counts.items():
        rarity = math.log1p(texts / (1 + frequency[word])) / math.log1p(texts)
        noise = 0.75 + (zlib.crc32(f"{word} {text[:40]}".encode()) % 1000) / 2000
        token = zlib.crc32(word.encode()) % VOCABULARY
        weight = 0.4 * rarity * noise * (1 + math.log(count)) / 2
        weights[token] = max(weight, weights.get(token, 0.0))
    ids = np.array(sorted(weights), dtype=np.int32)
    return SparseVector(ids, np.array([weights[each] for each in ids], dtype=np.float32))


def read(path: str) -> list[dict[str, str]]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Store the weights of a collection, ask its questions, and compare."""
    texts = [Text(row["id"], row.get("title") or "", row["text"]) for row in read(sys.argv[1])]
    questions = read(sys.argv[2])[: int(sys.argv[3]) if len(sys.argv) > 3 else 300]
    frequency = Counter(word for each in texts for word in set(word_keys(each.text)))
    vectors = [weigh(each.text, frequency, len(texts)) for each in texts]
    ids = [passage_of_text(each).passage_id for each in texts]
    held = [
        dict(zip(each.token_ids.tolist(), each.weights.tolist(), strict=True)) for each in vectors
    ]
    recall: dict[int, list[float]] = {best: [] for best in BEST}
    took = []
    dense = np.tile(np.eye(1, SPACE.dimension, dtype=np.float32), (GROUP, 1))
    with tempfile.TemporaryDirectory() as folder, closing(open_library(Path(folder))) as library:
        fill_with_texts(library, texts, model=None, progress=lambda *_: None)
        for start in range(0, len(ids), GROUP):
            group = slice(start, start + GROUP)
            embeddings = Embeddings(dense[: len(ids[group])], tuple(vectors[group]))
            library.put_vectors(SPACE, ids[group], embeddings)
        library.maintain()
        for row in questions:
            question = weigh(row["text"], frequency, len(texts))
            pairs = list(zip(question.token_ids.tolist(), question.weights.tolist(), strict=True))
            exact = [sum(value * each.get(token, 0.0) for token, value in pairs) for each in held]
            begun = time.perf_counter()
            found = library.search_sparse(SPACE, question, k=max(BEST)).passage_ids
            took.append((time.perf_counter() - begun) * 1000)
            order = sorted(range(len(ids)), key=lambda at: -exact[at])
            for best in BEST:
                wanted = {ids[at] for at in order[:best] if exact[at] > 0}
                recall[best].append(len(wanted.intersection(found)) / max(1, len(wanted)))
    figures = {f"recall_of_exact_{best}": round(fmean(recall[best]), 4) for best in BEST}
    print(json.dumps(figures | {"passages": len(ids), "ms_p50": round(median(took), 1)}))


if __name__ == "__main__":
    main()
