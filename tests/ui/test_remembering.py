"""What comes back at the next start, and what does not where the user wants none of it."""

from __future__ import annotations

from desktop_app.ui.narrowing import Narrowing
from tests.ui.gestures import ask
from tests.ui.samples import ROOT


def leave(qtbot, window, *, row=3):
    """Ask, narrow, choose a row and close."""
    qtbot.waitUntil(lambda: bool(window.library.roots))
    window.top.narrowing.narrow(Narrowing(ROOT, "PDF", ""))
    window.library.choose(ROOT)
    ask(qtbot, window)
    for _ in range(row):
        window.results.select_next()
    hit = window.results.current_hit()
    window.close()
    return hit


def test_question_filters_and_passage_come_back(qtbot, session, make_window):
    hit = leave(qtbot, make_window(lambda: session))
    again = make_window(lambda: session)
    assert again.top.question.question == "energy target"
    qtbot.waitUntil(lambda: again.results.current_hit() == hit)
    qtbot.waitUntil(lambda: again.library.chosen == ROOT)
    assert again.top.narrowing.narrowing == Narrowing(ROOT, "PDF", "")
    assert again.preview.hit == hit


def test_a_passage_that_is_no_longer_found_leaves_the_best_one_current(qtbot, session, make_window):
    leave(qtbot, make_window(lambda: session))
    session.hits = session.hits[:2]
    again = make_window(lambda: session)
    qtbot.waitUntil(lambda: again.results.result is not None and again.results.result.is_final)
    assert again.results.current_hit() == session.hits[0]


def test_a_row_that_the_user_chose_meanwhile_stays_chosen(qtbot, session, make_window):
    leave(qtbot, make_window(lambda: session))
    session.search_gate.shut()
    again = make_window(lambda: session)
    qtbot.waitUntil(lambda: bool(again.results.hits))
    again.results.select_next()
    chosen = again.results.current_hit()
    session.search_gate.open()
    qtbot.waitUntil(lambda: again.results.result is not None and again.results.result.is_final)
    assert again.results.current_hit().passage == chosen.passage


def test_a_folder_that_left_meanwhile_narrows_nothing(qtbot, session, make_window):
    leave(qtbot, make_window(lambda: session))
    session._roots.clear()
    session.put_root("/home/ada/Other")
    again = make_window(lambda: session)
    qtbot.waitUntil(lambda: session.called("search")[-1] == "energy target type:pdf")
    assert again.top.narrowing.narrowing == Narrowing("", "PDF", "")


def test_who_does_not_want_it_begins_anew_and_nothing_is_written_down(
    qtbot, session, make_window, tmp_path
):
    window = make_window(lambda: session)
    window.tending.settings.habits.box("restores").click()
    window.tending.settings.habits.box("remembers").click()
    leave(qtbot, window)
    assert "energy target" not in (tmp_path / "window.ini").read_text(encoding="utf-8")
    again = make_window(lambda: session)
    assert again.top.question.question == ""
    assert again.top.narrowing.narrowing == Narrowing()
    assert not again.tending.settings.habits.box("restores").isChecked()
