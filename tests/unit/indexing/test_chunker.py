from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.domain import Block, BlockKind, Box, Line, ParsedDocument
from desktop_app.indexing.chunker import TARGET_TOKENS, Sizes, chunk
from desktop_app.parsing.sentences import estimate_tokens

SENTENCE = "This sentence has a dozen words or so, which is quite enough here. "
SIZES = Sizes.around(TARGET_TOKENS)


def passages(*blocks, title="Title", target=TARGET_TOKENS):
    return chunk(
        ParsedDocument("text/plain", title, tuple(blocks)),
        content_hash="ab" * 32,
        fallback_title="file name",
        target_tokens=target,
    )


def paragraph(text, **more):
    return Block(BlockKind.PARAGRAPH, text, **more)


def heading(text, level=1):
    return Block(BlockKind.HEADING, text, level=level)


def item(text):
    return Block(BlockKind.LIST_ITEM, text, level=1)


def test_no_text_gives_no_passage():
    assert passages() == ()
    assert passages(paragraph(" \n ")) == ()


def test_the_file_name_stands_in_for_a_missing_title():
    assert passages(paragraph("x"), title=" ")[0].title == "file name"


def test_a_short_document_is_one_passage():
    (passage,) = passages(paragraph("One."), paragraph("Two."))
    assert passage.text == "One.\n\nTwo."
    assert (passage.locator.start, passage.locator.end) == (0, 10)


def test_long_text_is_cut_between_sentences():
    got = passages(paragraph(SENTENCE * 60))
    assert len(got) > 3
    for passage in got:
        assert passage.text.startswith("This sentence")
        assert passage.text.endswith("enough here.")


def test_a_heading_starts_a_passage_and_names_what_is_below_it():
    body = SENTENCE * 5
    got = passages(
        heading("Guide"), heading("Install", 2), paragraph(body), heading("Use", 2), paragraph(body)
    )
    assert [passage.heading for passage in got] == [("Guide", "Install"), ("Guide", "Use")]
    assert got[1].text.startswith("Use\n\nThis")
    assert got[0].context == "Title > Guide > Install"


def test_a_heading_never_ends_a_passage():
    got = passages(*(each for _ in range(6) for each in (paragraph(SENTENCE * 9), heading("H"))))
    assert all(not passage.text.endswith("H") for passage in got[:-1])


def test_tiny_sections_are_kept_together_under_what_they_share():
    got = passages(
        heading("All"), heading("A", 2), paragraph("Few."), heading("B", 2), paragraph("Words.")
    )
    (passage,) = got
    assert passage.heading == ("All",)
    assert passage.text == "All\n\nA\n\nFew.\n\nB\n\nWords."


def test_a_document_of_headings_only_keeps_them_as_text():
    got = passages(*(heading(f"Heading number {n}") for n in range(400)))
    assert "Heading number 399" in got[-1].text


def test_a_list_stays_with_its_introduction():
    fill = paragraph(SENTENCE * 13)
    got = passages(fill, paragraph("You need:"), *(item(SENTENCE * 2) for _ in range(4)))
    assert got[1].text.startswith("You need:\n\nThis sentence")


def test_a_split_table_names_its_columns_in_the_context_and_not_in_the_text():
    rows = "\n".join(f"{n} | a rather long cell with words | {n * n}" for n in range(200))
    got = passages(Block(BlockKind.TABLE, "Number | Remark | Square\n" + rows))
    assert len(got) > 5
    assert "Number | Remark" in got[0].text
    for passage in got[1:]:
        assert "Number | Remark" not in passage.text
        assert passage.heading[-1] == "Number | Remark | Square"
        assert all(line.count(" | ") == 2 for line in passage.text.splitlines())


def test_code_is_cut_between_lines():
    code = "\n".join(f"    value_{n} = compute(value_{n}, {n})" for n in range(100))
    got = passages(Block(BlockKind.CODE, code))
    assert len(got) > 3
    assert all(line.endswith(")") for passage in got for line in passage.text.splitlines())


def printed(text, page, *, top=0.0, width=40):
    lines = []
    for number, start in enumerate(range(0, len(text), width)):
        y = top + 12.0 * number
        lines.append(
            Line(start, min(len(text), start + width), Box(page, 50.0, y, 250.0, y + 10.0))
        )
    return paragraph(text, page=page, lines=tuple(lines))


