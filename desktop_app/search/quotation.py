"""From a finished answer to the same answer with its sentences marked."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from desktop_app.domain import (
    FoundWord,
    Hit,
    IsCancelled,
    Query,
    SearchResult,
    Verdict,
    never_cancelled,
)
from desktop_app.errors import ModelError
from desktop_app.search.evidence import gather_evidence, weigh
from desktop_app.search.forms import FormFinder
from desktop_app.search.quoting import Sentence, list_sentences, mark_sentences
from desktop_app.search.shares import topic_words

if TYPE_CHECKING:
    from desktop_app.inference.worker import ModelProcess

_log = logging.getLogger(__name__)

BUDGET_SECONDS = 1.0
"""What was not read by then is not quoted."""


def quote(
    results: Iterator[SearchResult],
    model: ModelProcess | None,
    *,
    is_cancelled: IsCancelled = never_cancelled,
) -> Iterator[SearchResult]:
    """Yield the states of an answer, and after the last one the same with its quotation.

    The list never waits for it. That state also says which words each hit has. It quotes
    nothing where nothing stands out or the verdict is none, and does not come when
    cancelled (asked at batch borders). Search thread. A model that fails costs the choice
    by meaning; it is then made by words.
    """
    last: SearchResult | None = None
    for last in results:
        yield last
    if last is None or not last.is_final or not last.hits or is_cancelled():
        return
    last = replace(last, hits=_with_words(last))
    if last.verdict is Verdict.NONE:
        yield last
        return
    begun = time.perf_counter()
    sentences = list_sentences(last.hits, last.query.text)
    values = _judge(last, sentences, model, begun + BUDGET_SECONDS, is_cancelled)
    # Next to what is no number nothing is better: it would hide the sentences after it.
    values = {at: value for at, value in values.items() if math.isfinite(value)}
    hits, found = mark_sentences(last.hits, sentences, values)
    if not is_cancelled():
        took = {**last.took_ms, "quote": (time.perf_counter() - begun) * 1000}
        yield replace(last, hits=hits, quote=found, took_ms=took)


def _with_words(result: SearchResult) -> tuple[Hit, ...]:
    terms = topic_words(result.query)
    finder = FormFinder(terms, result.query.language)
    hits = []
    for hit in result.hits:
        found = finder.find(hit.passage.full_text)
        words = tuple(FoundWord(term, found.get(term, ())) for term in terms)
        hits.append(replace(hit, words=words))
    return tuple(hits)


def _judge(
    result: SearchResult,
    sentences: Sequence[Sentence],
    model: ModelProcess | None,
    deadline: float,
    is_cancelled: IsCancelled,
) -> dict[int, float]:
    """Return the log-odds that each sentence answers, as far as it was read in time."""
    known = _known(result, sentences, model)
    near: dict[int, float] = {}
    if model is not None and known:

        def is_over() -> bool:
            return is_cancelled() or time.perf_counter() > deadline

        texts = [sentences[position].text for position in known]
        try:
            if model.ranks_alone and result.is_reranked:
                read = _rerank(model, result.query, texts, is_over)
                return {known[at]: value for at, value in read.items()}
            read = _compare(model, result.query, texts, is_over)
            near = {known[at]: value for at, value in read.items()}
        except ModelError as error:
            _log.warning("sentences could not be read: %s", error.code)
    return weigh(gather_evidence(result.query, result.hits, sentences, near), near)


def _known(
    result: SearchResult, sentences: Sequence[Sentence], model: ModelProcess | None
) -> tuple[int, ...]:
    if model is None or not result.pack or not model.space.knows(result.query.language):
        return ()
    return tuple(
        position
        for position, each in enumerate(sentences)
        if model.space.knows(result.hits[each.hit].passage.language)
    )


def _rerank(
    model: ModelProcess, query: Query, texts: Sequence[str], is_over: IsCancelled
) -> dict[int, float]:
    read: dict[int, float] = {}
    for positions, logits in model.rerank(query.text, texts, is_cancelled=is_over):
        read |= zip(positions, map(float, logits), strict=True)
    return read


def _compare(
    model: ModelProcess, query: Query, texts: Sequence[str], is_over: IsCancelled
) -> dict[int, float]:
    asked = model.embed_query(query.text).dense[0].astype(np.float32)
    read: dict[int, float] = {}
    for positions, embeddings in model.embed_passages(texts, is_cancelled=is_over):
        near = embeddings.dense.astype(np.float32) @ asked
        read |= zip(positions, map(float, near), strict=True)
    return read
