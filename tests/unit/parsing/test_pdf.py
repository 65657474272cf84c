from __future__ import annotations

import time
from pathlib import Path

import pymupdf
import pytest

from desktop_app.domain import BlockKind
from desktop_app.errors import CorruptFile, EmptyFile, EncryptedFile
from desktop_app.parsing.formats import parse
from desktop_app.parsing.pdf import build_document
from desktop_app.parsing.pdf_lines import PrintedLine
from desktop_app.parsing.rendering import RenderRequest, render_page

PROSE = (
    "The quick brown fox jumps over the lazy dog and then returns to the place from which "
    "it came, because nothing else in this sentence would have any use for a fox at rest. "
)


@pytest.fixture
def make(tmp_path):
    def make(draw, *, name="a.pdf", **saving):
        path = tmp_path / name
        with pymupdf.open() as document:
            draw(document)
            document.save(path, **saving)
        return path

    return make


def write(page, rows, *, x=72, y=120, size=11, font="helv", leading=1.3):
    for row in rows:
        page.insert_text((x, y), row, fontsize=size, fontname=font)
        y += leading * size
    return y


def texts(parsed, kind=None):
    return [block.text for block in parsed.blocks if kind in {None, block.kind}]


def ink_inside(image, box):
    """Return the share of dark pixels within a box of a rendered page."""
    scale = image.width / image.page_width
    dark = total = 0
    for row in range(round(box.y0 * scale), round(box.y1 * scale)):
        for column in range(round(box.x0 * scale), round(box.x1 * scale)):
            at = 3 * (row * image.width + column)
            dark += image.rgb[at] < 128
            total += 1
    return dark / max(total, 1)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_boxes_lie_on_the_ink_of_their_lines_also_on_rotated_pages(make, rotation):
    def draw(document):
        page = document.new_page(width=400, height=600)
        # Written so that it reads upright once the page is turned.
        at = {0: (50, 100), 90: (100, 500), 180: (350, 500), 270: (300, 100)}[rotation]
        page.insert_text(at, "Boxes lie on words", fontsize=20, rotate=rotation)
        page.set_rotation(rotation)

    path = make(draw)
    parsed = parse(path)
    image = render_page(RenderRequest(path=str(path), page=1, scale=1.0))
    (block,) = parsed.blocks
    assert block.text == "Boxes lie on words"
    (line,) = block.lines
    assert ink_inside(image, line.box) > 0.05
    everywhere = type(line.box)(1, 0, 0, image.page_width, image.page_height)
    area = (line.box.x1 - line.box.x0) * (line.box.y1 - line.box.y0)
    # Nothing is printed outside of the box.
    assert ink_inside(image, line.box) * area == pytest.approx(
        ink_inside(image, everywhere) * image.page_width * image.page_height, rel=0.25
    )


def test_every_line_points_at_its_own_words_in_the_text(make):
    def draw(document):
        write(document.new_page(), ["The inter-", "national well-", "known court", "has ruled."])

    (block,) = parse(make(draw)).blocks
    assert [block.text[line.start : line.end] for line in block.lines] == [
        "The inter",
        "national well",
        "known court",
        "has ruled.",
    ]


def test_a_hyphen_at_a_line_end_goes_unless_the_document_writes_it_elsewhere(make):
    def draw(document):
        write(
            document.new_page(),
            ["A well-known court said so. It is an inter-", "national court that is well-",
             "known in Austria-", "Hungary."],
        )  # fmt: skip

    (text,) = texts(parse(make(draw)))
    assert text == (
        "A well-known court said so. It is an international court that is well-known in "
        "Austria-Hungary."
    )


def test_a_line_of_many_letters_without_a_space_is_read_in_a_moment():
    text = f"{'acgt' * 10_000} well-known"
    line = PrintedLine(text, 72, 100, 500, 112, 11, False, False, True, 0, False)
    begun = time.process_time()
    (block,) = build_document([[line]], [842], {})
    assert time.process_time() - begun < 2
    assert block.text == text


def test_running_heads_and_page_numbers_are_left_out(make):
    def draw(document):
        for number in range(1, 5):
            page = document.new_page()
            page.insert_text((72, 40), "Annual Report of the Company", fontsize=9)
            page.insert_text((290, 810), f"Page {number} of 4", fontsize=9)
            write(page, [f"Words of page {'one two three four'.split()[number - 1]}."])

    assert texts(parse(make(draw))) == [
        "Words of page one.",
        "Words of page two.",
        "Words of page three.",
        "Words of page four.",
    ]


