"""Bring the library up to date with its roots: scan, read, tidy, embed, tidy."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from desktop_app.domain import (
    Document,
    IndexPhase,
    IndexProgress,
    IsCancelled,
    RootState,
    never_cancelled,
)
from desktop_app.errors import ModelError
from desktop_app.indexing.embedding import Embedder, interleave
from desktop_app.indexing.extraction import Extraction, ExtractRequest
from desktop_app.indexing.ledger import refused_row
from desktop_app.indexing.plan import Contents, Plan, compare
from desktop_app.indexing.progress import ProgressMeter
from desktop_app.indexing.reading import Reader
from desktop_app.indexing.scanner import FoundFile, scan, state_of_root
from desktop_app.parsing.media_types import MEDIA_TYPES

if TYPE_CHECKING:
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.parsing.pool import ParserPool
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)

_MIB = 1 << 20
_FILES_BETWEEN_TICKS = 256
_REMOVED_AT_ONCE = 5000
_SHARE_OF_ANSWERING = 0.2
"""Of the time of a change of packs, what goes to new files for the space that still answers:
they are found by meaning at once, and the change takes a quarter longer at most."""


class Indexer:
    """The indexing flow over a library, a parser pool and a model process (or None).

    Owns none of them and keeps no state between runs. Without a model only the keyword
    index is made. ``answering`` is the model of the space that answers while that of
    ``model`` is built. Runs on the index thread.
    """

    def __init__(
        self,
        library: Library,
        pool: ParserPool[ExtractRequest, Extraction],
        model: ModelProcess | None,
        settings: Settings,
        *,
        answering: ModelProcess | None = None,
    ) -> None:
        self._library = library
        self._pool = pool
        self._model = model
        self._settings = settings
        self._answering = answering

    def index(
        self, roots: Sequence[str], *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[IndexProgress]:
        """Bring these roots up to date; yields about ten times a second, DONE at the end.

        Not pulling pauses the work. When cancelled it ends without DONE, within one
        batch; everything written stays. Raises StoreError; a model that cannot be used
        becomes a notice, since the keyword index does not need it.
        """
        meter = ProgressMeter()
        for _ in self._run(roots, meter, is_cancelled):
            if meter.is_due():
                snapshot = meter.snapshot()
                meter.leave()
                yield snapshot
                meter.enter()
        if not is_cancelled():
            meter.begin(IndexPhase.DONE)
            yield meter.snapshot()

    def _run(
        self, roots: Sequence[str], meter: ProgressMeter, is_cancelled: IsCancelled
    ) -> Iterator[None]:
        documents = self._library.documents()
        contents = self._library.contents()
        plans: dict[str, Plan] = {}
        yield from self._plan(
            roots, documents, contents, plans=plans, meter=meter, is_cancelled=is_cancelled
        )
        if is_cancelled():
            return
        reader = Reader(
            self._library,
            self._pool,
            self._settings,
            meter,
            documents=documents,
            contents=contents,
        )
        known_files = Counter(document.root for document in documents)
        del documents
        meter.begin(IndexPhase.READING)
        for root, plan in plans.items():
            for row in plan.unchanged:
                meter.finish(row.size, row.status)
            reader.refuse(_refusals(root, plan, meter))
        yield
        work = [each for plan in plans.values() for each in plan.work]
        yield from reader.read(work, is_cancelled=is_cancelled)
        if is_cancelled():
            return
        # Last, so that a file that moved has its new row before the old one goes; and asked
        # once more, since files are also missing where a drive went away meanwhile.
        here = {root for root in plans if not self._is_away(root, known_files[root], meter)}
        missing = [key for plan in plans.values() for key in plan.gone] + reader.vanished
        gone = [key for key in missing if key[0] in here]
        for start in range(0, len(gone), _REMOVED_AT_ONCE):
            self._library.remove_documents(gone[start : start + _REMOVED_AT_ONCE])
            yield
        if gone or reader.has_written:
            yield from self._tidy(meter, is_cancelled)
        if self._model is not None:
            yield from self._embed(self._model, meter, is_cancelled)

    def _plan(
        self,
        roots: Sequence[str],
        documents: Sequence[Document],
        contents: Contents,
        *,
        plans: dict[str, Plan],
        meter: ProgressMeter,
        is_cancelled: IsCancelled,
    ) -> Iterator[None]:
        """Scan every root that is here and put what it needs into ``plans``."""
        ledger: dict[str, dict[str, Document]] = defaultdict(dict)
        for document in documents:
            ledger[document.root][document.path] = document
        meter.begin(IndexPhase.SCANNING)
        yield
        for root in roots:
            if self._is_away(root, len(ledger[root]), meter):
                continue
            found: list[FoundFile] = []
            yield from self._scan(root, found, meter, is_cancelled)
            if is_cancelled():
                return
            plans[root] = compare(root, found, ledger[root], contents)

    def _is_away(self, root: str, known_files: int, meter: ProgressMeter) -> bool:
        is_away = state_of_root(root, known_files=known_files) is RootState.AWAY
        if is_away:
            meter.notice = f"{root} is away; what is known of it was kept."
        return is_away

    def _scan(
        self, root: str, found: list[FoundFile], meter: ProgressMeter, is_cancelled: IsCancelled
    ) -> Iterator[None]:
        for file in scan(
            root,
            media_types=MEDIA_TYPES,
            largest_bytes=self._settings.largest_file_mb * _MIB,
            excluded=[self._settings.library_dir],
        ):
            found.append(file)
            meter.find(file.size)
            if len(found) % _FILES_BETWEEN_TICKS == 0:
                meter.current = file.path
                yield
                if is_cancelled():
                    return

    def _tidy(self, meter: ProgressMeter, is_cancelled: IsCancelled) -> Iterator[None]:
        meter.begin(IndexPhase.TIDYING)
        yield
        self._library.maintain(is_cancelled=is_cancelled)

    def _embed(
        self, model: ModelProcess, meter: ProgressMeter, is_cancelled: IsCancelled
    ) -> Iterator[None]:
        meter.begin(IndexPhase.EMBEDDING)
        meter.preparing = model.space.pack if self._answering else ""
        coverage = self._library.coverage(model.space)
        meter.passages_total = coverage.passages
        meter.passages_embedded = coverage.embedded + coverage.rejected
        yield
        embedder = Embedder(self._library, model, meter)
        work = embedder.embed(is_cancelled=is_cancelled)
        if self._answering is not None:
            beside = Embedder(self._library, self._answering, None)
            work = interleave(
                work, beside.embed(is_cancelled=is_cancelled), share=_SHARE_OF_ANSWERING
            )
        try:
            yield from work
        except ModelError as error:
            _log.warning("embedding stopped: %s", error)
            meter.notice = f"Meaning search is not complete. {error}"
        else:
            if embedder.rejected:
                meter.notice = (
                    f"{embedder.rejected:,} passages are found by their words only: "
                    "the model could not read them."
                )
        if embedder.embedded and not is_cancelled():
            yield from self._tidy(meter, is_cancelled)


def _refusals(root: str, plan: Plan, meter: ProgressMeter) -> Iterator[Document]:
    for file in plan.refused:
        if file.refusal is None:
            continue
        row = refused_row(root, file, file.refusal)
        meter.finish(file.size, row.status)
        yield row
