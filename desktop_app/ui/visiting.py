"""What leads to the list of files, and what its rows lead to."""

from __future__ import annotations

from PySide6.QtCore import QObject

from desktop_app.ui.ledger import LedgerView
from desktop_app.ui.library import LibraryPane
from desktop_app.ui.library_work import LibraryWork
from desktop_app.ui.pages import Pages
from desktop_app.ui.reading import Reading
from desktop_app.ui.results import ResultsView
from desktop_app.ui.status import StatusLine


class Visiting(QObject):
    """Connects the parts of the window that are about single files with their list."""

    def __init__(
        self,
        pages: Pages,
        ledger: LedgerView,
        work: LibraryWork,
        reading: Reading,
        *,
        status: StatusLine,
        results: ResultsView,
        library: LibraryPane,
    ) -> None:
        super().__init__(ledger)
        self._pages, self._ledger = pages, ledger
        work.files_listed.connect(ledger.set_listing)
        status.clicked.connect(self._show)
        status.attention_clicked.connect(self._show_troubled)
        results.unread_requested.connect(self._show_troubled)
        library.files_requested.connect(self._show_root)
        ledger.retry_requested.connect(work.retry)
        ledger.export_requested.connect(reading.export_table)
        ledger.open_requested.connect(reading.open_path)
        ledger.reveal_requested.connect(reading.reveal_path)

    def _show(self) -> None:
        self._pages.visit(self._ledger)

    def _show_troubled(self) -> None:
        self._ledger.show_troubled()
        self._show()

    def _show_root(self, root: str) -> None:
        self._ledger.show_root(root)
        self._show()