def test_two_columns_are_read_one_after_the_other(make):
    words = PROSE.split()
    left = [" ".join(words[at : at + 5]) for at in range(0, 30, 5)]
    right = [f"right {row}" for row in left]

    def draw(document):
        page = document.new_page()
        page.insert_text((72, 70), "A Title Over Both Of The Columns Of Text", fontsize=20)
        for row, (one, other) in enumerate(zip(left, right, strict=True)):
            page.insert_text((72, 120 + 14 * row), one, fontsize=10)
            page.insert_text((320, 120 + 14 * row), other, fontsize=10)

    text = " ".join(texts(parse(make(draw))))
    assert " ".join(left) in text
    assert text.index(left[-1]) < text.index(right[0])


def test_larger_and_bold_lines_are_headings_with_levels(make):
    def draw(document):
        page = document.new_page()
        write(page, ["The Main Title"], y=80, size=22)
        write(page, ["First Chapter"], y=120, size=16)
        write(page, [PROSE[:80], PROSE[80:160]], y=150)
        write(page, ["A bold section"], y=200, font="hebo")
        write(page, [PROSE[:80], PROSE[80:160]], y=225)

    headings = [
        (block.level, block.text)
        for block in parse(make(draw)).blocks
        if block.kind is BlockKind.HEADING
    ]
    assert headings == [(1, "The Main Title"), (2, "First Chapter"), (3, "A bold section")]


def test_the_outline_gives_headings_their_levels(make):
    def draw(document):
        page = document.new_page()
        write(page, ["Scope of this document"], y=100)
        write(page, [PROSE[:80], PROSE[80:160]], y=150)
        document.set_toc([[1, "Part", 1], [2, "Scope of this document", 1]])

    (first, *_) = parse(make(draw)).blocks
    assert (first.kind, first.level) == (BlockKind.HEADING, 2)


def test_rows_of_cells_are_a_table_with_its_header_first(make):
    rows = [("Name", "Year", "Amount"), ("Alpha", "2001", "10.5"), ("Beta", "2002", "7.25")]

    def draw(document):
        page = document.new_page()
        for number, row in enumerate(rows):
            for x, cell in zip((72, 200, 300), row, strict=True):
                page.insert_text((x, 100 + 16 * number), cell)

    assert texts(parse(make(draw)), BlockKind.TABLE) == [
        "Name | Year | Amount\nAlpha | 2001 | 10.5\nBeta | 2002 | 7.25"
    ]


def lay_out(document, rows, *, at, size=10):
    """Write each row's cells at ``at``; a cell's lines are set solid, rows are 12 points apart."""
    page = document.new_page()
    y = 100.0
    for row in rows:
        for x, cell in zip(at, row, strict=True):
            for number, line in enumerate(cell.split("\n")):
                page.insert_text((x, y + number * 1.38 * size), line, fontsize=size)
        y += max(cell.count("\n") + 1 for cell in row) * 1.38 * size + 12


def test_what_is_wrapped_within_its_cell_is_put_together(make):
    rows = [
        ("Code", "Meaning", "What to do"),
        ("E-11", "Pump is", "Clean the chamber, then"),
        (
            "E-12",
            "Condensate pump\nblocked",
            "Clean the float chamber, then\nhold RESET for\neight s",
        ),
        ("E-13", "Door open", "Close it"),
    ]

    def draw(document):
        lay_out(document, rows, at=(72, 104, 200))

    [table] = [each for each in parse(make(draw)).blocks if each.kind is BlockKind.TABLE]
    assert table.text.split("\n") == [" | ".join(row).replace("\n", " ") for row in rows]
    words = [table.text[line.start : line.end] for line in table.lines]
    assert words[words.index("E-12") :][:6] == [
        "E-12", "Condensate pump", "blocked",
        "Clean the float chamber, then", "hold RESET for", "eight s",
    ]  # fmt: skip
    boxes = dict(zip(words, (line.box for line in table.lines), strict=True))
    assert boxes["blocked"].y0 > boxes["Clean the float chamber, then"].y0


def test_the_last_cell_of_a_table_is_whole_and_a_note_below_it_is_none_of_it(make):
    rows = [
        ("Code", "Meaning", "What to do"),
        ("E-11", "Pump is", "Clean the chamber, then"),
        ("E-12", "Door open", "Close the door, then\nhold RESET for\neight s"),
    ]

    def draw(document):
        lay_out(document, [*rows, ("Keep this sheet.", "", "")], at=(72, 104, 200))

    parsed = parse(make(draw))
    assert texts(parsed, BlockKind.TABLE) == [
        "\n".join(" | ".join(row).replace("\n", " ") for row in rows)
    ]
    assert "Keep this sheet." in texts(parsed, BlockKind.PARAGRAPH)


