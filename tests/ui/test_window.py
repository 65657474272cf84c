"""The window on a fake session: opening, asking, the room it gives to the answer."""

from __future__ import annotations

from PySide6.QtCore import Qt

from desktop_app.domain import Verdict
from desktop_app.errors import LibraryLocked, QueryError
from desktop_app.ui.theme import Role, Scheme
from tests.ui.fakes import FakeSession
from tests.ui.gates import Gate
from tests.ui.gestures import ask
from tests.ui.samples import ROOT


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
    qtbot.keyClicks(window.top.question.edit, "energy")
    qtbot.keyClick(window.top.question.edit, Qt.Key.Key_Return)
    assert not session.called("search")
    gate.open()
    qtbot.waitUntil(lambda: session.called("search") == ["energy"])
    qtbot.waitUntil(lambda: bool(window.results.hits))
    assert session.called("search") == ["energy"]
    qtbot.waitUntil(lambda: bool(window.results.hits))


def test_the_session_is_never_called_on_the_ui_thread(qtbot, session, make_window):
    window = make_window(lambda: session)
    qtbot.waitUntil(lambda: bool(session.called("index")))
    ask(qtbot, window)
    qtbot.waitUntil(lambda: bool(session.called("render")) or bool(session.called("passages")))
    assert session.threads <= {
        "lectern-open",
        "lectern-index",
        "lectern-search",
        "lectern-preview",
        "lectern-machine",
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


def test_opening_brings_the_library_up_to_date(qtbot, session, make_window):
    make_window(lambda: session)
    qtbot.waitUntil(lambda: len(session.called("index")) == 1)


def test_the_model_starts_when_a_question_is_begun_and_not_before(qtbot, session, opened):
    qtbot.waitUntil(lambda: len(session.called("index")) == 1)
    assert not session.called("warm_up")
    qtbot.keyClicks(opened.top.question.edit, "en")
    qtbot.waitUntil(lambda: bool(session.called("warm_up")))


def test_typing_asks_after_a_pause_and_the_latest_question_wins(qtbot, session, opened):
    session.search_gate.shut()
    for question in ("energy", " target", " 2030"):
        qtbot.keyClicks(opened.top.question.edit, question)
        opened.top.question._pause.timeout.emit()
    session.search_gate.open()
    qtbot.waitUntil(lambda: opened.results.result is not None and opened.results.result.is_final)
    assert opened.results.result.query.raw == "energy target 2030"


def test_every_key_shows_what_words_find_and_the_newest_question_wins(qtbot, session, opened):
    opened.top.question._pause.setInterval(60_000)
    session.words_gate.shut()
    qtbot.keyClicks(opened.top.question.edit, "energ")
    qtbot.waitUntil(lambda: session.words_gate.arrivals == 1)
    qtbot.keyClicks(opened.top.question.edit, "y")
    session.words_gate.open()
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    assert opened.results.result.query.raw == "energy"
    # Those that waited behind the first one were overtaken before they began.
    asked = session.called("search_words")
    assert asked[-1] == "energy"
    assert len(asked) == 2
    assert "By words, while you type" in opened.results.shown_sentences()
    assert not session.called("search")
    opened.top.question._pause.stop()


def test_while_a_question_is_typed_no_page_of_the_answer_before_is_shown(qtbot, session, opened):
    ask(qtbot, opened)
    assert opened.preview.hit is not None
    opened.top.question._pause.setInterval(60_000)
    qtbot.keyClicks(opened.top.question.edit, " x")
    qtbot.waitUntil(lambda: opened.preview.hit is None)
    qtbot.keyClick(opened.top.question.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.preview.hit == opened.results.current_hit())


def test_escape_closes_the_reasons_and_nothing_else(qtbot, session, opened):
    opened.resize(1000, 700)
    ask(qtbot, opened)
    opened.results.setFocus()
    qtbot.keyClick(opened.results.list, Qt.Key.Key_W)
    reasons = opened.results.list.reasons
    assert reasons.isVisible()
    assert opened.rect().contains(reasons.geometry())
    qtbot.keyClick(reasons, Qt.Key.Key_Escape)
    assert not reasons.isVisible()
    assert opened.results.list.hasFocus()


def test_enter_refines_what_typing_found_without_moving_the_chosen_row(qtbot, session, opened):
    opened.top.question._pause.setInterval(60_000)
    qtbot.keyClicks(opened.top.question.edit, "energy")
    qtbot.waitUntil(
        lambda: opened.results.result is not None and opened.results.result.query.raw == "energy"
    )
    opened.results.select_next()
    chosen, row = opened.results.current_hit(), opened.results.list.currentIndex().row()
    qtbot.keyClick(opened.top.question.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.results.result.is_final)
    assert opened.results.current_hit().passage == chosen.passage
    assert opened.results.list.currentIndex().row() == row


def test_no_page_is_drawn_for_what_is_only_typed(qtbot, session, opened):
    opened.top.question._pause.setInterval(60_000)
    qtbot.keyClicks(opened.top.question.edit, "energy")
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    assert not session.called("render")
    assert not session.called("passages")
    opened.top.question._pause.stop()


def test_half_a_filter_is_no_failure_while_it_is_typed(qtbot, session, opened):
    ask(qtbot, opened, "energy")
    opened.top.question._pause.setInterval(60_000)
    session.search_error = QueryError()
    qtbot.keyClicks(opened.top.question.edit, " type:")
    qtbot.waitUntil(lambda: session.called("search_words")[-1:] == ["energy type:"])
    assert not opened.message.text
    assert opened.results.hits
    opened.top.question._pause.stop()


def test_the_first_order_is_shown_with_a_mark_while_ranking_goes_on(qtbot, session, opened):
    session.search_gate.shut()
    qtbot.keyClicks(opened.top.question.edit, "energy")
    qtbot.keyClick(opened.top.question.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    assert not opened.results.result.is_final
    assert any("anking" in sentence for sentence in opened.results.shown_sentences())
    session.search_gate.open()
    qtbot.waitUntil(lambda: opened.results.result.is_final)
    assert not any("anking…" in sentence for sentence in opened.results.shown_sentences())


def test_no_good_match_is_said_calmly(qtbot, session, opened):
    session.verdict = Verdict.NONE
    ask(qtbot, opened)
    assert any("No good match" in sentence for sentence in opened.results.shown_sentences())


def test_a_question_that_cannot_be_asked_says_why(qtbot, session, opened):
    session.search_error = QueryError()
    qtbot.keyClicks(opened.top.question.edit, "type:pdf")
    qtbot.keyClick(opened.top.question.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "at least one word" in " ".join(opened.results.shown_sentences()))


def test_emptying_the_box_withdraws_the_question(qtbot, session, opened):
    session.search_gate.shut()
    qtbot.keyClicks(opened.top.question.edit, "energy")
    qtbot.keyClick(opened.top.question.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    opened.top.question.clear()
    session.search_gate.open()
    assert not opened.results.hits


def test_choosing_a_root_or_a_type_asks_again_with_filter_words(qtbot, session, opened):
    ask(qtbot, opened, "energy")
    opened.library.choose(ROOT)
    qtbot.waitUntil(lambda: session.called("search")[-1] == f'energy folder:"{ROOT}"')
    pdf = next(each for each in opened.top.narrowing.menu().actions() if each.text() == "PDF")
    pdf.trigger()
    qtbot.waitUntil(lambda: session.called("search")[-1] == f'energy folder:"{ROOT}" type:pdf')


def test_what_was_asked_of_an_empty_library_is_asked_again_when_there_is_something(
    qtbot, session, opened
):
    hits, session.hits, session.verdict = session.hits, (), Verdict.NONE
    ask(qtbot, opened, "energy")
    assert not opened.results.hits
    session.hits, session.verdict = hits, Verdict.GOOD
    opened.work.index()
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    assert set(session.called("search")) == {"energy"}


def test_a_poor_answer_is_asked_again_once_all_files_are_read_long_before_indexing_ends(
    qtbot, session, opened
):
    hits, session.hits, session.verdict = session.hits, (), Verdict.NONE
    ask(qtbot, opened, "energy")
    session.hits, session.verdict = hits, Verdict.GOOD
    session.steps = 5
    session.index_gate.shut_after(4)
    opened.work.index()
    qtbot.waitUntil(lambda: bool(opened.results.hits))
    assert opened.work.is_indexing
    session.index_gate.open()


def test_asking_again_when_indexing_ends_leaves_the_list_of_files_on_show(qtbot, session, opened):
    session.hits, session.verdict = (), Verdict.NONE
    ask(qtbot, opened, "energy")
    opened.keys["ledger"].trigger()
    with qtbot.waitSignal(opened.work.index_ended):
        opened.work.index()
    qtbot.waitUntil(lambda: len(session.called("search")) > 1)
    assert opened.answer.currentWidget() is opened.ledger
    ask(qtbot, opened, "")
    qtbot.waitUntil(lambda: opened.answer.currentWidget() is opened.results)


def test_a_good_answer_is_left_alone_when_indexing_ends(qtbot, session, opened):
    ask(qtbot, opened, "energy")
    with qtbot.waitSignal(opened.work.index_ended):
        opened.work.index()
    assert session.called("search") == ["energy"]


def test_the_preview_takes_no_room_until_there_is_something_to_preview(qtbot, session, opened):
    assert not opened.preview.isVisible()
    ask(qtbot, opened)
    assert opened.preview.isVisible()
    opened.keys["ledger"].trigger()
    assert not opened.preview.isVisible()
    opened.top.question.clear()
    assert not opened.preview.isVisible()


def test_the_list_of_files_has_a_way_back_like_every_other_page(qtbot, opened):
    opened.keys["ledger"].trigger()
    assert opened.answer.currentWidget() is opened.ledger
    opened.ledger.back.click()
    assert opened.answer.currentWidget() is opened.results


def test_why_a_passage_is_here_is_said_on_a_ground_that_hides_the_rows_behind(qtbot, theme, opened):
    ask(qtbot, opened)
    opened.results.list.setFocus()
    qtbot.keyClick(opened.results.list, Qt.Key.Key_W)
    sheet = opened.results.list.reasons
    assert sheet.isVisible()
    for scheme in (Scheme.LIGHT, Scheme.DARK):
        theme.choose(scheme)
        picture = opened.grab(sheet.geometry()).toImage()
        edge = picture.pixelColor(picture.width() // 2, 6)
        assert edge == theme.color(Role.RAISED)
    theme.choose(None)
