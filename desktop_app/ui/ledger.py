"""The list of all files and what became of each of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from itertools import islice

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain import Document, DocumentStatus
from desktop_app.translation import mark, tr, tr_n
from desktop_app.ui.elided import ElidedLabel
from desktop_app.ui.flow import Flow
from desktop_app.ui.ledger_listing import Listing
from desktop_app.ui.ledger_model import LedgerModel
from desktop_app.ui.ledger_rows import Selection
from desktop_app.ui.ledger_table import LedgerTable
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.theme import Role, Space, Theme

_MOST_STRETCHES = 500
"""Drawing a cell asks every stretch of selected rows whether it is in it. A selection that
sorting would scatter over more of them is let go, unless it is everything."""
_TROUBLED = frozenset({DocumentStatus.PARTIAL, DocumentStatus.FAILED})
_CHIPS: tuple[tuple[str, frozenset[DocumentStatus]], ...] = (
    (mark("All"), frozenset()),
    (mark("Searchable"), frozenset({DocumentStatus.INDEXED})),
    (mark("Need a look"), _TROUBLED),
    (mark("Left out"), frozenset({DocumentStatus.SKIPPED})),
)
_SUMMARY_WIDTH = 80
_LEAST_FILTER = 150
"""Pixels of the box that narrows by names; before it has less, the filters take another row."""


class LedgerView(QWidget):
    """Shows files by status, root and words; asks to retry, open or reveal them.

    ``retry_requested(tuple[Document, ...])``, ``open_requested(Path)``,
    ``reveal_requested(Path)``, ``export_requested(tuple[Document, ...])`` with the files
    on show, in their order. ``scans_requested()``: what can be done about scanned pages.
    ``closed()`` is the wish to go back.
    """

    retry_requested = Signal(object)
    open_requested = Signal(object)
    reveal_requested = Signal(object)
    export_requested = Signal(object)
    scans_requested = Signal()
    closed = Signal()

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        make_model: Callable[[Theme, QWidget], LedgerModel] = LedgerModel,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.files = make_model(theme, self)
        self.table = LedgerTable(self)
        self._left = b""
        # Before Qt's own selection hears of it, which listens from the next line on.
        self.files.layoutAboutToBeChanged.connect(self._leave_selection)
        self.table.setModel(self.files)
        # With the table's own selection a header looks at all rows, column by column, when it
        # is drawn: with all of 5,000 files selected that takes a fifth of a second.
        self.table.horizontalHeader().setSelectionModel(QItemSelectionModel(self.files, self))
        self.table.setAccessibleName(tr("Files"))
        self._chips = QButtonGroup(self)
        self._chips.setExclusive(True)
        self.filter_box = QLineEdit(self)
        self.filter_box.setPlaceholderText(tr("Filter by name or folder"))
        self.filter_box.setAccessibleName(tr("Filter by name or folder"))
        self.filter_box.setClearButtonEnabled(True)
        self.root_button = self._button(tr("Show all folders again"), "quiet")
        self.retry_button = self._button(tr("Try again"), "")
        self.retry_all_button = self._button(tr("Try all again"), "")
        self.export_button = self._button(tr("Export…"), "quiet")
        self.export_button.setToolTip(tr("Save the files on show as a table (CSV)"))
        self.scans_button = self._button("", "link")
        self.scans_button.setToolTip(tr("How to recognize the text of scanned pages"))
        self.back = self._button(tr("Back"), "quiet")
        self.back.setToolTip(tr("Back to the answer (Esc)"))
        self.summary = ElidedLabel(self)
        self.summary.setMinimumWidth(_SUMMARY_WIDTH)
        self.summary.setProperty("style", "caption")
        self._build()
        self._connect()
        self._show_counts()
        self._show_back_icon()

    def set_listing(self, listing: Listing) -> None:
        """Show the files as they are now; filter, order, place and selection stay."""
        place = self.table.verticalScrollBar().value()
        marks = self.files.mark(self._stretches())
        self._select(self.files.set_listing(listing, marks))
        scans = listing.needing_recognition
        self.scans_button.setText(
            tr_n("{count} needs text recognition", "{count} need text recognition", scans)
        )
        self.scans_button.setAccessibleName(self.scans_button.text())
        self.scans_button.setVisible(scans > 0)
        self.table.verticalScrollBar().setValue(place)
        self._show_counts()

    def show_troubled(self) -> None:
        """Show what could not be read, or only in part."""
        self._show(Selection(statuses=_TROUBLED))

    def show_root(self, root: str) -> None:
        """Show the files of one root."""
        self._show(Selection(root=root))

    def selected(self) -> tuple[Document, ...]:
        """Give the selected files in the order shown."""
        rows = {row for top, end in self._stretches() for row in range(top, end + 1)}
        return tuple(self.files.document(row) for row in sorted(rows))

    def _stretches(self) -> list[tuple[int, int]]:
        # Qt's own list of rows takes seconds for 5,000 of them.
        selection = self.table.selectionModel().selection()
        found = (selection.at(number) for number in range(selection.count()))
        return [(each.top(), each.bottom()) for each in found]

    def chip(self, text: str) -> QAbstractButton:
        """Give a status filter's button by its word."""
        return self._chips.button([word for word, _ in _CHIPS].index(text))

    def _build(self) -> None:
        chips = Flow(self, spacing=Space.XS)
        for number, (text, _) in enumerate(_CHIPS):
            chip = QToolButton(self)
            chip.setAccessibleName(tr(text))
            chip.setCheckable(True)
            chip.setChecked(number == 0)
            self._chips.addButton(chip, number)
            chips.add(chip)
        chips.add(self.root_button)
        self.filter_box.setMinimumWidth(_LEAST_FILTER)
        self.filter_box.setMaximumWidth(260)
        head = QHBoxLayout()
        head.setSpacing(Space.S)
        head.addWidget(chips, 0, Qt.AlignmentFlag.AlignTop)
        end = QHBoxLayout()
        end.setSpacing(Space.S)
        end.addStretch(1)
        # It takes what there is up to its maximum, and what is left stands before it.
        end.addWidget(self.filter_box, 1000, Qt.AlignmentFlag.AlignTop)
        end.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(end, 1)
        deeds = Flow(self, at_end=True)
        for button in (
            self.scans_button,
            self.export_button,
            self.retry_button,
            self.retry_all_button,
        ):
            deeds.add(button)
        foot = QHBoxLayout()
        foot.addWidget(self.summary, 1)
        foot.addWidget(deeds)
        self.table.fit_columns()
        page = QVBoxLayout(self)
        page.setContentsMargins(Space.L, Space.M, Space.L, Space.M)
        page.setSpacing(Space.M)
        page.addLayout(head)
        page.addWidget(self.table, 1)
        page.addLayout(foot)
        self.root_button.hide()
        self.scans_button.hide()
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        self.files.layoutChanged.connect(self._choose_again)
        self._theme.changed.connect(self._show_back_icon)
        self.back.clicked.connect(self.closed)
        self._chips.idClicked.connect(self._on_chip)
        self.filter_box.textChanged.connect(self._on_text)
        self.root_button.clicked.connect(self._on_all_roots)
        self.retry_button.clicked.connect(self._on_retry)
        self.retry_all_button.clicked.connect(self._on_retry_all)
        self.export_button.clicked.connect(self._on_export)
        self.scans_button.clicked.connect(self.scans_requested)
        self.table.activated_row.connect(self._on_activated)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.table.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def _button(self, text: str, kind: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        if kind:
            button.setProperty("kind", kind)
        return button

    def _show(self, selection: Selection) -> None:
        chip = next(at for at, (_, statuses) in enumerate(_CHIPS) if statuses == selection.statuses)
        self._chips.button(chip).setChecked(True)
        self.filter_box.blockSignals(True)  # it would narrow once more
        self.filter_box.setText(selection.text)
        self.filter_box.blockSignals(False)
        name = drawable(selection.root.replace("\\", "/").rstrip("/").rpartition("/")[2])
        self.root_button.setText(tr("Only in {folder}  ✕", folder=name))
        self.root_button.setVisible(bool(selection.root))
        self._narrow(selection)

    def _narrow(self, selection: Selection) -> None:
        self.files.select(selection)
        self.table.scrollToTop()
        self._show_counts()

    def _show_counts(self) -> None:
        for number, (text, statuses) in enumerate(_CHIPS):
            count = self.files.count(statuses) if statuses else self.files.total
            self._chips.button(number).setText(tr("{name}  {count}", name=tr(text), count=count))
        shown, total = self.files.rowCount(), self.files.total
        self.summary.put(
            tr_n("{count} file", "{count} files", total)
            if shown == total
            else tr_n(
                "{shown} of {count} file shown",
                "{shown} of {count} files shown",
                total,
                shown=shown,
            )
        )
        self.export_button.setEnabled(shown > 0)
        troubled = self.files.count(_TROUBLED)
        several = tr_n("Try all {count} again", "Try all {count} again", troubled)
        self.retry_all_button.setText(several if troubled > 1 else tr("Try all again"))
        self.retry_all_button.setVisible(troubled > 0)
        self._on_selection_changed()

    def _leave_selection(self) -> None:
        # Qt would follow every selected cell by itself, which takes a second for 5,000 files;
        # of everything it knows that sorting changes nothing.
        stretches = self._stretches()
        if (0, self.files.rowCount() - 1) in stretches:
            self._left = b""
            return
        self._left = self.files.mark(stretches)
        self.table.selectionModel().clearSelection()

    def _choose_again(self) -> None:
        self._select(self._left)

    def _select(self, marks: bytes) -> None:
        stretches = list(islice(self.files.stretches(marks), _MOST_STRETCHES + 1))
        if not 0 < len(stretches) <= _MOST_STRETCHES:
            return
        # As one selection: each call looks at all that is selected already.
        selection = QItemSelection()
        last = self.files.columnCount() - 1
        for top, end in stretches:
            selection.select(self.files.index(top, 0), self.files.index(end, last))
        self.table.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.Select)

    def _show_back_icon(self) -> None:
        self.back.setIcon(self._theme.icon("chevron-left", Role.TEXT))

    def _on_chip(self, number: int) -> None:
        self._narrow(replace(self.files.selection, statuses=_CHIPS[number][1]))

    def _on_text(self, text: str) -> None:
        self._narrow(replace(self.files.selection, text=text))

    def _on_all_roots(self) -> None:
        self._show(replace(self.files.selection, root=""))

    def _on_selection_changed(self) -> None:
        count = _count_rows(self._stretches())
        self.retry_button.setEnabled(count > 0)
        self.retry_button.setText(
            tr_n("Try {count} again", "Try {count} again", count) if count > 1 else tr("Try again")
        )

    def _on_retry(self) -> None:
        documents = self.selected()
        if documents:
            self.retry_requested.emit(documents)

    def _on_retry_all(self) -> None:
        self.retry_requested.emit(self.files.of_status(_TROUBLED))

    def _on_export(self) -> None:
        shown = range(self.files.rowCount())
        self.export_requested.emit(tuple(self.files.document(row) for row in shown))

    def _on_activated(self, row: int) -> None:
        self.open_requested.emit(self.files.document(row).full_path)

    def _on_menu(self, place: QPoint) -> None:
        index = self.table.indexAt(place)
        if not index.isValid():
            return
        path = self.files.document(index.row()).full_path
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        opening = menu.addAction(tr("Open file"))
        opening.setShortcut(QKeySequence("Return"))
        opening.triggered.connect(partial(self.open_requested.emit, path))
        menu.addAction(tr("Show in folder")).triggered.connect(
            partial(self.reveal_requested.emit, path)
        )
        menu.addSeparator()
        menu.addAction(tr("Try again")).triggered.connect(self._on_retry)
        menu.popup(self.table.viewport().mapToGlobal(place))


def _count_rows(stretches: Collection[tuple[int, int]]) -> int:
    counted, next_row = 0, 0
    for top, end in sorted(stretches):
        counted += max(0, end + 1 - max(top, next_row))
        next_row = max(next_row, end + 1)
    return counted
