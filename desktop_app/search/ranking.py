"""Candidates with everything known of them, and the hits made of them."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.domain import (
    Coverage,
    Document,
    Hit,
    Passage,
    Query,
    Run,
    Stages,
    VectorSpace,
)
from desktop_app.search.adjacency import add_neighbors
from desktop_app.search.duplicates import fold
from desktop_app.search.fusion import fuse
from desktop_app.search.highlight import Highlighter
from desktop_app.search.letters import compare_letters
from desktop_app.search.retrieval import find_unknown
from desktop_app.search.scores import (
    Evidence,
    estimate_odds,
    estimate_probabilities,
    normalize_logit,
    pool_violators,
    weigh_evidence,
)
from desktop_app.search.words import word_keys

if TYPE_CHECKING:
    from desktop_app.inference.manifest import Blend
    from desktop_app.store.library import Library


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer; ``score`` is the calibrated probability, 0 to 1.

    ``odds`` is the logarithm of its odds by itself, before neighbors shared their mean: for
    blends, comparable between questions, which a fused score is not. ``places`` are its ranks
    in the runs, from 1. ``copies`` are other files with near-duplicates of the passage.
    """

    passage: Passage
    document: Document
    stages: Stages
    evidence: Evidence
    score: float
    odds: float
    places: tuple[tuple[str, int], ...] = ()
    copies: tuple[Path, ...] = ()


def add_letters(
    library: Library, query: Query, runs: Sequence[Run], space: VectorSpace | None
) -> tuple[tuple[Run, ...], dict[str, Passage]]:
    """Return the runs with that by letters, and the passages of all by id. Raises StoreError."""
    names = dict.fromkeys(each for run in runs for each in run.passage_ids)
    passages = library.get_passages(tuple(names))
    return (*runs, compare_letters(query, passages, space)), passages


def rank_candidates(
    library: Library,
    query: Query,
    runs: Sequence[Run],
    passages: Mapping[str, Passage],
    *,
    space: VectorSpace | None,
    weights: Mapping[str, float],
    coverage: Coverage,
    pack: str,
    limit: int,
) -> tuple[Candidate, ...]:
    """Return the candidates that all runs together rank first, as the first list shows them.

    ``weights`` are by the name of a run, 1 where there is none. Raises StoreError.
    """
    unknown = find_unknown(library, query, space, runs, passages, coverage=coverage)
    fused = fuse([(run, weights.get(run.name, 1.0)) for run in runs], unknown=unknown)
    return collect_candidates(
        library,
        query,
        add_neighbors(fused, passages),
        runs,
        passages,
        pack=pack,
        limit=limit,
        unknown=unknown.get("dense", ()),
    )


def collect_candidates(
    library: Library,
    query: Query,
    fused: Run,
    runs: Sequence[Run],
    passages: Mapping[str, Passage],
    *,
    pack: str,
    limit: int,
    unknown: Collection[str] = (),
) -> tuple[Candidate, ...]:
    """Return the candidates of a fused run in its order, near-duplicates folded.

    At most ``limit``, of ``passages`` (by id), where those that are gone meanwhile are not.
    ``unknown`` are those that the dense run could not find. Raises StoreError.
    """
    found = [passages[each] for each in fused.passage_ids[:limit] if each in passages]
    documents = library.documents_of_contents(
        {each.content_hash for each in found}, filters=query.filters
    )
    found = [each for each in found if each.content_hash in documents]
    keys = [word_keys(each.text) for each in found]
    kept = fold(keys)
    copies = [_other_files(found, documents, first, others) for first, others in kept.items()]
    found = [found[index] for index in kept]
    scores = {
        run.name: dict(zip(run.passage_ids, run.scores, strict=True)) for run in (fused, *runs)
    }
    places = {
        run.name: {each: place for place, each in enumerate(run.passage_ids, start=1)}
        for run in (fused, *runs)
    }
    stages = [_stages(each.passage_id, scores) for each in found]
    evidence = weigh_evidence(
        query,
        [
            (keys[index] + word_keys(each.context), said)
            for index, each, said in zip(kept, found, stages, strict=True)
        ],
        unknown={at for at, each in enumerate(found) if each.passage_id in unknown},
    )
    probabilities = estimate_probabilities(evidence, pack=pack)
    return tuple(
        Candidate(
            passage,
            documents[passage.content_hash][0],
            said,
            weighed,
            probability,
            estimate_odds(weighed, pack),
            tuple(
                (name, at[passage.passage_id])
                for name, at in places.items()
                if passage.passage_id in at
            ),
            same,
        )
        for passage, said, weighed, probability, same in zip(
            found, stages, evidence, probabilities, copies, strict=True
        )
    )


