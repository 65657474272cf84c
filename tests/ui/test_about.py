"""About Lectern: what is in it, and under which licenses."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt

from desktop_app import __version__
from desktop_app.errors import LecternError
from desktop_app.ui.about import AboutDialog, read_parts
from desktop_app.ui.machine_page import MachinePage
from desktop_app.ui.wrapped import WrappedLabel
from installer.components import Component, bill_of

PARTS = (
    Component("numpy", "2.4", "BSD-3-Clause", "Redistribution is permitted"),
    Component("Qt", "6.11", "LGPL-3.0-only"),
)


@pytest.fixture
def bill(tmp_path):
    file = tmp_path / "components.cdx.json"
    file.write_text(bill_of(PARTS, "0.1", 0), encoding="utf-8")
    return file


@pytest.fixture
def make(qtbot, tasks):
    def make_dialog(bill):
        dialog = AboutDialog(tasks, bill=bill)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return make_dialog


def test_the_bill_of_a_build_is_shown_with_the_license_that_is_chosen(qtbot, make, bill):
    dialog = make(bill)
    qtbot.waitUntil(lambda: dialog.list.count() == len(PARTS))
    assert dialog.list.item(0).text() == "numpy 2.4: BSD-3-Clause"
    assert dialog.text.toPlainText() == "Redistribution is permitted"
    assert "2 works by others" in dialog.state.text()
    dialog.list.setCurrentRow(1)
    assert dialog.text.toPlainText() == "LGPL-3.0-only"


def test_a_checkout_without_a_bill_says_so(qtbot, make, tmp_path):
    dialog = make(tmp_path / "absent.json")
    qtbot.waitUntil(lambda: "from its source" in dialog.state.text())
    assert not dialog.list.isVisible()


def test_a_damaged_bill_is_one_sentence(qtbot, make, bill):
    bill.write_text(json.dumps({"components": [{}]}))
    with pytest.raises(LecternError):
        read_parts(bill)
    dialog = make(bill)
    qtbot.waitUntil(lambda: "could not be read" in dialog.state.text())


def test_the_page_about_this_computer_leads_there(qtbot, theme, tasks, session):
    page = MachinePage(theme, tasks)
    qtbot.addWidget(page)
    page.use_session(session)
    page.show()
    qtbot.mouseClick(page.about, Qt.MouseButton.LeftButton)
    (dialog,) = page.window().findChildren(AboutDialog)
    titles = [label.text() for label in dialog.findChildren(WrappedLabel)]
    assert f"Lectern {__version__}" in titles
    dialog.close()
    # What was asked of the session is told to this page.
    qtbot.waitUntil(lambda: bool(page.gpu.words.text()))
