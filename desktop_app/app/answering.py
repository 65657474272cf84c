"""Questions to an opened library: by everything it has, by words alone, by likeness."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING

from desktop_app.domain import IsCancelled, SearchResult

if TYPE_CHECKING:
    from desktop_app.app.packs_in_use import PacksInUse
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library


def answer(
    library: Library,
    packs: PacksInUse,
    settings: Settings,
    question: str,
    *,
    limit: int,
    rerank: bool,
    is_cancelled: IsCancelled,
) -> Iterator[SearchResult]:
    """Yield ever better answers; the last has ``is_final``. Raises QueryError, StoreError."""
    from desktop_app.search.quotation import quote
    from desktop_app.search.searcher import Searcher

    # Leased to the end, so that an answer is of one space although another takes over.
    with packs.answering() as seat:
        searcher = Searcher(
            library,
            seat.model if seat else None,
            pack=seat.pack if seat else None,
            rerank_budget_ms=settings.rerank_budget_ms,
            late_interaction=settings.late_interaction,
        )
        why = (packs.notice,) if packs.notice else ()
        states = searcher.search(question, limit=limit, rerank=rerank, is_cancelled=is_cancelled)
        for result in quote(states, seat.model if seat else None, is_cancelled=is_cancelled):
            yield dataclasses.replace(result, notices=(*why, *result.notices))


def answer_by_words(
    library: Library, packs: PacksInUse, question: str, *, limit: int
) -> SearchResult:
    """Return what words alone find; never final and without notices.

    A question that is still being typed is misspelled and lacks its end, so nothing is said
    about it. Raises QueryError, StoreError.
    """
    from desktop_app.search.searcher import Searcher

    searcher = Searcher(library, None, pack=None, rerank_budget_ms=0)
    *_, result = searcher.search(question, limit=limit, rerank=False, is_typed=True)
    coverage = dataclasses.replace(library.coverage(packs.space), passing=result.coverage.passing)
    return dataclasses.replace(result, coverage=coverage, notices=(), is_final=False)


def answer_similar(
    library: Library, packs: PacksInUse, passage_id: str, *, limit: int
) -> SearchResult:
    """Return the passages nearest in meaning to one; needs no model. Raises QueryError."""
    from desktop_app.search.similarity import find_similar

    with packs.answering() as seat:
        space, pack = (seat.model.space, seat.pack.name) if seat else (None, "")
        return find_similar(library, space, passage_id, pack=pack, limit=limit)
