"""Inside the model process: tokenized texts waiting, computed batch by batch."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import psutil
from numpy.typing import NDArray

from desktop_app.domain import Embeddings, ModelStatus, SparseVector
from desktop_app.errors import GpuUnusable, OutOfMemory
from desktop_app.inference.backends import Backend
from desktop_app.inference.interaction import max_similarity
from desktop_app.inference.pace import Pace, RememberedSpeeds, group_by_length
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
from desktop_app.translation import mark

_LOOK_AHEAD = 4096
"""More texts than this never make one turn: the worker adds no more at once."""
_PAGE = 8
"""Pairs are scored in the given order, but within this many by length: nobody sees less than
a page of hits change, and texts of one length waste no padding."""
_REMEMBERED_AGAIN = 0.2
"""A speed is written to the disk again once it has changed by this share."""

_GPU_FULL = mark("The graphics memory is full, so the model runs on the processor.")

_Computed = TypeVar("_Computed")


@dataclass(slots=True)
class _Job:
    """Texts still to be computed, in the order in which they will be."""

    is_rerank: bool
    waiting: deque[tuple[int, Tokens]] = field(default_factory=deque)
    added: int = 0
    is_sorted: bool = False
    question: NDArray[np.float32] | None = None
    """Token vectors, [tokens, dim], where passages are compared by theirs."""


class Jobs:
    """The loaded pack and the work in hand; used by the model process's only thread.

    ``load`` makes a backend for a device; ``speeds`` is the file that remembers how fast a
    backend was. Raises what ``load`` raises (PackMissing, PackAltered, OutOfMemory) while
    constructed.
    """

    def __init__(
        self, pack: Pack, *, device: str, load: Callable[[str], Backend], speeds: Path
    ) -> None:
        self._pack = pack
        self._load = load
        self._speeds = RememberedSpeeds(speeds)
        self._notice = ""
        self._backend: Backend
        self._most_slots: int
        # First, since it says best what is wrong with a pack.
        self._take(self._loaded(device))
        self._tokenization = Tokenization(pack.embedder, max_length=pack.max_length)
        self._pairs = (
            Tokenization(
                pack.reranker, max_length=pack.reranker_max_length, like=self._tokenization
            )
            if pack.reranker
            else None
        )
        self._jobs: dict[int, _Job] = {}
        self._process = psutil.Process()

    def answer(self, request: Request) -> Value:
        """Do what a request asks; raises OutOfMemory."""
        match request:
            case Describe():
                self.load_rest()
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
                self._finish(request.job)
                return Signal.DONE

    def load_rest(self) -> None:
        """Load what the first question does not need; raises what loading raises."""
        self._backend.load_reranker()

    def status(self) -> ModelStatus:
        """Tell on what the pack runs, and how fast so far."""
        return ModelStatus(
            pack=self._pack.name,
            running=True,
            backend=self._backend.name,
            precision=self._backend.precision,
            device=self._backend.device,
            device_name=self._backend.device_name,
            self_check=self._backend.self_check,
            reranker_backend=(
                f"{self._backend.name} {self._backend.reranker_precision}" if self._pairs else ""
            ),
            embed_tokens_per_second=round(self._embed_pace.tokens_per_second, 1),
            rerank_tokens_per_second=round(self._rerank_pace.tokens_per_second, 1),
            resident_bytes=self._process.memory_info().rss,
            notice=self._notice,
        )

    def close(self) -> None:
        """Free the models."""
        self._jobs.clear()
        self._backend.close()

    def _finish(self, number: int) -> None:
        job = self._jobs.pop(number, None)
        if job is not None and job.is_rerank and job.question is None:
            self._remember("rerank", self._rerank_pace)
        elif job is not None:
            self._remember("embed", self._embed_pace)

    def _embed_query(self, text: str) -> Embeddings:
        tokens = self._tokenization.encode_texts([self._pack.query_prefix + text])
        try:
            return self._embed(tokens)
        except _TooLargeError as error:
            if not self._move_to_cpu():
                raise OutOfMemory from error
        try:
            return self._embed(tokens)
        except _TooLargeError as error:
            raise OutOfMemory from error

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
        if request.by_tokens:
            return self._open_comparison(request)
        assert self._pairs is not None
        encoded = self._pairs.encode_pairs(request.question, request.passages)
        self._jobs[request.job] = _Job(
            is_rerank=True, waiting=deque(_by_length_within_pages(encoded)), is_sorted=True
        )
        return Signal.DONE

    def _open_comparison(self, request: OpenRerank) -> Value:
        [question] = self._tokenization.encode_texts([self._pack.query_prefix + request.question])
        try:
            [vectors] = self._token_vectors([question])
        except _TooLargeError as error:
            raise OutOfMemory from error
        encoded = self._tokenization.encode_texts(request.passages)
        self._jobs[request.job] = _Job(
            is_rerank=True,
            waiting=deque(_by_length_within_pages(encoded)),
            is_sorted=True,
            question=vectors,
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
            self._finish(number)
            return Signal.NO_MORE
        pace = self._rerank_pace if job.is_rerank and job.question is None else self._embed_pace
        ahead = [len(job.waiting[i][1]) for i in range(min(len(job.waiting), _LOOK_AHEAD))]
        count = pace.take(ahead)
        turn = [job.waiting[index] for index in range(count)]
        tokens = [each for _, each in turn]
        started = time.perf_counter()
        try:
            values = self._computed_for(job, tokens)
        except _TooLargeError as error:
            if error.texts == 1 and not self._move_to_cpu():
                raise OutOfMemory from error
            return BatchResult((), _nothing(is_rerank=job.is_rerank, pack=self._pack))
        pace.measure(
            tokens=sum(map(len, tokens)),
            seconds=time.perf_counter() - started,
        )
        for _ in range(count):
            job.waiting.popleft()
        return BatchResult(tuple(position for position, _ in turn), values)

    def _computed_for(
        self, job: _Job, tokens: Sequence[Tokens]
    ) -> Embeddings | NDArray[np.float32]:
        if job.question is not None:
            found = [max_similarity(job.question, each) for each in self._token_vectors(tokens)]
            return np.array(found, np.float32)
        return self._score(tokens) if job.is_rerank else self._embed(tokens)

    def _token_vectors(self, tokens: Sequence[Tokens]) -> list[NDArray[np.float32]]:
        """Return each text's token vectors, without the first token's."""
        found: dict[int, NDArray[np.float32]] = {}
        for group, (_, _, vectors) in self._computed(
            self._backend.embed_tokens, tokens, self._tokenization
        ):
            for position, rows in zip(group, vectors, strict=True):
                found[position] = rows[: len(tokens[position]) - 1]
        return [found[position] for position in range(len(tokens))]

    def _embed(self, tokens: Sequence[Tokens]) -> Embeddings:
        dense = np.empty((len(tokens), self._pack.dimension), np.float32)
        sparse: dict[int, SparseVector] = {}
        for group, (rows, weights) in self._computed(
            self._backend.embed, tokens, self._tokenization
        ):
            dense[group] = rows
            for row, position in zip(weights, group, strict=True) if weights is not None else ():
                sparse[position] = self._tokenization.token_weights(tokens[position], row)
        return Embeddings(dense, tuple(sparse[each] for each in sorted(sparse)) or None)

    def _score(self, tokens: Sequence[Tokens]) -> NDArray[np.float32]:
        assert self._pairs is not None
        logits = np.empty(len(tokens), np.float32)
        for group, values in self._computed(self._backend.score, tokens, self._pairs):
            logits[group] = values
        return logits

    def _computed(
        self,
        compute: Callable[[Batch], _Computed],
        tokens: Sequence[Tokens],
        tokenization: Tokenization,
    ) -> Iterator[tuple[list[int], _Computed]]:
        """Compute texts call by call; yields the positions of each call with its result."""
        groups = group_by_length(
            list(map(len, tokens)),
            most_slots=self._most_slots,
            is_padding_free=self._backend.is_packed,
        )
        for group in groups:
            batch = tokenization.pad([tokens[position] for position in group])
            try:
                result = compute(batch)
            except OutOfMemory as error:
                self._most_slots = batch.ids.size // 2
                raise _TooLargeError(len(group)) from error
            yield group, result

    def _take(self, backend: Backend) -> None:
        """Work with this backend from now on, at the pace that it had when last used."""
        self._backend = backend
        self._most_slots = backend.most_slots
        self._embed_pace = Pace(remembered=self._speeds.load(self._speed_key("embed")))
        self._rerank_pace = Pace(remembered=self._speeds.load(self._speed_key("rerank")))

    def _move_to_cpu(self) -> bool:
        """Give up the GPU where one text alone does not fit; False if there was none.

        Raises what loading raises; then the GPU's models are still there for shorter texts.
        """
        if self._backend.device == "cpu":
            return False
        given_up = self._backend
        self._take(self._load("cpu"))
        given_up.close()
        self._notice = _GPU_FULL
        return True

    def _loaded(self, device: str) -> Backend:
        try:
            return self._load(device)
        except OutOfMemory:
            if device == "cpu":
                raise
            # "auto" may have meant the processor; then it fails once more, and says so.
            backend = self._load("cpu")
            self._notice = _GPU_FULL
            return backend
        except GpuUnusable as error:
            if device == "cpu":
                raise
            backend = self._load("cpu")
            self._notice = error.title
            return backend

    def _remember(self, kind: str, pace: Pace) -> None:
        key = self._speed_key(kind)
        known = self._speeds.load(key)
        if pace.is_measured and abs(pace.tokens_per_second - known) > _REMEMBERED_AGAIN * known:
            self._speeds.save(key, pace.tokens_per_second)

    def _speed_key(self, kind: str) -> str:
        backend = self._backend
        precision = backend.precision if kind == "embed" else backend.reranker_precision
        return f"{self._pack.name}|{kind}|{backend.name}|{precision}|{backend.device}"


class _TooLargeError(Exception):
    """A call with so many ``texts`` did not fit into memory."""

    def __init__(self, texts: int) -> None:
        super().__init__(texts)
        self.texts = texts


def _by_length_within_pages(pairs: Sequence[Tokens]) -> list[tuple[int, Tokens]]:
    numbered = list(enumerate(pairs))
    pages = (numbered[start : start + _PAGE] for start in range(0, len(numbered), _PAGE))
    return [each for page in pages for each in sorted(page, key=lambda one: -len(one[1]))]


def _nothing(*, is_rerank: bool, pack: Pack) -> Embeddings | NDArray[np.float32]:
    if is_rerank:
        return np.empty(0, np.float32)
    return Embeddings(np.empty((0, pack.dimension), np.float32), () if pack.has_sparse else None)
