"""Embed a little while files are still being read, where nobody knows how fast that goes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from desktop_app.domain import IsCancelled
from desktop_app.errors import ModelError
from desktop_app.indexing.embedding import Embedder

if TYPE_CHECKING:
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)

_SECONDS_BEFORE = 5.0
"""A folder that is read sooner needs no estimate."""
_SECONDS_UNASKED = 20.0
"""Where nobody has asked the model anything yet, it is waited for no sooner: a small one is
loaded by then, and a folder that takes so long to read is worth waiting for a large one, which
has to be loaded for it anyway."""
_BATCHES = 4
"""Of 200 ms each at most; the model process believes what it measured from the second on."""


class Foretaste:
    """One look at the speed of a model while files are read. Index thread.

    Without it a computer's first folder would show no time left until all of it was read. The
    vectors are kept, so nothing is done twice. ``tokens_per_second`` is 0.0 while nobody
    knows.
    """

    def __init__(
        self,
        library: Library,
        model: ModelProcess | None,
        *,
        tokens_per_second: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._library = library
        self._model = model
        self._tokens_per_second = tokens_per_second
        self._clock = clock
        self._begun_at = clock()

    def beside(self, reading: Iterator[None], *, is_cancelled: IsCancelled) -> Iterator[None]:
        """Pull ``reading`` to its end, and embed some batches between two steps when it is due."""
        for _ in reading:
            yield
            yield from self._take_when_due(is_cancelled=is_cancelled)

    def _take_when_due(self, *, is_cancelled: IsCancelled) -> Iterator[None]:
        model = self._model
        seconds = self._clock() - self._begun_at
        if model is None or seconds < _SECONDS_BEFORE:
            return
        if self._tokens_per_second():
            self._model = None
            return
        status = model.status()
        has_answered = status.running and status.backend
        if not has_answered and seconds < _SECONDS_UNASKED:
            return
        embedder = Embedder(self._library, model, None)
        self._begun_at = self._clock()
        try:
            with closing(embedder.embed(is_cancelled=is_cancelled)) as batches:
                yield from islice(batches, _BATCHES)
        except ModelError as error:
            _log.warning("no speed known while reading: %s", error.code)
            self._model = None
        if embedder.embedded:
            self._model = None
