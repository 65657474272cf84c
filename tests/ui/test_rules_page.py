"""What is left out of a folder: shown, counted before it holds, saved, undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from desktop_app.domain.folders import LeftOut, RootRules
from desktop_app.ui import rules_page
from tests.ui.samples import ROOT


@pytest.fixture
def rules(qtbot, opened):
    menu = opened.library.menu_for(opened.library.roots[0])
    next(each for each in menu.actions() if each.text() == "What is left out…").trigger()
    page = opened.tending.rules
    qtbot.waitUntil(page.isVisible)
    return page


def test_the_rules_of_the_folder_are_shown(rules):
    assert rules.root == ROOT
    assert rules.rules == RootRules()
    assert not rules.save.isEnabled()


def test_what_a_rule_would_leave_out_is_counted_while_it_is_typed(qtbot, session, rules):
    qtbot.waitUntil(lambda: "left out" in rules.outcome.text())
    rules.patterns.setPlainText("*.bak\n\n *.bak \nold/\n")
    assert rules.outcome.text() == "Counting…"
    qtbot.waitUntil(lambda: "12 are left out" in rules.outcome.text())
    assert session.called("left_out")[-1] == RootRules(("*.bak", "old/"))
    assert "2 by a pattern, 7 hidden, 3 too large" in rules.outcome.text()
    assert "a.part" in rules.example.text()


def test_saved_rules_hold_at_once_and_can_be_undone(qtbot, session, opened, rules):
    rules.hidden.click()
    qtbot.mouseClick(rules.limit.chip("100"), Qt.MouseButton.LeftButton)
    runs = len(session.called("index"))
    qtbot.mouseClick(rules.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: ROOT in session.rules)
    assert (session.rules[ROOT].has_hidden, session.rules[ROOT].largest_mb) == (True, 100)
    qtbot.waitUntil(lambda: len(session.called("index")) > runs)
    qtbot.waitUntil(lambda: "in force" in opened.message.text)
    assert not rules.isVisible()
    opened.message.action.click()
    qtbot.waitUntil(lambda: session.rules[ROOT] == RootRules())


def test_the_rules_of_a_new_folder_can_be_put_back(qtbot, session, opened, rules):
    rules.patterns.setPlainText("x")
    rules.standard.click()
    assert rules.rules == RootRules()


def test_a_limit_from_elsewhere_stays(theme, qtbot):
    page = rules_page.RulesPage(theme)
    qtbot.addWidget(page)
    page.show_rules("/a", RootRules(largest_mb=33))
    assert page.rules.largest_mb == 33
    page.close_down()


def test_a_count_under_way_says_so(theme, qtbot):
    page = rules_page.RulesPage(theme)
    qtbot.addWidget(page)
    page.show_outcome(LeftOut(kept=1000))
    assert page.outcome.text() == "So far: 1,000 files are read, none is left out."
    page.show_outcome(LeftOut(kept=1, by_name=1, is_final=True))
    assert page.outcome.text() == "1 file is read, 1 is left out (1 by a pattern)."
