"""Own questions between the page and the session: kept, asked, counted, taken along."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.domain import Hit, SearchResult
from desktop_app.domain.own import OwnFigures, OwnPack, OwnProgress, OwnQuestion
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.translation import mark, tr, tr_n
from desktop_app.ui.file_dialogs import folder_dialog
from desktop_app.ui.library import LibraryPane
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.messages import MessageBar
from desktop_app.ui.own_page import OwnPage
from desktop_app.ui.own_view import ranks_shown, right_of, with_kept, with_right
from desktop_app.ui.pages import Pages
from desktop_app.ui.results import ResultsView
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.tasks import TaskHandle, TaskRunner
from desktop_app.ui.theme import Theme
from desktop_app.ui.words import say_error

NOTE_MS = 6_000
"""How long it is said that something was marked or written."""
_FOLDER = "Lectern questions"


class Judging(QObject):
    """Owns the page of own questions; every method returns at once.

    What is counted stays true until a question changes; then it is shown no longer.
    """

    def __init__(self, theme: Theme, tasks: TaskRunner, work: LibraryWork, window: QWidget) -> None:
        super().__init__(window)
        self._tasks = tasks
        self.page = OwnPage(theme, window)
        self._session: Session | None = None
        self._questions: tuple[OwnQuestion, ...] = ()
        self._unread: LecternError | None = LecternError(
            mark("Your questions are still being read."), mark("Try again in a moment.")
        )
        self._packs: tuple[OwnPack, ...] = ()
        self._figures: dict[str, OwnFigures] = {}
        self._handle: TaskHandle | None = None
        work.opened.connect(self.use_session)
        self.page.looked.connect(self.look)
        self.page.kept.connect(self._on_kept)
        self.page.removed.connect(self._on_removed)
        self.page.searched.connect(self._on_searched)
        self.page.count_requested.connect(self._on_count)
        self.page.stopped.connect(self._on_stopped)
        self.page.export_requested.connect(self._on_export)

    def serve(
        self, pages: Pages, library: LibraryPane, results: ResultsView, message: MessageBar
    ) -> None:
        """Connect the parts of the window that lead here."""
        self._pages, self._results, self._message = pages, results, message
        self.page.closed.connect(pages.leave)
        self.page.models_requested.connect(library.models_requested)
        library.own_requested.connect(self.show_page)
        results.mark_requested.connect(self.mark)

    def use_session(self, session: Session) -> None:
        """Keep and count in this session's library from now on."""
        self._session = session
        self.look()

    def show_page(self) -> None:
        """Visit the page."""
        self._pages.visit(self.page)

    def look(self) -> None:
        """Read the questions, and the packs that could be counted with."""
        session = self._session
        if session is None:
            return
        self._tasks.submit(
            "desk", session.own.questions, self._on_questions, self._on_unread, key="own-questions"
        )
        if self.page.isVisible():
            self._tasks.submit(
                "desk", session.own.packs, self._on_packs, self._on_failed, key="own-packs"
            )

    def mark(self, hit: Hit) -> None:
        """Mark a hit of the present answer as right."""
        result = self._results.result
        if result is None or self._is_refused():
            return
        self._put(with_right(self._questions, result.query.raw, right_of(hit)))
        said = tr_n(
            "Marked as right. You have {count} question of your own now.",
            "Marked as right. You have {count} questions of your own now.",
            len(self._questions),
        )
        self._message.offer(said, tr("Show"), self.show_page)

    def close(self) -> None:
        """Withdraw what is being counted."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    # What the session says

    def _on_questions(self, questions: tuple[OwnQuestion, ...]) -> None:
        self._unread = None
        if questions != self._questions:
            self._questions = questions
            self._forget_figures()
        self.page.show_error("")
        self._show()

    def _on_unread(self, error: LecternError) -> None:
        self._unread = error
        self._on_failed(error)

    def _on_packs(self, packs: tuple[OwnPack, ...]) -> None:
        self._packs = packs
        self.page.show_packs(packs)
        self._show_figures()

    def _on_failed(self, error: LecternError) -> None:
        self._handle = None
        self.page.show_progress(None)
        self.page.show_packs(self._packs)
        self.page.show_error(say_error(error))

    # What the user wants

    def _on_kept(self, question: OwnQuestion) -> None:
        if self._is_refused():
            return
        self._put(with_kept(self._questions, question))
        self.page.end_editing()

    def _on_removed(self, question: OwnQuestion) -> None:
        if self._is_refused() or question not in self._questions:
            return
        place = self._questions.index(question)
        self._put(tuple(each for each in self._questions if each != question))
        undo = partial(self._bring_back, question, place)
        self._message.offer(tr("The question was removed."), tr("Undo"), undo)

    def _bring_back(self, question: OwnQuestion, place: int) -> None:
        # Into the questions of now: others may have changed since.
        now = self._questions
        if not self._is_refused():
            self._put((*now[:place], question, *now[place:]))

    def _is_refused(self) -> bool:
        """Say why nothing can be kept: what could not be read must not be written over."""
        if self._unread is not None:
            self._message.show_error(self._unread)
        return self._unread is not None

    def _put(self, questions: Sequence[OwnQuestion]) -> None:
        session = self._session
        if session is None:
            return
        self._questions = kept = tuple(questions)
        self._forget_figures()
        self._show()
        self._tasks.submit("desk", lambda: session.own.keep(kept), lambda _: None, self._on_failed)

    def _on_searched(self, text: str) -> None:
        session = self._session
        if session is None:
            return
        form = self.page.form

        def show(result: SearchResult) -> None:
            if result.is_final and form.field.text().strip() == text:
                form.show_result(result)

        self._tasks.stream(
            "search",
            lambda is_cancelled: session.search(text, is_cancelled=is_cancelled),
            show,
            lambda: None,
            lambda error: form.show_failure(say_error(error)),
            key="own-search",
        )

    def _on_count(self, pack: str) -> None:
        session = self._session
        if session is None:
            return
        title = next((tr(each.title) for each in self._packs if each.name == pack), pack)
        self.page.show_error("")
        self.page.show_progress(OwnProgress(0, len(self._questions)), title)

        def show(progress: OwnProgress) -> None:
            if progress.figures is not None:
                self._figures[pack] = progress.figures
            else:
                self.page.show_progress(progress, title)

        self._handle = self._tasks.stream(
            "machine",
            lambda is_cancelled: session.own.measure(pack, is_cancelled=is_cancelled),
            show,
            self._on_counted,
            self._on_failed,
            key="own-count",
        )

    def _on_counted(self) -> None:
        self._handle = None
        self.page.show_progress(None)
        self._show()

    def _on_stopped(self) -> None:
        self.close()
        self.page.show_progress(None)
        self.page.show_packs(self._packs)

    def _on_export(self) -> None:
        dialog = folder_dialog(self.page, tr("Export the questions to"))
        dialog.fileSelected.connect(lambda chosen: self.export_to(Path(chosen)))
        dialog.open()

    def export_to(self, chosen: Path) -> None:
        """Write the questions to a folder of their own in this one and say so."""
        session = self._session
        if session is None:
            return
        folder = chosen / _FOLDER
        self._tasks.submit(
            "desk",
            lambda: session.own.export(folder),
            lambda count: self._message.show_note(
                tr_n(
                    "The questions and {count} passage were written to “{folder}”.",
                    "The questions and {count} passages were written to “{folder}”.",
                    count,
                    folder=drawable(str(folder)),
                ),
                ms=NOTE_MS,
            ),
            self._on_failed,
        )

    # What is shown

    def _forget_figures(self) -> None:
        self.close()
        self.page.show_progress(None)
        self._figures = {}
        self.page.show_figures(())

    def _show(self) -> None:
        shown = self._shown_figures()
        self.page.show_questions(self._questions, ranks_shown(shown[0]) if shown else None)
        self._show_figures()

    def _show_figures(self) -> None:
        self.page.show_figures(self._shown_figures())

    def _shown_figures(self) -> list[OwnFigures]:
        """Return what was counted in the order of the packs, the answering one first."""
        names = [each.name for each in self._packs]
        return sorted(
            self._figures.values(),
            key=lambda each: names.index(each.pack) if each.pack in names else len(names),
        )
