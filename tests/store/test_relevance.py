"""BM25 on real collections: the figures that the full-text index was chosen by."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import pytest

from tests.store.library_samples import make_passage

pytestmark = pytest.mark.shared


@pytest.mark.parametrize(
    ("collection", "expected"),
    [("scifact", 0.67), ("xquad-zh", 0.95), ("xquad-de", 0.91)],
)
def test_bm25_ranks_at_least_as_well_as_measured(library, shared, collection, expected):
    folder: Path = shared / "corpora" / "retrieval" / collection
    names = {}
    passages = []
    for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        passage = make_passage(row["id"], 0, row["text"], title=row["title"] or "", heading=())
        passages.append(passage)
        names[passage.passage_id] = row["id"]
    library.put_passages(passages)
    library.maintain(is_cancelled=lambda: False)
    judged: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, relevance = line.split("\t")
        judged.setdefault(query, {})[document] = float(relevance)
    scores = []
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        # A third of the questions, chosen by a hash of their ids, is enough to notice a loss.
        if collection != "scifact" and hashlib.sha256(row["id"].encode()).digest()[0] % 3:
            continue
        if row["id"] in judged:
            run = library.search_fulltext(row["text"], k=10)
            scores.append(ndcg([names[each] for each in run.passage_ids], judged[row["id"]]))
    mean = sum(scores) / len(scores)
    assert mean >= expected, f"nDCG@10 {mean:.4f} over {len(scores)} questions"


def ndcg(ranked: list[str], relevant: dict[str, float]) -> float:
    gained = sum(relevant.get(each, 0) / math.log2(at + 2) for at, each in enumerate(ranked))
    best = sorted(relevant.values(), reverse=True)[:10]
    return gained / sum(each / math.log2(at + 2) for at, each in enumerate(best))
