"""Numbers of lists and chapters of OpenDocument texts, as a reader sees them."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.parsing.formats import parse

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in [
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"),
    ]
)  # fmt: skip


def level(at, form, *, before="", after="", more=""):
    return (
        f'<text:list-level-style-number text:level="{at}" style:num-format="{form}" '
        f'style:num-prefix="{before}" style:num-suffix="{after}" {more}/>'
    )


CONTRACT = (
    '<text:list-style style:name="L">'
    + level(1, "1", after=".")
    + level(2, "1", more='text:display-levels="2"')
    + level(3, "a", before="(", after=")")
    + "</text:list-style>"
)
OUTLINE = (
    '<text:outline-style style:name="Outline">'
    '<text:outline-level-style text:level="1" style:num-format="I" style:num-suffix="."/>'
    '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
    "</text:outline-style>"
)


def read(tmp_path, body, *, own=CONTRACT, styles=""):
    path = tmp_path / "a.odt"
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{own}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", content)
        if styles:
            package.writestr(
                "styles.xml",
                f"<office:document-styles {NAMES}><office:styles>{styles}</office:styles>"
                "</office:document-styles>",
            )
    return parse(path).blocks


def texts(*args, **options):
    return [block.text for block in read(*args, **options)]


def p(text):
    return f"<text:p>{text}</text:p>"


def item(*parts, more=""):
    return f"<text:list-item {more}>{''.join(parts)}</text:list-item>"


def inner(*items):
    return f"<text:list>{''.join(items)}</text:list>"


def outer(*items, more=""):
    return f'<text:list text:style-name="L" {more}>{"".join(items)}</text:list>'


def test_clauses_of_a_contract_have_the_numbers_that_a_reader_sees(tmp_path):
    body = outer(
        item(p("Rent"), inner(item(p("Amount"), inner(item(p("cold")), item(p("warm")))))),
        item(p("Repairs"), inner(item(p("Roof")), item(p("Walls"), inner(item(p("inside")))))),
    )
    blocks = read(tmp_path, body)
    assert [block.text for block in blocks] == [
        "1. Rent", "1.1 Amount", "(a) cold", "(b) warm", "2. Repairs", "2.1 Roof", "2.2 Walls",
        "(a) inside",
    ]  # fmt: skip
    assert [(block.level, block.label) for block in blocks][:3] == [
        (1, "1."),
        (2, "1.1"),
        (3, "(a)"),
    ]


def test_only_the_first_paragraph_of_an_item_has_its_number_and_a_header_none(tmp_path):
    header = f"<text:list-header>{p('Parties')}</text:list-header>"
    body = outer(header, item(p("one"), p("and on")), item(p("two")))
    assert texts(tmp_path, body) == ["Parties", "1. one", "and on", "2. two"]


def test_a_list_goes_on_only_where_the_file_says_so(tmp_path):
    body = (
        outer(item(p("a")), more='xml:id="x"')
        + outer(item(p("b")))
        + outer(item(p("c")), more='text:continue-list="x"')
        + outer(item(p("d")), more='text:continue-numbering="true"')
        + outer(item(inner(item(p("e")))), more='text:continue-numbering="true"')
        + outer(item(p("f"), more='text:start-value="7"'))
    )
    assert texts(tmp_path, body) == ["1. a", "1. b", "2. c", "3. d", "3.1 e", "7. f"]


def test_headings_are_numbered_by_the_outline_unless_they_say_that_they_are_not(tmp_path):
    def h(text, at, more=""):
        return f'<text:h text:outline-level="{at}" {more}>{text}</text:h>'

    body = (
        h("Scope", 1)
        + h("Terms", 2)
        + h("Preface", 1, 'text:is-list-header="true"')
        + h("Annex", 1, 'text:style-name="Free"')
        + h("Law", 2)
        + h("Costs", 1)
        + h("Fees", 2, 'text:restart-numbering="true" text:start-value="4"')
    )
    plain = (
        '<style:style style:name="Free" style:family="paragraph" style:parent-style-name="Off"/>'
        '<style:style style:name="Off" style:family="paragraph" style:list-style-name=""/>'
    )
    blocks = read(tmp_path, body, own=plain, styles=OUTLINE)
    assert [block.text for block in blocks] == [
        "I. Scope", "I.1 Terms", "Preface", "Annex", "I.2 Law", "II. Costs", "II.4 Fees",
    ]  # fmt: skip
    assert [block.level for block in blocks] == [1, 2, 1, 1, 2, 1, 2]


def test_a_heading_within_a_list_has_the_number_of_the_list(tmp_path):
    body = outer(item('<text:h text:outline-level="1">Scope</text:h>'))
    (block,) = read(tmp_path, body, styles=OUTLINE)
    assert (block.kind.value, block.text) == ("heading", "1. Scope")


def test_a_number_that_the_file_holds_is_shown_once_and_believed(tmp_path):
    body = outer(item("<text:p><text:number>§ 7</text:number>Rent</text:p>"))
    assert texts(tmp_path, body) == ["§ 7 Rent"]


def test_bullets_and_lists_without_a_style_have_no_numbers(tmp_path):
    bullets = (
        '<text:list-style style:name="L"><text:list-level-style-bullet text:level="1" '
        'text:bullet-char="*"/></text:list-style>'
    )
    assert texts(tmp_path, outer(item(p("a"))), own=bullets) == ["a"]
    assert texts(tmp_path, inner(item(p("a")))) == ["a"]


@pytest.mark.parametrize(
    ("levels", "labels"),
    [
        (level(1, "a"), ["z", "aa", "ab"]),
        (level(1, "A", more='style:num-letter-sync="true"'), ["Z", "AA", "BB"]),
        (level(1, "i", before="§"), ["§xxvi", "§xxvii", "§xxviii"]),
        (level(1, "一, 二, 三, ..."), ["二十六", "二十七", "二十八"]),
        (
            level(1, "1", more='style:num-list-format="Art. %1%:"'),
            ["Art. 26:", "Art. 27:", "Art. 28:"],
        ),
        (level(1, "", before="Note"), ["Note"] * 3),
        (level(1, "?"), [""] * 3),
    ],
)
def test_numbers_are_written_as_their_level_says(tmp_path, levels, labels):
    style = f'<text:list-style style:name="L">{levels}</text:list-style>'
    body = outer(item(p("x"), more='text:start-value="26"'), item(p("x")), item(p("x")))
    found = [text.removesuffix("x").strip() for text in texts(tmp_path, body, own=style)]
    assert found == labels


def test_a_level_shows_only_numbers_that_there_are(tmp_path):
    style = (
        '<text:list-style style:name="L">'
        + level(1, "")
        + level(2, "1", after=")", more='text:display-levels="2"')
        + "</text:list-style>"
    )
    body = outer(item(p("a"), inner(item(p("b")), item(p("c")))))
    assert texts(tmp_path, body, own=style) == ["a", "1) b", "2) c"]


def test_a_frame_around_text_counts_its_items_once(tmp_path):
    frame = (
        "<table:table><table:table-row><table:table-cell>"
        + outer(item(p("a")), more='xml:id="x"')
        + "</table:table-cell></table:table-row></table:table>"
    )
    body = frame + outer(item(p("b")), more='text:continue-list="x"')
    assert texts(tmp_path, body) == ["1. a", "2. b"]


def test_a_text_whose_styles_are_damaged_is_read_without_them(tmp_path):
    path = tmp_path / "a.odt"
    content = (
        f"<office:document-content {NAMES}><office:body><office:text>"
        '<text:h text:outline-level="1">Scope</text:h></office:text></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", content)
        package.writestr("styles.xml", "no markup")
    assert [block.text for block in parse(path).blocks] == ["Scope"]


@given(
    st.text("0123456789-x", max_size=6),
    st.text("0123456789-x", max_size=6),
    st.text("1aAiI%一?,", max_size=4),
)
def test_no_level_keeps_a_text_from_being_read(tmp_path_factory, at, count, form):
    style = (
        f'<text:list-style style:name="L">{level(1, form, more=f"text:display-levels={count!r}")}'
        f"{level(at, form)}</text:list-style>"
    )
    (text,) = texts(tmp_path_factory.getbasetemp(), outer(item(p("word"))), own=style)
    assert text.endswith("word")
