"""GPU support on the page about this computer: added, stopped, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.domain.packs import GpuState
from desktop_app.errors import GpuUnusable
from desktop_app.ui.gpu_box import GpuBox
from tests.ui.fake_gpu import ADDED

FILE = Path("/media/stick/lectern-gpu.zip")


@pytest.fixture
def heard(box):
    said: list[str] = []
    box.said.connect(said.append)
    return said


@pytest.fixture
def page(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def box(qtbot, theme, tasks, session, page):
    made = GpuBox(theme, tasks, page)
    made.use_session(session)
    page.show()
    made.look()
    qtbot.waitUntil(lambda: bool(made.words.text()))
    return made


def test_what_is_missing_is_said_with_a_way_to_add_it(box):
    assert "add GPU support" in box.words.text()
    assert box.add.isVisible()
    assert not box.remove.isVisible()
    assert not box.progress.isVisible()


def test_an_installation_that_has_it_offers_nothing(qtbot, session, box):
    session.gpu.now = GpuState(is_own=True)
    box.look()
    qtbot.waitUntil(lambda: "as it is" in box.words.text())
    assert not box.add.isVisible()
    assert not box.remove.isVisible()


def test_a_file_is_added_and_its_progress_shown(qtbot, session, box, heard):
    session.gpu.gate.shut()
    box.take(FILE)
    qtbot.waitUntil(lambda: "Copying" in box.progress.sentences)
    assert not box.add.isVisible()
    assert box.progress.isVisible()
    session.gpu.gate.open()
    qtbot.waitUntil(lambda: "PyTorch 2.13.0, 4.4 GB" in box.words.text())
    assert session.gpu.taken == [FILE]
    assert "next start" in heard[-1]
    assert box.remove.isVisible()
    assert not box.progress.isVisible()


def test_adding_can_be_stopped(qtbot, session, box):
    session.gpu.gate.shut()
    box.take(FILE)
    qtbot.waitUntil(lambda: session.gpu.gate.arrivals > 0)
    qtbot.mouseClick(box.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(box.add.isVisible)
    assert session.gpu.now == GpuState(is_own=False)
    assert not box.progress.isVisible()


def test_a_file_that_does_not_fit_is_told_and_another_can_be_tried(qtbot, session, box, heard):
    session.gpu.error = GpuUnusable("“lectern-gpu.zip” is damaged.", "Copy it again.")
    box.take(FILE)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == ["“lectern-gpu.zip” is damaged. Copy it again."]
    qtbot.waitUntil(box.add.isVisible)


def test_it_is_removed_as_easily(qtbot, session, box, heard):
    session.gpu.now = ADDED
    box.look()
    qtbot.waitUntil(box.remove.isVisible)
    qtbot.mouseClick(box.remove, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(box.add.isVisible)
    assert "removed" in heard[-1]


def test_the_button_asks_for_a_file(qtbot, session, box):
    qtbot.mouseClick(box.add, Qt.MouseButton.LeftButton)
    [dialog] = box.window().findChildren(QFileDialog)
    dialog.fileSelected.emit(str(FILE))
    dialog.close()
    qtbot.waitUntil(lambda: session.gpu.taken == [FILE])
    qtbot.waitUntil(box.remove.isVisible)
