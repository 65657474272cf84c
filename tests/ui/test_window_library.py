"""The window on a fake session: folders, drops, indexing, files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
)

from desktop_app.domain import IndexPhase, IndexProgress
from desktop_app.errors import DiskFull, LibraryReadOnly, RootError
from desktop_app.settings import resources_dir
from desktop_app.ui import reporting
from tests.ui.fakes import FakeSession
from tests.ui.gates import Gate
from tests.ui.gestures import ask, drag, drop
from tests.ui.samples import ROOT


def test_the_guide_can_be_tried_at_once(qtbot, make_window):
    session = FakeSession(())
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    qtbot.mouseClick(window.first_run._well.guide, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(session.called("add_roots")))
    assert session.called("add_roots") == [(resources_dir() / "sample",)]
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.panes)
    assert "guide is in your library" in window.message.text


def test_dropping_says_what_it_does_and_adds(qtbot, session, opened, tmp_path):
    folder, file = tmp_path / "Papers", tmp_path / "a.pdf"
    folder.mkdir()
    file.write_bytes(b"x")
    drag(opened, [folder, file])
    qtbot.waitUntil(
        lambda: opened.overlay.sentence == "Drop to add 1 folder and 1 file to your library"
    )
    drop(opened, [folder, file])
    assert not opened.overlay.isVisible()
    qtbot.waitUntil(lambda: session.called("add_roots") == [(folder, file)])
    qtbot.waitUntil(lambda: len(session.called("index")) == 2)


def test_dragging_away_takes_the_offer_back(qtbot, session, opened, tmp_path):
    drag(opened, [tmp_path])
    assert opened.overlay.isVisible()
    drop(opened, [tmp_path], leave=True)
    assert not opened.overlay.isVisible()
    assert not session.called("add_roots")


def test_text_and_web_addresses_cannot_be_dropped(opened):
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.pdf")])
    event = QDragEnterEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(opened, event)
    assert not opened.overlay.isVisible()


def test_what_is_dropped_before_the_library_is_open_waits(qtbot, session, make_window, tmp_path):
    gate = Gate()
    gate.shut()

    def open_slowly():
        gate.wait()
        return session

    window = make_window(open_slowly)
    drop(window, [tmp_path])
    gate.open()
    qtbot.waitUntil(lambda: session.called("add_roots") == [(tmp_path,)])


def test_a_folder_can_be_added_while_indexing_runs(qtbot, session, opened, tmp_path):
    session.index_gate.shut()
    opened.work.index()
    qtbot.waitUntil(lambda: session.index_gate.arrivals > 0 and opened.work.is_indexing)
    drop(opened, [tmp_path])
    qtbot.waitUntil(lambda: session.called("add_roots") == [(tmp_path,)])
    session.index_gate.open()
    qtbot.waitUntil(lambda: not opened.work.is_indexing)


def test_what_was_read_so_far_is_shown_while_a_long_run_goes_on(
    qtbot, session, opened, monkeypatch
):
    qtbot.waitUntil(lambda: not opened.work.is_indexing)
    step = IndexProgress(IndexPhase.READING, files_done=1, files_total=1020)
    opened.work.progressed.emit(step)
    monkeypatch.setattr(reporting, "_REFRESH_MS", 0)
    for _ in range(2):
        with qtbot.waitSignal(opened.work.files_listed):
            opened.work.progressed.emit(step)


def test_a_folder_that_cannot_be_added_is_said_in_the_bar(qtbot, session, opened, tmp_path):
    session.root_error = RootError()
    drop(opened, [tmp_path])
    qtbot.waitUntil(lambda: "could not be added" in opened.message.text)


def test_removing_a_root_states_the_cost_and_can_be_undone(qtbot, session, opened):
    root = opened.library.roots[0]
    opened.library.remove_requested.emit(root)
    assert "1,020 files" in opened.message.text
    assert not opened.library.roots
    qtbot.mouseClick(opened.message.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(opened.library.roots))
    assert not session.called("remove_root")


def test_removing_a_root_is_done_when_the_offer_is_over(qtbot, session, opened):
    opened.library.remove_requested.emit(opened.library.roots[0])
    opened.message.settle()
    qtbot.waitUntil(lambda: session.called("remove_root") == [ROOT])
    qtbot.waitUntil(lambda: opened.body.currentWidget() is opened.first_run)


def test_an_answer_is_asked_for_again_when_a_folder_has_left(qtbot, make_window):
    session = FakeSession((ROOT, "/home/ada/Letters"))
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: len(window.library.roots) > 1)
    ask(qtbot, window)
    assert window.results.hits
    session.hits = ()
    window.library.remove_requested.emit(window.library.roots[0])
    assert window.results.hits
    window.message.settle()
    qtbot.waitUntil(lambda: not window.results.hits)
    assert session.called("search") == ["energy target"] * 2
    assert window.body.currentWidget() is window.panes


def test_indexing_is_told_on_the_status_line_alone(qtbot, session, opened):
    session.steps = 100_000
    opened.work.index()
    qtbot.waitUntil(lambda: "of 1,020 files" in opened.status.sentence)
    assert "left" in opened.status.sentence
    assert opened.message.text == ""
    opened.work.stop()


def test_pause_holds_indexing_and_resume_goes_on(qtbot, session, opened):
    session.steps = 100_000
    opened.work.index()
    qtbot.waitUntil(opened.status._pause.isVisible)
    qtbot.mouseClick(opened.status._pause, Qt.MouseButton.LeftButton)
    assert opened.work.is_paused
    assert opened.status.sentence.startswith("Paused")
    qtbot.mouseClick(opened.status._pause, Qt.MouseButton.LeftButton)
    assert not opened.work.is_paused
    opened.work.stop()


def test_stop_ends_indexing_and_the_next_scan_goes_on(qtbot, session, opened):
    session.steps = 100_000
    opened.work.index()
    qtbot.waitUntil(opened.status._stop.isVisible)
    qtbot.mouseClick(opened.status._stop, Qt.MouseButton.LeftButton)
    assert not opened.work.is_indexing
    qtbot.waitUntil(lambda: opened.status.sentence == "1,006 files searchable")
    session.steps = 5
    before = len(session.called("index"))
    opened.keys["scan"].trigger()
    qtbot.waitUntil(lambda: len(session.called("index")) == before + 1)
    qtbot.waitUntil(lambda: not opened.work.is_indexing)


def test_a_failure_of_indexing_is_told_and_leaves_the_library_usable(qtbot, session, opened):
    session.index_error = DiskFull()
    opened.work.index()
    qtbot.waitUntil(lambda: "disk is full" in opened.message.text)
    ask(qtbot, opened)
    assert opened.results.hits


def test_what_needs_a_look_opens_the_files(qtbot, session, opened):
    qtbot.waitUntil(opened.status._attention.isVisible)
    qtbot.mouseClick(opened.status._attention, Qt.MouseButton.LeftButton)
    assert opened.answer.currentWidget() is opened.ledger
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert opened.answer.currentWidget() is opened.results


def test_retrying_files_reads_them_again(qtbot, session, opened):
    chosen = tuple(session.documents[-2:])
    before = len(session.called("index"))
    opened.ledger.retry_requested.emit(chosen)
    qtbot.waitUntil(lambda: session.called("retry") == [chosen])
    qtbot.waitUntil(lambda: len(session.called("index")) == before + 1)


def test_a_root_that_was_being_removed_when_the_window_closed_is_removed_next_time(
    qtbot, session, make_window
):
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: bool(window.library.roots))
    window.library.remove_requested.emit(window.library.roots[0])
    window.message._lapse.stop()
    window.close()
    make_window(lambda: session)
    qtbot.waitUntil(lambda: session.called("remove_root") == [ROOT])


def test_unicode_paths_and_undecodable_names_reach_the_screen(qtbot, session, opened):
    session.put_root("/home/ada/\udcff\udcfe")
    session.put_root("/home/ada/تقارير 🎉")
    opened.work.refresh()
    qtbot.waitUntil(lambda: len(opened.library.roots) == 3)
    assert not opened.library.grab().isNull()
    assert Path(opened.library.roots[1].path).name == "\udcff\udcfe"


def test_adding_a_folder_leaves_the_first_page_at_once(qtbot, make_window, tmp_path):
    session = FakeSession(())
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    window.take_paths([tmp_path])
    assert window.body.currentWidget() is window.panes
    qtbot.waitUntil(lambda: bool(window.library.roots))
    assert window.body.currentWidget() is window.panes


def test_a_folder_that_cannot_be_added_leads_back_to_the_first_page(qtbot, make_window, tmp_path):
    session = FakeSession(())
    session.root_error = RootError()
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    window.take_paths([tmp_path])
    qtbot.waitUntil(lambda: "could not be added" in window.message.text)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)


def test_no_field_takes_a_dropped_folder_as_text(opened):
    assert opened.acceptDrops()
    assert not any(field.acceptDrops() for field in opened.findChildren(QLineEdit))


def test_a_folder_added_while_indexing_is_paused_waits_and_says_so(
    qtbot, session, opened, tmp_path
):
    session.steps = 100_000
    opened.work.index()
    qtbot.waitUntil(lambda: "of 1,020 files" in opened.status.sentence)
    opened.keys["pause"].trigger()
    before = len(session.called("index"))
    session.add_gate.shut()
    drop(opened, [tmp_path])
    qtbot.waitUntil(lambda: session.called("add_roots") == [(tmp_path,)])
    opened.choosing.packs.changed.emit()  # whatever shows the status line while it is written
    assert opened.status.sentence.startswith("Paused")
    session.add_gate.open()
    qtbot.waitUntil(lambda: len(opened.library.roots) == 2)
    assert "read when indexing is resumed" in opened.message.text
    assert opened.work.is_paused
    assert opened.status.sentence.startswith("Paused")
    assert len(session.called("index")) == before
    session.steps = 3
    opened.keys["pause"].trigger()
    qtbot.waitUntil(lambda: len(session.called("index")) == before + 1)
    qtbot.waitUntil(lambda: not opened.work.is_indexing)


def test_a_folder_that_could_not_be_removed_is_shown_again_with_the_reason(qtbot, session, opened):
    session.remove_error = LibraryReadOnly()
    opened.library.remove_requested.emit(opened.library.roots[0])
    assert not opened.library.roots
    opened.message.settle()
    qtbot.waitUntil(lambda: "cannot be written" in opened.message.text)
    qtbot.waitUntil(lambda: [root.path for root in opened.library.roots] == [ROOT])


def test_a_question_in_a_language_that_the_model_does_not_know_hints_at_others_once(
    qtbot, session, opened, make_window
):
    session.language = "de"
    ask(qtbot, opened, "Was ist das Ziel?")
    hint = opened.results.hint
    assert hint.isVisible()
    opened.top.question.clear()
    assert not hint.isVisible()
    ask(qtbot, opened, "Was ist das Ziel?")
    qtbot.mouseClick(hint.link, Qt.MouseButton.LeftButton)
    assert opened.answer.currentWidget() is opened.models
    ask(qtbot, opened, " Und jetzt?")
    qtbot.mouseClick(hint.close_button, Qt.MouseButton.LeftButton)
    assert not hint.isVisible()
    ask(qtbot, opened, " Und dann?")
    assert not hint.isVisible()
    opened.close()
    again = make_window(lambda: session)
    ask(qtbot, again, "Was ist das?")
    assert not again.results.hint.isVisible()


def test_a_language_that_the_model_knows_gets_no_hint(qtbot, session, opened):
    for language in ("en", "und"):
        session.language = language
        ask(qtbot, opened, f"energy {language} ")
        assert not opened.results.hint.isVisible()


def test_stopping_while_something_is_written_lets_it_be_written_and_reads_nothing(
    qtbot, session, opened
):
    gate = Gate()
    gate.shut()
    opened.work.write(lambda _: gate.wait())
    assert opened.work.is_indexing
    before = len(session.called("index"))
    opened.work.stop()
    assert not opened.work.is_indexing
    gate.open()
    qtbot.waitUntil(lambda: opened.work._writing == 0)
    assert not opened.work.is_indexing
    assert len(session.called("index")) == before
    opened.keys["scan"].trigger()
    qtbot.waitUntil(lambda: len(session.called("index")) == before + 1)
    qtbot.waitUntil(lambda: not opened.work.is_indexing)


def test_what_the_coverage_says_is_unread_leads_to_those_files(qtbot, opened):
    opened.top.question.put("energy targets")
    opened._ask()
    qtbot.waitUntil(opened.results.unread_link.isVisible)
    qtbot.mouseClick(opened.results.unread_link, Qt.MouseButton.LeftButton)
    assert opened.ledger.isVisible()
    assert opened.ledger.chip("Need a look").isChecked()