def test_a_passage_has_the_boxes_of_exactly_its_lines():
    block = printed(SENTENCE * 60, 3)
    got = passages(block)
    for passage in got:
        inside = [
            line.box for line in block.lines if set(block.text[line.start : line.end].split())
        ]
        assert set(passage.locator.boxes) <= set(inside)
        assert passage.locator.page == 3
    covered = [box for passage in got for box in passage.locator.boxes]
    assert {line.box for line in block.lines} == set(covered)


def test_a_line_printed_in_two_parts_has_one_box():
    text = "left part right part"
    lines = (Line(0, 9, Box(1, 0, 0, 50, 10)), Line(10, 20, Box(1, 52, 0, 100, 10)))
    (passage,) = passages(paragraph(text, page=1, lines=lines))
    assert passage.locator.boxes == (Box(1, 0, 0, 100, 10),)


def test_a_table_with_wrapped_cells_has_its_boxes_line_by_line():
    cells = [("Code", 0, 0), ("Do", 50, 0), ("E-11", 0, 20), ("Clean it,", 50, 21),
             ("then wait", 50, 32), ("E-12", 0, 52), ("Close", 50, 52)]  # fmt: skip
    lines, text = [], ""
    for word, x, y in cells:
        text += ("\n" if not x and text else " ") if text else ""
        lines.append(Line(len(text), len(text) + len(word), Box(1, x, y, x + 40, y + 10)))
        text += word
    wrapped = [lines[0], lines[1], lines[2], lines[4], lines[3], *lines[5:]]
    moved = [Line(at.start, at.end, of.box) for at, of in zip(lines, wrapped, strict=True)]
    (passage,) = passages(Block(BlockKind.TABLE, text, page=1, lines=tuple(moved)))
    assert [(box.y0, box.x1) for box in passage.locator.boxes] == [
        (0, 90), (20, 90), (32, 90), (52, 90),
    ]  # fmt: skip


def test_a_sentence_over_a_page_break_stays_whole_with_boxes_on_both_pages():
    got = passages(
        printed("The sentence begins on this page and", 1), printed("ends on the next one.", 2)
    )
    (passage,) = got
    assert passage.text == "The sentence begins on this page and ends on the next one."
    assert passage.locator.page == 1
    assert {box.page for box in passage.locator.boxes} == {1, 2}


def test_a_page_that_begins_anew_begins_a_passage():
    got = passages(printed(SENTENCE * 5, 1), printed(SENTENCE * 5, 2))
    assert [passage.locator.page for passage in got] == [1, 2]


def test_lone_surrogates_do_not_reach_the_library():
    (passage,) = passages(paragraph("broken \udce9 text"), title="caf\udce9")
    assert (passage.title + passage.text).encode()


def test_a_word_of_megabytes_is_cut_within_the_limit():
    got = passages(paragraph("x" * 2_000_000 + " end"))
    assert max(estimate_tokens(passage.text) for passage in got) <= SIZES.limit
    assert sum(len(passage.text) for passage in got) == 2_000_004


KINDS = st.sampled_from(list(BlockKind))
WORDS = st.lists(
    st.sampled_from(["word", "Mr.", "end.", "次の文。", "कर।", "naïve", "12", "x" * 90, "\n", "|"]),
    max_size=120,
)
BLOCKS = st.lists(
    st.builds(
        lambda kind, words, level, page: Block(kind, " ".join(words), level=level, page=page),
        KINDS,
        WORDS,
        st.integers(0, 6),
        st.one_of(st.none(), st.integers(1, 3)),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(BLOCKS, st.sampled_from([40, 200]))
def test_passages_rebuild_the_text_within_their_limits(blocks, target):
    got = passages(*blocks, target=target)
    document = "\n\n".join(passage.text for passage in got)
    for ordinal, passage in enumerate(got):
        where = passage.locator
        assert document[where.start : where.end] == passage.text
        assert passage.text.strip() == passage.text != ""
        assert passage.ordinal == ordinal
        assert estimate_tokens(passage.text) <= Sizes.around(target).limit * 1.1 + 1
    written = "".join("".join(block.text.split()) for block in blocks)
    assert "".join(document.split()) == written
    assert len({passage.passage_id for passage in got}) == len(got)
    assert got == passages(*blocks, target=target)
