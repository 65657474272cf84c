from __future__ import annotations

import zipfile
from datetime import date

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml

from desktop_app.errors import CorruptFile, EmptyFile
from desktop_app.parsing.formats import parse


def shape(parsed):
    return [(block.kind.value, block.level, block.page, block.text) for block in parsed.blocks]


def test_a_word_document_keeps_headings_lists_tables_and_order(tmp_path):
    document = docx.Document()
    document.core_properties.title = "The Title"
    document.add_heading("Chapter", level=1)
    document.add_paragraph("Some words.")
    document.add_heading("Section", level=2)
    document.add_paragraph("an item", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Name", "Year", "Ada", "1815"], strict=True):
        cell.text = text
    document.add_paragraph("The end.")
    document.save(tmp_path / "a.docx")
    parsed = parse(tmp_path / "a.docx")
    assert parsed.title == "The Title"
    assert [(kind, level, text) for kind, level, _, text in shape(parsed)] == [
        ("heading", 1, "Chapter"),
        ("paragraph", 0, "Some words."),
        ("heading", 2, "Section"),
        ("list-item", 1, "an item"),
        ("table", 0, "Name | Year\nAda | 1815"),
        ("paragraph", 0, "The end."),
    ]


def test_text_boxes_are_read_once_and_deleted_text_never(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("Around the box")
    names = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    box = "<w:txbxContent><w:p><w:r><w:t>Inside the box</w:t></w:r></w:p></w:txbxContent>"
    paragraph._p.append(
        parse_xml(
            f"<w:r {names}><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    paragraph._p.append(
        parse_xml(f"<w:del {names}><w:r><w:delText>Deleted</w:delText></w:r></w:del>")
    )
    document.save(tmp_path / "a.docx")
    assert [text for *_, text in shape(parse(tmp_path / "a.docx"))] == [
        "Around the box",
        "Inside the box",
    ]


def test_a_presentation_is_one_page_a_slide_with_titles_tables_and_notes(tmp_path):
    presentation = pptx.Presentation()
    for number in (1, 2):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = f"Slide {number}"
        slide.placeholders[1].text = f"Body {number}"
        slide.notes_slide.notes_text_frame.text = f"Notes {number}"
    table = slide.shapes.add_table(2, 2, 0, 0, 100, 100).table
    for at, text in enumerate(["Name", "Year", "Ada", "1815"]):
        table.cell(at // 2, at % 2).text = text
    presentation.save(tmp_path / "a.pptx")
    parsed = parse(tmp_path / "a.pptx")
    assert parsed.page_count == 2
    assert shape(parsed) == [
        ("heading", 1, 1, "Slide 1"),
        ("paragraph", 0, 1, "Body 1"),
        ("paragraph", 0, 1, "Notes 1"),
        ("heading", 1, 2, "Slide 2"),
        ("paragraph", 0, 2, "Body 2"),
        ("table", 0, 2, "Name | Year\nAda | 1815"),
        ("paragraph", 0, 2, "Notes 2"),
    ]


def test_a_workbook_is_one_page_a_sheet_with_values_as_they_are_shown(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Sales"
    sheet.append(["Day", "Sum", "Paid"])
    sheet.append([date(2020, 2, 3), 0.1 + 0.2, True])
    workbook.create_sheet("Empty")
    other = workbook.create_sheet("Far away")
    other["XFD1048576"] = "corner"
    other["A1"] = "start"
    workbook.save(tmp_path / "a.xlsx")
    parsed = parse(tmp_path / "a.xlsx")
    assert parsed.page_count == 3
    assert shape(parsed)[:3] == [
        ("heading", 1, 1, "Sales"),
        ("table", 0, 1, "Day | Sum | Paid\n2020-02-03 | 0.3 | TRUE"),
        ("heading", 1, 3, "Far away"),
    ]


def test_an_office_file_cut_short_is_corrupt(tmp_path):
    document = docx.Document()
    document.add_paragraph("Some words.")
    document.save(tmp_path / "whole.docx")
    content = (tmp_path / "whole.docx").read_bytes()
    (tmp_path / "cut.docx").write_bytes(content[: len(content) // 2])
    with pytest.raises(CorruptFile):
        parse(tmp_path / "cut.docx")


def test_a_document_without_a_word_is_empty(tmp_path):
    docx.Document().save(tmp_path / "a.docx")
    with pytest.raises(EmptyFile):
        parse(tmp_path / "a.docx")


@pytest.mark.shared
def test_a_strict_word_document_gives_its_text(shared):
    parsed = parse(shared / "corpora/docs/format-zoo/docling/Strict.docx")
    assert [text for *_, text in shape(parsed)] == ["Some text"]


def test_a_book_is_read_in_the_order_of_its_spine(tmp_path):
    def chapter(text):
        return f"<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>{text}</h1></body></html>"

    repeated = "<itemref idref='c2'/>" * 50
    items = "".join(
        f'<item id="c{n}" href="text/c%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in (1, 2)
    )
    with zipfile.ZipFile(tmp_path / "a.epub", "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            "<container><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>",
        )
        book.writestr(
            "OPS/book.opf",
            "<package xmlns:dc='urn:dc'><metadata><dc:title>A Book</dc:title></metadata>"
            f"<manifest>{items}</manifest>"
            # Every chapter counts once, however often a hostile book names it.
            f"<spine><itemref idref='c2'/><itemref idref='c1'/>{repeated}</spine></package>",
        )
        book.writestr("OPS/text/c 1.xhtml", chapter("One"))
        book.writestr("OPS/text/c 2.xhtml", chapter("Two"))
    parsed = parse(tmp_path / "a.epub")
    assert (parsed.title, parsed.page_count) == ("A Book", 2)
    assert shape(parsed) == [("heading", 1, 1, "Two"), ("heading", 1, 2, "One")]


def test_a_workbook_whose_compressed_data_is_damaged_is_said_to_be(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["a word", 1])
    workbook.save(path)
    with zipfile.ZipFile(path) as package:
        entry = package.getinfo("xl/workbook.xml")
        start = entry.header_offset + 30 + len(entry.filename)
    content = bytearray(path.read_bytes())
    content[start : start + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(CorruptFile):
        parse(path)


def _stored_otherwise(path, part, method):
    """Say of one part that it is compressed in another way than it is, in both places."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        header = package.getinfo(part).header_offset
    entry = content.rindex(part.encode()) - 46
    assert content[entry : entry + 4] == b"PK\x01\x02"
    content[header + 8 : header + 10] = content[entry + 10 : entry + 12] = bytes((method, 0))
    path.write_bytes(content)


@pytest.mark.parametrize("method", [0, 12, 14, 99])
@pytest.mark.parametrize("part", ["xl/theme/theme1.xml", "xl/worksheets/sheet1.xml"])
def test_a_workbook_with_a_part_of_unknown_compression_is_damaged(tmp_path, part, method):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.append(["a word", 1])
    workbook.save(path)
    _stored_otherwise(path, part, method)
    with pytest.raises(CorruptFile):
        parse(path)


@pytest.mark.parametrize("method", [0, 12, 14, 99])
def test_one_slide_of_unknown_compression_does_not_cost_the_others(tmp_path, method):
    path = tmp_path / "a.pptx"
    slides = pptx.Presentation()
    for title in ("One", "Two"):
        slides.slides.add_slide(slides.slide_layouts[5]).shapes.title.text = title
    slides.save(path)
    _stored_otherwise(path, "ppt/slides/slide2.xml", method)
    parsed = parse(path)
    assert [text for *_, text in shape(parsed)] == ["One"]
    assert parsed.shortfall == "These slides could not be read: 2."


@pytest.mark.parametrize("method", [0, 12, 14, 99])
@pytest.mark.parametrize("part", ["word/styles.xml", "docProps/core.xml"])
def test_a_word_document_is_read_without_its_damaged_styles_or_title(tmp_path, part, method):
    path = tmp_path / "a.docx"
    document = docx.Document()
    document.add_paragraph("Some words.")
    document.save(path)
    _stored_otherwise(path, part, method)
    assert [text for *_, text in shape(parse(path))] == ["Some words."]


@pytest.mark.parametrize("method", [12, 14, 99])
def test_a_package_whose_name_of_a_format_is_damaged_is_corrupt(tmp_path, method):
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    _stored_otherwise(path, "mimetype", method)
    with pytest.raises(CorruptFile):
        parse(path)


def test_a_member_that_lies_before_the_file_is_damage_and_no_missing_right(tmp_path):
    path = tmp_path / "a.xlsx"
    openpyxl.Workbook().save(path)
    content = bytearray(path.read_bytes())
    # The offset of the directory, in the record at the end: beyond the file, so that every
    # member is looked for before its beginning.
    end = content.rindex(b"PK\x05\x06")
    content[end + 16 : end + 20] = (len(content) * 2).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(CorruptFile):
        parse(path)


def with_part(source, target, parts, relations):
    """Copy a package with more parts and, to lists of relations, more of them."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in {*old.namelist(), *relations}:
            content = old.read(name) if name in old.namelist() else b"<Relationships/>"
            if name in relations:
                content = content.replace(b"<Relationships/>", b"<Relationships></Relationships>")
                content = content.replace(
                    b"</Relationships>", relations[name].encode() + b"</Relationships>"
                )
            new.writestr(name, content)
        for name, content in parts.items():
            new.writestr(name, content)


def relation(kind, target):
    return f'<Relationship Id="drawn{kind}" Type="http://x/{kind}" Target="{target}"/>'


SMART_ART = (
    "<d:dataModel xmlns:d='d' xmlns:a='a'><d:pt><d:t><a:p><a:r><a:t>Ask</a:t></a:r><a:r>"
    "<a:t>ing</a:t></a:r></a:p></d:t></d:pt><d:pt><d:t><a:p/></d:t></d:pt></d:dataModel>"
)
CHART = (
    "<c:chartSpace xmlns:c='c' xmlns:a='a'><c:title><a:p><a:r><a:t>Rain</a:t></a:r></a:p></c:title>"
    "<c:cat><c:strCache><c:pt><c:v>May</c:v></c:pt><c:pt><c:v>June</c:v></c:pt></c:strCache></c:cat>"
    "</c:chartSpace>"
)


def test_what_is_drawn_on_a_slide_and_in_a_document_is_read(tmp_path):
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    slide.shapes.title.text = "A title"
    presentation.save(tmp_path / "plain.pptx")
    document = docx.Document()
    document.add_paragraph("Some words.")
    document.save(tmp_path / "plain.docx")
    for ending, folder, part in (("pptx", "ppt/slides", "slide1"), ("docx", "word", "document")):
        with_part(
            tmp_path / f"plain.{ending}",
            tmp_path / f"drawn.{ending}",
            {f"{folder}/d.xml": SMART_ART, f"{folder}/c.xml": CHART},
            {
                f"{folder}/_rels/{part}.xml.rels": relation("diagramData", "d.xml")
                + relation("chart", "c.xml")
                + relation("comments", "missing.xml")
            },
        )
        texts = [text for *_, text in shape(parse(tmp_path / f"drawn.{ending}"))]
        assert texts[1:] == ["Asking", "Rain", "May, June"]


def test_text_boxes_charts_and_notes_of_a_sheet_are_read_with_it(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.title = "Empty but drawn"
    workbook.create_sheet("Empty")
    workbook.save(tmp_path / "plain.xlsx")
    box = "<w xmlns:a='a'><txBody><a:p><a:r><a:t>In a box</a:t></a:r></a:p></txBody></w>"
    notes = (
        "<comments><commentList><comment><text><r><t>A </t></r><r><t>note</t></r></text></comment>"
        "<comment><text><t>[Threaded comment] Your version</t></text></comment>"
        "</commentList></comments>"
    )
    with_part(
        tmp_path / "plain.xlsx",
        tmp_path / "drawn.xlsx",
        {"xl/drawings/d.xml": box, "xl/drawings/c.xml": CHART, "xl/comments.xml": notes},
        {
            "xl/worksheets/_rels/sheet1.xml.rels": relation("drawing", "../drawings/d.xml")
            + relation("comments", "../comments.xml"),
            "xl/drawings/_rels/d.xml.rels": relation("chart", "c.xml"),
        },
    )
    assert shape(parse(tmp_path / "drawn.xlsx")) == [
        ("heading", 1, 1, "Empty but drawn"),
        ("paragraph", 0, 1, "In a box"),
        ("paragraph", 0, 1, "A note"),
        ("paragraph", 0, 1, "Rain"),
        ("paragraph", 0, 1, "May, June"),
    ]


def test_a_package_without_the_part_that_it_is_named_for_is_corrupt(tmp_path):
    openpyxl.Workbook().save(tmp_path / "whole.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as old,
        zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new,
    ):
        for name in old.namelist():
            # As one damaged letter in the list of types leaves it.
            new.writestr(name, old.read(name).replace(b"sheet.main+xml", b"sheet.mbin+xml"))
    with pytest.raises(CorruptFile):
        parse(tmp_path / "a.xlsx")
