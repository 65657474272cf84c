"""Drawn pages within their bytes, and where their boxes stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.domain import Box
from desktop_app.ui.preview_marks import areas_of, marks_of
from desktop_app.ui.preview_pages import DrawnPage, PageStore
from tests.ui.fakes import BlankSession
from tests.ui.samples import make_hits

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HITS = make_hits()
PDF_HIT, PDF_SIBLING = HITS[0], HITS[1]


@pytest.fixture
def blank():
    return BlankSession()


def test_the_store_of_pages_keeps_within_its_bytes(qtbot, tasks, blank):
    store = PageStore(tasks, most_bytes=3 * 60 * 80 * 4)
    drawn: list[DrawnPage] = []
    store.drawn.connect(drawn.append)
    for page in range(1, 8):
        store.want(blank, Path("a.pdf"), [page], 0.1)
        qtbot.waitUntil(lambda count=page: len(drawn) == count)
    assert store.held_bytes == 3 * 60 * 80 * 4
    store.want(blank, Path("a.pdf"), [7], 0.1)
    assert len(blank.called("render")) == 7
    store.want(blank, Path("a.pdf"), [1], 0.1)
    qtbot.waitUntil(lambda: len(blank.called("render")) == 8)
    store.withdraw()


def test_pages_that_are_not_wanted_any_more_are_not_drawn(qtbot, tasks, blank):
    store = PageStore(tasks)
    blank.render_gate.shut()
    store.want(blank, Path("a.pdf"), [1, 2, 3], 1.0)
    qtbot.waitUntil(lambda: blank.render_gate.arrivals == 1)
    store.want(blank, Path("a.pdf"), [9], 1.0)
    with qtbot.waitSignal(store.drawn) as caught:
        blank.render_gate.open()
    assert caught.args[0].page == 9
    assert [page for _, page, _ in blank.called("render")] == [1, 9]


# ------------------------------------------------------------------- marks


def test_lines_of_one_column_become_one_area_and_columns_stay_apart():
    left = [Box(1, 50, 100 + 14 * line, 280, 112 + 14 * line) for line in range(5)]
    right = [Box(1, 310, 60 + 14 * line, 540, 72 + 14 * line) for line in range(3)]
    following = [Box(2, 50, 60, 280, 72)]
    areas = areas_of([*left, *right, *following])
    assert [(area.page, area.x0, area.y0, area.x1, area.y1) for area in areas] == [
        (1, 47, 97, 283, 171),
        (1, 307, 57, 543, 103),
        (2, 47, 57, 283, 75),
    ]
    assert areas_of(()) == ()


def test_the_current_hit_is_painted_over_the_others():
    marks = marks_of((PDF_HIT, PDF_SIBLING), PDF_SIBLING)
    assert [mark.is_current for mark in marks] == [False, True]
