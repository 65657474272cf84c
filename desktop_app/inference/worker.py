"""The model process, seen from the process that asks it: questions overtake batches.

One spawned child, one pipe, one answer for each request. Callers on several threads take
turns; between two batches whoever waits with a question goes first. No thread is started
here, and no model library is imported.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desktop_app.domain import Embeddings, IsCancelled, ModelStatus, VectorSpace, never_cancelled
from desktop_app.errors import Cancelled, LecternError, ModelCrashed
from desktop_app.inference.packs import Pack, vector_space
from desktop_app.inference.requests import (
    BatchResult,
    Describe,
    Drop,
    EmbedQuery,
    NextBatch,
    OpenRerank,
    Reply,
    Request,
    Signal,
    Value,
    additions,
)
from desktop_app.inference.score_cache import ScoreCache, Scored
from desktop_app.inference.serving import serve
from desktop_app.inference.turnstile import Rank, Turnstile

_log = logging.getLogger(__name__)

_CLOSE_SECONDS = 2.0
_WINDOW_TEXTS = 4096
"""Texts tokenized and sorted together; more would only cost memory."""


class ModelProcess:
    """A pack loaded in a process of its own; callable from any thread.

    The process starts with the first call or ``start``, ends when nobody asked for
    ``idle_seconds``, and starts again when it is needed. ``device``, ``threads`` and
    ``gpu_dir`` as in ``settings.Settings``. Every call raises what loading the pack raises
    (PackMissing, PackAltered, OutOfMemory, GpuUnusable), ModelCrashed when the process dies,
    and Cancelled after ``close``.
    """

    def __init__(
        self,
        pack: Pack,
        *,
        device: str = "auto",
        threads: int = 0,
        cache_dir: Path,
        gpu_dir: Path | None = None,
        idle_seconds: float = 300,
    ) -> None:
        self._pack = pack
        self._served: Mapping[str, object] = {
            "device": device,
            "threads": threads,
            "cache_dir": cache_dir,
            "gpu_dir": gpu_dir,
            "idle_seconds": idle_seconds,
        }
        self._turnstile = Turnstile()
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._job_numbers = itertools.count()
        self._is_closed = False
        self._scores = ScoreCache()
        self._status = self._unknown_status()

    @property
    def space(self) -> VectorSpace:
        """The vector space of the embeddings."""
        return vector_space(self._pack)

    @property
    def has_reranker(self) -> bool:
        """Say whether ``rerank`` can be called."""
        return self._pack.reranker is not None

    @property
    def ranks_alone(self) -> bool:
        """Say whether the reranker's logit needs no blend to be worth more than fusion."""
        return self.has_reranker and self._pack.blend is None

    def start(self) -> None:
        """Start the process if it does not run; returns at once, loading goes on in it."""
        with self._turnstile.turn(Rank.QUERY):
            self._ensure_process()

    def load(self) -> ModelStatus:
        """Wait until the pack is loaded, and tell on what it runs."""
        self._ask(Describe(), Rank.QUERY)
        return self.status()

    def embed_query(self, text: str) -> Embeddings:
        """Embed one question (n = 1), with the pack's query prefix.

        Goes before everything else that waits; waits for the batch in hand at most.
        """
        value = self._ask(EmbedQuery(text), Rank.QUERY)
        assert isinstance(value, Embeddings)
        return value

    def embed_passages(
        self, texts: Sequence[str], *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[tuple[tuple[int, ...], Embeddings]]:
        """Embed texts, longest first, in batches of about 200 ms.

        Yields positions in ``texts`` with their embeddings; every position once. Stops
        without an error when cancelled. A process that dies is started again once, and
        what was not yielded is computed again; the second death is ModelCrashed.
        """
        deaths = 0
        for start in range(0, len(texts), _WINDOW_TEXTS):
            left = list(range(start, min(start + _WINDOW_TEXTS, len(texts))))
            while left and not is_cancelled():
                try:
                    add_texts = partial(additions, [texts[index] for index in left])
                    for positions, values in self._batches(
                        len(left), add_texts, Rank.PASSAGES, is_cancelled
                    ):
                        assert isinstance(values, Embeddings)
                        yield tuple(left[i] for i in positions), values
                except _JobLostError as lost:
                    left = [left[i] for i in lost.missing]
                    deaths += lost.is_death
                    if deaths > 1:
                        raise ModelCrashed from lost
                else:
                    break

    def rerank(
        self,
        question: str,
        passages: Sequence[str],
        *,
        by_tokens: bool = False,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Iterator[tuple[tuple[int, ...], NDArray[np.float32]]]:
        """Score passages for a question, in batches of about 200 ms.

        They are taken in the given order, but by length among eight that follow each other.
        Yields positions in ``passages`` with their logits, float32; ``by_tokens`` with their
        MaxSim (-1 to 1), which needs no reranker but a pack with token vectors. Stops without
        an error when cancelled. Goes before passages that wait to be embedded. Pairs that were
        scored before come at once and first; what is no finite number is never remembered.
        """

        def read(texts: tuple[str, ...]) -> Iterator[Scored]:
            return self._read_pairs(OpenRerank(0, question, texts, by_tokens), is_cancelled)

        kind = "tokens" if by_tokens else "logit"
        yield from self._scores.complete(
            question, passages, read, kind=kind, is_cancelled=is_cancelled
        )

    def _read_pairs(self, pairs: OpenRerank, is_cancelled: IsCancelled) -> Iterator[Scored]:
        try:
            for positions, values in self._batches(
                len(pairs.passages),
                lambda job: iter((replace(pairs, job=job),)),
                Rank.RERANK,
                is_cancelled,
            ):
                assert isinstance(values, np.ndarray)
                yield positions, values
        except _JobLostError as lost:
            raise ModelCrashed from lost

    def status(self) -> ModelStatus:
        """Tell what was last known; never waits. ``load`` waits until everything is known.

        ``backend`` is "" until the process that runs has answered once.
        """
        process = self._process
        is_running = process is not None and process.exitcode is None
        return replace(
            self._status,
            running=is_running,
            resident_bytes=self._status.resident_bytes if is_running else 0,
        )

    @property
    def process_id(self) -> int | None:
        """Return the process's number in the system, None where none was started."""
        process = self._process
        return process.pid if process is not None else None

    def close(self) -> None:
        """End the process, whatever it is doing; a call in flight raises Cancelled."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turnstile.turn(Rank.CLOSE):
            self._forget_process()

    def _batches(
        self,
        count: int,
        open_job: Callable[[int], Iterator[Request]],
        rank: Rank,
        is_cancelled: IsCancelled,
    ) -> Iterator[tuple[tuple[int, ...], Embeddings | NDArray[np.float32]]]:
        job = next(self._job_numbers)
        missing = dict.fromkeys(range(count))
        is_open = True
        try:
            for request in itertools.chain(open_job(job), itertools.repeat(NextBatch(job))):
                if is_cancelled():
                    return
                value = self._ask(request, rank)
                if value is Signal.NO_MORE:
                    is_open = False
                    return
                if value is Signal.JOB_UNKNOWN:
                    raise _JobLostError(missing, is_death=False)
                if isinstance(value, BatchResult):
                    for position in value.positions:
                        del missing[position]
                    if value.positions:
                        yield value.positions, value.values
        except ModelCrashed as error:
            is_open = False
            raise _JobLostError(missing, is_death=True) from error
        finally:
            if is_open and not self._is_closed:
                self._drop(job, rank)

    def _drop(self, job: int, rank: Rank) -> None:
        """Free what an abandoned job holds; a process that has ended holds nothing."""
        try:
            with self._turnstile.turn(rank):
                if self._process is not None and self._process.exitcode is None:
                    self._exchange(Drop(job))
        except (LecternError, Cancelled, _ProcessEndedError) as error:
            _log.debug("an abandoned job could not be dropped: %s", type(error).__name__)

    def _ask(self, request: Request, rank: Rank) -> Value:
        with self._turnstile.turn(rank):
            self._ensure_process()
            try:
                return self._exchange(request)
            except _ProcessEndedError as ended:
                if ended.exit_code != 0:
                    raise ModelCrashed from ended
            # It ended idle, just before it was asked: nothing was lost but its memory.
            self._ensure_process()
            try:
                return self._exchange(request)
            except _ProcessEndedError as ended:
                raise ModelCrashed from ended

    def _exchange(self, request: Request) -> Value:
        process, connection = self._process, self._connection
        assert process is not None
        assert connection is not None
        try:
            connection.send(request)
            # A dead child closes its end, but a grandchild could hold it open: watch both.
            wait([connection, process.sentinel])
            reply = _received(connection)
        except (EOFError, OSError) as error:
            process.join(_CLOSE_SECONDS)
            process.kill()
            process.join()
            exit_code = process.exitcode
            self._forget_process()
            if self._is_closed:
                raise Cancelled from error
            level = logging.DEBUG if exit_code == 0 else logging.WARNING
            _log.log(level, "the model process ended with exit code %s", exit_code)
            raise _ProcessEndedError(exit_code) from error
        except BaseException:
            # Ctrl+C: the answer on its way would be taken for that to the next request.
            process.kill()
            self._forget_process()
            raise
        self._status = reply.status
        if isinstance(reply.value, LecternError):
            raise reply.value
        return reply.value

    def _ensure_process(self) -> None:
        if self._is_closed:
            raise Cancelled
        if self._process is not None and self._process.exitcode is None:
            return
        self._forget_process()
        self._start_process()

    def _start_process(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve,
            args=(theirs, self._pack),
            kwargs=self._served,
            name="lectern-model",
            daemon=True,
        )
        # What the process before it ran on, and how fast, says nothing of this one.
        self._status = self._unknown_status()
        process.start()
        theirs.close()
        self._process, self._connection = process, ours
        if self._is_closed:
            # ``close`` came while the process was being started and found none to kill.
            process.kill()
            self._forget_process()
            raise Cancelled

    def _unknown_status(self) -> ModelStatus:
        return ModelStatus(pack=self._pack.name, running=False, backend="", precision="", device="")

    def _forget_process(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.join(_CLOSE_SECONDS)
            self._process = None


def _received(connection: Connection) -> Reply:
    if not connection.poll():
        raise EOFError
    reply: Reply = connection.recv()
    return reply


class _ProcessEndedError(Exception):
    """The process ended instead of answering."""

    def __init__(self, exit_code: int | None) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code


class _JobLostError(Exception):
    """The process no longer has the job; ``missing`` are the positions still wanted."""

    def __init__(self, missing: Sequence[int] | dict[int, None], *, is_death: bool) -> None:
        self.missing = tuple(missing)
        self.is_death = is_death
