"""What is painted for scripts from the right: the same things, mirrored, figures as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from desktop_app.ui.results import ResultsView
from desktop_app.ui.side import Side
from tests.ui.samples import make_result

LEFT, RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

places = st.builds(QRect, st.integers(0, 60), st.integers(0, 9), st.integers(1, 40), st.just(5))


@given(places)
def test_a_place_is_as_far_from_the_right_as_it_was_from_the_left(place):
    area = QRect(10, 0, 100, 20)
    mirrored = Side(area, RIGHT).place(place)
    assert mirrored.left() - area.left() == area.right() - place.right()
    assert (mirrored.size(), mirrored.top()) == (place.size(), place.top())
    assert Side(area, RIGHT).place(mirrored) == place
    assert Side(area, LEFT).place(place) == place
    assert Side(area, RIGHT).place(QRectF(place)) == QRectF(mirrored)


def inked(direction, *, at_end=False):
    """Give the columns that ".94" leaves ink in, each with its topmost row."""
    image = QImage(120, 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    side = Side(image.rect(), direction)
    side.write(painter, QRect(0, 0, 60, 20), ".94", at_end=at_end)
    painter.end()
    white = image.pixelColor(60, 19)
    dots = [(x, y) for x in range(120) for y in range(20) if image.pixelColor(x, y) != white]
    return {x: min(y for column, y in dots if column == x) for x, _ in dots}


def test_a_figure_is_mirrored_as_a_whole_and_not_within(qapp):
    at_left, at_right = inked(LEFT), inked(RIGHT)
    assert min(at_left) < 10
    assert max(at_right) > 110
    assert 50 < max(inked(LEFT, at_end=True)) < 60
    assert 60 < min(inked(RIGHT, at_end=True)) < 70
    for columns in (at_left, at_right):
        # The point comes first, and only it has no ink above.
        assert columns[min(columns)] > min(columns.values()) + 4


def test_the_current_row_is_marked_at_the_side_where_reading_begins(qtbot, theme):
    view = ResultsView(theme)
    qtbot.addWidget(view)
    view.resize(560, 700)
    view.show()
    qtbot.waitExposed(view)
    view.show_result(make_result("a question"))
    view.activateWindow()
    view.list.setFocus()
    qtbot.waitUntil(view.list.hasFocus)

    def edges():
        image = view.list.viewport().grab().toImage()
        row = view.list.visualRect(view.list.hits.index(0))
        y = row.center().y()
        return image.pixelColor(QPoint(5, y)), image.pixelColor(QPoint(row.right() - 5, y))

    begin, end = edges()
    assert begin != end
    view.setLayoutDirection(RIGHT)
    view.list.setLayoutDirection(RIGHT)
    assert edges() == (end, begin)
