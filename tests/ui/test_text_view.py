"""The stored text: written around the passage, growing with the scroll, loading nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument

from desktop_app.ui.text_view import PASSAGES_A_STEP, TextView
from desktop_app.ui.text_view_writer import parts_of
from desktop_app.ui.theme import Role, Scheme
from tests.ui.samples import make_passage

# The offscreen platform has no window manager, and warns of everything it would tell it.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


# ------------------------------------------------------------------- long documents


def long_document(count):
    return tuple(
        make_passage(
            f"Passage {number} says something. " * 20,
            heading=(f"Chapter {number // 10}",),
            ordinal=number,
            content_hash="c",
        )
        for number in range(count)
    )


@pytest.fixture
def text_view(qtbot, theme):
    made = TextView(theme)
    qtbot.addWidget(made)
    made.resize(600, 700)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_long_document_is_written_around_the_passage_only(text_view):
    passages = long_document(5000)
    text_view.show_passages(passages, "text/plain", current=2500, spans={2500: ((0, 7),)})
    assert 2500 in text_view.written
    assert len(text_view.written) <= 4 * PASSAGES_A_STEP
    rect = text_view.mark_rects()[2500]
    assert 0 <= rect.top() < 350


def test_scrolling_up_or_down_writes_more_without_a_jump(text_view, qtbot):
    passages = long_document(300)
    text_view.show_passages(passages, "text/plain", current=150, spans={150: ()})
    bar = text_view.verticalScrollBar()
    first, last = text_view.written.start, text_view.written.stop
    for _ in range(200):
        if text_view.written.start < first:
            break
        top = text_view.cursorForPosition(text_view.viewport().rect().topLeft()).block()
        before = text_view.document().documentLayout().blockBoundingRect(top).top() - bar.value()
        bar.setValue(bar.value() - 100)
        after = text_view.document().documentLayout().blockBoundingRect(top).top() - bar.value()
        assert after - before == pytest.approx(100, abs=2)
    assert text_view.written.start < first
    for _ in range(400):
        bar.setValue(bar.maximum())
        if text_view.written.stop == 300:
            break
    assert text_view.written.stop == 300 > last
    assert "Passage 299 " in text_view.toPlainText()


def test_every_passage_is_written_once_and_in_order(text_view):
    passages = long_document(60)
    text_view.show_passages(passages, "text/plain", current=30, spans={})
    bar = text_view.verticalScrollBar()
    for _ in range(20):
        bar.setValue(0)
    for _ in range(20):
        bar.setValue(bar.maximum())
    assert text_view.written == range(60)
    text = text_view.toPlainText()
    places = [text.index(f"Passage {number} says") for number in range(60)]
    assert places == sorted(places)
    assert all(text.count(f"Passage {number} says") == 20 for number in (0, 29, 30, 59))


def test_lines_are_at_most_75_characters_long(text_view):
    text_view.resize(1600, 600)
    text_view.show_passages((make_passage("word " * 400),), "text/plain", current=0, spans={0: ()})
    layout = text_view.document().findBlockByNumber(1).layout()
    longest = max(layout.lineAt(number).textLength() for number in range(layout.lineCount()))
    assert 60 <= longest <= 95


def test_zooming_text_keeps_the_passage_in_view(text_view):
    passages = long_document(100)
    text_view.show_passages(passages, "text/plain", current=50, spans={50: ()})
    text_view.zoom_in()
    text_view.zoom_in()
    height = text_view.mark_rects()[50].height()
    text_view.fit_width()
    assert text_view.mark_rects()[50].height() < height
    bar = text_view.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert 50 not in text_view.mark_rects()
    text_view.zoom_out()
    assert 50 not in text_view.mark_rects(), "zooming went back to the passage"


def test_another_theme_rewrites_the_text_in_its_colors(text_view, theme):
    text_view.show_passages(long_document(5), "text/plain", current=0, spans={0: ()})
    theme.choose(Scheme.DARK)
    cursor = text_view.textCursor()
    cursor.setPosition(text_view.document().findBlockByNumber(1).position() + 1)
    assert cursor.charFormat().foreground().color() == theme.color(Role.TEXT)
    theme.choose(None)


def test_nothing_is_loaded_whatever_the_text_asks_for(text_view):
    text_view.show_passages(
        (make_passage('<img src="file:///etc/passwd"> [x](http://example.org)'),),
        "text/html",
        current=0,
        spans={},
    )
    assert "<img src" in text_view.toPlainText()
    kind = QTextDocument.ResourceType.ImageResource.value
    assert text_view.loadResource(kind, QUrl("file:///etc/passwd")) is None


def test_headings_tables_and_paragraphs_are_told_apart():
    passage = make_passage(
        "Targets\n\nA paragraph.\n\nName | Value\nOne | 1\n\nNot | a\ntable here",
        heading=("Energy", "Targets"),
    )
    parts = [
        (passage.text[part.start : part.end][:8], part.level, part.is_table)
        for part in parts_of(passage)
    ]
    assert parts == [
        ("Targets", 2, False),
        ("A paragr", 0, False),
        ("Name | V", 0, True),
        ("Not | a\n", 0, False),
    ]
