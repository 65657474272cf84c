"""In a window that reads from the right, what is painted and written by hand is mirrored too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QWidget

from desktop_app.translation import LANGUAGES, isolate
from desktop_app.ui.actions import SHORTCUTS
from desktop_app.ui.help_sheet import HelpSheet
from desktop_app.ui.ledger_listing import Column, list_files
from desktop_app.ui.ledger_model import LedgerModel
from desktop_app.ui.root_delegate import ICON, RootDelegate
from desktop_app.ui.tick_box import BOX, TickBox
from desktop_app.ui.wrapped import WrappedLabel, plain_label, selectable
from tests.ui.samples import FAILED
from tests.ui.tongues import Written, speaking

_WIDTH, _HEIGHT = 320, 40
_SIDES = {"left": Qt.LayoutDirection.LeftToRight, "right": Qt.LayoutDirection.RightToLeft}


@pytest.fixture(params=_SIDES)
def side(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ground(qtbot, side) -> QWidget:
    made = QWidget()
    made.setLayoutDirection(_SIDES[side])
    qtbot.addWidget(made)
    return made


@pytest.fixture
def arabic() -> Iterator[None]:
    with speaking(Written({}), LANGUAGES["ar"]):
        yield


def ink(image: QImage) -> tuple[int, int]:
    """Give the first and the last column that is not of the color of the corner."""
    empty = image.pixel(image.width() // 2, 0)
    inked = [
        x
        for x in range(image.width())
        if any(image.pixel(x, y) != empty for y in range(image.height()))
    ]
    return inked[0], image.width() - 1 - inked[-1]


def test_the_box_of_a_choice_stands_where_its_line_begins(theme, ground, side):
    box = TickBox(theme, "", ground)
    box.resize(_WIDTH, _HEIGHT)
    from_left, from_right = ink(box.grab().toImage())
    near, far = (from_left, from_right) if side == "left" else (from_right, from_left)
    assert near <= 1
    assert far >= _WIDTH - BOX - 1


@pytest.mark.parametrize("text", ["starter", "تقرير الطاقة"])
@pytest.mark.parametrize("make", [plain_label, WrappedLabel])
def test_a_line_of_any_language_begins_where_the_window_reads_from(theme, ground, side, make, text):
    label = make("", ground)
    label.setText(text)
    label.resize(_WIDTH, _HEIGHT)
    from_left, from_right = ink(label.grab().toImage())
    assert (from_left < from_right) == (side == "left")
    assert min(from_left, from_right) <= 4


def test_the_icon_of_a_folder_stands_before_its_name(theme, ground, side):
    folders = QListWidget(ground)
    folders.setItemDelegate(RootDelegate(theme, folders))
    item = QListWidgetItem("")
    item.setData(ICON, "folder")
    folders.addItem(item)
    folders.resize(_WIDTH, _HEIGHT)
    from_left, from_right = ink(folders.viewport().grab().toImage())
    assert (from_left < from_right) == (side == "left")


@pytest.mark.usefixtures("arabic")
def test_the_name_of_a_file_keeps_its_own_order(theme):
    files = LedgerModel(theme)
    files.set_listing(list_files(FAILED))
    shown = [files.index(row, Column.NAME).data() for row in range(files.rowCount())]
    assert isolate("~$budget.xlsx") in shown


@pytest.mark.usefixtures("arabic")
def test_keys_keep_their_order_in_the_help_sheet(qtbot, theme):
    window = QWidget()
    qtbot.addWidget(window)
    sheet = HelpSheet(theme, window)
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    assert any("Ctrl++" in each.keys for each in SHORTCUTS)
    assert isolate("Ctrl++ Ctrl+-") in texts


def test_a_sentence_that_begins_with_a_name_runs_as_it_is_read(qapp):
    arabic_one = f"«{isolate('plan.pdf')}» لم يعد هنا."
    shown = QTextDocument(selectable(arabic_one))
    assert shown.firstBlock().textDirection() == Qt.LayoutDirection.RightToLeft
    assert selectable("“plan.pdf” is no longer here.") == "“plan.pdf” is no longer here."
    assert selectable("plan.pdf لم") == "plan.pdf لم"
