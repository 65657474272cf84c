"""A sentence that is marked a moment later moves nothing that is being read."""

from dataclasses import replace

from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_marks import marks_of
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
