"""Measure a collection: build its library, ask its questions, judge every stage."""

from __future__ import annotations

import hashlib
import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from desktop_app.domain import Passage, Query, Run, SearchResult
from desktop_app.errors import QueryError
from desktop_app.evaluation.collections import (
    THE_ANSWER,
    Collection,
    Question,
    load_collection,
    target_of_page,
)
from desktop_app.evaluation.comparison import Comparison, compare
from desktop_app.evaluation.filling import (
    FILLING,
    Progress,
    fill_with_files,
    fill_with_texts,
    passage_of_text,
    passages_of_files,
)
from desktop_app.evaluation.report import Answer, EvaluationReport, summarize
from desktop_app.inference.opening import open_model
from desktop_app.inference.worker import ModelProcess
from desktop_app.search.fusion import DEPTH
from desktop_app.search.query import parse_query_of
from desktop_app.search.retrieval import (
    knows_question,
    retrieve_dense,
    retrieve_fulltext,
    retrieve_sparse,
)
from desktop_app.search.searcher import Searcher
from desktop_app.settings import Settings
from desktop_app.store.library import open_library

if TYPE_CHECKING:
    from desktop_app.inference.packs import Pack
    from desktop_app.store.library import Library

Value = TypeVar("Value")
Targets = Mapping[str, tuple[str, ...]]
"""What a passage is worth: by passage id the targets that it may hit, most exact first."""


def evaluate_with_settings(
    directory: Path, settings: Settings, *, questions: int | None = None
) -> EvaluationReport:
    """Evaluate with the pack and budget of the settings; progress goes to a terminal.

    The library is kept in the cache directory, so a second run only asks. Raises
    CollectionError, StoreError, ModelError.
    """
    pack, model = open_model(settings)
    with closing(model):
        return evaluate(
            directory,
            library_dir=settings.cache_dir / "evaluation",
            pack=pack,
            model=model,
            settings=settings,
            questions=questions,
            progress=show_progress(),
        )


def compare_packs(
    directory: Path, settings: Settings, packs: tuple[str, str], *, questions: int | None = None
) -> Comparison:
    """Evaluate two packs, one after the other, and compare them.

    Both use one library, in which the second finds the text already stored and embeds only.
    Raises CollectionError, StoreError, ModelError.
    """
    first, second = (
        evaluate_with_settings(directory, replace(settings, pack=pack), questions=questions)
        for pack in packs
    )
    return compare(first, second)


def evaluate(
    directory: Path,
    *,
    library_dir: Path,
    pack: Pack,
    model: ModelProcess,
    settings: Settings,
    questions: int | None = None,
    progress: Progress,
) -> EvaluationReport:
    """Evaluate every stage that the pack has on a collection.

    ``questions`` keeps so many, spread evenly. The library is made in a folder of
    ``library_dir`` that is named after the collection's place and content, and kept: a second
    run stores and embeds only what changed. Files are compared with the ledger as always;
    vectors belong to a space, so those of another model or of other weights are never taken.
    "dense" and "sparse" include embedding the question; "fused" and "reranked" are the
    first and the last answer of a real search; "reranker" is what the last one would be
    without blending. Raises CollectionError, StoreError,
    ModelError.
    """
    collection = load_collection(directory, questions=questions)
    place = library_dir / f"{collection.name}-{_digest(directory, collection)}"
    with closing(open_library(place)) as library:
        if collection.files is None:
            fill_with_texts(library, collection.texts, model=model, progress=progress)
        else:
            fill_with_files(
                library, collection.files, model=model, settings=settings, progress=progress
            )
        model.load()
        searcher = Searcher(
            library,
            model,
            pack=pack,
            rerank_budget_ms=settings.rerank_budget_ms,
            late_interaction=settings.late_interaction,
        )
        targets = _targets(collection, library)
        answers: list[dict[str, Answer]] = []
        for number, question in enumerate(collection.questions):
            progress("asking", number, len(collection.questions))
            answers.append(_ask(question, library, model, searcher, targets))
    return summarize(collection, pack.name, answers)


