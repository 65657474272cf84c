"""The system's dialogs for files and folders, which begin where documents are."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QDir, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

_PLACES = (
    QStandardPaths.StandardLocation.DocumentsLocation,
    QStandardPaths.StandardLocation.HomeLocation,
)


def folder_dialog(parent: QWidget, title: str) -> QFileDialog:
    """Return a dialog for one folder, to be opened without waiting for it."""
    dialog = _dialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    return dialog


def file_dialog(parent: QWidget, title: str, name_filter: str) -> QFileDialog:
    """Return a dialog for one file that is there, to be opened without waiting for it."""
    dialog = _dialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilter(name_filter)
    return dialog


def saving_dialog(
    parent: QWidget, title: str, name: str, suffixes: Mapping[str, str]
) -> QFileDialog:
    """Return a dialog for a place to save ``name`` at.

    ``suffixes`` are those of the kinds of files that the user may choose from, the first
    at first; a name without a suffix gets that of its kind.
    """
    dialog = _dialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(suffixes))
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(suffixes[kind]))
    dialog.setDefaultSuffix(next(iter(suffixes.values())))
    dialog.selectFile(name)
    return dialog


def _dialog(parent: QWidget, title: str) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    # Qt remembers what was visited; before, it begins in the directory that the program
    # was started in, which means nothing to the user and is often the program's own.
    if dialog.directory() == QDir.current():
        dialog.setDirectory(_documents())
    return dialog


def _documents() -> str:
    """Return the folder where the user's documents are, or the home folder."""
    places = map(QStandardPaths.writableLocation, _PLACES)
    return next((each for each in places if QDir(each).exists()), QDir.homePath())
