"""Bring the library up to date with its roots: scan, read, tidy, embed, tidy."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
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
from desktop_app.indexing.exclusion import Exclusion
from desktop_app.indexing.extraction import Extraction, ExtractRequest
from desktop_app.indexing.foretaste import Foretaste
from desktop_app.indexing.ledger import refused_row
from desktop_app.indexing.mounts import away_below, is_below, mount_of, mounts_below
from desktop_app.indexing.outlook import Outlook
from desktop_app.indexing.plan import Contents, Plan, compare
from desktop_app.indexing.progress import ProgressMeter, printable
from desktop_app.indexing.reading import Reader
from desktop_app.indexing.recognition import RecognizedPages, Recognizer
from desktop_app.indexing.scanner import FoundFile, scan, state_of_root
from desktop_app.indexing.scopes import Scopes, joined
from desktop_app.parsing.media_types import MEDIA_TYPES
from desktop_app.translation import mark, sentences, worded, worded_n

if TYPE_CHECKING:
    from desktop_app.inference.worker import ModelProcess
    from desktop_app.parsing.ocr import RecognizeRequest
    from desktop_app.parsing.page_texts import PageText
    from desktop_app.parsing.pool import ParserPool
    from desktop_app.settings import Settings
    from desktop_app.store.library import Library

_log = logging.getLogger(__name__)

_MIB = 1 << 20
_FILES_BETWEEN_TICKS = 256
_REMOVED_AT_ONCE = 5000
_TOKENS_A_PASSAGE = 160
"""Of the passages that wait to be embedded, which nobody has counted."""
_WHOLE: Scopes = MappingProxyType({})

_TURN_SECONDS = 300.0
_SECONDS_BETWEEN_LOOKS = 15.0
"""How long new files may wait while passages are embedded or scans recognized: a look costs
little, but every start of embedding asks for all passages without a vector."""
_SHARE_OF_ANSWERING = 0.2
_SECONDS_OF_ANSWERING = 10.0
"""Of a change of packs, what goes to new files for the space that still answers: the first
seconds of a run, and of the rest a share. So some files (a thousand passages with the starter)
are found by meaning at once, and the change takes at most a quarter longer."""


class Indexer:
    """The indexing flow over a library, a parser pool and a model process (or None).

    Owns none of them and keeps no state between runs. Without a model only the keyword
    index is made. ``answering`` is the model of the space that answers while that of
    ``model`` is built. ``recognizers`` recognize the text of scanned pages, after everything
    else; without them such pages stay as they are. ``changed`` returns the scopes that have
    changed since it was last asked: they are read before more is embedded or recognized,
    which may go on for hours. ``tokens_per_second`` tells how fast ``model`` is known to
    embed, 0.0 where it is not known. Runs on the index thread.
    """

    def __init__(
        self,
        library: Library,
        pool: ParserPool[ExtractRequest, Extraction],
        model: ModelProcess | None,
        settings: Settings,
        *,
        answering: ModelProcess | None = None,
        recognizers: ParserPool[RecognizeRequest, PageText] | None = None,
        changed: Callable[[], Scopes] = lambda: _WHOLE,
        tokens_per_second: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._tokens_per_second = tokens_per_second
        self._library = library
        self._pool = pool
        self._model = model
        self._settings = settings
        self._answering = answering
        self._recognizers = recognizers
        self._changed = changed

    def index(
        self,
        roots: Sequence[str],
        *,
        within: Scopes = _WHOLE,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Iterator[IndexProgress]:
        """Bring these roots up to date; yields about ten times a second, DONE at the end.

        ``within`` narrows a root to some of its paths (files, folders, or what is gone):
        only these are looked at, and counted.

        Not pulling pauses the work. When cancelled it ends without DONE, within one
        batch; everything written stays. Raises StoreError; a model that cannot be used
        becomes a notice, since the keyword index does not need it.
        """
        meter = ProgressMeter()
        scopes = {root: tuple(within.get(root, ())) for root in roots}
        for _ in self._run(scopes, meter, is_cancelled):
            if meter.is_due():
                snapshot = meter.snapshot()
                meter.leave()
                yield snapshot
                meter.enter()
        if not is_cancelled():
            meter.begin(IndexPhase.DONE)
            yield meter.snapshot()

    def end_change(self) -> None:
        """Embed for ``model`` only from now on; between two pulls, not while embedding."""
        self._answering = None

    def _run(
        self, scopes: Scopes, meter: ProgressMeter, is_cancelled: IsCancelled
    ) -> Iterator[None]:
        counted: Scopes = {}
        while True:
            yield from self._read(scopes, meter, is_cancelled, counted)
            counted = joined(counted, scopes)
            if is_cancelled():
                return
            look = _Look(self._changed, is_cancelled)
            if self._model is not None:
                yield from self._embed(self._model, meter, look.is_due)
            if self._recognizers is not None and not look.is_due():
                yield from self._recognize(self._recognizers, meter, look.is_due)
            if not look.scopes:
                return
            scopes = look.scopes

    def _read(
        self,
        scopes: Scopes,
        meter: ProgressMeter,
        is_cancelled: IsCancelled,
        counted: Scopes,
    ) -> Iterator[None]:
        """Make the keyword index true for these scopes.

        ``counted`` are scopes that this run has read before: what is in both counts once.
        """
        documents = self._library.documents()
        for row in documents:
            if _is_within(row, scopes) and _is_within(row, counted):
                meter.take_back(row.size, row.status)
        contents = self._library.contents()
        plans: dict[str, Plan] = {}
        yield from self._plan(
            scopes, documents, contents, plans=plans, meter=meter, is_cancelled=is_cancelled
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
        meter.outlook = self._outlook()
        known: dict[str, list[str]] = defaultdict(list)
        for document in documents:
            known[document.root].append(document.path)
        del documents
        meter.begin(IndexPhase.READING)
        for root, plan in plans.items():
            for row in plan.unchanged:
                meter.finish(row.size, row.status)
            reader.refuse(_refusals(root, plan, meter))
        yield
        work = [each for plan in plans.values() for each in plan.work]
        speed = self._tokens_per_second
        foretaste = Foretaste(self._library, self._model, tokens_per_second=speed)
        reading = reader.read(work, is_cancelled=is_cancelled)
        yield from foretaste.beside(reading, is_cancelled=is_cancelled)
        if is_cancelled():
            return
        # Asked once more, since files are also missing where a drive went away meanwhile.
        here = {root for root in plans if not self._is_away(root, known[root], meter)}
        missing = [key for plan in plans.values() for key in plan.gone] + reader.vanished
        # Last, so that a file that moved has its new row before the old one goes.
        away = {root: self._away_below(root, known[root]) for root in here}
        gone = [key for key in missing if key[0] in here and not is_below(key[1], away[key[0]])]
        yield from self._remove(gone)
        if here.issuperset(self._library.folders.paths()) and not any(scopes.values()):
            self._library.settle()
        if gone or reader.has_written:
            yield from self._tidy(meter, is_cancelled)

    def _plan(
        self,
        scopes: Scopes,
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
        for root, paths in scopes.items():
            if self._is_away(root, ledger[root], meter):
                continue
            away = self._away_below(root, ledger[root])
            inside = tuple(sorted({*mounts_below(root), *away}))
            self._library.folders.set_mount(root, mount_of(root), inside=inside)
            found: list[FoundFile] = []
            for path in paths or ("",):
                yield from self._scan(root, path, found, meter, is_cancelled, away=away)
                if is_cancelled():
                    return
            plans[root] = compare(root, found, _rows_within(ledger[root], paths), contents)

    def _outlook(self) -> Outlook:
        can_recognize = self._recognizers is not None and RecognizedPages.of(self._settings).name
        recognizers = self._settings.parsers if can_recognize else 0
        space = self._model.space if self._model is not None else None
        speed = self._tokens_per_second if space is not None else None
        outlook = Outlook(tokens_per_second=speed, recognizers=recognizers, space=space)
        if space is not None:
            coverage = self._library.coverage(space)
            waiting = coverage.passages - coverage.embedded - coverage.rejected
            outlook.add_tokens(waiting * _TOKENS_A_PASSAGE)
        return outlook

    def _is_away(self, root: str, known: Collection[str], meter: ProgressMeter) -> bool:
        state = state_of_root(root, known=known, mount=self._library.folders.mount(root))
        if state is RootState.AWAY:
            meter.notice = worded(
                "{root} is away; what is known of it was kept.", root=printable(root)
            )
        return state is RootState.AWAY

    def _away_below(self, root: str, known: Collection[str]) -> tuple[str, ...]:
        remembered = self._library.folders.mounts_inside(root)
        exclusion = Exclusion(self._library.folders.rules(root))
        wanted = [each for each in remembered if not exclusion.leaves_out_folder(each)]
        return away_below(root, wanted, known)

    def _scan(
        self,
        root: str,
        within: str,
        found: list[FoundFile],
        meter: ProgressMeter,
        is_cancelled: IsCancelled,
        *,
        away: Sequence[str],
    ) -> Iterator[None]:
        for file in scan(
            root,
            media_types=MEDIA_TYPES,
            largest_bytes=self._settings.largest_file_mb * _MIB,
            excluded=[self._settings.library_dir],
            rules=self._library.folders.rules(root),
            within=within,
            away=away,
        ):
            found.append(file)
            meter.find(file.size)
            if len(found) % _FILES_BETWEEN_TICKS == 0:
                meter.current = file.path
                yield
                if is_cancelled():
                    return

    def _remove(self, gone: Sequence[tuple[str, str]]) -> Iterator[None]:
        for start in range(0, len(gone), _REMOVED_AT_ONCE):
            self._library.remove_documents(gone[start : start + _REMOVED_AT_ONCE])
            yield

    def _tidy(self, meter: ProgressMeter, is_cancelled: IsCancelled) -> Iterator[None]:
        meter.begin(IndexPhase.TIDYING)
        yield
        self._library.maintain(is_cancelled=is_cancelled)

    def _recognize(
        self,
        recognizers: ParserPool[RecognizeRequest, PageText],
        meter: ProgressMeter,
        is_cancelled: IsCancelled,
    ) -> Iterator[None]:
        """Recognize in turns, so that what was recognized is soon found by meaning too."""
        recognizer = Recognizer(
            self._library,
            readers=self._pool,
            recognizers=recognizers,
            pages=RecognizedPages.of(self._settings),
            meter=meter,
            parse_seconds=self._settings.parse_seconds,
        )
        while not recognizer.is_done and not is_cancelled():
            yield from recognizer.recognize(is_cancelled=is_cancelled, seconds=_TURN_SECONDS)
            if not recognizer.has_written or is_cancelled():
                continue
            yield from self._tidy(meter, is_cancelled)
            if self._model is not None:
                yield from self._embed(self._model, meter, is_cancelled)

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
                work,
                beside.embed(is_cancelled=is_cancelled),
                share=_SHARE_OF_ANSWERING,
                ahead=_SECONDS_OF_ANSWERING,
            )
        try:
            yield from work
        except ModelError as error:
            _log.warning("embedding stopped: %s", error)
            meter.notice = sentences(
                mark("Meaning search is not complete."), error.title, error.hint
            )
        else:
            if embedder.rejected:
                meter.notice = worded_n(
                    "{count} passage is found by its words only: the model could not read it.",
                    "{count} passages are found by their words only: "
                    "the model could not read them.",
                    embedder.rejected,
                )
        # A space that is about to answer may lack its index, where tidying was cut short.
        if (embedder.embedded or self._answering) and not is_cancelled():
            yield from self._tidy(meter, is_cancelled)


class _Look:
    """Ends what takes long when it was cancelled, or when files changed meanwhile."""

    def __init__(self, changed: Callable[[], Scopes], is_cancelled: IsCancelled) -> None:
        self._changed = changed
        self._is_cancelled = is_cancelled
        self._looked_at = time.monotonic()
        self.scopes: Scopes = {}

    def is_due(self) -> bool:
        """Say whether something else comes first now: nothing at all, or ``scopes``."""
        now = time.monotonic()
        if not self.scopes and now - self._looked_at >= _SECONDS_BETWEEN_LOOKS:
            self._looked_at = now
            self.scopes = self._changed()
        return bool(self.scopes) or self._is_cancelled()


def _refusals(root: str, plan: Plan, meter: ProgressMeter) -> Iterator[Document]:
    for file in plan.refused:
        if file.refusal is None:
            continue
        row = refused_row(root, file, file.refusal)
        meter.finish(file.size, row.status)
        yield row


def _is_within(row: Document, scopes: Scopes) -> bool:
    paths = scopes.get(row.root)
    return paths is not None and (not paths or is_below(row.path, tuple(paths)))


def _rows_within(rows: Mapping[str, Document], paths: Collection[str]) -> Mapping[str, Document]:
    """Return the rows at or below these paths; all of them where there are none."""
    if not paths:
        return rows
    below = tuple(f"{path}/" for path in paths)
    return {path: row for path, row in rows.items() if path in paths or path.startswith(below)}
