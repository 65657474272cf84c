from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.search.query import parse_query
from desktop_app.ui.narrowing import AGES, TYPES, Narrowing, NarrowingButton

TODAY = date(2026, 11, 21)


@pytest.fixture
def button(qtbot, theme):
    made = NarrowingButton(theme)
    qtbot.addWidget(made)
    return made


def _choose(button, text):
    next(action for action in button.menu().actions() if action.text() == text).trigger()


def test_nothing_chosen_adds_no_words():
    assert Narrowing().expression(TODAY) == ""


def test_folder_type_and_time_become_filter_words():
    narrowing = Narrowing(folder="/home/ada/My Papers", kind="PDF", age="Last 7 days")
    words = narrowing.expression(TODAY)
    assert words == 'folder:"/home/ada/My Papers" type:pdf after:2026-11-14'


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_has_suffixes(kind):
    words = Narrowing(kind=kind).expression(TODAY).split()
    assert words == [f"type:{suffix}" for suffix in TYPES[kind]]


def test_choosing_in_the_menu_narrows_and_says_so(qtbot, button):
    with qtbot.waitSignal(button.changed) as caught:
        _choose(button, "PDF")
    assert caught.args == [Narrowing(kind="PDF")]
    assert button.text() == "PDF"
    _choose(button, "Last 12 months")
    assert button.text() == "PDF, Last 12 months"
    checked = {action.text() for action in button.menu().actions() if action.isChecked()}
    assert checked == {"PDF", "Last 12 months"}


def test_choosing_the_same_again_asks_nothing_again(qtbot, button):
    _choose(button, "PDF")
    with qtbot.assertNotEmitted(button.changed):
        _choose(button, "PDF")
    assert button.narrowing.kind == "PDF"


def test_anything_takes_the_narrowing_back(qtbot, button):
    _choose(button, "PDF")
    _choose(button, "Any type of file")
    assert button.text() == "Filters"
    assert button.narrowing == Narrowing()


def test_the_ages_are_days():
    assert all(days > 0 for days in AGES.values())


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=40
    ).map(lambda text: unicodedata.normalize("NFC", text))
)
def test_every_folder_that_the_window_narrows_to_is_the_one_that_is_searched(name):
    folder = f"/home/ada/{name}".strip()
    expression = Narrowing(folder=folder).expression(TODAY)
    query = parse_query(f"energy {expression}", identify_language=lambda _: "en")
    assert query.filters.folders == (folder,)
    assert query.text == "energy"
