"""Hits around a text, for what works on finished answers."""

from dataclasses import replace
from typing import Any

from desktop_app.domain import Coverage, Hit, SearchResult, Stages, Verdict
from desktop_app.search.query import parse_query
from tests.unit.search.library_fakes import make_document, make_passage

COVERAGE = Coverage(1, 1, 0, 1, 1)


def make_hit(text: str, rank: int, *, language: str = "en") -> Hit:
    passage = make_passage(text, name=str(rank), language=language)
    return Hit(rank, 0.9, passage, make_document(passage), Stages())


def make_result(question: str, *texts: str, **changes: Any) -> SearchResult:
    result = SearchResult(
        query=parse_query(question),
        pack="fake",
        verdict=Verdict.GOOD,
        hits=tuple(make_hit(text, rank) for rank, text in enumerate(texts, start=1)),
        coverage=COVERAGE,
        took_ms={},
        is_reranked=False,
        is_final=True,
    )
    return replace(result, **changes)