def ask_stages(
    text: str, library: Library, model: ModelProcess, searcher: Searcher
) -> dict[str, Answer]:
    """Ask one question of every stage; answers of ranked passage ids by the stage's name.

    Nothing where the question has no words. Raises StoreError and ModelError.
    """
    try:
        query = parse_query_of(library, text)
    except QueryError:
        return {}
    answers = {
        name: Answer(run.passage_ids, milliseconds)
        for name, run, milliseconds in _runs(query, library, model)
    }
    *earlier, last = searcher.search(text, limit=DEPTH)
    fused = next(each for each in (*earlier, last) if not each.is_reranked)
    answers["fused"] = Answer(_ids(fused), fused.took_ms["total"])
    if last.is_reranked:
        answers["reranker"] = Answer(_by_logit(last), last.took_ms["total"])
    if model.has_reranker:
        # What is shown in the end, also where the reranker does not know the language.
        answers["reranked"] = Answer(_ids(last), last.took_ms["total"])
    return answers


def _ask(
    question: Question,
    library: Library,
    model: ModelProcess,
    searcher: Searcher,
    targets: Targets,
) -> dict[str, Answer]:
    return {
        name: Answer(_judged(answer.ranking, question, targets), answer.milliseconds)
        for name, answer in ask_stages(question.text, library, model, searcher).items()
    }


def _runs(query: Query, library: Library, model: ModelProcess) -> Iterator[tuple[str, Run, float]]:
    (words, _), milliseconds = _timed(
        lambda: retrieve_fulltext(library, query, k=DEPTH, within=None)
    )
    yield "fulltext", words, milliseconds
    if not knows_question(model.space, query):
        return
    embeddings, embedding_ms = _timed(lambda: model.embed_query(query.text))
    for name, retrieve in (("dense", retrieve_dense), ("sparse", retrieve_sparse)):
        if name == "dense" or model.space.has_sparse:
            ask = partial(retrieve, library, query, model.space, embeddings, k=DEPTH, within=None)
            run, milliseconds = _timed(ask)
            yield name, run, embedding_ms + milliseconds


def _timed(call: Callable[[], Value]) -> tuple[Value, float]:
    begun = time.perf_counter()
    return call(), (time.perf_counter() - begun) * 1000


def _targets(collection: Collection, library: Library) -> Targets:
    if collection.files is None:
        return {passage_of_text(each).passage_id: (each.text_id,) for each in collection.texts}
    return {
        passage.passage_id: (*(target_of_page(path, page) for page in _pages(passage)), path)
        for passage, path in passages_of_files(library)
    }


def _pages(passage: Passage) -> list[int]:
    """Pages on which a passage is boxed, in order; a reader sees all of them."""
    pages = [passage.locator.page, *(box.page for box in passage.locator.boxes)]
    return list(dict.fromkeys(page for page in pages if page is not None))


def _judged(passage_ids: Sequence[str], question: Question, targets: Targets) -> tuple[str, ...]:
    """Turn ranked passages into ranked distinct targets, each counted where it came first."""
    ranking = []
    for passage_id in passage_ids:
        possible = targets.get(passage_id, ())
        hit = next((each for each in possible if each in question.relevance), None)
        if hit is not None and question.is_any_enough:
            hit = THE_ANSWER
        ranking.append(hit or next(iter(possible), passage_id))
    return tuple(dict.fromkeys(ranking))


def _by_logit(result: SearchResult) -> tuple[str, ...]:
    """Order what the reranker read by what it said alone; the others stay behind."""
    order = sorted(
        result.hits,
        key=lambda hit: -math.inf if hit.stages.logit is None else hit.stages.logit,
        reverse=True,
    )
    return tuple(hit.passage.passage_id for hit in order)


def _ids(result: SearchResult) -> tuple[str, ...]:
    return tuple(hit.passage.passage_id for hit in result.hits)


def _digest(directory: Path, collection: Collection) -> str:
    identity = f"{FILLING}\0{directory.resolve()}".encode()
    digest = hashlib.blake2b(identity, digest_size=6)
    for text in collection.texts:
        digest.update(f"{text.text_id}\0{text.title}\0{text.text}".encode())
    return digest.hexdigest()


def show_progress() -> Progress:
    """Return what shows progress on a terminal, and nothing where nobody looks."""
    return _show if sys.stderr is not None and sys.stderr.isatty() else _ignore


def _show(what: str, done: int, total: int) -> None:
    sys.stderr.write(f"\r\x1b[K{what} {done:,} of {total:,}")
    sys.stderr.flush()


def _ignore(_what: str, _done: int, _total: int) -> None:
    """Say nothing where nobody looks."""
