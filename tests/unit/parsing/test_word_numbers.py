"""Numbers of Word's lists and headings: what a reader sees before a clause is in its text."""

from __future__ import annotations

import zipfile
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.parsing.formats import parse
from desktop_app.parsing.numbering import ListCounter, ListLevel, write_number

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CONTRACT = (
    ("decimal", "%1."),
    ("decimal", "%1.%2"),
    ("lowerLetter", "(%3)"),
    ("lowerRoman", "%4)"),
)


def level(at, form, pattern, more=""):
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{pattern}"/>{more}</w:lvl>'
    )


def definition(levels, key=0, more=""):
    made = "".join(
        each if isinstance(each, str) else level(at, *each) for at, each in enumerate(levels)
    )
    return f'<w:abstractNum w:abstractNumId="{key}">{more}{made}</w:abstractNum>'


def use(key, of=0, more=""):
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'


def p(text="x", *, at=None, of=None, style="", more=""):
    place = "" if at is None else f'<w:ilvl w:val="{at}"/>'
    place += "" if of is None else f'<w:numId w:val="{of}"/>'
    place = place and f"<w:numPr>{place}</w:numPr>"
    style = style and f'<w:pStyle w:val="{style}"/>'
    return f"<w:p><w:pPr>{style}{place}{more}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def read(tmp_path, body, numbering="", styles=""):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(
            "word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>"
        )
        package.writestr("word/numbering.xml", f"<w:numbering {W}>{numbering}</w:numbering>")
        package.writestr("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")
    return parse(path).blocks


def labels(tmp_path, items, numbering, styles=""):
    """The labels of items (level, list) in order."""
    body = "".join(p("x", at=at, of=of) for at, of in items)
    return [
        block.text.removesuffix("x").strip() for block in read(tmp_path, body, numbering, styles)
    ]


def test_clauses_of_a_contract_have_the_numbers_that_a_reader_sees(tmp_path):
    numbering = definition(CONTRACT) + use(1)
    items = [(0, 1), (1, 1), (1, 1), (2, 1), (2, 1), (3, 1), (2, 1), (1, 1), (0, 1), (1, 1), (2, 1)]
    assert labels(tmp_path, items, numbering) == [
        "1.", "1.1", "1.2", "(a)", "(b)", "i)", "(c)", "1.3", "2.", "2.1", "(a)",
    ]  # fmt: skip


def test_an_item_tells_its_number_and_its_text_begins_with_it(tmp_path):
    (block,) = read(tmp_path, p("the tenant", at=2, of=1), definition(CONTRACT) + use(1))
    assert (block.kind.value, block.level, block.label) == ("list-item", 3, "(a)")
    assert block.text == "(a) the tenant"


def test_headings_are_numbered_through_their_styles_and_those_they_are_based_on(tmp_path):
    listed = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>{more}</w:style>'
        for key, name, more in [
            ("H1", "heading 1", listed),
            ("H2", "heading 2", listed),
            ("Own", "own", '<w:basedOn w:val="H2"/>'),
            ("Plain", "plain", f'<w:basedOn w:val="H1"/>{listed.replace("1", "0")}'),
        ]
    )
    linked = definition(
        [
            level(0, "upperRoman", "Article %1", '<w:pStyle w:val="H1"/>'),
            level(1, "decimal", "%1.%2", '<w:isLgl/><w:pStyle w:val="H2"/>'),
        ]
    )
    body = "".join(p(key, style=key) for key in ("H1", "H2", "H2", "H1", "Own", "Plain", "H2"))
    blocks = read(tmp_path, body, linked + use(1), styles)
    assert [block.text for block in blocks] == [
        "Article I H1", "1.1 H2", "1.2 H2", "Article II H1", "2.1 Own", "Plain", "2.2 H2",
    ]  # fmt: skip
    assert {block.kind.value for block in blocks} == {"heading"}
    assert [block.level for block in blocks] == [1, 2, 2, 1, 2, 1, 2]