def test_rows_without_a_first_cell_that_are_as_far_apart_as_others_stay_rows(make):
    rows = [("Year", "Quarter", "Sales"), ("2024", "first", "11"), ("", "second", "12"),
            ("2025", "first", "13"), ("", "second", "14")]  # fmt: skip

    def draw(document):
        lay_out(document, rows, at=(72, 150, 250))

    assert texts(parse(make(draw)), BlockKind.TABLE) == [
        "Year | Quarter | Sales\n2024 | first | 11\nsecond | 12\n2025 | first | 13\nsecond | 14"
    ]


def test_rows_that_are_set_in_are_not_put_to_the_row_above(make):
    def draw(document):
        page = document.new_page()
        entries = [("Scope", 72, 100), ("Figures", 72, 130), ("Tables", 90, 143),
                   ("Verbatim", 90, 156), ("Index", 72, 186)]  # fmt: skip
        for entry, x, y in entries:
            page.insert_text((x, y), entry)
            page.insert_text((300, y), "7")

    assert texts(parse(make(draw)), BlockKind.TABLE) == [
        "Scope | 7\nFigures | 7\nTables | 7\nVerbatim | 7\nIndex | 7"
    ]


def test_cells_close_to_each_other_are_told_apart_where_they_stand_under_each_other(make):
    rows = [("Treatment", "Crabs", "Growth"), ("Dark", "62", "4.8"), ("Amber", "60", "4.5"),
            ("White", "61", "3.1")]  # fmt: skip

    def draw(document):
        lay_out(document, rows, at=(72, 126, 162))

    assert texts(parse(make(draw)), BlockKind.TABLE) == ["\n".join(map(" | ".join, rows))]


def test_bullets_are_list_items(make):
    def draw(document):
        write(document.new_page(), ["- apples and", "more apples", "- pears"])

    assert texts(parse(make(draw)), BlockKind.LIST_ITEM) == ["- apples and more apples", "- pears"]


def test_a_page_with_a_picture_and_no_text_is_named(make):
    def draw(document):
        write(document.new_page(), ["Some words"])
        picture = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 50, 50))
        document.new_page().insert_image((72, 72, 300, 300), pixmap=picture)
        document.new_page()

    parsed = parse(make(draw))
    assert (parsed.page_count, parsed.empty_pages) == (3, (2,))


def test_a_pdf_that_needs_a_password_says_so(make):
    path = make(
        lambda document: write(document.new_page(), ["Secret"]),
        encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y",
    )  # fmt: skip
    with pytest.raises(EncryptedFile):
        parse(path)
    with pytest.raises(EncryptedFile):
        render_page(RenderRequest(path=str(path), page=1, scale=1.0))


def test_a_pdf_that_only_restricts_printing_is_read(make):
    path = make(
        lambda document: write(document.new_page(), ["Open to read"]),
        encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="y",
    )  # fmt: skip
    assert texts(parse(path)) == ["Open to read"]


def test_blank_pages_are_an_empty_file(make):
    with pytest.raises(EmptyFile):
        parse(make(lambda document: document.new_page()))


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>"])
def test_a_damaged_pdf_is_a_failure_not_an_exception(tmp_path, content):
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises((CorruptFile, EmptyFile)):
        parse(path)


def test_a_page_is_rendered_within_bounds_whatever_is_asked(make):
    path = make(lambda document: write(document.new_page(width=200, height=100), ["Word"]))
    small = render_page(RenderRequest(path=str(path), page=99, scale=1.0))
    assert (small.page, small.page_count, small.width, small.height) == (1, 1, 200, 100)
    assert len(small.rgb) == 200 * 100 * 3
    huge = render_page(RenderRequest(path=str(path), page=1, scale=1e9))
    assert huge.width * huge.height <= 4096 * 4096
    assert len(huge.rgb) == huge.width * huge.height * 3


@pytest.mark.shared
def test_words_that_mupdf_finds_on_real_pages_are_inside_our_boxes(shared: Path):
    path = shared / "corpora/docs/gov-reports/NARA2022.pdf"
    checked = 0
    with pymupdf.open(path) as document:
        for block in parse(path).blocks[:60]:
            for line in block.lines:
                word = max(block.text[line.start : line.end].split(), key=len)
                found = document[line.box.page - 1].search_for(word)
                box = pymupdf.Rect(line.box.x0, line.box.y0, line.box.x1, line.box.y1)
                assert any(each.intersects(box) for each in found), word
                checked += 1
    assert checked > 50
