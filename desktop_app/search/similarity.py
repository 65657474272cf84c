"""From a passage to others that say something alike."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from desktop_app.domain import (
    Filters,
    Hit,
    Passage,
    Query,
    Run,
    SearchResult,
    Stages,
    VectorSpace,
    Verdict,
)
from desktop_app.errors import QueryError
from desktop_app.search.duplicates import fold
from desktop_app.search.words import word_keys
from desktop_app.translation import mark, worded

if TYPE_CHECKING:
    from desktop_app.store.library import Library

NO_VECTOR = mark(
    "Meaning search has not read this passage yet; similar ones cannot be found so far."
)
_SPARE = 30
"""Candidates beyond the limit, to take the places of the passage itself and its copies."""


def find_similar(
    library: Library, space: VectorSpace | None, passage_id: str, *, pack: str, limit: int
) -> SearchResult:
    """Return the passages nearest in meaning to one, without it and its near-duplicates.

    By the dense run alone with the stored vector, so no model is asked; scores are cosines,
    0 to 1. Raises QueryError for a passage that is not there, StoreError.
    """
    begun = time.perf_counter()
    source = library.get_passages((passage_id,)).get(passage_id)
    if source is None:
        raise QueryError(mark("That passage is not in the library any more."), mark("Ask again."))
    vector = library.vectors_of(space, (passage_id,)).get(passage_id) if space else None
    hits: tuple[Hit, ...] = ()
    notices = (NO_VECTOR,)
    if space is not None and vector is not None:
        run = library.search_dense(space, vector, k=limit + _SPARE)
        hits = _hits(library, source, run)[:limit]
        notices = (_say(source),)
    return SearchResult(
        query=Query(raw=f"similar:{passage_id}", text=""),
        pack=pack,
        verdict=Verdict.GOOD if hits else Verdict.NONE,
        hits=hits,
        coverage=library.coverage(space),
        took_ms={"total": (time.perf_counter() - begun) * 1000},
        is_reranked=False,
        is_final=True,
        notices=notices,
    )


def _hits(library: Library, source: Passage, run: Run) -> tuple[Hit, ...]:
    stored = library.get_passages(run.passage_ids)
    found = [
        (stored[each], score, place)
        for place, (each, score) in enumerate(zip(run.passage_ids, run.scores, strict=True), 1)
        if each in stored and each != source.passage_id
    ]
    documents = library.documents_of_contents(
        {each.content_hash for each, _, _ in found}, filters=Filters()
    )
    found = [each for each in found if each[0].content_hash in documents]
    # The source comes first, so that its copies fold into it.
    kept = fold([word_keys(each.text) for each in (source, *(each for each, _, _ in found))])
    chosen = [found[index - 1] for index in kept if index > 0]
    return tuple(
        Hit(
            rank=rank,
            score=min(1.0, max(0.0, score)),
            passage=passage,
            document=documents[passage.content_hash][0],
            stages=Stages(dense=score),
            places=(("dense", place),),
        )
        for rank, (passage, score, place) in enumerate(chosen, start=1)
    )


def _say(source: Passage) -> str:
    title = " ".join(source.title.split())
    if not source.locator.page:
        return worded("Passages whose meaning is nearest to one of “{title}”.", title=title)
    return worded(
        "Passages whose meaning is nearest to one of “{title}”, p. {page}.",
        title=title,
        page=source.locator.page,
    )
