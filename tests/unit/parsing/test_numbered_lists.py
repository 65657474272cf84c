"""Numbers of lists in Markdown and HTML, no part of any text: not of a passage nor of its id."""

from __future__ import annotations

import pytest

from desktop_app.domain import BlockKind
from desktop_app.parsing.markdown import markdown_blocks
from desktop_app.parsing.markup import read_html
from desktop_app.parsing.rendering import Blocks, StructureRequest, answer_page


def items(blocks):
    return [
        (block.level, block.number, block.text)
        for block in blocks
        if block.kind is BlockKind.LIST_ITEM
    ]


def test_items_of_an_ordered_list_in_markdown_know_their_numbers():
    source = "3. light\n3. wait\n   - a bullet\n   1. inner\n\n   And on.\n3. put out\n\n* plain\n"
    assert items(markdown_blocks(source)) == [
        (1, 3, "light"),
        (1, 4, "wait"),
        (2, None, "a bullet"),
        (2, 1, "inner"),
        (1, 5, "put out"),
        (1, None, "plain"),
    ]


def test_what_follows_the_first_words_of_an_item_has_no_number():
    first, second = markdown_blocks("1. light\n\n   and wait\n")
    assert (first.number, second.number) == (1, None)
    blocks = read_html("<ol><li><p>light</p><p>and wait</p></li></ol>")[1]
    assert [block.number for block in blocks] == [1, None]


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("<ol><li>a<li>b<ol><li>c</ol>d<li>e</ol>", [1, 2, 1, None, 3]),
        ("<ol start=7><li>a<li>b</ol>", [7, 8]),
        ("<ol reversed><li>a<li>b<li>c</ol>", [3, 2, 1]),
        ("<ol><li>a<li value='10'>b<li>c</ol>", [1, 10, 11]),
        ("<ol start='-1'><li>a<li>b<li>c</ol>", [-1, 0, 1]),
        ("<ol start='one'><li value=''>a</ol>", [1]),
        (f"<ol start='{'9' * 5000}'><li>a</ol>", [1]),
        ("<ul><li>a</ul><li>stray", [None, None]),
        ("<ol><li></li></ol><ul><li>a</ul>", [None]),
        ("<dl><dt>x<dd>a</dl>", [None]),
    ],
)
def test_items_of_an_ordered_list_in_html_have_the_numbers_of_a_browser(source, numbers):
    assert [number for _, number, _ in items(read_html(source)[1])] == numbers


def test_a_heading_in_an_item_leaves_the_number_to_the_words():
    blocks = read_html("<ol><li><h3>Lamp</h3>light</ol>")[1]
    assert [(block.kind, block.number) for block in blocks] == [
        (BlockKind.HEADING, None),
        (BlockKind.LIST_ITEM, 1),
    ]


def test_who_asks_for_the_structure_of_a_file_is_told_the_numbers(tmp_path):
    file = tmp_path / "lamp.md"
    file.write_text("2. fill it\n3. light it\n")
    answer = answer_page(StructureRequest(str(file)))
    assert isinstance(answer, Blocks)
    assert items(answer.blocks) == [(1, 2, "fill it"), (1, 3, "light it")]
