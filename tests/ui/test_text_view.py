"""The stored text: written around the passage, growing with the scroll, loading nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextCursor, QTextDocument, QTextListFormat

from desktop_app.domain import Block, BlockKind
from desktop_app.ui.results_wording import place_of
from desktop_app.ui.text_scroll import PASSAGES_A_STEP
from desktop_app.ui.text_view import TextView
from desktop_app.ui.text_view_parts import headings_of, parts_of, pieces_of, structure_of
from desktop_app.ui.theme import Role, Scheme
from tests.ui.samples import make_hits, make_passage

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


def test_only_the_current_hit_has_a_ground_and_the_others_a_bar_beside_them(text_view, theme):
    passages = long_document(4)
    spans = {0: [(0, 7)], 1: [(0, 7)]}
    text_view.show_passages(passages, "text/plain", current=0, spans=spans)
    rects = text_view.mark_rects()
    picture = text_view.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    ground = theme.color(Role.GROUND)

    def color_right_of(index):
        at = rects[index].center()
        return picture.pixelColor(round(4 * ratio), round(at.y() * ratio)), picture.pixelColor(
            round((text_view.viewport().width() - 20) * ratio), round(at.y() * ratio)
        )

    assert color_right_of(0)[1] != ground
    assert color_right_of(1)[1] == ground
    bars = [picture.pixelColor(x, round(rects[1].center().y() * ratio)) for x in range(60)]
    assert theme.color(Role.HIGHLIGHT_EDGE) in bars


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
        (passage.text[part.start : part.end][:8], part.level, part.kind is BlockKind.TABLE)
        for part in parts_of(passage)
    ]
    assert parts == [
        ("Targets", 2, False),
        ("A paragr", 0, False),
        ("Name | V", 0, True),
        ("Not | a\n", 0, False),
    ]


# ------------------------------------------------------------------- structure

MARKED = (
    Block(BlockKind.HEADING, "Setting up", level=2),
    Block(BlockKind.LIST_ITEM, "Take the lamp", level=1),
    Block(BlockKind.LIST_ITEM, "Fill it | twice", level=2),
    Block(BlockKind.CODE, "lamp = Lamp()\n  lamp.light()\n\nlamp.wait()"),
)
TEXT = (
    "Setting up\n\nBefore you begin:\n\nTake the lamp\nFill it | twice\n\n"
    "lamp = Lamp()\n  lamp.light()\n\nlamp.wait()\n\nThat is all."
)


def blocks_of(view):
    block = view.document().begin()
    while block.isValid():
        yield block
        block = block.next()


def test_lists_code_and_headings_are_written_as_what_the_file_says(text_view):
    text_view.show_passages((make_passage(TEXT),), "text/markdown", current=0, spans={0: ((0, 7),)})
    assert not any(block.textList() for block in blocks_of(text_view))
    text_view.use_structure(structure_of(MARKED))
    found = {block.text(): block for block in blocks_of(text_view) if block.text()}
    assert found["Take the lamp"].textList().format().indent() == 1
    assert found["Fill it | twice"].textList().format().indent() == 2
    assert found["Before you begin:"].textList() is None
    for line in ("lamp = Lamp()", "  lamp.light()", "lamp.wait()"):
        assert found[line].charFormat().font().families() == ["monospace"]
        assert found[line].blockFormat().leftMargin() > 0
    assert found["Setting up"].charFormat().font().weight() > 500
    assert found["That is all."].charFormat().font().families() != ["monospace"]
    assert set(text_view.mark_rects()) == {0}, "the passage is marked no more"


def test_items_of_ordered_lists_keep_their_numbers_and_others_their_bullets(text_view):
    blocks = (
        Block(BlockKind.LIST_ITEM, "Light it", level=1, number=3),
        Block(BlockKind.LIST_ITEM, "Wait", level=2),
        Block(BlockKind.LIST_ITEM, "Put it out", level=1, number=0),
        Block(BlockKind.LIST_ITEM, "Twice", level=1, number=5),
        Block(BlockKind.LIST_ITEM, "Twice", level=1, number=9),
    )
    text = "Light it\nWait\nPut it out\nTwice"
    text_view.show_passages((make_passage(text),), "text/markdown", current=0, spans={})
    text_view.use_structure(structure_of(blocks))
    lists = {block.text(): block.textList() for block in blocks_of(text_view) if block.textList()}
    written = {
        words: each.itemText(each.item(0)) for words, each in lists.items() if each is not None
    }
    assert written["Light it"] == "3."
    assert written["Put it out"] == "0."
    for words in ("Wait", "Twice"):
        assert lists[words].format().style() != QTextListFormat.Style.ListDecimal
    assert "3." not in text_view.toPlainText()


def test_an_item_whose_text_begins_with_its_number_has_no_second_mark(text_view):
    blocks = (
        Block(BlockKind.LIST_ITEM, "4.2 Repairs", level=1, label="4.2"),
        Block(BlockKind.LIST_ITEM, "(b) the roof", level=2, label="(b)"),
        Block(BlockKind.LIST_ITEM, "bare", level=2),
    )
    passage = make_passage("4.2 Repairs\n(b) the roof\nbare")
    text_view.show_passages((passage,), "text/docx", current=0, spans={})
    text_view.use_structure(structure_of(blocks))
    found = {block.text(): block for block in blocks_of(text_view) if block.text()}
    assert found["4.2 Repairs"].textList() is None is found["(b) the roof"].textList()
    assert found["bare"].textList() is not None
    depths = [found[text].blockFormat().indent() for text in ("4.2 Repairs", "(b) the roof")]
    assert depths == [1, 2]


@pytest.mark.parametrize(
    ("media_type", "is_code"),
    [
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", False),
        ("application/x-mobipocket-ebook", False),
        ("text/html", False),
        ("text/x-source", True),
        ("application/json", True),
    ],
)
def test_only_what_is_code_as_a_whole_is_written_as_code(text_view, media_type, is_code):
    text_view.show_passages((make_passage("some words"),), media_type, current=0, spans={})
    families = text_view.document().findBlockByNumber(1).charFormat().font().families()
    assert (families == ["monospace"]) is is_code


def test_the_rest_of_a_table_that_was_cut_has_no_header_row(text_view):
    rest = make_passage("3 | c\n4 | d", heading=("Chapter", "No | Name"))
    whole = make_passage("No | Name\n1 | a", heading=("Chapter",), ordinal=1)
    text_view.show_passages((rest, whole), "text/csv", current=0, spans={})
    weight = {}
    for block in blocks_of(text_view):
        cursor = QTextCursor(block)
        cursor.movePosition(QTextCursor.MoveOperation.NextCharacter)
        weight[block.text()] = cursor.charFormat().font().weight()
    assert weight["Name"] > weight["a"] == weight["c"] == weight["d"]


def test_a_table_that_begins_with_an_empty_cell_keeps_its_columns(text_view):
    # No white space is kept before a passage's first row.
    passage = make_passage("| Title | Coverage\n | A1 | Injection", heading=("2013",))
    text_view.show_passages((passage,), "text/csv", current=0, spans={})
    cursor = QTextCursor(text_view.document())
    while cursor.currentTable() is None:
        assert cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
    table = cursor.currentTable()
    cells = [
        [table.cellAt(row, column).firstCursorPosition().block().text() for column in range(3)]
        for row in range(2)
    ]
    assert cells == [["", "Title", "Coverage"], ["", "A1", "Injection"]]


def test_a_header_row_of_one_cell_after_an_empty_one_is_no_heading():
    rest = make_passage(" | a\n | b", heading=("Sheet", "| Survey"))
    assert [each.title for each in headings_of((rest,))] == ["Sheet"]
    hit = replace(make_hits()[0], passage=rest)
    assert place_of(hit).endswith("Survey")
    assert "|" not in place_of(hit)


def test_lines_of_a_mail_that_are_quoted_by_bars_are_no_table():
    passage = make_passage("| Dear all,\n| when shall we meet?")
    assert [part.kind for part in parts_of(passage)] == [BlockKind.PARAGRAPH]


def test_a_line_with_a_bar_is_a_row_unless_the_file_knows_better():
    passage = make_passage("tip | Have a lamp\n\nNo | Name")
    kinds = [part.kind for part in parts_of(passage)]
    assert kinds == [BlockKind.TABLE, BlockKind.TABLE]
    structure = structure_of([Block(BlockKind.TABLE, "No | Name\n1 | a")])
    kinds = [part.kind for part in parts_of(passage, structure)]
    assert kinds == [BlockKind.PARAGRAPH, BlockKind.TABLE]


def test_a_passage_stays_in_its_place_when_its_structure_is_known(text_view):
    passages = long_document(200)
    text_view.show_passages(passages, "text/markdown", current=100, spans={100: ()})
    bar = text_view.verticalScrollBar()
    bar.setValue(bar.value() + 60)
    before = text_view.mark_rects()[100].top()
    text_view.use_structure(
        structure_of([Block(BlockKind.LIST_ITEM, passages[99].text.strip(), 1)])
    )
    assert text_view.mark_rects()[100].top() == pytest.approx(before, abs=2)


@given(st.lists(st.sampled_from(["a", "b | c", "d", "lamp.wait()", " "]), max_size=8), st.data())
def test_pieces_are_the_text_in_order_whatever_the_structure(lines, data):
    gaps = data.draw(
        st.lists(st.sampled_from(["\n", "\n\n"]), min_size=len(lines), max_size=len(lines))
    )
    passage = make_passage("".join(line + gap for line, gap in zip(lines, gaps, strict=True)))
    blocks = [Block(data.draw(st.sampled_from(list(BlockKind))), line, level=1) for line in lines]
    last = 0
    for start, end in pieces_of(passage, structure_of(blocks)):
        assert last <= start <= end
        last = end
    pieces = "".join(passage.text[start:end] for start, end in pieces_of(passage))
    assert re.sub(r"[\s|]", "", pieces) == re.sub(r"[\s|]", "", passage.text)


def test_headings_of_the_file_make_a_finer_outline_than_paths():
    passages = [make_passage("One\n\ntext\n\nTwo\n\nmore"), make_passage("Three")]
    structure = structure_of(
        Block(BlockKind.HEADING, text, level=level)
        for level, text in enumerate(("One", "Two", "Three"), start=1)
    )
    assert headings_of(passages) == ()
    assert [
        (each.level, each.title, each.passage) for each in headings_of(passages, structure)
    ] == [
        (1, "One", 0),
        (2, "Two", 0),
        (3, "Three", 1),
    ]
