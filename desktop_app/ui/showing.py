"""From the states of an answer to the pane that shows them."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop_app.domain import SearchResult
from desktop_app.errors import LecternError
from desktop_app.ui.asking import Asking
from desktop_app.ui.choosing import Choosing
from desktop_app.ui.pages import Pages
from desktop_app.ui.panes import Panes
from desktop_app.ui.preview import PreviewPane
from desktop_app.ui.results import ResultsView
from desktop_app.ui.results_states import ResultsState


class Showing(QObject):
    """Connects what is asked with the results; a page of another question's answer closes.

    While a question is typed the preview shows no page of the answer before: the hits beside
    it are others by then.
    """

    def __init__(
        self,
        asking: Asking,
        results: ResultsView,
        panes: Panes,
        pages: Pages,
        choosing: Choosing,
        *,
        preview: PreviewPane,
    ) -> None:
        super().__init__(results)
        self._results, self._panes, self._pages = results, panes, pages
        self._choosing, self._preview = choosing, preview
        asking.foreseen.connect(self._on_foreseen)
        asking.began.connect(self._on_began)
        asking.answered.connect(self._on_answered)
        asking.failed.connect(self._on_failed)
        asking.settled.connect(results.settle)
        results.similar_requested.connect(asking.ask_similar)

    def _on_foreseen(self, result: SearchResult) -> None:
        self._leave_page_of_other(result.query.raw)
        if result.hits and self._preview.hit is not None:
            self._preview.clear()
        self._results.show_foreseen(result)

    def _on_began(self, question: str) -> None:
        self._leave_page_of_other(question)
        self._results.show_state(ResultsState.SEARCHING)

    def _on_answered(self, result: SearchResult) -> None:
        self._results.show_result(result)
        self._choosing.hint_at_models(result)
        self._pages.give_room()

    def _on_failed(self, error: LecternError) -> None:
        self._results.show_error(error)
        self._pages.give_room()

    def _leave_page_of_other(self, question: str) -> None:
        result = self._results.result
        if result is None or result.query.raw != question:
            self._panes.close_preview()
