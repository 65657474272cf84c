"""The ledger as a Qt table; words, icons and dates are made only for what is seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QDateTime,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from desktop_app.domain import Document, DocumentStatus
from desktop_app.domain.shortfalls import SHORTFALLS
from desktop_app.retelling import retell
from desktop_app.translation import isolate, mark, spoken, tr
from desktop_app.ui.ledger_listing import Column, Listing
from desktop_app.ui.ledger_rows import LedgerRows, Selection
from desktop_app.ui.results_wording import drawable, folder_of, glyph_of, name_of, say_pages
from desktop_app.ui.theme import Role, TextStyle, Theme

DOCUMENT_ROLE = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class StatusWords:
    """How a status is shown: a word (marked for translation), an icon and a colour role."""

    word: str
    icon: str
    role: Role


STATUS_WORDS: Mapping[DocumentStatus, StatusWords] = MappingProxyType(
    {
        DocumentStatus.INDEXED: StatusWords(mark("Searchable"), "check", Role.MUTED),
        DocumentStatus.PARTIAL: StatusWords(mark("Partly searchable"), "warning", Role.LIKELY),
        DocumentStatus.FAILED: StatusWords(mark("Not read"), "close", Role.DANGER),
        DocumentStatus.SKIPPED: StatusWords(mark("Left out"), "stop", Role.MUTED),
    }
)
_COLUMNS = tuple(Column)
_ROLES = frozenset(
    {
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.ForegroundRole,
        Qt.ItemDataRole.FontRole,
        DOCUMENT_ROLE,
    }
)
_TITLES = (
    mark("Name"),
    mark("Folder"),
    mark("Status"),
    # Translators: why a file was not read, or only in part.
    mark("Reason"),
    mark("Pages"),
    mark("Passages"),
    # Translators: the day on which a file was read.
    mark("Read on"),
)
_NUMBERS = (Column.PAGES, Column.PASSAGES)


class LedgerModel(QAbstractTableModel):
    """One row a file, filtered and sorted by ``LedgerRows``; ``DOCUMENT_ROLE`` gives it."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tabular = theme.font(TextStyle.BODY, tabular=True)
        self._rows = LedgerRows()
        # A sentence takes up to 0.1 ms to be found again, and scrolling shows thousands.
        self._reasons: dict[str, str] = {}
        theme.changed.connect(self._on_theme_changed)

    @property
    def total(self) -> int:
        """How many files there are in all."""
        return len(self._rows.listing.documents)

    @property
    def selection(self) -> Selection:
        """What is shown."""
        return self._rows.selection

    def count(self, statuses: Collection[DocumentStatus]) -> int:
        """Count all files of some statuses, shown or not."""
        return sum(self._rows.listing.counts.get(status, 0) for status in statuses)

    def of_status(self, statuses: Collection[DocumentStatus]) -> tuple[Document, ...]:
        """List all files of some statuses, shown or not."""
        return self._rows.listing.of_status(statuses)

    def document(self, row: int) -> Document:
        """Give the file of a row."""
        return self._rows[row]

    def mark(self, stretches: Collection[tuple[int, int]]) -> bytes:
        """Mark the files shown in stretches of rows (first, last), until the next listing."""
        return self._rows.mark(stretches)

    def stretches(self, marks: bytes) -> Iterator[tuple[int, int]]:
        """Yield the stretches of rows (first, last) that show marked files."""
        return self._rows.stretches(marks)

    def set_listing(self, listing: Listing, marks: bytes = b"") -> bytes:
        """Replace all files; filter and order stay. Returns the marks of the same files."""
        names = self._rows.names(marks)
        self.beginResetModel()
        self._rows.set_listing(listing)
        self.endResetModel()
        return self._rows.find(names)

    def select(self, selection: Selection) -> None:
        """Show other files."""
        self.beginResetModel()
        self._rows.select(selection)
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by a column; a negative one changes nothing."""
        if column < 0:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        places = [self._rows.place(index.row()) for index in before]
        self._rows.sort(Column(column), is_descending=order == Qt.SortOrder.DescendingOrder)
        rows = self._rows.rows_of(places)
        after = [self.index(row, index.column()) for row, index in zip(rows, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Count the files shown."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Count the columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Give the titles of the columns."""
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(_TITLES):
            if role == Qt.ItemDataRole.DisplayRole:
                return tr(_TITLES[section])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(Column(section))
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give what a cell shows."""
        # Asked for eight roles a cell whenever a cell is drawn, most of which have no answer.
        if role not in _ROLES or not index.isValid() or index.row() >= len(self._rows):
            return None
        document = self._rows[index.row()]
        column = _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._reason(document) if column is Column.REASON else _TEXTS[column](document)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == DOCUMENT_ROLE:
            return document
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(document, column)
        return self._look(document, column, role)

    def _reason(self, document: Document) -> str:
        said = self._reasons.get(document.reason)
        if said is None:
            said = self._reasons[document.reason] = _apart(retell(document.reason, SHORTFALLS))
        return said

    def _tip(self, document: Document, column: Column) -> str | None:
        if column in (Column.NAME, Column.FOLDER):
            return drawable(str(document.full_path))
        if column is Column.PAGES and document.page_count:
            return say_pages(document.media_type, document.page_count)
        return self._reason(document) or None

    def _look(self, document: Document, column: Column, role: int) -> Any:
        words = STATUS_WORDS[document.status]
        if role == Qt.ItemDataRole.DecorationRole:
            if column is Column.STATUS:
                return self._theme.icon(words.icon, words.role)
            if column is Column.NAME:
                return self._theme.icon(glyph_of(document.media_type))
        if role == Qt.ItemDataRole.ForegroundRole:
            if column is Column.STATUS:
                return self._theme.color(words.role)
            return self._theme.color(Role.TEXT if column is Column.NAME else Role.MUTED)
        if role == Qt.ItemDataRole.FontRole and column >= Column.PAGES:
            return self._tabular
        return None

    def _on_theme_changed(self) -> None:
        self._tabular = self._theme.font(TextStyle.BODY, tabular=True)
        if len(self._rows):
            last = self.index(len(self._rows) - 1, len(Column) - 1)
            self.dataChanged.emit(self.index(0, 0), last)


def _alignment(column: Column) -> int:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return (side | Qt.AlignmentFlag.AlignVCenter).value


def _apart(text: str) -> str:
    # Or a name that ends in a sign or is cut would run as the window does: "budget.xlsx$~".
    return isolate(text) if spoken().is_right_to_left else text


def _count(number: int | None) -> str:
    return tr("{count}", count=number) if number else ""


def _day(document: Document) -> str:
    read_on = QDateTime.fromSecsSinceEpoch(int(document.indexed_at.timestamp()))
    return QLocale().toString(read_on.date(), QLocale.FormatType.ShortFormat)


_TEXTS: Mapping[Column, Callable[[Document], str]] = MappingProxyType(
    {
        Column.NAME: lambda document: _apart(name_of(document)),
        Column.FOLDER: lambda document: _apart(folder_of(document)),
        Column.STATUS: lambda document: tr(STATUS_WORDS[document.status].word),
        Column.PAGES: lambda document: _count(document.page_count),
        Column.PASSAGES: lambda document: _count(document.passages),
        Column.READ_ON: _day,
    }
)
