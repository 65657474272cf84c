from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from desktop_app.domain import Root, RootState
from desktop_app.ui.library import LibraryPane

PAPERS = Root("/home/ada/Papers", RootState.HERE, documents=1020, indexed=1006, failed=14)
STICK = Root("/media/stick/论文", RootState.AWAY, documents=3)
NEW = Root("/home/ada/New", RootState.HERE)


@pytest.fixture
def pane(qtbot, theme):
    made = LibraryPane(theme)
    qtbot.addWidget(made)
    made.resize(220, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def _spoken(pane):
    role = Qt.ItemDataRole.AccessibleTextRole
    return [pane._list.item(row).data(role) for row in range(pane._list.count())]


def _choose_in_menu(pane, root, text):
    menu = pane.menu_for(root)
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_an_empty_library_has_only_all_documents(pane):
    assert _spoken(pane) == ["All documents"]
    assert pane.chosen == ""


def test_roots_show_their_counts_and_whether_they_are_away(pane):
    pane.show_roots((PAPERS, STICK, NEW))
    assert _spoken(pane) == [
        "All documents",
        "Papers, 1,020 files",
        "论文, Away · still searchable",
        "New",
    ]


def test_choosing_a_root_narrows_to_it_and_all_takes_it_back(qtbot, pane):
    pane.show_roots((PAPERS, STICK))
    with qtbot.waitSignal(pane.root_chosen) as caught:
        qtbot.keyClick(pane._list, Qt.Key.Key_Down)
    assert caught.args == [PAPERS.path]
    with qtbot.waitSignal(pane.root_chosen) as caught:
        qtbot.keyClick(pane._list, Qt.Key.Key_Up)
    assert caught.args == [""]


def test_a_refresh_keeps_the_chosen_root_and_asks_nothing(qtbot, pane):
    pane.show_roots((PAPERS, STICK))
    pane.choose(STICK.path)
    with qtbot.assertNotEmitted(pane.root_chosen):
        pane.show_roots((NEW, PAPERS, STICK))
    assert pane.chosen == STICK.path


def test_when_the_chosen_root_goes_all_are_asked_again(qtbot, pane):
    pane.show_roots((PAPERS, STICK))
    pane.choose(STICK.path)
    with qtbot.waitSignal(pane.root_chosen) as caught:
        pane.show_roots((PAPERS,))
    assert caught.args == [""]


def test_a_hidden_root_is_not_shown(pane):
    pane.show_roots((PAPERS, STICK), hidden={PAPERS.path})
    assert pane.roots == (STICK,)


def test_delete_asks_to_remove_the_root_but_never_all(qtbot, pane):
    pane.show_roots((PAPERS,))
    with qtbot.assertNotEmitted(pane.remove_requested):
        qtbot.keyClick(pane._list, Qt.Key.Key_Delete)
    pane.choose(PAPERS.path)
    with qtbot.waitSignal(pane.remove_requested) as caught:
        qtbot.keyClick(pane._list, Qt.Key.Key_Delete)
    assert caught.args == [PAPERS]


def test_the_context_menu_offers_what_can_be_done(qtbot, pane):
    pane.show_roots((PAPERS,))
    with qtbot.waitSignals(
        [
            pane.root_chosen,
            pane.files_requested,
            pane.reveal_requested,
            pane.scan_requested,
            pane.add_requested,
            pane.remove_requested,
        ]
    ):
        for text in (
            "Ask only here",
            "Show its files",
            "Open the folder",
            "Look for changed files",
            "Add folder…",
            "Remove from library…",
        ):
            _choose_in_menu(pane, PAPERS, text)


def test_the_menu_of_the_empty_space_removes_nothing(pane):
    texts = [action.text() for action in pane.menu_for(None).actions() if action.text()]
    assert texts == ["Look for changed files", "Add folder…"]


def test_a_right_click_opens_the_menu(qtbot, pane):
    pane.show_roots((PAPERS,))
    pane._list.customContextMenuRequested.emit(QPoint(20, 60))
    menu = pane.findChildren(type(pane.menu_for(None)))[0]
    assert menu is not None
    menu.close()


def test_a_right_click_on_a_folder_does_not_narrow_to_it(qtbot, pane):
    pane.show_roots((PAPERS, STICK))
    place = pane._list.visualItemRect(pane._list.item(1)).center()
    with qtbot.assertNotEmitted(pane.root_chosen):
        qtbot.mouseClick(pane._list.viewport(), Qt.MouseButton.RightButton, pos=place)
    with qtbot.waitSignal(pane.root_chosen) as caught:
        qtbot.mouseClick(pane._list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [PAPERS.path]


@pytest.mark.parametrize("direction", Qt.LayoutDirection)
def test_rows_are_painted_in_both_directions(qtbot, pane, direction):
    pane.setLayoutDirection(direction)
    pane.show_roots((PAPERS, STICK))
    assert not pane.grab().toImage().isNull()


def test_the_button_adds_a_folder(qtbot, pane):
    with qtbot.waitSignal(pane.add_requested):
        qtbot.mouseClick(pane._add, Qt.MouseButton.LeftButton)