def test_a_paragraph_may_say_that_it_has_no_number(tmp_path):
    style = (
        '<w:style w:type="paragraph" w:styleId="N"><w:name w:val="n"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    body = p("a", style="N") + p("b", style="N", of=0) + p("c", style="N")
    texts = [each.text for each in read(tmp_path, body, definition(CONTRACT) + use(1), style)]
    assert texts == ["1. a", "b", "2. c"]


def test_uses_of_one_definition_count_on_and_an_override_begins_anew_once(tmp_path):
    anew = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>'
    numbering = definition(CONTRACT) + use(1) + use(2) + use(3, more=anew)
    items = [(0, 1), (0, 2), (0, 3), (1, 3), (0, 3), (0, 1)]
    assert labels(tmp_path, items, numbering) == ["1.", "2.", "7.", "7.1", "8.", "9."]


def test_an_override_may_write_a_level_otherwise(tmp_path):
    other = f'<w:lvlOverride w:ilvl="0">{level(0, "upperLetter", "[%1]")}</w:lvlOverride>'
    numbering = definition(CONTRACT) + use(1) + use(2, more=other)
    assert labels(tmp_path, [(0, 1), (0, 2), (0, 1)], numbering) == ["1.", "[B]", "3."]


def test_a_list_style_stands_for_its_list(tmp_path):
    style = (
        '<w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        "</w:pPr></w:style>"
    )
    numbering = (
        definition(CONTRACT, 0, '<w:styleLink w:val="L"/>')
        + definition((), 1, '<w:numStyleLink w:val="L"/>')
        + use(1)
        + use(2, of=1)
    )
    assert labels(tmp_path, [(0, 1), (0, 2), (1, 2)], numbering, style) == ["1.", "2.", "2.1"]


def test_a_list_style_that_stands_for_itself_has_no_numbers(tmp_path):
    style = (
        '<w:style w:type="numbering" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        "</w:pPr></w:style>"
    )
    numbering = definition((), 0, '<w:numStyleLink w:val="L"/>') + use(1)
    assert labels(tmp_path, [(0, 1)], numbering, style) == [""]


def test_levels_restart_as_the_file_says(tmp_path):
    never = [
        level(0, "decimal", "%1"),
        level(1, "decimal", "%2)", '<w:lvlRestart w:val="0"/>'),
        level(2, "decimal", "%3]", '<w:lvlRestart w:val="1"/>'),
    ]
    items = [(0, 1), (1, 1), (2, 1), (1, 1), (2, 1), (0, 1), (1, 1), (2, 1)]
    assert labels(tmp_path, items, definition(never) + use(1)) == [
        "1", "1)", "1]", "2)", "2]", "2", "3)", "1]",
    ]  # fmt: skip


def test_a_level_that_is_passed_over_counts_as_if_it_had_been_there(tmp_path):
    numbering = definition(CONTRACT) + use(1)
    assert labels(tmp_path, [(1, 1), (0, 1)], numbering) == ["1.1", "2."]


def test_a_level_without_a_first_number_begins_at_zero(tmp_path):
    bare = '<w:lvl w:ilvl="0"><w:lvlText w:val="%1:"/></w:lvl>'
    assert labels(tmp_path, [(0, 1), (0, 1)], definition([bare]) + use(1)) == ["0:", "1:"]


def test_bullets_have_no_numbers_and_what_is_unknown_rather_none_than_a_wrong_one(tmp_path):
    odd = [("bullet", "\uf0b7"), ("hex", "%2"), ("none", "*"), ("decimal", "%1.%2.%4")]
    numbering = definition(odd) + use(1)
    assert labels(tmp_path, [(at, 1) for at in range(4)], numbering) == [""] * 4


def test_empty_items_count_but_deleted_ones_do_not(tmp_path):
    gone = "<w:rPr><w:del/></w:rPr>"
    body = (
        p("a", at=0, of=1) + p("", at=0, of=1) + p("", at=0, of=1, more=gone) + p("b", at=0, of=1)
    )
    texts = [block.text for block in read(tmp_path, body, definition(CONTRACT) + use(1))]
    assert texts == ["1. a", "3. b"]


def test_a_list_that_a_change_took_away_gives_no_number(tmp_path):
    was = '<w:pPrChange><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:pPrChange>'
    (block,) = read(tmp_path, p("a", more=was), definition(CONTRACT) + use(1))
    assert block.text == "a"


def test_rows_that_an_empty_list_numbers_keep_their_numbers(tmp_path):
    row = f"<w:tr><w:tc>{p('', at=0, of=1)}</w:tc><w:tc>{p('Pay')}</w:tc></w:tr>"
    (table,) = read(tmp_path, f"<w:tbl>{row * 2}</w:tbl>", definition(CONTRACT) + use(1))
    assert table.text == "1. | Pay\n2. | Pay"


def test_a_frame_around_text_counts_its_items_once(tmp_path):
    frame = f"<w:tbl><w:tr><w:tc>{p('a', at=0, of=1)}</w:tc></w:tr></w:tbl>"
    body = frame + p("b", at=0, of=1)
    texts = [block.text for block in read(tmp_path, body, definition(CONTRACT) + use(1))]
    assert texts == ["1. a", "2. b"]


def test_what_stands_between_number_and_text_is_as_the_file_says(tmp_path):
    chinese = [level(0, "chineseCountingThousand", "第%1条", '<w:suff w:val="nothing"/>')]
    numbering = definition(chinese) + use(1)
    (block,) = read(tmp_path, p("租金", at=0, of=1), numbering)
    assert block.text == "第一条租金"


@pytest.mark.parametrize(
    "numbering",
    [
        "<w:abstractNum/><w:num/>",
        definition([level("x", "decimal", "%1")]) + use(1),
        definition([level(-3, "decimal", "%1")]) + use(1),
        definition([level(0, "decimal", "%1" * 90_000)]) + use(1),
        definition([level(0, "decimal", "%9%0")]) + use(1),
        use(1, of=5),
        definition([]) + use(1, more='<w:lvlOverride><w:startOverride w:val="1"/></w:lvlOverride>'),
    ],
)
def test_lists_that_make_no_sense_leave_the_text_as_it_is(tmp_path, numbering):
    texts = [block.text for block in read(tmp_path, p("a", at=0, of=1) * 2, numbering)]
    assert texts == ["a", "a"]


def test_a_document_whose_lists_are_damaged_is_read_without_numbers(tmp_path):
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", f"<w:document {W}>{p('a', of=1)}</w:document>")
        package.writestr("word/numbering.xml", "no markup")
    assert [block.text for block in parse(path).blocks] == ["a"]


@pytest.mark.parametrize(
    ("form", "numbers", "written"),
    [
        ("decimalZero", (0, 9, 10), "00 09 10"),
        ("lowerLetter", (1, 26, 27, 28, 53), "a z aa bb aaa"),
        ("upperRoman", (4, 9, 14, 40, 90, 400, 1994, 4000), "IV IX XIV XL XC CD MCMXCIV 4000"),
        ("lowerRoman", (1, 8, 0, -2), "i viii 0 -2"),
        (
            "chineseCountingThousand",
            (1, 10, 11, 20, 21, 100, 101, 110, 1001, 2020),
            "一 十 十一 二十 二十一 一百 一百零一 一百一十 一千零一 二千零二十",
        ),
        ("japaneseCounting", (3, 12, 99, 105), "三 十二 九十九 一〇五"),
        ("decimalEnclosedCircle", (1, 20, 21), "① ⑳ 21"),
        ("decimalFullWidth", (10,), "１０"),  # noqa: RUF001
        ("arabicAbjad", (1, 2, 3, 4), "أ ب ج د"),
    ],
)
def test_numbers_are_written_as_their_format_says(form, numbers, written):
    assert " ".join(write_number(each, form) or "?" for each in numbers) == written


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_decimal_clauses_rise_and_no_two_are_the_same(depths):
    patterns = ["%1", "%1.%2", "%1.%2.%3", "%1.%2.%3.%4"]
    levels = {at: ListLevel("decimal", pattern) for at, pattern in enumerate(patterns)}
    counter = ListCounter()
    clauses = [tuple(map(int, counter.step(levels, depth).strip().split("."))) for depth in depths]
    assert all(before < after for before, after in pairwise(clauses))
    assert [len(each) - 1 for each in clauses] == depths


@given(st.integers(-200_000, 200_000), st.sampled_from(["lowerRoman", "upperLetter", "none", "?"]))
def test_no_number_is_too_large_to_be_written(number, form):
    text = write_number(number, form)
    assert text is None or len(text) <= 40


@pytest.mark.parametrize(
    ("style", "written"),
    [
        ("ordinal", {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 22: "22nd", 113: "113th"}),
        ("cardinalText", {1: "One", 19: "Nineteen", 40: "Forty", 342: "Three Hundred Forty-Two"}),
        (
            "ordinalText",
            {1: "First", 12: "Twelfth", 20: "Twentieth", 21: "Twenty-First", 100: "One Hundredth"},
        ),
    ],
)
def test_numbers_are_written_in_english_words(style, written):
    assert {number: write_number(number, style) for number in written} == written


@given(st.integers(1, 99_999), st.sampled_from(["ordinal", "cardinalText", "ordinalText"]))
def test_each_number_in_words_is_another(number, style):
    assert write_number(number, style) != write_number(number + 1, style)


@pytest.mark.parametrize(
    ("language", "first"), [("", "First x"), ("en-GB", "First x"), ("de-DE", "x")]
)
def test_numbers_in_words_are_written_only_where_the_document_is_english(tmp_path, language, first):
    said = f'<w:rPrDefault><w:rPr><w:lang w:val="{language}"/></w:rPr></w:rPrDefault>'
    styles = f"<w:docDefaults>{said}</w:docDefaults>" if language else ""
    numbering = definition([("ordinalText", "%1")]) + use(1)
    assert read(tmp_path, p(at=0, of=1), numbering, styles)[0].text == first
