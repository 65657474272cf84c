"""The table of files: its columns, their widths, and what its keys do."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop_app.translation import tr
from desktop_app.ui.ledger_listing import Column
from desktop_app.ui.ledger_model import STATUS_WORDS
from desktop_app.ui.theme import Space

_ROW_HEIGHT = 36
_WIDTHS = {
    Column.NAME: 220,
    Column.FOLDER: 170,
    Column.STATUS: 160,
    Column.PAGES: 68,
    Column.PASSAGES: 92,
    Column.READ_ON: 112,
}
_BESIDE_STATUS = 44
"""Pixels of a status that are not its word: the icon and the cell's padding."""
_NAME_WIDTH, _REASON_WIDTH = 120, 120
"""What names and reasons keep in a narrow table."""
_REASON_ROOM = 260
"""What reasons have before names and folders take more than their first widths."""
_MOST_GROWN = 160
"""What names and folders take more of a wide table, each."""
_ROOM_NEEDED = {
    Column.FOLDER: 700,
    Column.PAGES: 1000,
    Column.PASSAGES: 1100,
    Column.READ_ON: 1250,
}
"""A table narrower than this leaves the column out, so that the reason can be read."""


class LedgerTable(QTableView):
    """The table; Enter and a double click open the current file."""

    activated_row = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        # The header's sections are padded as much; without this the columns stand askew.
        self.setStyleSheet(f"QTableView::item {{ padding: 0 {Space.XS}px; }}")
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        # One height for all rows, so that 100,000 of them cost nothing to lay out.
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        self._given: dict[Column, int] = {}
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.doubleClicked.connect(self._on_double_clicked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out columns for which there is no room."""
        for column, room in _ROOM_NEEDED.items():
            self.setColumnHidden(column, event.size().width() < room)
        self._share(event.size().width())
        super().resizeEvent(event)

    def _share(self, width: int) -> None:
        """Let names give room to the reasons where there is little, and take some of much."""
        others = (Column.STATUS, Column.PAGES, Column.PASSAGES, Column.READ_ON)
        taken = sum(self.columnWidth(each) for each in others if not self.isColumnHidden(each))
        left = width - taken - _WIDTHS[Column.NAME]
        if not self.isColumnHidden(Column.FOLDER):
            left -= _WIDTHS[Column.FOLDER]
        grown = min(_MOST_GROWN, max(0, (left - _REASON_ROOM) // 2))
        name = min(_WIDTHS[Column.NAME] + grown, width - taken - _REASON_WIDTH)
        self._give(Column.NAME, max(_NAME_WIDTH, name))
        self._give(Column.FOLDER, _WIDTHS[Column.FOLDER] + grown)

    def _give(self, column: Column, width: int) -> None:
        # What the user has dragged to a width of their own keeps it.
        if self.columnWidth(column) == self._given.get(column):
            self.setColumnWidth(column, width)
            self._given[column] = width

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the current file on Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated_row.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.activated_row.emit(index.row())

    def fit_columns(self) -> None:
        """Give the columns their first widths, which the words of the language may widen."""
        header = self.horizontalHeader()
        header.setSectionResizeMode(Column.REASON, QHeaderView.ResizeMode.Stretch)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, max(width, header.sectionSizeHint(column)))
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(tr(each.word)) for each in STATUS_WORDS.values())
        status = max(self.columnWidth(Column.STATUS), widest + _BESIDE_STATUS)
        self.setColumnWidth(Column.STATUS, status)
        self._given = {each: self.columnWidth(each) for each in (Column.NAME, Column.FOLDER)}
        self._share(self.viewport().width())
