"""Keeps an answer true to a library that goes on being read."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.domain import Coverage, Root, Verdict
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.results import ResultsView


class Freshness(QObject):
    """Asks a poor answer again once more is found; beside a good one it offers that.

    ``asked_again()``: the question in the box is to be asked once more. Nobody who reads a
    good answer has it changed under their eyes.
    """

    asked_again = Signal()

    def __init__(self, work: LibraryWork, results: ResultsView) -> None:
        super().__init__(results)
        self._results = results
        for more_is_found in (work.texts_read, work.index_ended):
            more_is_found.connect(self._on_more_found)
        work.roots_changed.connect(self._on_roots_changed)
        results.again_requested.connect(self.asked_again)

    def _on_more_found(self) -> None:
        result = self._results.result
        if result is not None and result.verdict is not Verdict.GOOD:
            self.asked_again.emit()

    def _on_roots_changed(self, _: tuple[Root, ...], now: Coverage) -> None:
        result = self._results.result
        # What is like a passage was asked for by no question, so none can be asked again.
        if result is None or not (result.is_final and result.hits and result.query.text):
            return
        if result.verdict is Verdict.GOOD and _has_grown(result.coverage, now):
            self._results.offer_again()


def _has_grown(then: Coverage, now: Coverage) -> bool:
    has_more_texts = now.searchable > then.searchable
    return has_more_texts or (now.is_complete and not then.is_complete)
