"""A sentence that is marked a moment later moves nothing that is being read."""

from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from desktop_app.domain import Box
from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_ink import Ink
from desktop_app.ui.preview_marks import Mark, marks_of
from desktop_app.ui.theme import Role
from tests.ui.samples import make_hits


def test_marks_that_come_later_do_not_scroll_the_page(theme, qtbot):
    view = PageView(theme)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    qtbot.waitExposed(view)
    hit = next(each for each in make_hits() if len(each.passage.locator.boxes) > 2)
    page = hit.passage.locator.page or 1
    view.open(82, page, marks_of([hit], hit))
    bar = view.verticalScrollBar()
    bar.setValue(bar.value() + 170)
    before = bar.value()
    quoted = replace(hit, sentence=(0, len(hit.passage.text)))
    view.refine_marks(marks_of([quoted], quoted))
    assert bar.value() == before
    view.show_marks(page, marks_of([quoted], quoted))
    assert bar.value() != before


def test_only_the_current_hit_has_a_ground_and_the_others_a_bar_beside_them(theme):
    picture = QImage(200, 200, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    page = QRectF(0, 0, 200, 200)
    with QPainter(picture) as painter:
        Ink(theme, painter, 1.0).lay_marks(
            page,
            (
                Mark(Box(1, 20, 20, 180, 60), is_current=False),
                Mark(Box(1, 20, 100, 180, 140), is_current=True),
            ),
        )
    white = QColor("white")
    assert picture.pixelColor(21, 40) == theme.color(Role.HIGHLIGHT_EDGE)
    assert picture.pixelColor(100, 40) == white
    assert picture.pixelColor(100, 120) != white
