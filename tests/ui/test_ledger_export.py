from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from desktop_app.domain.shortfalls import FILE_LEFT_OUT
from desktop_app.errors import LecternError
from desktop_app.translation import LANGUAGES
from desktop_app.ui.ledger_export import save_table, table_of
from tests.ui.samples import FAILED, SAMPLES
from tests.ui.tongues import Written, speaking

DOCUMENT = SAMPLES[0].document


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_table_has_a_row_a_file_with_everything_that_the_list_shows():
    row, failed = read(table_of([DOCUMENT, FAILED[0]]))
    assert row["Name"] == Path(DOCUMENT.path).name
    assert row["Folder"] == str(DOCUMENT.full_path.parent)
    assert row["Status"] == "Searchable"
    assert row["Pages"] == str(DOCUMENT.page_count)
    assert row["Passages"] == str(DOCUMENT.passages)
    assert row["Read on"] == DOCUMENT.indexed_at.isoformat(timespec="seconds")
    assert failed["Reason"] == FAILED[0].reason


def test_the_table_speaks_the_language_of_the_window_and_its_figures_those_of_programs():
    said = {"Name": "Nom", "Pages": "Pages (nombre)", "Searchable": "Interrogeable"}
    with speaking(Written(said), LANGUAGES["fr"]):
        (row,) = read(table_of([DOCUMENT]))
    assert row["Nom"] == Path(DOCUMENT.path).name
    assert row["Status"] == "Interrogeable"
    assert row["Pages (nombre)"] == str(DOCUMENT.page_count)
    assert row["Read on"] == DOCUMENT.indexed_at.isoformat(timespec="seconds")


def test_a_reason_is_told_in_the_language_of_the_window_with_its_figures():
    said = {"The file has {size} MB; files over {largest} MB are left out.": "{size} > {largest}"}
    reason = FILE_LEFT_OUT.format(size=700, largest=500)
    with speaking(Written(said), LANGUAGES["ar"]):
        (row,) = read(table_of([replace(DOCUMENT, reason=reason)]))
    assert row["Reason"] == "700 > 500"


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
def test_no_name_of_a_file_is_computed_by_a_spreadsheet(name):
    (row,) = read(table_of([replace(DOCUMENT, path=name)]))
    assert not row["Name"].startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert row["Name"].removeprefix("'") == Path(name).name.removeprefix("'")


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\N{FULLWIDTH EQUALS SIGN}"])
def test_a_formula_in_a_reason_is_marked_as_text(begin):
    (row,) = read(table_of([replace(DOCUMENT, reason=f'{begin}HYPERLINK("x")')]))
    assert row["Reason"] == f'\'{begin}HYPERLINK("x")'


def test_the_file_is_utf_8_with_the_mark_that_excel_needs(tmp_path):
    target = tmp_path / "Liste 文件.csv"
    save_table([replace(DOCUMENT, path="Übersicht 报告 \udcff.pdf")], target)
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert "Übersicht 报告 " in data.decode("utf-8-sig")
    assert list(tmp_path.iterdir()) == [target]


def test_where_the_disk_refuses_nothing_is_left_and_the_error_is_plain(tmp_path):
    with pytest.raises(LecternError, match="could not be saved"):
        save_table([DOCUMENT], tmp_path / "gone" / "list.csv")
    (tmp_path / "list.csv").mkdir()
    with pytest.raises(LecternError, match="could not be saved"):
        save_table([DOCUMENT], tmp_path / "list.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]


def test_the_window_exports_what_the_list_shows(qtbot, session, opened, tmp_path):
    opened.keys["ledger"].trigger()
    qtbot.waitUntil(lambda: opened.ledger.files.total > 0)
    opened.ledger.show_troubled()
    shown = opened.ledger.files.rowCount()
    assert 0 < shown < opened.ledger.files.total
    qtbot.mouseClick(opened.ledger.export_button, Qt.MouseButton.LeftButton)
    dialog = opened.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    target = tmp_path / "files.csv"
    dialog.filesSelected.emit([str(target)])
    dialog.close()
    qtbot.waitUntil(lambda: "as “files.csv”" in opened.message.text)
    assert len(read(target.read_text(encoding="utf-8-sig"))) == shown


def test_an_empty_list_cannot_be_exported(opened):
    opened.keys["ledger"].trigger()
    opened.ledger.filter_box.setText("no file is called this")
    assert not opened.ledger.export_button.isEnabled()
