"""The ledger: every file with its status in words, quick at 100,000 rows."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit, QMenu

from desktop_app.domain import Document, DocumentStatus
from desktop_app.ui.ledger import LedgerView
from desktop_app.ui.ledger_listing import Column, list_files
from desktop_app.ui.ledger_model import DOCUMENT_ROLE, STATUS_WORDS, LedgerModel
from desktop_app.ui.ledger_rows import LedgerRows, Selection
from desktop_app.ui.theme import Role, Scheme
from tests.ui.samples import FAILED, SAMPLES, SHEET, make_document

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DOCUMENTS = (
    *dict.fromkeys(sample.document for sample in SAMPLES),
    *FAILED,
    make_document("Archive/old.txt", root="/mnt/drive", media_type="text/plain"),
)
TROUBLED = tuple(
    each for each in DOCUMENTS if each.status in (DocumentStatus.FAILED, DocumentStatus.PARTIAL)
)


@pytest.fixture
def view(qtbot, theme):
    made = LedgerView(theme)
    qtbot.addWidget(made)
    made.resize(1100, 600)
    made.set_listing(list_files(DOCUMENTS))
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(view):
    return [view.files.document(row) for row in range(view.files.rowCount())]


def cell(view, row, column, role=Qt.ItemDataRole.DisplayRole):
    return view.files.index(row, column).data(role)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_qt_finds_no_fault_with_the_model(qapp, theme):
    model = LedgerModel(theme)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.set_listing(list_files(DOCUMENTS))
    for column in Column:
        model.sort(column, Qt.SortOrder.DescendingOrder)
    model.select(Selection(text="report"))
    model.select(Selection(statuses=frozenset({DocumentStatus.FAILED})))
    model.set_listing(list_files(()))
    assert model.rowCount() == 0
    tester.deleteLater()


def test_the_counts_of_the_filters_add_up_to_all_files(view):
    counts = {
        name: int(view.chip(name).text().split()[-1].replace(",", ""))
        for name in ("All", "Searchable", "Need a look", "Left out")
    }
    assert counts["All"] == len(DOCUMENTS)
    assert counts["All"] == counts["Searchable"] + counts["Need a look"] + counts["Left out"]
    assert counts["Need a look"] == len(TROUBLED)


def test_a_status_is_an_icon_a_word_and_a_color(view, theme):
    for row, document in enumerate(shown(view)):
        words = STATUS_WORDS[document.status]
        assert cell(view, row, Column.STATUS) == words.word
        assert not cell(view, row, Column.STATUS, Qt.ItemDataRole.DecorationRole).isNull()
        color = cell(view, row, Column.STATUS, Qt.ItemDataRole.ForegroundRole)
        assert color == theme.color(words.role)
    assert len({words.word for words in STATUS_WORDS.values()}) == len(DocumentStatus)
    assert len({words.icon for words in STATUS_WORDS.values()}) == len(DocumentStatus)


def test_a_failed_file_shows_name_folder_reason_and_its_whole_path(view):
    row = shown(view).index(FAILED[0])
    assert cell(view, row, Column.NAME) == "plan.pdf"
    assert cell(view, row, Column.FOLDER) == "Documents/Contracts"
    assert cell(view, row, Column.REASON) == FAILED[0].reason
    assert cell(view, row, Column.PASSAGES) == ""
    tip = cell(view, row, Column.NAME, Qt.ItemDataRole.ToolTipRole)
    assert tip == "/home/ada/Documents/Contracts/plan.pdf"


def test_numbers_have_separators_and_pages_their_own_word(view):
    document = make_document("big.xlsx", media_type=SHEET, page_count=1234, passages=56789)
    view.set_listing(list_files((document,)))
    assert cell(view, 0, Column.PAGES) == "1,234"
    assert cell(view, 0, Column.PASSAGES) == "56,789"
    assert cell(view, 0, Column.PAGES, Qt.ItemDataRole.ToolTipRole) == "1,234 sheets"


def test_a_name_that_is_not_unicode_is_shown_with_a_mark(view):
    view.set_listing(list_files((make_document("caf\udce9/r\udcff.pdf", title="Report"),)))
    assert cell(view, 0, Column.NAME) == "r?.pdf"
    assert cell(view, 0, Column.FOLDER) == "Documents/caf?"
    view.grab()


def test_the_filters_show_their_files_only(view, qtbot):
    click(qtbot, view.chip("Need a look"))
    assert tuple(shown(view)) == TROUBLED
    assert view.summary.text() == f"{len(TROUBLED)} of {len(DOCUMENTS)} files shown"
    click(qtbot, view.chip("Left out"))
    assert {each.status for each in shown(view)} == {DocumentStatus.SKIPPED}
    click(qtbot, view.chip("All"))
    assert tuple(shown(view)) == DOCUMENTS
    assert view.summary.text() == f"{len(DOCUMENTS)} files"


def test_words_are_found_in_path_and_title_whatever_their_case(view, qtbot):
    qtbot.keyClicks(view.filter_box, "REPORTS energy")
    assert [each.path for each in shown(view)] == ["Reports/Energy report 2022.pdf"]
    view.filter_box.setText("节能")
    assert [each.path for each in shown(view)] == ["Papers/节能建筑研究.pdf"]
    click(qtbot, view.chip("Need a look"))
    assert shown(view) == []
    view.filter_box.clear()
    assert tuple(shown(view)) == TROUBLED


def test_the_troubled_and_one_root_can_be_shown_from_elsewhere(view, qtbot):
    view.filter_box.setText("nothing like this")
    view.show_troubled()
    assert tuple(shown(view)) == TROUBLED
    assert view.chip("Need a look").isChecked()
    assert view.filter_box.text() == ""
    view.show_root("/mnt/drive")
    assert [each.path for each in shown(view)] == ["Archive/old.txt"]
    assert view.chip("All").isChecked()
    assert "drive" in view.root_button.text()
    click(qtbot, view.root_button)
    assert tuple(shown(view)) == DOCUMENTS
    assert not view.root_button.isVisible()


@pytest.mark.parametrize(
    ("column", "key"),
    [
        (Column.NAME, lambda each: each.path.rpartition("/")[2].casefold()),
        (Column.PASSAGES, lambda each: each.passages),
        (Column.PAGES, lambda each: each.page_count or 0),
        (Column.READ_ON, lambda each: each.indexed_at),
    ],
)
def test_a_column_sorts_both_ways_and_the_selection_follows(view, column, key):
    view.table.selectRow(4)
    chosen = view.selected()
    view.table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    assert [key(each) for each in shown(view)] == sorted(map(key, DOCUMENTS))
    assert view.selected() == chosen
    view.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    assert [key(each) for each in shown(view)] == sorted(map(key, DOCUMENTS), reverse=True)
    assert view.selected() == chosen


def test_sorting_by_status_brings_the_failed_first(view):
    view.table.sortByColumn(Column.STATUS, Qt.SortOrder.AscendingOrder)
    assert shown(view)[0].status is DocumentStatus.FAILED
    assert shown(view)[-1].status is DocumentStatus.INDEXED


def test_selected_files_are_retried(view, qtbot):
    assert not view.retry_button.isEnabled()
    view.show_troubled()
    view.table.selectRow(0)
    assert view.retry_button.isEnabled()
    with qtbot.waitSignal(view.retry_requested) as caught:
        click(qtbot, view.retry_button)
    assert caught.args == [TROUBLED[:1]]
    view.table.selectAll()
    assert view.retry_button.text() == f"Try {len(TROUBLED)} again"


def test_all_failed_files_are_retried_whatever_is_shown(view, qtbot):
    view.filter_box.setText("nothing like this")
    with qtbot.waitSignal(view.retry_requested) as caught:
        click(qtbot, view.retry_all_button)
    assert caught.args == [TROUBLED]


def test_a_single_failed_file_is_not_counted_where_it_is_retried(view):
    view.set_listing(list_files(DOCUMENTS))
    assert view.retry_all_button.text() == f"Try all {len(TROUBLED)} again"
    view.set_listing(list_files(TROUBLED[:1]))
    assert view.retry_all_button.text() == "Try all again"


def test_without_failed_files_there_is_nothing_to_retry(view):
    view.set_listing(list_files(DOCUMENTS[:2]))
    assert not view.retry_all_button.isVisible()


def test_news_while_indexing_keep_filter_order_selection_and_place(view):
    many = tuple(make_document(f"folder/file {number:04}.pdf") for number in range(500))
    view.set_listing(list_files(many))
    view.table.sortByColumn(Column.NAME, Qt.SortOrder.DescendingOrder)
    view.filter_box.setText("file")
    view.table.selectRow(200)
    view.table.verticalScrollBar().setValue(5000)
    chosen = view.selected()
    changed = replace(many[299], passages=99)
    view.set_listing(list_files((*many[:299], changed, *many[300:], make_document("other.pdf"))))
    assert [each.path for each in view.selected()] == [chosen[0].path]
    assert view.selected()[0].passages == 99
    assert view.table.verticalScrollBar().value() == 5000
    assert view.files.rowCount() == 500


def test_news_keep_thousands_of_selected_files_without_a_stall(view):
    many = tuple(make_document(f"file {number:04}.pdf") for number in range(3000))
    view.set_listing(list_files(many))
    view.table.selectAll()
    told = []
    view.table.selectionModel().selectionChanged.connect(lambda *_: told.append(1))
    view.set_listing(list_files((make_document("another.pdf"), *many[:1500], *many[1501:])))
    assert view.selected() == (*many[:1500], *many[1501:])
    # Each of these looks at all selected rows, so one a file would be quadratic.
    assert len(told) <= 2


def test_enter_and_double_click_open_the_file(view, qtbot):
    view.table.selectRow(1)
    with qtbot.waitSignal(view.open_requested) as caught:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert caught.args == [DOCUMENTS[1].full_path]
    place = view.table.visualRect(view.files.index(2, 0)).center()
    qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(view.open_requested) as caught:
        qtbot.mouseDClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [DOCUMENTS[2].full_path]


def test_the_context_menu_opens_reveals_and_retries(view, qtbot):
    view.table.selectRow(0)
    place = view.table.visualRect(view.files.index(0, 0)).center()
    view.table.customContextMenuRequested.emit(place)
    menu = view.findChild(QMenu)
    opening, revealing, _, retrying = menu.actions()
    with qtbot.waitSignal(view.open_requested) as caught:
        opening.trigger()
    assert caught.args == [DOCUMENTS[0].full_path]
    with qtbot.waitSignal(view.reveal_requested) as caught:
        revealing.trigger()
    assert caught.args == [DOCUMENTS[0].full_path]
    with qtbot.waitSignal(view.retry_requested) as caught:
        retrying.trigger()
    assert caught.args == [DOCUMENTS[:1]]
    menu.close()


def test_everything_to_press_or_type_in_has_a_name(view):
    named = [view.chip("All"), view.retry_button, view.retry_all_button, view.table]
    assert all(widget.accessibleName() for widget in [*named, *view.findChildren(QLineEdit)])


def test_a_narrow_table_leaves_columns_out_so_that_the_reason_can_be_read(view):
    for width in (560, 760, 1100):
        view.resize(width, 600)
        view.grab()
        assert view.table.columnWidth(Column.REASON) >= (250 if width > 1000 else 120)
        assert view.table.horizontalScrollBar().maximum() == 0
        assert view.table.isColumnHidden(Column.FOLDER) == (width < 700)
        assert view.table.isColumnHidden(Column.PAGES) == (width < 1000)


def test_names_and_folders_take_what_reasons_leave_in_a_wide_table(view):
    table = view.table
    view.resize(1000, 600)
    view.grab()
    before = table.columnWidth(Column.NAME), table.columnWidth(Column.FOLDER)
    view.resize(1600, 600)
    view.grab()
    assert table.columnWidth(Column.NAME) >= before[0] + 60
    assert table.columnWidth(Column.FOLDER) >= before[1] + 60
    assert table.columnWidth(Column.REASON) >= 260
    table.setColumnWidth(Column.NAME, 333)
    view.resize(1500, 600)
    view.grab()
    assert table.columnWidth(Column.NAME) == 333, "the user's own width is kept"


def test_the_ledger_fits_a_small_window(view):
    assert view.minimumSizeHint().width() <= 560


def test_another_scheme_colors_the_rows_anew(view, theme):
    theme.choose(Scheme.DARK)
    row = shown(view).index(FAILED[0])
    color = cell(view, row, Column.STATUS, Qt.ItemDataRole.ForegroundRole)
    assert color == theme.color(Role.DANGER)
    theme.choose(None)


def test_the_document_itself_can_be_asked_of_any_cell(view):
    assert cell(view, 3, Column.REASON, DOCUMENT_ROLE) == DOCUMENTS[3]


class SeenDocuments(tuple[Document, ...]):
    """Documents that count how often one of them is looked at."""

    __slots__ = ()
    looks: ClassVar[Counter[str]] = Counter()

    def __iter__(self):
        self.looks["all"] += 1
        return super().__iter__()

    def __getitem__(self, place):
        self.looks["one"] += 1
        return super().__getitem__(place)


def test_sorting_and_narrowing_look_at_no_file():
    rows = LedgerRows()
    rows.set_listing(list_files(SeenDocuments(DOCUMENTS)))
    SeenDocuments.looks.clear()
    for column in Column:
        rows.sort(column, is_descending=True)
    rows.select(Selection(frozenset(DocumentStatus), DOCUMENTS[0].root, "e"))
    assert 0 < len(rows) < len(DOCUMENTS)
    assert not SeenDocuments.looks


def test_files_are_made_ready_for_the_table_off_the_ui_thread(qtbot, opened, session):
    threads = []

    class Told(tuple[Document, ...]):
        __slots__ = ()

        def __iter__(self):
            threads.append(threading.current_thread())
            return super().__iter__()

    session.files = lambda status=None: Told(DOCUMENTS)
    opened.ledger.files.set_listing(list_files(()))
    opened.work.refresh()
    qtbot.waitUntil(lambda: opened.ledger.files.total == len(DOCUMENTS))
    opened.ledger.table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
    assert threads
    assert threading.main_thread() not in threads


class CountingModel(LedgerModel):
    """Counts how often Qt asks whether a cell may be selected."""

    asked = 0

    def flags(self, index):
        type(self).asked += 1
        return super().flags(index)


def test_drawing_thousands_of_selected_files_asks_for_those_in_sight_only(qtbot, theme):
    many = [make_document(f"file {number:04}.pdf") for number in range(3000)]
    view = LedgerView(theme, make_model=CountingModel)
    qtbot.addWidget(view)
    view.set_listing(list_files(many))
    view.resize(1100, 600)
    view.show()
    qtbot.waitExposed(view)
    CountingModel.asked = 0
    view.table.selectAll()
    view.grab()
    view.table.sortByColumn(Column.NAME, Qt.SortOrder.DescendingOrder)
    view.grab()
    assert len(view.selected()) == 3000
    assert 0 < CountingModel.asked < 1500


def test_a_selection_follows_the_files_when_they_are_sorted(view):
    for row in (1, 4, 5):
        view.table.selectionModel().select(
            view.files.index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )
    view.table.selectionModel().setCurrentIndex(
        view.files.index(4, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    chosen, current = set(view.selected()), view.files.document(4)
    view.table.sortByColumn(Column.NAME, Qt.SortOrder.DescendingOrder)
    assert set(view.selected()) == chosen
    assert view.files.document(view.table.currentIndex().row()) == current


def test_a_selection_that_sorting_would_scatter_over_the_whole_table_is_let_go(view):
    many = [
        make_document(f"{number % 7}/{number:04}.pdf", passages=number) for number in range(4000)
    ]
    view.set_listing(list_files(many))
    view.table.selectionModel().select(
        QItemSelection(view.files.index(0, 0), view.files.index(1999, len(Column) - 1)),
        QItemSelectionModel.SelectionFlag.Select,
    )
    view.table.sortByColumn(Column.PASSAGES, Qt.SortOrder.DescendingOrder)
    assert len(view.selected()) == 2000
    shuffled = [replace(each, passages=each.passages * 7919 % 4001) for each in many]
    view.set_listing(list_files(shuffled))
    assert view.selected() == ()
    assert view.retry_button.text() == "Try again"


@given(st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=30))
def test_both_orders_of_a_column_are_those_of_a_stable_sort(pages):
    documents = [
        make_document(f"{number}.pdf", page_count=count) for number, count in enumerate(pages)
    ]
    order = list_files(documents).orders[Column.PAGES]
    places = range(len(documents))
    assert list(order.ascending) == sorted(places, key=lambda place: pages[place] or 0)
    assert list(order.descending) == sorted(
        places, key=lambda place: pages[place] or 0, reverse=True
    )


def test_many_selected_files_are_counted_from_stretches_and_each_once(view):
    view.table.selectAll()
    assert len(view.selected()) == view.files.rowCount()
    view.table.clearSelection()
    for row in (3, 1):
        view.table.selectionModel().select(
            view.files.index(row, 0),
            QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
        )
    assert view.selected() == (view.files.document(1), view.files.document(3))


def test_names_give_room_to_reasons_in_a_narrow_window_and_take_it_back(qtbot, view):
    table = view.table
    view.resize(1200, 400)
    view.grab()
    wide = table.columnWidth(Column.NAME)
    view.resize(448, 400)
    assert table.columnWidth(Column.NAME) < wide
    qtbot.waitUntil(lambda: table.columnWidth(Column.REASON) >= 100)
    assert table.horizontalScrollBar().maximum() == 0
    view.resize(1200, 400)
    assert table.columnWidth(Column.NAME) == wide
