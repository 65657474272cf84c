"""Backup, its return and repair from the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop_app.domain import IsCancelled, never_cancelled
from desktop_app.domain.keeping import CopyProgress, Mending, TableState
from desktop_app.errors import BackupDamaged, LecternError, LibraryCorrupt
from desktop_app.session import Session
from desktop_app.ui.keeping import Errand
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.window import MainWindow
from tests.ui.fakes import FakeSession
from tests.ui.gates import Gate


class FakeCare:
    """Implements ``session.LibraryCare``; ``error`` is raised by both when set."""

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.gate = Gate()
        self.error: LecternError | None = None
        self.mending = Mending({"passages": TableState.ROLLED_BACK}, ("/papers",))

    def restore(
        self, backup: Path, *, is_cancelled: IsCancelled = never_cancelled
    ) -> Iterator[CopyProgress]:
        """Come half way, pass the gate, end."""
        self.calls.append(backup)
        yield CopyProgress(50, 100)
        self.gate.wait(is_cancelled)
        if is_cancelled():
            self.calls.append("stopped")
            return
        if self.error:
            raise self.error
        yield CopyProgress(100, 100)

    def mend(self) -> Mending:
        """Say what ``mending`` holds."""
        self.calls.append("mend")
        if self.error:
            raise self.error
        return self.mending


@pytest.fixture
def care():
    return FakeCare()


@pytest.fixture
def make(qtbot, theme, tasks, care, tmp_path):
    def make(open_session, errand=None):
        store = SettingsStore(tmp_path / "window.ini")
        window = MainWindow(theme, tasks, store, open_session, care=care)
        qtbot.addWidget(window)
        window.open(errand)
        qtbot.waitExposed(window)
        return window

    return make


@pytest.fixture
def window(qtbot, session, make):
    session.steps = 3
    made = make(lambda: session)
    qtbot.waitUntil(lambda: bool(session.called("index")) and not made.work.is_indexing)
    return made


def test_a_backup_goes_into_a_folder_of_its_own_and_says_where(qtbot, session, window, tmp_path):
    session.backup_gate.shut()
    window.keeping.back_up(tmp_path)
    qtbot.waitUntil(lambda: "Backing up 0%" in window.status._copying.text())
    session.backup_gate.open()
    qtbot.waitUntil(lambda: "The backup is in" in window.message.text)
    (target,) = session.called("backup")
    assert Path(target).parent == tmp_path
    assert Path(target).name.startswith("Lectern backup 2")
    assert not window.status._copying.isVisible()


def test_a_backup_can_be_stopped(qtbot, session, window, tmp_path):
    session.backup_gate.shut()
    window.keeping.back_up(tmp_path)
    qtbot.waitUntil(window.status._copying.isVisible)
    qtbot.mouseClick(window.status._copying, Qt.MouseButton.LeftButton)
    assert "nothing of it was left" in window.message.text
    assert not window.status._copying.isVisible()


def test_restoring_says_what_it_means_and_leaves_an_errand(qtbot, window):
    closed = []
    window.closed.connect(lambda: closed.append(True))
    window.keeping.offer_restore(Path("/stick/backup"))
    assert "kept beside it" in window.message.text
    assert not closed
    window.message.action.click()
    assert closed
    assert window.keeping.errand == Errand(Path("/stick/backup"))


def test_repairing_says_what_it_means_and_leaves_an_errand(qtbot, window):
    window.tending.settings.repair.click()
    assert "Your documents are not touched" in window.message.text
    window.message.action.click()
    assert window.keeping.errand == Errand()


def test_an_errand_is_done_before_the_library_is_opened(qtbot, session, care, make):
    opened = []
    care.gate.shut()

    def open_session() -> Session:
        opened.append(True)
        assert isinstance(session, FakeSession)
        return session

    window = make(open_session, Errand(Path("/stick/backup")))
    qtbot.waitUntil(lambda: "Bringing back the backup 50%" in window.status._copying.text())
    assert not opened
    care.gate.open()
    qtbot.waitUntil(lambda: "that of the backup" in window.message.text)
    assert (opened, care.calls) == ([True], [Path("/stick/backup")])
    qtbot.waitUntil(lambda: bool(session.called("index")) and not window.work.is_indexing)


def test_bringing_back_can_be_stopped_and_opens_the_library_as_it_was(qtbot, session, care, make):
    care.gate.shut()
    window = make(lambda: session, Errand(Path("/stick/backup")))
    qtbot.waitUntil(lambda: "50%" in window.status._copying.text())
    window.keeping.stop()
    qtbot.waitUntil(lambda: window.session is session)
    assert "stopped" in care.calls
    assert "as it was" in window.message.text
    qtbot.waitUntil(lambda: bool(session.called("index")) and not window.work.is_indexing)


def test_a_damaged_backup_is_refused_and_the_library_can_be_opened(qtbot, session, care, make):
    care.error = BackupDamaged()
    window = make(lambda: session, Errand(Path("/stick/backup")))
    qtbot.waitUntil(window.failure.isVisible)
    assert window.failure._title.text() == "The backup is damaged."
    assert not window.failure.repair.isVisible()
    window.failure._retry.click()
    qtbot.waitUntil(lambda: window.session is session)
    qtbot.waitUntil(lambda: bool(session.called("index")) and not window.work.is_indexing)


def test_a_damaged_library_is_offered_repair_and_then_opened(qtbot, session, care, make):
    def open_session():
        if "mend" not in care.calls:
            raise LibraryCorrupt
        return session

    window = make(open_session)
    qtbot.waitUntil(window.failure.repair.isVisible)
    assert window.failure.restore.isVisible()
    assert "lectern repair" not in window.failure._hint.text()
    qtbot.mouseClick(window.failure.repair, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "was repaired" in window.message.text)
    assert window.session is session
    qtbot.waitUntil(lambda: bool(session.called("index")) and not window.work.is_indexing)


def test_damage_found_while_indexing_is_offered_repair(qtbot, window):
    window.work.failed.emit(LibraryCorrupt())
    assert "Part of your library is damaged" in window.message.text
    window.message.action.click()
    assert window.keeping.errand == Errand()


def test_without_care_nothing_is_promised(qtbot, opened):
    assert not opened.tending.settings.restore.isVisibleTo(opened.tending.settings)
    assert opened.tending.settings.backup.isVisibleTo(opened.tending.settings)
