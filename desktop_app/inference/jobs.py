"""Inside the model process: tokenized texts waiting, computed batch by batch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import psutil
from numpy.typing import NDArray

from desktop_app.domain import Embeddings, ModelStatus
from desktop_app.errors import OutOfMemory
from desktop_app.inference.backends import Backend
from desktop_app.inference.pace import MOST_TOKENS_CPU, MOST_TOKENS_GPU, Pace
from desktop_app.inference.packs import Pack
from desktop_app.inference.requests import (
    AddTexts,
    BatchResult,
    Describe,
    Drop,
    EmbedQuery,
    NextBatch,
    OpenRerank,
    Request,
    Signal,
    Value,
)
from desktop_app.inference.tokenization import Batch, Tokenization, Tokens

_LOOK_AHEAD = 512
"""More texts than this never make one batch, since a batch is bounded in tokens."""

_Computed = TypeVar("_Computed")


@dataclass(slots=True)
class _Job:
    """Texts still to be computed, in the order in which they will be."""

    is_rerank: bool
    waiting: deque[tuple[int, Tokens]] = field(default_factory=deque)
    added: int = 0
    is_sorted: bool = False


class Jobs:
    """The loaded pack and the work in hand; used by the model process's only thread.

    ``load`` makes a backend for a device. Raises what that raises (PackMissing,
    PackAltered, OutOfMemory) while constructed.
    """

    def __init__(self, pack: Pack, *, device: str, load: Callable[[str], Backend]) -> None:
        self._pack = pack
        self._load = load
        self._backend = load(device)
        self._tokenization = Tokenization(pack.embedder, max_length=pack.max_length)
        self._pairs = (
            Tokenization(pack.reranker, max_length=pack.reranker_max_length)
            if pack.reranker
            else None
        )
        most = MOST_TOKENS_CPU if self._backend.device == "cpu" else MOST_TOKENS_GPU
        self._embed_pace = Pace(most_tokens=most)
        self._rerank_pace = Pace(most_tokens=most)
        self._jobs: dict[int, _Job] = {}
        self._process = psutil.Process()
        self._notice = ""

    def answer(self, request: Request) -> Value:
        """Do what a request asks; raises OutOfMemory."""
        match request:
            case Describe():
                return Signal.DONE
            case EmbedQuery():
                return self._embed_query(request.text)
            case AddTexts():
                return self._add_texts(request)
            case OpenRerank():
                return self._open_rerank(request)
            case NextBatch():
                return self._next_batch(request.job)
            case Drop():
                self._jobs.pop(request.job, None)
                return Signal.DONE

    def status(self) -> ModelStatus:
        """Tell on what the pack runs, and how fast so far."""
        return ModelStatus(
            pack=self._pack.name,
            running=True,
            backend=self._backend.name,
            precision=self._backend.precision,
            device=self._backend.device,
            reranker_backend=(
                f"{self._backend.name} {self._backend.reranker_precision}" if self._pairs else ""
            ),
            embed_tokens_per_second=self._embed_pace.tokens_per_second,
            rerank_tokens_per_second=self._rerank_pace.tokens_per_second,
            resident_bytes=self._process.memory_info().rss,
            notice=self._notice,
        )

    def close(self) -> None:
        """Free the models."""
        self._jobs.clear()
        self._backend.close()

    def _embed_query(self, text: str) -> Embeddings:
        tokens = self._tokenization.encode_texts([self._pack.query_prefix + text])
        try:
            return self._embed(tokens)
        except OutOfMemory:
            if not self._move_to_cpu():
                raise
            return self._embed(tokens)

    def _add_texts(self, request: AddTexts) -> Value:
        job = self._jobs.setdefault(request.job, _Job(is_rerank=False))
        if request.start != job.added:
            # The process that had the texts before these is gone; counted from here, the
            # vectors would be given to other texts.
            del self._jobs[request.job]
            return Signal.JOB_UNKNOWN
        encoded = self._tokenization.encode_texts(request.texts)
        job.waiting.extend((job.added + index, tokens) for index, tokens in enumerate(encoded))
        job.added += len(encoded)
        job.is_sorted = False
        return Signal.DONE

    def _open_rerank(self, request: OpenRerank) -> Value:
        assert self._pairs is not None
        encoded = self._pairs.encode_pairs(request.question, request.passages)
        self._jobs[request.job] = _Job(
            is_rerank=True, waiting=deque(enumerate(encoded)), is_sorted=True
        )
        return Signal.DONE

    def _next_batch(self, number: int) -> Value:
        job = self._jobs.get(number)
        if job is None:
            return Signal.JOB_UNKNOWN
        if not job.is_sorted:
            # Longest first: what does not fit into memory shows itself at once.
            job.waiting = deque(sorted(job.waiting, key=lambda each: -len(each[1])))
            job.is_sorted = True
        if not job.waiting:
            del self._jobs[number]
            return Signal.NO_MORE
        pace = self._rerank_pace if job.is_rerank else self._embed_pace
        ahead = [len(job.waiting[i][1]) for i in range(min(len(job.waiting), _LOOK_AHEAD))]
        count = pace.take(ahead)
        batch = [job.waiting[index] for index in range(count)]
        positions = tuple(position for position, _ in batch)
        tokens = [each for _, each in batch]
        try:
            values = self._score(tokens) if job.is_rerank else self._embed(tokens, pace)
        except OutOfMemory:
            if count == 1 and not self._move_to_cpu():
                raise
            pace.halve()
            return BatchResult((), _nothing(is_rerank=job.is_rerank, pack=self._pack))
        for _ in range(count):
            job.waiting.popleft()
        return BatchResult(positions, values)

    def _embed(self, tokens: Sequence[Tokens], pace: Pace | None = None) -> Embeddings:
        batch = self._tokenization.pad(tokens)
        dense, weights = _timed(self._backend.embed, batch, pace)
        if weights is None:
            return Embeddings(dense)
        sparse = tuple(
            self._tokenization.token_weights(each, row)
            for each, row in zip(tokens, weights, strict=True)
        )
        return Embeddings(dense, sparse)

    def _score(self, tokens: Sequence[Tokens]) -> NDArray[np.float32]:
        assert self._pairs is not None
        return _timed(self._backend.score, self._pairs.pad(tokens), self._rerank_pace)

    def _move_to_cpu(self) -> bool:
        """Give up the GPU where one text alone does not fit; False if there was none."""
        if self._backend.device == "cpu":
            return False
        self._backend.close()
        self._backend = self._load("cpu")
        self._notice = "The graphics memory is full, so the model runs on the processor."
        return True


def _timed(compute: Callable[[Batch], _Computed], batch: Batch, pace: Pace | None) -> _Computed:
    started = time.perf_counter()
    result = compute(batch)
    if pace is not None:
        pace.measure(
            tokens=int(batch.mask.sum()),
            slots=batch.mask.size,
            seconds=time.perf_counter() - started,
        )
    return result


def _nothing(*, is_rerank: bool, pack: Pack) -> Embeddings | NDArray[np.float32]:
    if is_rerank:
        return np.empty(0, np.float32)
    return Embeddings(np.empty((0, pack.dimension), np.float32), () if pack.has_sparse else None)
