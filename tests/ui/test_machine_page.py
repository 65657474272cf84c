"""The page about this computer, on its own and in the window."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from desktop_app.app.health import (
    check_change,
    check_library,
    check_ocr,
    check_sandbox,
    machine,
)
from desktop_app.domain import Check, Coverage, PackUse
from desktop_app.errors import LibraryCorrupt
from desktop_app.settings import Settings
from desktop_app.ui.machine_page import MachinePage
from desktop_app.ui.machine_view import NAMES, groups_of, report_of
from tests.ui.fakes import FakeSession
from tests.ui.tongues import Written, speaking


@pytest.fixture
def page(qtbot, theme, tasks, session):
    made = MachinePage(theme, tasks)
    qtbot.addWidget(made)
    made.resize(720, 600)
    made.use_session(session)
    return made


def texts(page):
    return [label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page)]


def test_the_page_looks_when_it_is_shown_and_says_so_meanwhile(qtbot, session, page):
    session.health_gate.shut()
    assert not session.called("health")
    page.show()
    assert "Looking at the model" in page.state.text()
    assert not page.again.isEnabled()
    assert not page.copy.isEnabled()
    session.health_gate.open()
    qtbot.waitUntil(lambda: page.state.text() == "1 check of 3 needs a look.")
    # What is added to a page in view is shown by an event of its own.
    qtbot.waitUntil(lambda: "Pack: starter answers" in texts(page))
    shown = texts(page)
    for text in (
        "Folders: 3 folders, 1 of them away",
        "Connect the drive; nothing is deleted while it is away.",
        "CPU",
        "int8",
        "21,400 tokens a second",
        "402 MB",
        "312 MB",
        "16 GiB",
    ):
        assert text in shown, text


def test_looking_again_replaces_what_was_found(qtbot, session, page):
    page.show()
    qtbot.waitUntil(lambda: bool(page.report))
    qtbot.mouseClick(page.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(session.called("health")) == 2 and page.again.isEnabled())
    assert texts(page).count("21,400 tokens a second") == 1


def test_what_goes_wrong_is_said_in_place(qtbot, page):
    class Broken(FakeSession):
        def health(self):
            raise LibraryCorrupt

    page.use_session(Broken())
    page.show()
    qtbot.waitUntil(lambda: "damaged" in page.state.text())
    assert page.again.isEnabled()


def test_the_report_names_no_document_and_no_folder(session):
    report = report_of(session.health())
    assert "/home" not in report
    assert "Documents" in report  # how many, not which
    for line in ("Runs on: CPU", "Library: well.", "Folders: needs a look. 3 folders, 1 of"):
        assert line in report


def test_a_pack_in_a_folder_is_named_by_its_last_part(session):
    health = session.health()
    model = dataclasses.replace(health.model, pack="/home/ada/tuned", device_name="Arc A370M")
    health = dataclasses.replace(health, model=model, checks=(Check("ocr", True, "eng"),))
    lines = dict(groups_of(health)[1].lines)
    assert lines["Pack"] == "tuned"
    assert lines["Runs on"] == "CPU (Arc A370M)"
    assert "OCR: well. eng." in report_of(health)


def test_the_page_is_reached_by_key_and_left_with_escape(qtbot, session, opened):
    opened.keys["machine"].trigger()
    assert opened.answer.currentWidget() is opened.machine
    assert opened.machine.hasFocus()
    qtbot.waitUntil(lambda: bool(opened.machine.report))
    qtbot.keyClick(opened.machine, Qt.Key.Key_Escape)
    assert opened.answer.currentWidget() is opened.results
    qtbot.mouseClick(opened.library._machine, Qt.MouseButton.LeftButton)
    assert opened.answer.currentWidget() is opened.machine


def test_copying_puts_the_report_on_the_clipboard(qtbot, opened):
    opened.keys["machine"].trigger()
    qtbot.waitUntil(opened.machine.copy.isEnabled)
    qtbot.mouseClick(opened.machine.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == opened.machine.report
    assert "names no document" in opened.message.text


@pytest.mark.parametrize("width", [1440, 800, 480])
def test_the_page_needs_no_more_width_than_there_is(qtbot, opened, width):
    opened.resize(width, 600)
    opened.keys["machine"].trigger()
    qtbot.waitUntil(lambda: bool(opened.machine.report))
    qtbot.waitUntil(lambda: opened.machine.widget().width() <= opened.machine.viewport().width())


def test_all_that_is_looked_at_has_a_name_in_words(session, tmp_path):
    checks = (
        *check_library(tmp_path, Coverage(0, 0, 0, 0, 0), ()),
        check_sandbox(),
        check_ocr(Settings(ocr=False)),
        check_change(PackUse("starter", "bge-m3")),
    )
    found = session.health()
    names = {each.name for each in (*checks, *found.checks)}
    assert names | machine().keys() | found.library.keys() <= NAMES.keys()


def test_what_was_found_is_said_in_the_language_of_the_interface(session):
    table = {
        "Folders": "Ordner",
        "{name}: {value}": "{name}: {value}",
        "{size} GiB": "{size} Gio",
        "Memory": "Speicher",
        "Connect the drive; nothing is deleted while it is away.": "Schließe das Laufwerk an.",
    }
    health = dataclasses.replace(session.health(), machine=machine())
    with speaking(Written(table)):
        lines = dict(groups_of(health)[0].lines)
        assert lines["Speicher"].endswith(" Gio")
        assert "Ordner: needs a look. 3 folders, 1 of them away. Schließe" in report_of(health)
