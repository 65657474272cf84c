"""From a question to an answer that gets better while it is looked at."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, SupportsFloat

from desktop_app.domain import (
    Coverage,
    Embeddings,
    IsCancelled,
    Query,
    Run,
    SearchResult,
    VectorSpace,
    never_cancelled,
)
from desktop_app.errors import ModelError
from desktop_app.search.fusion import DEPTH
from desktop_app.search.highlight import Highlighter
from desktop_app.search.query import parse_query_of
from desktop_app.search.ranking import (
    Candidate,
    add_letters,
    make_hits,
    rank_candidates,
    rerank_candidates,
)
from desktop_app.search.retrieval import (
    begin_dense,
    begin_fulltext,
    describe_changes,
    knows_question,
    restrict,
    retrieve_sparse,
)
from desktop_app.search.scores import judge_hits
from desktop_app.translation import mark, sentences

if TYPE_CHECKING:
    from desktop_app.inference.packs import Pack
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)

RERANK_MOST = 50
"""Deeper reranking gains little: about 90 % of the best result is reached at a third of 100."""
_SPARE = 20
"""Candidates beyond the limit, to take the places of folded near-duplicates."""
_RERANK_LEAST = 8
"""Read on the slowest machine too: a page of hits as one batch, whatever the budget."""
_HOPE = 2.0
"""How much faster a model may turn out than it was measured."""
_CHARACTERS_A_TOKEN = 3.5
_QUESTION_TOKENS = 24

NO_MODEL = mark("Meaning search is not available; passages are ranked by their words only.")
UNKNOWN_LANGUAGE = mark(
    "The models do not know the language of this question; passages are ranked by their words."
)
NO_DOCUMENT = mark("The filters leave no document to search.")
RERANK_STOPPED = mark("Not every passage could be reranked.")


@dataclass(slots=True)
class _Stopwatch:
    """Milliseconds by stage of one search."""

    started: float = field(default_factory=time.perf_counter)
    took_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.took_ms[name] = (time.perf_counter() - begun) * 1000

    def read(self) -> dict[str, float]:
        elapsed = (time.perf_counter() - self.started) * 1000
        self.took_ms.setdefault("first", elapsed)
        return {**self.took_ms, "total": elapsed}


@dataclass(frozen=True, slots=True)
class _Search:
    """What the states of one answer share; ``notices`` are collected on the way."""

    query: Query
    coverage: Coverage
    limit: int
    within: frozenset[str] | None
    watch: _Stopwatch
    notices: list[str]
    highlighter: Highlighter


@dataclass(frozen=True, slots=True)
class _Meaning:
    """A question's text as the model read it, and what is near to it, being looked for.

    Without embeddings where the model failed.
    """

    text: str
    embeddings: Embeddings | None = None
    wait_for_dense: Callable[[], Run] = lambda: Run("dense", (), ())


class Searcher:
    """Searches one library with one model process, or by words where there is none.

    Owns neither. One search at a time, on the search thread.
    """

    def __init__(
        self,
        library: Library,
        model: ModelProcess | None,
        *,
        pack: Pack | None,
        rerank_budget_ms: int,
        late_interaction: bool = False,
    ) -> None:
        self._library = library
        self._model = model
        self._pack_name = pack.name if pack else ""
        # A folder may have the name of a pack that was calibrated, and other weights.
        self._calibrated_as = pack.name if pack and pack.revision != "local" else ""
        self._weights = dict(pack.fusion_weights) if pack else {}
        self._space: VectorSpace | None = model.space if model else None
        self._budget_ms = rerank_budget_ms
        self._late_interaction = late_interaction
        self._blend = pack.blend if pack else None

    def search(
        self,
        question: str,
        *,
        limit: int = DEPTH // 2,
        rerank: bool = True,
        is_typed: bool = False,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Iterator[SearchResult]:
        """Yield an answer at once, then better ones; the last has ``is_final``.

        The first is by words alone while the model process is still starting, else the
        fused one. Ends early without an error when cancelled (asked between stages and
        batches). A model that is missing or fails costs a notice, not the answer. Raises
        QueryError and StoreError. While a question ``is_typed`` its last word is not corrected.
        """
        this = self._take_apart(question, limit)
        by_words = self._why_by_words(this.query)
        is_empty = this.within is not None and not this.within
        is_ready = self._is_ready()
        # What is near in meaning is looked for while the words are.
        wait_for_words = begin_fulltext(
            self._library, this.query, k=DEPTH, within=this.within, is_typed=is_typed
        )
        meant = None
        if is_ready and not (by_words or is_empty or is_cancelled()):
            meant = self._begin_meaning(this)
        this, words = self._look_up(this, wait_for_words)
        if is_empty:
            this.notices.append(NO_DOCUMENT)
            yield self._answer(this, ())
            return
        if by_words:
            this.notices.append(by_words)
        elif not is_cancelled():
            if not is_ready:
                yield self._answer(this, self._rank(this, (words,)), is_final=False)
            if meant is None or (meant.embeddings and meant.text != this.query.text):
                meant = self._begin_meaning(this)
        if is_cancelled():
            return
        runs = self._retrieve(this, words, meant)
        if is_cancelled():
            return
        candidates = self._rank(this, runs)
        model = self._model
        is_meant = meant is not None and meant.embeddings is not None
        if not (rerank and is_meant and model and model.has_reranker and candidates):
            yield self._answer(this, candidates)
            return
        yield self._answer(this, candidates, is_final=False)
        yield from self._rerank(this, model, candidates, is_cancelled)

    def _take_apart(self, question: str, limit: int) -> _Search:
        watch = _Stopwatch()
        with watch.stage("parse"):
            query = parse_query_of(self._library, question)
        with watch.stage("filter"):
            within = self._library.select_contents(query.filters)
            coverage = self._library.coverage(self._space, within)
        return _Search(query, coverage, limit, within, watch, [], Highlighter(query))

    def _look_up(
        self, this: _Search, wait_for_words: Callable[[], tuple[Run, Query]]
    ) -> tuple[_Search, Run]:
        """Wait for the full-text index, which may answer another question than was asked."""
        with this.watch.stage("fulltext"):
            words, answered = wait_for_words()
        if answered == this.query:
            return this, words
        this.notices[:0] = describe_changes(this.query, answered)
        return replace(this, query=answered, highlighter=Highlighter(answered)), words

    def _why_by_words(self, query: Query) -> str:
        if self._model is None or self._space is None:
            return NO_MODEL
        return "" if knows_question(self._space, query) else UNKNOWN_LANGUAGE

    def _is_ready(self) -> bool:
        # A backend is known from the first answer on, so its name means: loaded.
        status = self._model.status() if self._model else None
        return status is not None and status.running and bool(status.backend)

    def _begin_meaning(self, this: _Search) -> _Meaning:
        assert self._model is not None
        assert self._space is not None
        text = this.query.text
        try:
            with this.watch.stage("embed"):
                embeddings = self._model.embed_query(text)
        except ModelError as error:
            _log.warning("the question could not be embedded: %s", error.code)
            this.notices.append(sentences(error.title, NO_MODEL))
            return _Meaning(text)
        dense = begin_dense(
            self._library, this.query, self._space, embeddings, k=DEPTH, within=this.within
        )
        return _Meaning(text, embeddings, dense)

    def _retrieve(self, this: _Search, words: Run, meant: _Meaning | None) -> tuple[Run, ...]:
        runs = [words]
        if meant is not None and meant.embeddings is not None and self._space is not None:
            with this.watch.stage("dense"):
                runs.append(meant.wait_for_dense())
            with this.watch.stage("sparse"):
                space, learned, within = self._space, meant.embeddings, this.within
                runs.append(
                    retrieve_sparse(
                        self._library, this.query, space, learned, k=DEPTH, within=within
                    )
                )
            if this.query.phrases:
                # Meaning cannot tell whether a phrase is there to the letter; words can.
                runs[1:] = [restrict(each, words.passage_ids) for each in runs[1:]]
        return tuple(runs)

    def _rank(self, this: _Search, runs: Sequence[Run]) -> tuple[Candidate, ...]:
        library, query, space = self._library, this.query, self._space
        with this.watch.stage("letters"):
            runs, passages = add_letters(library, query, runs, space)
        with this.watch.stage("fuse"):
            return rank_candidates(
                library,
                query,
                runs,
                passages,
                space=space,
                weights=self._weights,
                coverage=this.coverage,
                pack=self._calibrated_as,
                limit=this.limit + _SPARE,
            )

    def _rerank(
        self,
        this: _Search,
        model: ModelProcess,
        candidates: tuple[Candidate, ...],
        is_cancelled: IsCancelled,
    ) -> Iterator[SearchResult]:
        unreadable = self._unreadable(candidates)
        readable = self._affordable(
            model, [each for each in candidates if each.passage.passage_id not in unreadable]
        )
        begun = time.perf_counter()
        deadline = begun + self._budget_ms / 1000
        logits: dict[str, float] = {}

        def is_late() -> bool:
            return is_cancelled() or time.perf_counter() > deadline

        def is_over() -> bool:
            return is_cancelled() or (is_late() and len(logits) >= _RERANK_LEAST)

        ranked = candidates
        try:
            if self._late_interaction:
                readable = self._by_tokens(this, model, readable, is_late)
            texts = [each.passage.full_text for each in readable]
            for indices, values in model.rerank(this.query.text, texts, is_cancelled=is_over):
                logits |= _logits_of(this, [readable[index] for index in indices], values)
                this.watch.took_ms["rerank"] = (time.perf_counter() - begun) * 1000
                ranked = rerank_candidates(candidates, logits, self._blend, unreadable=unreadable)
                if logits and len(logits) < len(readable) and not is_over():
                    yield self._answer(this, ranked, is_reranked=True, is_final=False)
        except ModelError as error:
            _log.warning("reranking stopped: %s", error.code)
            this.notices.append(sentences(error.title, RERANK_STOPPED))
        if not is_cancelled():
            yield self._answer(this, ranked, is_reranked=bool(logits))

    def _by_tokens(
        self,
        this: _Search,
        model: ModelProcess,
        candidates: Sequence[Candidate],
        is_late: IsCancelled,
    ) -> tuple[Candidate, ...]:
        """Order candidates by MaxSim, so that the reranker reads the likeliest first.

        Those that were not compared in time come last.
        """
        texts = [each.passage.full_text for each in candidates]
        found = dict.fromkeys(range(len(texts)), float("-inf"))
        try:
            with this.watch.stage("tokens"):
                for indices, values in model.rerank(
                    this.query.text, texts, by_tokens=True, is_cancelled=is_late
                ):
                    found |= zip(indices, map(float, values), strict=True)
        except ModelError as error:
            # The fused order is as good a start for the reranker.
            _log.warning("passages could not be compared by tokens: %s", error.code)
        return tuple(candidates[index] for index in sorted(found, key=lambda each: -found[each]))

    def _affordable(
        self, model: ModelProcess, candidates: Sequence[Candidate]
    ) -> tuple[Candidate, ...]:
        """Return the first candidates, as many as the budget's tokens may allow to read.

        The speed is a guess, low after short texts and unknown at first; the clock decides.
        """
        speed = model.status().rerank_tokens_per_second
        tokens_left = _HOPE * speed * self._budget_ms / 1000 if speed else float("inf")
        chosen: list[Candidate] = []
        for each in candidates:
            tokens_left -= _QUESTION_TOKENS + len(each.passage.text) / _CHARACTERS_A_TOKEN
            if len(chosen) == RERANK_MOST or (tokens_left < 0 and len(chosen) >= _RERANK_LEAST):
                break
            chosen.append(each)
        return tuple(chosen)

    def _unreadable(self, candidates: Sequence[Candidate]) -> frozenset[str]:
        """Return the ids of what the reranker cannot judge: languages it does not know."""
        assert self._space is not None
        return frozenset(
            each.passage.passage_id
            for each in candidates
            if not self._space.knows(each.passage.language) or not each.passage.text.strip()
        )

    def _answer(
        self,
        this: _Search,
        candidates: Sequence[Candidate],
        *,
        is_reranked: bool = False,
        is_final: bool = True,
    ) -> SearchResult:
        hits = make_hits(candidates, this.highlighter, limit=this.limit)
        return SearchResult(
            query=this.query,
            pack=self._pack_name,
            verdict=judge_hits(this.query, hits),
            hits=hits,
            coverage=this.coverage,
            took_ms=this.watch.read(),
            is_reranked=is_reranked,
            is_final=is_final,
            notices=tuple(this.notices),
        )


def _logits_of(
    this: _Search, read: Sequence[Candidate], values: Iterable[SupportsFloat]
) -> dict[str, float]:
    """Return by passage what the reranker said; what is no number is left out, with a notice."""
    said = {each.passage.passage_id: float(value) for each, value in zip(read, values, strict=True)}
    finite = {passage_id: logit for passage_id, logit in said.items() if math.isfinite(logit)}
    if len(finite) < len(said) and RERANK_STOPPED not in this.notices:
        _log.warning("the reranker gave no number for a passage")
        this.notices.append(RERANK_STOPPED)
    return finite
