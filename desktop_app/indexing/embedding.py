"""Give every passage that lacks one its vector, in groups that are written as they come."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from desktop_app.domain import Embeddings, IsCancelled, Passage
from desktop_app.errors import ModelError, OutOfMemory, PackAltered, PackMissing
from desktop_app.indexing.outlook import Ahead, expected_tokens
from desktop_app.indexing.progress import ProgressMeter

if TYPE_CHECKING:
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)

_GROUP_PASSAGES = 512
_SAMPLE = 500
"""Of so many passages the lengths are looked at beforehand: their mean is right within 5 %."""
_WRITE_SECONDS = 3.0
_MOST_FAILURES_IN_A_ROW = 20
"""Twice what it takes to find one bad text in a group by halving (2^9 = 512): by then it
is the model that fails, not a text."""
_HARMLESS = "Is the model well?"


class Embedder:
    """Embeds what is missing in one space. One run of the indexer; on the index thread.

    ``embedded`` counts passages that got a vector. A text that the model process cannot
    take is found by halving its group, counted in ``rejected`` and left without one;
    keyword search still finds it. The library remembers it, so that it is not tried again
    with this model, but only once the model has read another text after it: a model that
    reads none is at fault itself. ``meter`` counts the passages; None where others count.
    """

    def __init__(self, library: Library, model: ModelProcess, meter: ProgressMeter | None) -> None:
        self._library = library
        self._model = model
        self._space = model.space
        self._meter = meter or ProgressMeter()
        self._ids: list[str] = []
        self._embeddings: list[Embeddings] = []
        self._suspects: list[str] = []
        self._written_at = time.monotonic()
        self._failures_in_a_row = 0
        self.embedded = 0
        self.rejected = 0

    def embed(self, *, is_cancelled: IsCancelled) -> Generator[None, None, None]:
        """Embed every passage without a vector; yields after each batch of the model.

        Raises ModelError when the model as such cannot be used, StoreError; vectors that
        were made until then are written, also where the caller stops pulling and closes.
        """
        missing = self._library.missing_vectors(self._space)
        total = self._library.coverage(self._space).passages
        self._meter.passages_total = max(total, len(missing))
        self._meter.passages_embedded = self._meter.passages_total - len(missing)
        ahead = self._look_ahead(missing)
        try:
            for start in range(0, len(missing), _GROUP_PASSAGES):
                if is_cancelled():
                    return
                group = missing[start : start + _GROUP_PASSAGES]
                found = self._library.get_passages(group)
                weighed = [
                    (found[each], expected_tokens(found[each], self._space))
                    for each in group
                    if each in found
                ]
                here = sum(tokens for _, tokens in weighed)
                self._meter.tokens_left = here + ahead.tokens_from(start + _GROUP_PASSAGES)
                yield from self._embed_group(weighed, is_cancelled)
            if self._suspects:
                self._model.embed_query(_HARMLESS)
                self._reject_suspects()
        finally:
            self._write()

    def _look_ahead(self, missing: Sequence[str]) -> Ahead:
        places = range(0, len(missing), max(1, len(missing) // _SAMPLE))
        found = self._library.get_passages([missing[place] for place in places])
        sample = [
            (place, expected_tokens(found[missing[place]], self._space))
            for place in places
            if missing[place] in found
        ]
        return Ahead(sample, len(missing))

    def _embed_group(
        self, weighed: Sequence[tuple[Passage, float]], is_cancelled: IsCancelled
    ) -> Iterator[None]:
        """Embed passages, each with its expected tokens."""
        done: set[int] = set()
        texts = [passage.full_text for passage, _ in weighed]
        try:
            for indices, embeddings in self._model.embed_passages(texts, is_cancelled=is_cancelled):
                done.update(indices)
                self._ids.extend(weighed[index][0].passage_id for index in indices)
                self._embeddings.append(embeddings)
                self._failures_in_a_row = 0
                self._reject_suspects()
                self.embedded += len(indices)
                self._meter.passages_embedded += len(indices)
                read = sum(weighed[index][1] for index in indices)
                self._meter.tokens_done += read
                self._meter.tokens_left = max(0.0, self._meter.tokens_left - read)
                if time.monotonic() - self._written_at >= _WRITE_SECONDS:
                    self._write()
                yield
        except (PackMissing, PackAltered):
            raise
        except ModelError as error:
            self._failures_in_a_row += 1
            if self._failures_in_a_row > _MOST_FAILURES_IN_A_ROW:
                raise
            rest = [each for index, each in enumerate(weighed) if index not in done]
            _log.warning("%s while embedding %d passages", error.code, len(rest))
            if len(rest) == 1:
                self.rejected += 1
                if not isinstance(error, OutOfMemory):
                    # Memory may be there the next time; the text stays as it is.
                    self._suspects.append(rest[0][0].passage_id)
                return
            middle = len(rest) // 2
            for half in (rest[:middle], rest[middle:]):
                if half and not is_cancelled():
                    yield from self._embed_group(half, is_cancelled)

    def _reject_suspects(self) -> None:
        if self._suspects:
            self._library.reject_passages(self._space, self._suspects)
            self._meter.passages_embedded += len(self._suspects)
            self._suspects = []

    def _write(self) -> None:
        if self._ids:
            self._library.put_vectors(self._space, self._ids, _joined(self._embeddings))
        self._ids, self._embeddings = [], []
        self._written_at = time.monotonic()


def interleave(
    main: Generator[None, None, None],
    other: Generator[None, None, None],
    *,
    share: float,
    ahead: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[None, None, None]:
    """Pull ``main`` to its end, and ``other`` beside it for at most ``share`` of the time.

    ``share`` is 0 to 1; ``other`` gets it after ``ahead`` seconds that it has to begin with,
    so that little work is done soon. ``other`` is closed when ``main`` ends; where ``main``
    raises a ModelError, ``other`` goes on to its own end before the error does. A ModelError
    of ``other`` ends only ``other``.
    """
    spent_main = spent_other = 0.0
    with closing(main), closing(other), closing(_forgiving(other)) as forgiving:
        while True:
            try:
                spent = _pull(main, clock)
            except ModelError:
                yield from forgiving
                raise
            if spent is None:
                return
            spent_main += spent
            yield
            while spent_other < ahead + share * (spent_main + max(0.0, spent_other - ahead)):
                spent = _pull(forgiving, clock)
                spent_other += float("inf") if spent is None else spent
                yield


def _pull(work: Iterator[None], clock: Callable[[], float]) -> float | None:
    """Return how many seconds the next step took; None where there was none."""
    begun = clock()
    try:
        next(work)
    except StopIteration:
        return None
    return clock() - begun


def _forgiving(work: Iterator[None]) -> Generator[None, None, None]:
    try:
        yield from work
    except ModelError as error:
        _log.warning("embedding beside the change stopped: %s", error.code)


def _joined(batches: Sequence[Embeddings]) -> Embeddings:
    dense = np.concatenate([batch.dense for batch in batches])
    if batches[0].sparse is None:
        return Embeddings(dense)
    return Embeddings(dense, tuple(vector for batch in batches for vector in batch.sparse or ()))
