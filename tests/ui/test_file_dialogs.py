"""Dialogs for files and folders: where they begin and what they return."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QDir, QStandardPaths
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from desktop_app.ui.file_dialogs import file_dialog, folder_dialog, saving_dialog


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def places(monkeypatch, tmp_path):
    """The user's folders, and a working directory in which no dialog began before."""
    found = {
        QStandardPaths.StandardLocation.DocumentsLocation: tmp_path / "home" / "Documents",
        QStandardPaths.StandardLocation.HomeLocation: tmp_path / "home",
    }
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda place: str(found[place]))
    monkeypatch.chdir(QFileDialog().directory().path())
    return found


def begins_in(dialog: QFileDialog) -> Path:
    return Path(dialog.directory().path())


def test_a_first_dialog_begins_where_documents_are_and_not_where_the_program_is(parent, places):
    documents = places[QStandardPaths.StandardLocation.DocumentsLocation]
    documents.mkdir()
    assert begins_in(folder_dialog(parent, "A folder")) == documents
    assert begins_in(file_dialog(parent, "A file", "Zip files (*.zip)")) == documents
    saving = saving_dialog(parent, "Save", "list.csv", {"Table (*.csv)": "csv"})
    assert begins_in(saving) == documents


def test_without_a_folder_for_documents_it_begins_at_home(parent, places):
    home = places[QStandardPaths.StandardLocation.HomeLocation]
    assert begins_in(folder_dialog(parent, "A folder")) == home


def test_the_next_dialog_begins_where_the_last_one_was_accepted(
    qtbot, parent, places, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (visited := tmp_path / "visited").mkdir()
    dialog = folder_dialog(parent, "A folder")
    dialog.setDirectory(str(visited))
    dialog.open()
    with qtbot.waitSignal(dialog.finished):
        dialog.done(QDialog.DialogCode.Accepted)
    assert QDir.current() != QDir(str(visited))
    assert begins_in(folder_dialog(parent, "Another")) == visited


def test_a_kind_of_file_brings_its_suffix(parent):
    kinds = {"Table (*.csv)": "csv", "Text (*.md)": "md"}
    dialog = saving_dialog(parent, "Save", "Passages", kinds)
    assert dialog.nameFilters() == list(kinds)
    assert dialog.defaultSuffix() == "csv"
    dialog.filterSelected.emit("Text (*.md)")
    assert dialog.defaultSuffix() == "md"
