"""Which models there are and which one answers: the pages that show it, the work behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QMenu, QPushButton, QStyle, QWidget

from desktop_app.domain import (
    IndexPhase,
    IndexProgress,
    PackListing,
    PackState,
    SearchResult,
)
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.translation import tr
from desktop_app.ui.file_dialogs import file_dialog, folder_dialog, saving_dialog
from desktop_app.ui.first_run import FirstRun
from desktop_app.ui.library import LibraryPane
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.messages import MessageBar
from desktop_app.ui.models_page import ModelsPage
from desktop_app.ui.pack_actions import PackWish
from desktop_app.ui.pack_view import JobKind, PackChange, PackJob, PackView, gone, job_share
from desktop_app.ui.pack_wording import name_in_words
from desktop_app.ui.pack_work import PackWork
from desktop_app.ui.pages import Pages
from desktop_app.ui.results import ResultsView
from desktop_app.ui.saving import name_filter
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.status import StatusLine
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.words import name_of, say_part

RECOMMENDED = "bge-m3"
"""The pack that the first page offers, where its manifest is there."""
NOTE_MS = 12_000
"""How long a note about a model stays."""
_UNDER_WAY = "download"
_HINT_CLOSED = "language-hint-closed"


class Choosing(QObject):
    """Connects the Models page and the first page with the work on packs.

    A download that is under way when the window closes is remembered and offered again
    next time. ``changed()``: what is under way or which pack answers is another one now;
    ``switched()``: another pack answers than before.
    """

    changed = Signal()
    switched = Signal()

    def __init__(
        self,
        work: LibraryWork,
        tasks: TaskRunner,
        store: SettingsStore,
        pages: Pages,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._work, self._store, self._pages = work, store, pages
        self.packs = PackWork(tasks, self)
        self._progress: IndexProgress | None = None
        self._answering = self._trying = ""
        self._to_resume = store.text(_UNDER_WAY)
        self._waiting: list[Path] = []

    def serve(
        self,
        page: ModelsPage,
        library: LibraryPane,
        results: ResultsView,
        first_run: FirstRun,
        *,
        status: StatusLine,
        message: MessageBar,
    ) -> None:
        """Connect the parts of the window that show models or lead to them."""
        self._page, self._first_run, self._results = page, first_run, results
        self._status, self._message = status, message
        page.wished.connect(self._on_wished)
        page.import_requested.connect(self.choose_import)
        page.closed.connect(self._pages.leave)
        first_run.wished.connect(self._on_wished)
        results.hint_closed.connect(self._on_hint_closed)
        for leads in (library, results, first_run):
            leads.models_requested.connect(self.show_page)
        status.getting_clicked.connect(self.show_page)
        self.packs.changed.connect(self._on_changed)
        self.packs.finished.connect(self._on_finished)
        self._work.opened.connect(self._on_opened)

    def show_page(self) -> None:
        """Visit the Models page."""
        self._pages.visit(self._page)

    def close(self) -> None:
        """End downloads; the one under way stays remembered."""
        self.packs.close()

    def take(self, paths: tuple[Path, ...]) -> None:
        """Import packs that were dropped; before the library is open they wait."""
        if self._work.session is None:
            self._waiting.extend(paths)
            return
        if paths:
            self.show_page()
        for path in paths:
            self.packs.take(path)

    def choose_import(self) -> None:
        """Let the user choose between a zip file and a folder, then which."""
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("From a zip file…"), partial(self._choose_import, is_folder=False))
        menu.addAction(tr("From a folder…"), partial(self._choose_import, is_folder=True))
        button = QApplication.focusWidget()
        if isinstance(button, QPushButton):
            place = QRect(button.rect().bottomLeft(), menu.sizeHint())
            place = QStyle.visualRect(button.layoutDirection(), button.rect(), place)
            menu.popup(button.mapToGlobal(place.topLeft()))
        else:
            menu.popup(QCursor.pos())

    def show_progress(self, progress: IndexProgress | None) -> None:
        """Let the card of a pack that is being prepared say how far that is."""
        before, self._progress = self._progress, progress
        if (before.phase if before else None) is not (progress.phase if progress else None):
            self.packs.refresh()
        elif progress is not None and progress.preparing:
            self._on_changed()

    def title_of(self, pack: str) -> str:
        """Name a pack in words; by its own name where nothing is known of it."""
        listing = self.packs.listing(pack)
        return name_in_words(listing) if listing is not None else name_of(pack)

    @property
    def answering_title(self) -> str:
        """The title of the pack that answers now."""
        return self.title_of(self.packs.seen.use.answering)

    def _getting(self) -> tuple[str, float | None]:
        for job in self.packs.jobs:
            if job.kind is not JobKind.EXPORT and not job.is_ending:
                return self.title_of(job.pack) or job.source, job_share(job)
        return "", None

    def hint_at_models(self, result: SearchResult) -> None:
        """Say once that another model would know the question's language."""
        listing = self.packs.listing(result.pack)
        language = result.query.language
        is_foreign = bool(
            listing is not None
            and listing.languages
            and language != "und"
            and language not in listing.languages
        )
        if listing is None or not is_foreign or self._store.text(_HINT_CLOSED):
            self._results.hint.put("")
            return
        self._results.hint.put(tr("A model that knows this language would find more."))

    def _views(self) -> tuple[PackView, ...]:
        seen = self.packs.seen
        names = {each.name for each in seen.listings}
        left = tuple(gone(name) for name, _ in seen.use.old if name not in names)
        return tuple(self._view(each) for each in (*sorted(seen.listings, key=self._place), *left))

    def _place(self, listing: PackListing) -> tuple[bool, bool, bool, str]:
        """Order the cards: what answers, what is recommended, what is here, the rest."""
        return (
            not self._is(listing, self.packs.seen.use.answering),
            listing.name != RECOMMENDED,
            not listing.is_installed,
            listing.name,
        )

    def _view(self, listing: PackListing) -> PackView:
        seen = self.packs.seen
        use = seen.use
        is_chosen = self._is(listing, use.chosen)
        is_answering = self._is(listing, use.answering)
        return PackView(
            listing=listing,
            is_answering=is_answering,
            is_chosen=is_chosen,
            job=self.packs.job_of(listing.name),
            change=self._change() if is_chosen and use.is_changing else None,
            is_trying=self._trying == listing.name,
            error=self.packs.error_of(listing.name),
            cost_seconds=self.packs.costs.get(listing.name),
            free_bytes=seen.free_bytes,
            passages=seen.coverage.passages,
            old_bytes=dict(use.old).get(listing.name, 0),
            answering_title=self.answering_title,
        )

    def _change(self) -> PackChange:
        use, progress = self.packs.seen.use, self._progress
        is_live = progress is not None and progress.phase is IndexPhase.EMBEDDING
        done, total, left = use.embedded, use.passages, use.seconds_left
        if is_live and progress is not None and progress.preparing:
            done, total = progress.passages_embedded, progress.passages_total
            left = progress.seconds_left
        is_paused = self._work.is_paused or not self._work.is_indexing
        return PackChange(use.chosen, use.answering, done, total, left, is_paused)

    @staticmethod
    def _is(listing: PackListing, name: str) -> bool:
        return name in (listing.name, str(listing.folder))

    def _choose_import(self, *, is_folder: bool) -> None:
        title = tr("Import a model")
        dialog = (
            folder_dialog(self._page, title)
            if is_folder
            else file_dialog(self._page, title, name_filter(tr("Zip files"), "zip"))
        )
        dialog.filesSelected.connect(lambda chosen: self.take(tuple(map(Path, chosen))))
        dialog.open()

    def _choose_export(self, pack: str) -> None:
        dialog = saving_dialog(
            self._page,
            tr("Export {model}", model=self.title_of(pack)),
            f"{pack}.zip",
            {name_filter(tr("Zip files"), "zip"): "zip"},
        )
        dialog.filesSelected.connect(lambda chosen: self.packs.give(pack, Path(chosen[0])))
        dialog.open()

    def _on_wished(self, wish: PackWish, pack: str) -> None:
        match wish:
            case PackWish.DOWNLOAD | PackWish.RESUME:
                self._go_on_with(pack)
            case PackWish.PAUSE:
                self._forget_download(pack)
                self.packs.pause(pack)
            case PackWish.CANCEL:
                self._forget_download(pack)
                self.packs.cancel(pack)
            case PackWish.IMPORT:
                self.choose_import()
            case PackWish.EXPORT:
                self._choose_export(pack)
            case PackWish.USE:
                self.use(pack)
            case PackWish.REMOVE:
                self.packs.remove(pack)
            case PackWish.FORGET:
                self._write(pack, lambda session: session.forget_vectors(pack))

    def use(self, pack: str) -> None:
        """Let a pack answer as soon as it has learned the library."""
        self._write(pack, lambda session: session.use_pack(pack))

    def _write(self, pack: str, change: Callable[[Session], object]) -> None:
        self._trying = pack
        self.packs.tell(pack, None)
        self._work.write(change, partial(self._on_written, pack), self._on_written)

    def _on_written(self, pack: str = "", error: LecternError | None = None) -> None:
        self._trying = ""
        if error is not None:
            self.packs.tell(pack, error)
        self.packs.refresh()

    def _go_on_with(self, pack: str) -> None:
        listing = self.packs.listing(pack)
        if listing is not None and listing.is_installed:
            self._work.index()  # its vectors are what is unfinished
            self._on_changed()
        else:
            self._download(pack)

    def _download(self, pack: str) -> None:
        self._store.put(_UNDER_WAY, pack)
        self.packs.download(pack)

    def _forget_download(self, pack: str) -> None:
        if self._store.text(_UNDER_WAY) == pack:
            self._store.put(_UNDER_WAY, "")

    def _on_hint_closed(self) -> None:
        self._store.put(_HINT_CLOSED, "yes")
        self._results.hint.put("")

    def _on_opened(self, session: Session) -> None:
        self.packs.use_session(session)
        waiting, self._waiting = tuple(self._waiting), []
        self.take(waiting)

    def _on_changed(self) -> None:
        views = self._views()
        self._page.show_views(views)
        self._first_run.show_pack(
            next((each for each in views if each.listing.name == RECOMMENDED), None)
        )
        key, job = self.packs.nameless_import() or ("", None)
        self._page.show_import(job, self.packs.error_of(""), key)
        self._page.show_notice(tr(self.packs.seen.use.notice))
        self._offer_to_resume()
        self._status.show_getting(*self._getting())
        answering = self.packs.seen.use.answering
        if answering != self._answering:
            was, self._answering = self._answering, answering
            if was:
                self.switched.emit()
        self.changed.emit()

    def _offer_to_resume(self) -> None:
        listing = self.packs.listing(self._to_resume)
        if listing is None:
            return
        self._to_resume = ""
        if listing.state is PackState.UNFINISHED and self.packs.job_of(listing.name) is None:
            self._store.put(_UNDER_WAY, "")
            self._message.offer(
                _unfinished(listing), tr("Resume"), partial(self._download, listing.name)
            )

    def _ask_to_use(self, pack: str) -> None:
        self.show_page()
        if pack in self._page.packs:  # it may have been removed since it was offered
            self._page.card(pack).choices.ask(PackWish.USE)

    def _on_finished(self, job: PackJob) -> None:
        title = self.title_of(job.pack)
        if job.kind is JobKind.EXPORT:
            self._message.show_note(
                tr("{model} was exported to “{file}”.", model=title, file=job.source), ms=NOTE_MS
            )
            return
        self._forget_download(job.pack)
        use, listing = self.packs.seen.use, self.packs.listing(job.pack)
        is_chosen = listing is not None and self._is(listing, use.chosen)
        if is_chosen:
            self._message.show_note(
                tr("{model} is on this computer again.", model=title), ms=NOTE_MS
            )
        elif self.packs.seen.coverage.passages == 0:
            self.use(job.pack)
            self._message.show_note(
                tr("{model} is here and answers from now on.", model=title), ms=NOTE_MS
            )
        else:
            self._message.offer(
                tr("{model} is on this computer now.", model=title),
                tr("Use it…"),
                partial(self._ask_to_use, job.pack),
            )


def _unfinished(listing: PackListing) -> str:
    model = name_in_words(listing)
    if not listing.present_bytes:
        return tr("The download of {model} waits.", model=model)
    # Translators: part is "1.2 of 4.6 GB".
    return tr(
        "The download of {model} is unfinished: {part} are here.",
        model=model,
        part=say_part(listing.present_bytes, listing.download_bytes),
    )
