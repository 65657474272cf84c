"""What changes in the folders is indexed by itself, and never beside anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.domain.folders import FolderChanges
from desktop_app.errors import LibraryReadOnly
from desktop_app.ui import following

CHANGED = Path("/papers/changed.txt")


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(following, "_LOOK_MS", 10)


def test_what_changed_is_indexed_and_nothing_else(qtbot, session, opened):
    before = len(session.called("index"))
    session.changed = FolderChanges((CHANGED,))
    qtbot.waitUntil(lambda: len(session.called("index")) == before + 1)
    assert session.called("index")[-1] == (CHANGED,)


def test_without_changes_nothing_is_indexed(qtbot, session, opened):
    before = len(session.called("index"))
    asked = len(session.called("changes"))
    qtbot.waitUntil(lambda: len(session.called("changes")) > asked + 3)
    assert len(session.called("index")) == before


def test_while_a_run_is_under_way_nobody_asks(qtbot, session, opened):
    session.index_gate.shut()
    opened.work.index()
    qtbot.waitUntil(lambda: opened.work.is_indexing)
    asked = len(session.called("changes"))
    session.changed = FolderChanges((CHANGED,))
    opened._following._look()
    assert len(session.called("changes")) == asked
    session.index_gate.open()
    qtbot.waitUntil(lambda: session.called("index")[-1] == (CHANGED,))


def test_a_folder_that_cannot_be_watched_is_told(qtbot, session, opened):
    session.changed = FolderChanges((), ("It is looked through every ten minutes instead.",))
    qtbot.waitUntil(lambda: "every ten minutes" in opened.message.text)


def test_after_an_error_it_asks_again_and_says_once_why(qtbot, session, opened):
    session.changes_error = LibraryReadOnly()
    said: list[str] = []
    opened._following._say = said.append
    asked = len(session.called("changes"))
    qtbot.waitUntil(lambda: len(session.called("changes")) >= asked + 3)
    qtbot.waitUntil(lambda: opened._following._timer.interval() >= 40)
    assert len(said) == 1
    assert "cannot be written" in said[0]
    session.changes_error = None
    before = len(session.called("index"))
    session.changed = FolderChanges((CHANGED,))
    qtbot.waitUntil(lambda: len(session.called("index")) == before + 1)
    assert opened._following._timer.interval() == 10
