"""The window as a whole, on a fake session: states, questions, folders, keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QLineEdit,
    QWidget,
)

from desktop_app.domain import Verdict
from desktop_app.errors import DiskFull, LibraryLocked, QueryError, RootError
from desktop_app.settings import resources_dir
from desktop_app.ui.actions import SHORTCUTS
from tests.ui.fakes import FakeSession, Gate
from tests.ui.samples import ROOT


def _ask(qtbot, window, question="energy target"):
    window.top.question.focus()
    qtbot.keyClicks(window.top.question._edit, question)
    qtbot.keyClick(window.top.question._edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.results.result is not None and window.results.result.is_final)


def _drop(window, paths, *, leave=False):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    sentence = window.overlay.sentence if window.overlay.isVisible() else ""
    if leave:
        QApplication.sendEvent(window, QDragLeaveEvent())
    elif enter.isAccepted():
        drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys)
        QApplication.sendEvent(window, drop)
    return sentence


def test_the_window_is_there_and_takes_a_question_before_the_library_is_open(
    qtbot, session, make_window
):
    gate = Gate()
    gate.shut()

    def open_slowly():
        gate.wait()
        return session

    window = make_window(open_slowly)
    assert window.status.sentence == "Opening your library…"
    qtbot.keyClicks(window.top.question._edit, "energy")
    qtbot.keyClick(window.top.question._edit, Qt.Key.Key_Return)
    assert not session.called("search")
    gate.open()
    qtbot.waitUntil(lambda: session.called("search") == ["energy"])
    qtbot.waitUntil(lambda: bool(window.results.hits))


def test_the_session_is_never_called_on_the_ui_thread(qtbot, session, make_window):
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: bool(session.called("index")))
    _ask(qtbot, window)
    qtbot.waitUntil(lambda: bool(session.called("render")) or bool(session.called("passages")))
    assert session.threads <= {
        "lectern-open",
        "lectern-index",
        "lectern-search",
        "lectern-preview",
    }


def test_a_locked_library_is_a_calm_page_with_a_way_to_try_again(qtbot, session, make_window):
    tries = []

    def open_at_the_second_try():
        tries.append(1)
        if len(tries) == 1:
            raise LibraryLocked
        return session

    window = make_window(open_at_the_second_try)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.failure)
    assert "another Lectern" in window.failure.accessibleName()
    assert window.status.sentence == "Your library is not open."
    qtbot.mouseClick(window.failure._retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.panes)


def test_a_bug_while_opening_is_a_calm_page_too(qtbot, make_window, caplog):
    def fail():
        raise ZeroDivisionError

    window = make_window(fail)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.failure)
    assert "unexpected" in window.failure.accessibleName()


def test_without_folders_the_first_page_teaches(qtbot, make_window):
    window = make_window(lambda: FakeSession(()))
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    assert not window.top.narrowing.isVisible()
    assert window.status.sentence == "Nothing in the library yet"


def test_the_guide_can_be_tried_at_once(qtbot, make_window):
    session = FakeSession(())
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.first_run)
    qtbot.mouseClick(window.first_run._well.guide, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(session.called("add_roots")))
    assert session.called("add_roots") == [(resources_dir() / "sample",)]
    qtbot.waitUntil(lambda: window.body.currentWidget() is window.panes)
    assert "guide is in your library" in window.message.text


def test_opening_brings_the_library_up_to_date(qtbot, session, make_window):
    make_window(lambda: session)
    qtbot.waitUntil(lambda: len(session.called("index")) == 1)
    qtbot.waitUntil(lambda: len(session.called("warm_up")) == 1)


def test_typing_asks_after_a_pause_and_the_latest_question_wins(qtbot, session, opened):
    session.search_gate.shut()
    for question in ("energy", " target", " 2030"):
        qtbot.keyClicks(opened.top.question._edit, question)
        opened.top.question._pause.timeout.emit()
    session.search_gate.open()
    qtbot.waitUntil(lambda: opened.results.result is not None and opened.results.result.is_final)
    assert opened.results.result.query.raw == "energy target 2030"


def test_the_first_order_is_shown_with_a_mark_while_ranking_goes_on(qtbot, session, opened):
    session.search_gate.shut()
    qtbot.keyClicks(opened.top.question._edit, "energy")
    qtbot.keyClick(opened.top.question._edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    assert not opened.results.result.is_final
    assert any("anking" in sentence for sentence in opened.results.shown_sentences())
    session.search_gate.open()
    qtbot.waitUntil(lambda: opened.results.result.is_final)
    assert not any("anking…" in sentence for sentence in opened.results.shown_sentences())


def test_no_good_match_is_said_calmly(qtbot, session, opened):
    session.verdict = Verdict.NONE
    _ask(qtbot, opened)
    assert any("No good match" in sentence for sentence in opened.results.shown_sentences())


def test_a_question_that_cannot_be_asked_says_why(qtbot, session, opened):
    session.search_error = QueryError()
    qtbot.keyClicks(opened.top.question._edit, "type:pdf")
    qtbot.keyClick(opened.top.question._edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "at least one word" in " ".join(opened.results.shown_sentences()))


def test_emptying_the_box_withdraws_the_question(qtbot, session, opened):
    session.search_gate.shut()
    qtbot.keyClicks(opened.top.question._edit, "energy")
    qtbot.keyClick(opened.top.question._edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    opened.top.question.clear()
    session.search_gate.open()
    assert not opened.results.hits


def test_choosing_a_root_or_a_type_asks_again_with_filter_words(qtbot, session, opened):
    _ask(qtbot, opened, "energy")
    opened.library.choose(ROOT)
    qtbot.waitUntil(lambda: session.called("search")[-1] == f'energy folder:"{ROOT}"')
    pdf = next(each for each in opened.top.narrowing.menu().actions() if each.text() == "PDF")
    pdf.trigger()
    qtbot.waitUntil(lambda: session.called("search")[-1] == f'energy folder:"{ROOT}" type:pdf')


def test_dropping_says_what_it_does_and_adds(qtbot, session, opened, tmp_path):
    folder, file = tmp_path / "Papers", tmp_path / "a.pdf"
    folder.mkdir()
    file.write_bytes(b"x")
    sentence = _drop(opened, [folder, file])
    assert sentence == "Drop to add 1 folder and 1 file to your library"
    assert not opened.overlay.isVisible()
    qtbot.waitUntil(lambda: session.called("add_roots") == [(folder, file)])
    qtbot.waitUntil(lambda: len(session.called("index")) == 2)


def test_dragging_away_takes_the_offer_back(qtbot, session, opened, tmp_path):
    assert _drop(opened, [tmp_path], leave=True)
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
    _drop(window, [tmp_path])
    gate.open()
    qtbot.waitUntil(lambda: session.called("add_roots") == [(tmp_path,)])


def test_a_folder_can_be_added_while_indexing_runs(qtbot, session, opened, tmp_path):
    session.index_gate.shut()
    opened._work.index()
    qtbot.waitUntil(lambda: session.index_gate.arrivals > 0 and opened._work.is_indexing)
    _drop(opened, [tmp_path])
    qtbot.waitUntil(lambda: session.called("add_roots") == [(tmp_path,)])
    session.index_gate.open()
    qtbot.waitUntil(lambda: not opened._work.is_indexing)


def test_a_folder_that_cannot_be_added_is_said_in_the_bar(qtbot, session, opened, tmp_path):
    session.root_error = RootError()
    _drop(opened, [tmp_path])
    qtbot.waitUntil(lambda: "could not be added" in opened.message.text)


def test_removing_a_root_states_the_cost_and_can_be_undone(qtbot, session, opened):
    root = opened.library.roots[0]
    opened.library.remove_requested.emit(root)
    assert "1,020 files" in opened.message.text
    assert not opened.library.roots
    qtbot.mouseClick(opened.message._action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(opened.library.roots))
    assert not session.called("remove_root")


def test_removing_a_root_is_done_when_the_offer_is_over(qtbot, session, opened):
    opened.library.remove_requested.emit(opened.library.roots[0])
    opened.message.settle()
    qtbot.waitUntil(lambda: session.called("remove_root") == [ROOT])
    qtbot.waitUntil(lambda: opened.body.currentWidget() is opened.first_run)


def test_indexing_is_told_on_the_status_line_alone(qtbot, session, opened):
    session.steps = 100_000
    opened._work.index()
    qtbot.waitUntil(lambda: "of 1,020 files" in opened.status.sentence)
    assert "left" in opened.status.sentence
    assert opened.message.text == ""
    opened._work.stop()


def test_pause_holds_indexing_and_resume_goes_on(qtbot, session, opened):
    session.steps = 100_000
    opened._work.index()
    qtbot.waitUntil(opened.status._pause.isVisible)
    qtbot.mouseClick(opened.status._pause, Qt.MouseButton.LeftButton)
    assert opened._work.is_paused
    assert opened.status.sentence.startswith("Paused")
    qtbot.mouseClick(opened.status._pause, Qt.MouseButton.LeftButton)
    assert not opened._work.is_paused
    opened._work.stop()


def test_stop_ends_indexing_and_the_next_scan_goes_on(qtbot, session, opened):
    session.steps = 100_000
    opened._work.index()
    qtbot.waitUntil(opened.status._stop.isVisible)
    qtbot.mouseClick(opened.status._stop, Qt.MouseButton.LeftButton)
    assert not opened._work.is_indexing
    qtbot.waitUntil(lambda: opened.status.sentence == "1,006 files searchable")
    session.steps = 5
    before = len(session.called("index"))
    opened.keys["scan"].trigger()
    qtbot.waitUntil(lambda: len(session.called("index")) == before + 1)
    qtbot.waitUntil(lambda: not opened._work.is_indexing)


def test_a_failure_of_indexing_is_told_and_leaves_the_library_usable(qtbot, session, opened):
    session.index_error = DiskFull()
    opened._work.index()
    qtbot.waitUntil(lambda: "disk is full" in opened.message.text)
    _ask(qtbot, opened)
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


@pytest.mark.parametrize("shortcut", [each for each in SHORTCUTS if each.name])
def test_every_shortcut_of_the_sheet_has_an_action(opened, shortcut):
    action = opened.keys[shortcut.name]
    assert [each.toString() for each in action.shortcuts()] == list(shortcut.keys)


def test_no_key_is_taken_twice():
    keys = [key for each in SHORTCUTS for key in each.keys]
    assert len(keys) == len(set(keys))


def test_ctrl_k_focuses_the_box_and_escape_returns_there(qtbot, session, opened):
    _ask(qtbot, opened)
    opened.results.setFocus()
    qtbot.keyClick(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is opened.top.question._edit)


def test_a_question_mark_shows_the_keys_but_can_be_typed(qtbot, opened):
    opened.top.question.focus()
    qtbot.keyClicks(opened.top.question._edit, "what?")
    assert opened.top.question.question == "what?"
    assert not opened.help.isVisible()
    opened.library._list.setFocus()
    qtbot.keyClick(opened.library._list, Qt.Key.Key_Question)
    assert opened.help.isVisible()
    qtbot.keyClick(opened.help, Qt.Key.Key_Escape)
    assert not opened.help.isVisible()


def test_the_keys_sheet_covers_the_window_and_a_click_closes_it(qtbot, opened):
    opened.keys["help"].trigger()
    opened.resize(1000, 640)
    assert opened.help.geometry() == opened.rect()
    qtbot.mouseClick(opened.help, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert not opened.help.isVisible()


def test_down_enters_the_answer_and_enter_opens_the_preview(qtbot, session, opened):
    opened.resize(1000, 700)
    _ask(qtbot, opened)
    qtbot.keyClick(opened.top.question._edit, Qt.Key.Key_Down)
    qtbot.waitUntil(opened.results.list.hasFocus)
    qtbot.keyClick(opened.results.list, Qt.Key.Key_Return)
    assert opened.panes.is_preview_open
    assert opened.preview.hit == opened.results.current_hit()
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert not opened.panes.is_preview_open


def test_f3_goes_through_the_document_and_the_list_follows(qtbot, session, opened):
    _ask(qtbot, opened)
    first = opened.results.current_hit()
    opened.keys["next-in-document"].trigger()
    second = opened.results.current_hit()
    assert second != first
    assert second.document.full_path == first.document.full_path
    assert opened.preview.hit == second
    opened.keys["previous-in-document"].trigger()
    assert opened.results.current_hit() == first


def test_the_menu_offers_what_has_no_button_of_its_own(opened):
    texts = {action.text() for action in opened.top._more.menu().actions() if action.text()}
    assert {"Add a folder", "Appearance", "Quit"} <= texts


def test_copying_puts_passage_and_source_on_the_clipboard(qtbot, session, opened):
    _ask(qtbot, opened)
    opened.keys["copy"].trigger()
    assert "Energy report 2022, p. 12" in QGuiApplication.clipboard().text()
    assert "Copied" in opened.message.text


def test_opening_a_file_that_is_gone_is_said_in_the_bar(qtbot, session, opened):
    _ask(qtbot, opened)
    for name in ("open", "reveal"):
        opened.keys[name].trigger()
        assert "no longer at" in opened.message.text
        opened.message.settle()


def test_keys_for_a_hit_do_nothing_without_one(opened):
    for name in ("open", "reveal", "copy", "next-in-document", "previous-in-document"):
        opened.keys[name].trigger()
    assert opened.message.text == ""


def test_place_panes_question_and_look_survive_a_restart(qtbot, session, make_window):
    window = make_window(lambda: session)
    window.resize(640, 533)
    window.top.question.put("energy target")
    window.top.look_chosen.emit("dark")
    window.close()
    again = make_window(lambda: session)
    assert again.size() == window.size()
    assert again.top.question.question == "energy target"
    qtbot.waitUntil(lambda: session.called("search") == ["energy target"])
    again.top.look_chosen.emit("")


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


def test_everything_that_can_be_used_has_an_accessible_name(qtbot, session, opened):
    kinds = (QAbstractButton, QLineEdit, QAbstractItemView)
    nameless = []
    for widget in opened.findChildren(QWidget):
        inner = isinstance(widget.parent(), (QAbstractItemView, QAbstractScrollArea, QLineEdit))
        if not isinstance(widget, kinds) or inner or widget.objectName().startswith("qt_"):
            continue
        named = widget.accessibleName() or (
            widget.text() if isinstance(widget, QAbstractButton) else ""
        )
        if not named:
            nameless.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    assert not nameless


@pytest.mark.parametrize("width", [1280, 1000, 700, 480])
def test_the_window_fits_and_nothing_sticks_out(qtbot, session, opened, width):
    opened.resize(width, 600)
    _ask(qtbot, opened)
    assert opened.width() == width
    for part in (opened.top, opened.status, opened.body):
        assert part.geometry().right() < width


def test_unicode_paths_and_undecodable_names_reach_the_screen(qtbot, session, opened):
    session.put_root("/home/ada/\udcff\udcfe")
    session.put_root("/home/ada/تقارير 🎉")
    opened._work.refresh()
    qtbot.waitUntil(lambda: len(opened.library.roots) == 3)
    assert not opened.library.grab().isNull()
    assert Path(opened.library.roots[1].path).name == "\udcff\udcfe"


def test_what_was_asked_of_an_empty_library_is_asked_again_when_there_is_something(
    qtbot, session, opened
):
    hits, session.hits, session.verdict = session.hits, (), Verdict.NONE
    _ask(qtbot, opened, "energy")
    assert not opened.results.hits
    session.hits, session.verdict = hits, Verdict.GOOD
    opened._work.index()
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    assert session.called("search") == ["energy", "energy"]


def test_a_good_answer_is_left_alone_when_indexing_ends(qtbot, session, opened):
    _ask(qtbot, opened, "energy")
    with qtbot.waitSignal(opened._work.index_ended):
        opened._work.index()
    assert session.called("search") == ["energy"]


def test_the_preview_takes_no_room_until_there_is_something_to_preview(qtbot, session, opened):
    assert not opened.preview.isVisible()
    _ask(qtbot, opened)
    assert opened.preview.isVisible()
    opened.keys["ledger"].trigger()
    assert not opened.preview.isVisible()
    opened.top.question.clear()
    assert not opened.preview.isVisible()


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