def _other_files(
    found: Sequence[Passage],
    documents: Mapping[str, Sequence[Document]],
    first: int,
    others: Sequence[int],
) -> tuple[Path, ...]:
    """Return the files of a passage and those folded into it but its own, in fused order."""
    if not others and len(documents[found[first].content_hash]) == 1:
        return ()
    own = documents[found[first].content_hash][0].full_path
    paths = (
        row.full_path
        for index in (first, *others)
        for row in documents[found[index].content_hash]
        if row.status.is_readable
    )
    return tuple(dict.fromkeys(each for each in paths if each != own))


def rerank_candidates(
    candidates: Sequence[Candidate],
    logits: Mapping[str, float],
    blend: Blend | None = None,
    *,
    unreadable: Collection[str] = (),
) -> tuple[Candidate, ...]:
    """Return the candidates by falling score: those with a logit first, then the others.

    Those among the ``unreadable`` (ids), which no time would have made the reranker read, stand
    where their probability puts them, down to the last that was read.

    Without a ``blend`` a logit's score is its sigmoid. Else the blend orders, and its ``score``
    says how likely each answers; where that rises along the order, neighbors share their mean.
    The order of two passages depends on no third, so what was read keeps it when more is read.
    The others keep their order and their probability, lowered where needed to the lowest score
    of those that were read: they were ranked behind them, so nothing higher could be claimed.
    ``logits`` are by passage id.
    """
    read = [each for each in candidates if each.passage.passage_id in logits]
    values = [logits[each.passage.passage_id] for each in read]
    # Not by the score, which is 1.0 for every large value; stable, so that equals stay in order.
    order = sorted(range(len(read)), key=lambda at: -_add_up(read[at], values[at], blend))
    by = blend.score if blend and blend.score else blend
    scores = pool_violators([normalize_logit(_add_up(read[at], values[at], by)) for at in order])
    ranked = [
        replace(read[at], stages=replace(read[at].stages, logit=values[at]), score=score)
        for at, score in zip(order, scores, strict=True)
    ]
    lowest = min(scores, default=1.0)
    unread = [each for each in candidates if each.passage.passage_id not in logits]
    strangers = [
        each
        for each in unread
        if each.passage.passage_id in unreadable and each.score >= lowest and logits
    ]
    placed = frozenset(each.passage.passage_id for each in strangers)
    return (
        *heapq.merge(ranked, strangers, key=lambda each: -each.score),
        *(
            replace(each, score=min(each.score, lowest))
            for each in unread
            if each.passage.passage_id not in placed
        ),
    )


def _add_up(candidate: Candidate, logit: float, blend: Blend | None) -> float:
    if blend is None:
        return logit
    before = blend.fused * (candidate.stages.fused or 0.0) + blend.odds * candidate.odds
    return before + blend.logit * logit + blend.bias


def make_hits(
    candidates: Sequence[Candidate], highlighter: Highlighter, *, limit: int
) -> tuple[Hit, ...]:
    """Return the first ``limit`` candidates as hits with ranks from 1 and highlights."""
    return tuple(
        Hit(
            rank=rank,
            score=each.score,
            passage=each.passage,
            document=each.document,
            stages=each.stages,
            highlights=highlighter.highlight(each.passage.text),
            places=each.places,
            copies=each.copies,
        )
        for rank, each in enumerate(candidates[:limit], start=1)
    )


def _stages(passage_id: str, scores: Mapping[str, Mapping[str, float]]) -> Stages:
    def of(name: str) -> float | None:
        return scores.get(name, {}).get(passage_id)

    return Stages(of("dense"), of("sparse"), of("fulltext"), of("fused"))
