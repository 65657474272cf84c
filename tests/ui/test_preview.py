"""The preview: pages with boxes, text with marks, steps, zoom, and what goes wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt

from desktop_app.domain import Box
from desktop_app.errors import CorruptFile, FileUnreadable, LibraryCorrupt
from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_marks import Mark
from desktop_app.ui.theme import Role, Scheme
from tests.ui.fakes import BlankSession
from tests.ui.samples import make_hits

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HITS = make_hits()
PDF_HIT, PDF_SIBLING, OTHER_PDF = HITS[0], HITS[1], HITS[2]
SHEET_HIT, ARABIC_HIT = HITS[5], HITS[4]


@pytest.fixture
def blank():
    return BlankSession()


def is_drawn(pane, page):
    return page in pane.page_view._pages


def is_settled(pane):
    return not pane.page_view._asking.isActive() and not pane._supply.pages._wanted


def show_pdf(qtbot, pane, hit=PDF_HIT, hits=HITS):
    pane.show_hit(hit, hits)
    qtbot.waitUntil(lambda: is_drawn(pane, hit.passage.locator.page))


def shown_text(pane):
    return pane.text_view.toPlainText()


# ------------------------------------------------------------------- pages


def test_nothing_is_selected_at_first(pane):
    assert pane.notice.isVisible()
    assert pane.notice.sentences()[0] == "No passage selected"
    assert not pane.header.isVisible()


def test_a_pdf_hit_is_shown_on_its_page_with_its_place(pane, qtbot, blank):
    show_pdf(qtbot, pane)
    assert pane.page_view.isVisible()
    assert pane.page_view.page == 12
    assert pane.header.title.full_text == "Energy report 2022"
    assert pane.header.place.text() == "Page 12 of 82"
    assert "lectern-preview" in blank.threads
    assert "MainThread" not in blank.threads


@pytest.mark.parametrize("scheme", [Scheme.LIGHT, Scheme.DARK])
def test_the_box_is_painted_around_the_passage_and_nowhere_else(pane, qtbot, theme, scheme):
    theme.choose(scheme)
    show_pdf(qtbot, pane, replace(PDF_HIT), (PDF_HIT,))
    view = pane.page_view
    image = view.viewport().grab().toImage()
    mark = next(each for each in view._marks if each.is_current)
    page = view.page_rect(12)
    scale = page.width() / 600
    box = mark.box
    ratio = image.devicePixelRatio()

    def color(x, y):
        place = page.topLeft() + QPointF(x, y) * scale
        return image.pixelColor(round(place.x() * ratio), round(place.y() * ratio))

    inside = color((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    assert inside.blue() < 225
    assert inside.red() > 240
    edge = theme.color(Role.HIGHLIGHT_EDGE)
    across = [color(box.x0 + step / 4, (box.y0 + box.y1) / 2) for step in range(-12, 13)]
    assert min(abs(each.blue() - edge.blue()) for each in across) < 40, "no edge at the left"
    for x, y in (
        (box.x0 - 5, box.y0 + 5),
        (box.x1 + 5, box.y0 + 5),
        (box.x0 + 5, box.y0 - 5),
        (box.x0 + 5, box.y1 + 5),
    ):
        assert color(x, y).name() == "#ffffff"
    theme.choose(None)


def test_the_boxed_passage_is_scrolled_into_view(pane, qtbot):
    passage = replace(
        PDF_HIT.passage,
        locator=replace(PDF_HIT.passage.locator, boxes=(Box(12, 70, 700, 500, 712),)),
    )
    show_pdf(qtbot, pane, replace(PDF_HIT, passage=passage), ())
    view = pane.page_view
    rect = view.mark_rect(view._marks[0])
    assert view.viewport().rect().contains(rect.toRect())
    assert rect.top() < view.viewport().height() * 0.5


def test_the_page_is_asked_for_in_device_pixels_at_the_width_of_the_pane(pane, qtbot, blank):
    show_pdf(qtbot, pane)
    expected = (pane.page_view.viewport().width() - 32) / 600 * pane.devicePixelRatioF()
    qtbot.waitUntil(lambda: blank.called("render")[-1][2] == pytest.approx(expected))


def test_other_hits_of_the_document_have_a_bar_and_no_ground(pane, qtbot, theme):
    sibling = replace(
        PDF_SIBLING,
        passage=replace(
            PDF_SIBLING.passage,
            locator=replace(
                PDF_SIBLING.passage.locator, page=12, boxes=(Box(12, 72, 400, 500, 412),)
            ),
        ),
    )
    show_pdf(qtbot, pane, PDF_HIT, (PDF_HIT, sibling))
    view = pane.page_view
    image = view.viewport().grab().toImage()
    ratio = image.devicePixelRatio()
    other, current = (
        image.pixelColor((view.mark_rect(mark).center() * ratio).toPoint()) for mark in view._marks
    )
    assert current.blue() < other.blue() == 255
    rect = view.mark_rect(view._marks[0])
    bar = image.pixelColor(round((rect.left() + 0.5) * ratio), round(rect.center().y() * ratio))
    assert bar == theme.color(Role.HIGHLIGHT_EDGE)


def test_f3_goes_through_the_hits_of_the_document_and_tells_the_list(pane, qtbot):
    show_pdf(qtbot, pane)
    assert pane.steps.isVisible()
    assert pane.steps.label.text() == "1 of 2 passages in this document"
    with qtbot.waitSignal(pane.hit_changed) as caught:
        qtbot.keyClick(pane, Qt.Key.Key_F3)
    assert caught.args == [PDF_SIBLING]
    assert pane.hit == PDF_SIBLING
    assert pane.steps.label.text() == "2 of 2 passages in this document"
    qtbot.waitUntil(lambda: is_drawn(pane, 14))
    assert pane.page_view.page == 14
    qtbot.keyClick(pane, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert pane.hit == PDF_HIT
    qtbot.mouseClick(pane.steps.previous_button, Qt.MouseButton.LeftButton)
    assert pane.hit == PDF_SIBLING


def test_a_document_with_one_hit_offers_no_steps(pane, qtbot):
    show_pdf(qtbot, pane, OTHER_PDF)
    assert not pane.steps.isVisible()
    with qtbot.assertNotEmitted(pane.hit_changed):
        pane.next_hit()


def test_ctrl_plus_minus_and_zero_zoom(pane, qtbot):
    show_pdf(qtbot, pane)
    fitted = pane.page_view.scale
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(pane, Qt.Key.Key_Plus, ctrl)
    assert pane.page_view.scale > fitted
    qtbot.keyClick(pane, Qt.Key.Key_Minus, ctrl)
    qtbot.keyClick(pane, Qt.Key.Key_Minus, ctrl)
    assert pane.page_view.scale < fitted
    qtbot.keyClick(pane, Qt.Key.Key_0, ctrl)
    assert pane.page_view.scale == fitted
    for _ in range(30):
        pane.zoom_in()
    assert pane.page_view.scale == 5.0
    qtbot.mouseClick(pane.header.buttons["zoom-fit"], Qt.MouseButton.LeftButton)
    assert pane.page_view.scale == fitted


def test_zooming_keeps_the_middle_of_the_page_in_the_middle(pane, qtbot):
    show_pdf(qtbot, pane)
    page, share = pane.page_view._anchor()
    pane.zoom_in()
    assert pane.page_view._anchor() == (page, pytest.approx(share, abs=0.01))


def test_a_page_drawn_before_is_not_drawn_again(pane, qtbot, blank):
    show_pdf(qtbot, pane)
    qtbot.waitUntil(lambda: is_settled(pane))
    drawn = len(blank.called("render"))
    show_pdf(qtbot, pane, OTHER_PDF)
    qtbot.waitUntil(lambda: is_settled(pane))
    before = len(blank.called("render"))
    assert before > drawn
    show_pdf(qtbot, pane)
    qtbot.waitUntil(lambda: is_settled(pane))
    again = [call for call in blank.called("render")[before:] if call[1] == 12]
    assert len(again) <= 1, "only the scale for a page of unknown size may be asked anew"


def test_scrolling_asks_for_the_pages_that_come_into_view(pane, qtbot, blank):
    show_pdf(qtbot, pane)
    bar = pane.page_view.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: is_drawn(pane, 82))
    assert pane.header.place.text() == "Page 82 of 82"
    assert len(pane.page_view._pages) <= 3


def test_the_old_picture_stays_until_the_new_one_is_there_or_takes_too_long(pane, qtbot, blank):
    show_pdf(qtbot, pane)
    blank.render_gate.shut()
    pane.show_hit(OTHER_PDF, HITS)
    viewport = pane.page_view.viewport()
    assert not viewport.updatesEnabled()
    qtbot.waitUntil(viewport.updatesEnabled)
    assert not is_drawn(pane, 3)
    blank.render_gate.open()
    qtbot.waitUntil(lambda: is_drawn(pane, 3))


def test_a_page_count_that_was_unknown_is_learnt_from_the_first_page(pane, qtbot):
    hit = replace(PDF_HIT, document=replace(PDF_HIT.document, page_count=None))
    show_pdf(qtbot, pane, hit)
    assert pane.page_view.page_count == 82


def test_a_page_beyond_the_end_of_a_shortened_file_is_shown_at_the_end(theme, qtbot):
    view = PageView(theme)
    qtbot.addWidget(view)
    view.open(0, 40, [Mark(Box(40, 1, 1, 9, 9), is_current=True)])
    assert view.page_count == 40
    view.clear()
    assert view.page_count == 0
    view.grab()


# ------------------------------------------------------------------- text


def test_a_table_is_shown_as_a_table_with_its_marked_word(pane, qtbot):
    pane.show_hit(SHEET_HIT, HITS)
    qtbot.waitUntil(lambda: "kWh" in shown_text(pane))
    assert pane.text_view.isVisible()
    assert " | " not in shown_text(pane)
    assert pane.header.place.text() == "Sheet 2 of 4"
    assert set(pane.text_view.mark_rects()) == {0}


def test_right_to_left_text_begins_at_the_right(pane, qtbot):
    pane.show_hit(ARABIC_HIT, HITS)
    qtbot.waitUntil(lambda: "استهلاك" in shown_text(pane))
    block = pane.text_view.document().findBlockByNumber(1)
    assert block.textDirection() == Qt.LayoutDirection.RightToLeft


def test_a_file_that_is_gone_is_said_and_its_text_shown(pane, qtbot, blank):
    blank.render_error = FileUnreadable()
    pane.show_hit(PDF_HIT, HITS)
    qtbot.waitUntil(lambda: "The board set a target" in shown_text(pane))
    assert pane.text_view.isVisible()
    assert pane.message.text().startswith("The file is no longer at /home/ada/Documents/Reports")


def test_a_page_that_cannot_be_drawn_is_said_and_its_text_shown(pane, qtbot, blank, tmp_path):
    blank.render_error = CorruptFile()
    (tmp_path / "report.pdf").write_bytes(b"%PDF-")
    document = replace(PDF_HIT.document, root=str(tmp_path), path="report.pdf")
    pane.show_hit(replace(PDF_HIT, document=document), HITS)
    qtbot.waitUntil(lambda: "The board set a target" in shown_text(pane))
    assert pane.message.text() == f"{CorruptFile.default_title} This is its text."


def test_a_neighbour_page_that_cannot_be_drawn_is_asked_for_once_and_stays_white(
    pane, qtbot, blank
):
    show_pdf(qtbot, pane)
    qtbot.waitUntil(lambda: is_settled(pane))
    blank.render_error = CorruptFile()
    bar = pane.page_view.verticalScrollBar()
    bar.setValue(bar.maximum())
    with qtbot.waitSignal(pane._supply.pages.failed):
        pass
    asked = len(blank.called("render"))
    for step in range(5):
        bar.setValue(bar.maximum() - step)
        qtbot.waitUntil(lambda: not pane.page_view._asking.isActive())
    assert len([call for call in blank.called("render")[asked:] if call[1] == 82]) == 0
    assert pane.page_view.isVisible()
    assert pane.message.text() == ""


def test_the_pane_fits_a_narrow_sheet(pane):
    assert pane.minimumSizeHint().width() <= 320


def test_another_document_after_a_failure_is_shown_without_its_message(pane, qtbot, blank):
    blank.render_error = FileUnreadable()
    pane.show_hit(PDF_HIT, HITS)
    qtbot.waitUntil(lambda: pane.message.text() != "")
    blank.render_error = None
    show_pdf(qtbot, pane, OTHER_PDF)
    assert pane.message.text() == ""
    assert pane.page_view.isVisible()


def test_text_that_cannot_be_read_is_an_error_in_its_own_words(pane, qtbot, blank, monkeypatch):
    def fail(_content_hash):
        raise LibraryCorrupt

    monkeypatch.setattr(blank, "passages", fail)
    pane.show_hit(SHEET_HIT, HITS)
    qtbot.waitUntil(lambda: pane.notice.sentences()[0] == LibraryCorrupt.default_title)
    assert pane.notice.isVisible()


def test_loading_is_said_only_when_it_takes_long(pane, qtbot, blank, monkeypatch):
    blank.index_gate.shut()
    real = blank.passages

    def slow(content_hash):
        blank.index_gate.wait()
        return real(content_hash)

    monkeypatch.setattr(blank, "passages", slow)
    pane.show_hit(SHEET_HIT, HITS)
    assert pane.notice.sentences()[0] == "No passage selected"
    qtbot.waitUntil(lambda: pane.notice.sentences()[0] == "Loading…")
    blank.index_gate.open()
    qtbot.waitUntil(pane.text_view.isVisible)


def test_a_hit_chosen_while_another_is_read_wins(pane, qtbot, blank, monkeypatch):
    blank.index_gate.shut()
    real = blank.passages

    def slow(content_hash):
        blank.index_gate.wait()
        return real(content_hash)

    monkeypatch.setattr(blank, "passages", slow)
    pane.show_hit(SHEET_HIT, HITS)
    pane.show_hit(HITS[6], HITS)
    blank.index_gate.open()
    qtbot.waitUntil(lambda: "Ask whether the target" in shown_text(pane))
    assert "kWh" not in shown_text(pane)


def test_clearing_forgets_the_document(pane, qtbot):
    show_pdf(qtbot, pane)
    pane.clear()
    assert pane.hit is None
    assert pane.notice.isVisible()
    with qtbot.assertNotEmitted(pane.open_requested):
        qtbot.keyClick(pane, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


@pytest.mark.parametrize(
    ("button", "signal"),
    [("open", "open_requested"), ("reveal", "reveal_requested"), ("copy", "copy_requested")],
)
def test_the_buttons_say_what_is_wanted(pane, qtbot, button, signal):
    show_pdf(qtbot, pane)
    with qtbot.waitSignal(getattr(pane, signal)) as caught:
        qtbot.mouseClick(pane.header.buttons[button], Qt.MouseButton.LeftButton)
    assert caught.args == [PDF_HIT]


def test_every_button_has_a_name_and_a_tooltip_with_its_keys(pane):
    for button in pane.header.buttons.values():
        assert button.accessibleName()
        assert "(" in button.toolTip()
