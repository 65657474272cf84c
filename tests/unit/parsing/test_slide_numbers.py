"""Numbers that a slide counts paragraphs with are in its text."""

from __future__ import annotations

import pptx
import pytest
from lxml import etree

from desktop_app.parsing.formats import parse

A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def read(tmp_path, *paragraphs, style=""):
    """Parse a slide whose body has paragraphs (level, properties in XML, text)."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    body = slide.placeholders[1].text_frame._txBody
    for node in body.findall(f"{{{A}}}p"):
        body.remove(node)
    if style:
        body.find(f"{{{A}}}lstStyle").append(
            etree.fromstring(style.replace(">", f' xmlns:a="{A}">', 1))
        )
    for level, properties, text in paragraphs:
        body.append(
            etree.fromstring(
                f'<a:p xmlns:a="{A}"><a:pPr lvl="{level}">{properties}</a:pPr>'
                f"<a:r><a:t>{text}</a:t></a:r></a:p>"
            )
        )
    presentation.save(tmp_path / "a.pptx")
    return parse(tmp_path / "a.pptx").blocks


def auto(scheme, more=""):
    return f'<a:buAutoNum type="{scheme}"{more}/>'


def test_paragraphs_are_counted_as_the_slide_shows_them(tmp_path):
    found = read(
        tmp_path,
        (0, auto("arabicPeriod"), "one"),
        (1, auto("alphaLcParenR"), "below"),
        (1, auto("alphaLcParenR"), "below"),
        (0, auto("arabicPeriod"), "two"),
        (1, auto("alphaLcParenR"), "anew"),
        (0, "<a:buNone/>", "plain"),
        (0, auto("arabicPeriod"), "from the beginning"),
        (0, auto("arabicPeriod", ' startAt="7"'), "another list"),
        (0, auto("arabicPeriod", ' startAt="7"'), "and on"),
    )
    assert [block.text for block in found] == [
        "1. one",
        "a) below",
        "b) below",
        "2. two",
        "a) anew",
        "plain",
        "1. from the beginning",
        "7. another list",
        "8. and on",
    ]
    assert [block.label for block in found][:3] == ["1.", "a)", "b)"]
    assert [block.level for block in found][:3] == [1, 2, 2]


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        ("romanUcPeriod", "I. x"),
        ("alphaUcParenBoth", "(A) x"),
        ("circleNumWdBlackPlain", "\N{CIRCLED DIGIT ONE} x"),
        ("ea1ChsPeriod", "\N{CJK UNIFIED IDEOGRAPH-4E00}. x"),
        ("arabicPlain", "1 x"),
        ("thaiNumPeriod", "x"),
        ("nonsense", "x"),
    ],
)
def test_each_way_of_counting_is_written_as_powerpoint_does_or_not_at_all(tmp_path, scheme, text):
    assert read(tmp_path, (0, auto(scheme), "x"))[0].text == text


def test_the_style_of_a_text_counts_paragraphs_that_say_nothing_themselves(tmp_path):
    style = f"<a:lvl1pPr>{auto('arabicParenR')}</a:lvl1pPr>"
    found = read(
        tmp_path, (0, "", "one"), (0, '<a:buChar char="*"/>', "dot"), (1, "", "deep"), style=style
    )
    assert [block.text for block in found] == ["1) one", "dot", "deep"]
