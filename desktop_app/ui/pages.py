"""Which page is in front, and the way back from each."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop_app.ui.panes import Panes
from desktop_app.ui.results import ResultsView
from desktop_app.ui.top_row import TopRow


class Pages(QObject):
    """Moves between the answer and the pages that the user visits beside it.

    ``body`` holds the panes, the first page and the failure; ``answer`` is the panes' middle.
    A visited page stays in front until the user leaves it or asks.
    """

    def __init__(
        self,
        body: QStackedWidget,
        answer: QStackedWidget,
        panes: Panes,
        results: ResultsView,
        *,
        top: TopRow,
    ) -> None:
        super().__init__(body)
        self._body, self._answer = body, answer
        self._panes, self._results, self._top = panes, results, top
        self._home: QWidget = panes

    @property
    def is_visiting(self) -> bool:
        """Whether another page than the answer is in front of the panes."""
        return (
            self._body.currentWidget() is self._panes
            and self._answer.currentWidget() is not self._results
        )

    def go_home(self, home: QWidget) -> None:
        """Let the panes or a page of the body be where every way back ends."""
        self._home = home
        if not self.is_visiting:
            self._show(home)

    def leave_for(self, page: QWidget) -> None:
        """Show a page of the body whatever is visited."""
        self._answer.setCurrentWidget(self._results)
        self._home = page
        self._show(page)

    def show_answer(self) -> None:
        """Bring the answer to the front."""
        self._answer.setCurrentWidget(self._results)
        self._show(self._home)
        self.give_room()

    def visit(self, page: QWidget) -> None:
        """Bring a page of the panes' middle to the front and go to it."""
        self._show(self._panes)
        self._answer.setCurrentWidget(page)
        self.give_room()
        page.setFocus()

    def toggle(self, page: QWidget) -> None:
        """Visit a page, or leave it when it is in front."""
        if not self.leave(page):
            self.visit(page)

    def leave(self, page: QWidget | None = None) -> bool:
        """Go back to the answer (only from ``page``, if given); False when not visiting it."""
        is_there = page is None or self._answer.currentWidget() is page
        if not (self.is_visiting and is_there):
            return False
        self.show_answer()
        self._results.setFocus()
        return True

    def give_room(self) -> None:
        """Give the answer the preview's room where there is nothing to preview."""
        is_alone = self._answer.currentWidget() is not self._results or not self._results.hits
        self._panes.spread_answer(is_alone=is_alone)

    def _show(self, page: QWidget) -> None:
        self._body.setCurrentWidget(page)
        self._top.show_tools(are_useful=page is self._panes)
