"""The outline comes up only where a document has one, and leads to page or heading."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from desktop_app.domain.printed import OutlineEntry
from desktop_app.errors import CorruptFile
from desktop_app.ui.text_view_parts import TextHeading, headings_of
from tests.ui.fakes import BlankSession
from tests.ui.samples import make_hits, make_passage

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HITS = make_hits()
PDF_HIT, SHEET_HIT = HITS[0], HITS[5]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ENTRIES = (
    OutlineEntry(1, "Summary", 1),
    OutlineEntry(2, "Targets", 10),
    OutlineEntry(4, "Deep", 11, top=300.0),
    OutlineEntry(1, "Costs", 40),
)


@pytest.fixture
def blank():
    session = BlankSession()
    session.pages.entries = ENTRIES
    return session


def button(pane):
    return pane.header.buttons["outline"]


def present(qtbot, pane):
    qtbot.keyClick(pane, Qt.Key.Key_O, CTRL | SHIFT)
    popup = pane._outlining._popup
    qtbot.waitUntil(popup.isVisible)
    return popup


def lines(popup):
    return [
        (item.text(0), item.text(1), _depth(item))
        for item in sorted(popup._items(), key=lambda each: each.data(0, Qt.ItemDataRole.UserRole))
    ]


def _depth(item):
    return 0 if item.parent() is None else 1 + _depth(item.parent())


def test_a_pdf_with_an_outline_offers_it_and_a_line_leads_to_its_page(pane, qtbot):
    pane.show_hit(PDF_HIT, HITS)
    qtbot.waitUntil(button(pane).isVisible)
    popup = present(qtbot, pane)
    assert lines(popup) == [
        ("Summary", "1", 0),
        ("Targets", "10", 1),
        ("Deep", "11", 2),
        ("Costs", "40", 0),
    ]
    assert popup.tree.currentItem().text(0) == "Deep", "page 12 stands under the last line before"
    qtbot.keyClick(popup.tree, Qt.Key.Key_Down)
    qtbot.keyClick(popup.tree, Qt.Key.Key_Return)
    assert not popup.isVisible()
    view = pane.page_view
    qtbot.waitUntil(lambda: view.page == 40)
    assert 0 <= view.page_rect(40).top() <= 20
    popup = present(qtbot, pane)
    assert popup.tree.currentItem().text(0) == "Costs"
    deep = next(each for each in popup._items() if each.text(0) == "Deep")
    popup.tree.itemClicked.emit(deep, 0)
    assert view.page_rect(11).top() == pytest.approx(16 - 300 * view.scale, abs=2)


def test_escape_closes_the_list_and_changes_nothing(pane, qtbot):
    pane.show_hit(PDF_HIT, HITS)
    qtbot.waitUntil(button(pane).isVisible)
    before = pane.page_view.page
    qtbot.mouseClick(button(pane), Qt.MouseButton.LeftButton)
    popup = pane._outlining._popup
    qtbot.keyClick(popup.tree, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert pane.page_view.page == before


def test_a_document_without_outline_has_no_button(pane, qtbot, blank):
    blank.pages.entries = ()
    pane.show_hit(PDF_HIT, HITS)
    qtbot.waitUntil(lambda: 12 in pane.page_view._pages)
    assert not button(pane).isVisible()
    qtbot.keyClick(pane, Qt.Key.Key_O, CTRL | SHIFT)
    assert pane._outlining._popup is None


def test_an_outline_that_cannot_be_read_is_none(pane, qtbot, blank):
    blank.pages.error = CorruptFile()
    pane.show_hit(PDF_HIT, HITS)
    qtbot.waitUntil(lambda: 12 in pane.page_view._pages)
    assert not button(pane).isVisible()


def test_another_document_brings_its_own_outline(pane, qtbot, blank):
    pane.show_hit(PDF_HIT, HITS)
    qtbot.waitUntil(button(pane).isVisible)
    present(qtbot, pane).close()
    blank.pages.entries = (OutlineEntry(1, "Other", 2),)
    other = next(
        each
        for each in HITS
        if each.document.media_type == "application/pdf"
        and each.document.full_path != PDF_HIT.document.full_path
    )
    pane.show_hit(other, HITS)
    assert not button(pane).isVisible()
    qtbot.waitUntil(button(pane).isVisible)
    assert lines(present(qtbot, pane)) == [("Other", "2", 0)]


def test_headings_of_a_text_are_its_outline_and_lead_there(pane, qtbot, blank):
    passages = tuple(
        make_passage(
            f"Paragraph {at} of the text. " * 20,
            heading=("Book", f"Chapter {at // 10}"),
            ordinal=at,
            content_hash="c",
        )
        for at in range(200)
    )
    blank.passages = lambda _content: passages
    document = replace(SHEET_HIT.document, media_type="text/markdown")
    hit = replace(SHEET_HIT, passage=passages[100], document=document, sentence=None, highlights=())
    pane.show_hit(hit, ())
    qtbot.waitUntil(button(pane).isVisible)
    popup = present(qtbot, pane)
    assert lines(popup)[:3] == [("Book", "", 0), ("Chapter 0", "", 1), ("Chapter 1", "", 1)]
    item = next(each for each in popup._items() if each.text(0) == "Chapter 17")
    popup.tree.itemClicked.emit(item, 0)
    assert 170 in pane.text_view.written
    assert pane.text_view.passage in range(167, 172)


def test_headings_are_told_from_the_header_rows_of_tables():
    paths = [("A",), ("A", "B"), ("A", "B", "x | y"), ("A", "C"), (), ("A",)]
    passages = [make_passage("text", heading=path, ordinal=at) for at, path in enumerate(paths)]
    assert headings_of(passages) == (
        TextHeading(1, "A", 0),
        TextHeading(2, "B", 1),
        TextHeading(2, "C", 3),
        TextHeading(1, "A", 5),
    )
