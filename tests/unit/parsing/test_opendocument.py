from __future__ import annotations

import zipfile

import pytest

from desktop_app.errors import CorruptFile, EncryptedFile, FileTooLarge
from desktop_app.parsing import limits
from desktop_app.parsing.formats import parse

NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in [
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("presentation", "presentation"), ("manifest", "manifest"),
    ]
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip
KINDS = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
TEXT = (
    "<office:text><text:tracked-changes><text:p>Deleted</text:p></text:tracked-changes>"
    '<text:h text:outline-level="2">Chap<text:s/>ter</text:h>'
    "<text:p>Some<text:tab/>words<text:line-break/>and a note"
    "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
    "<text:p>The note.</text:p></text:note-body></text:note>.</text:p>"
    "<text:list><text:list-item><text:p>first</text:p><text:list><text:list-item>"
    "<text:p>nested</text:p></text:list-item></text:list></text:list-item></text:list>"
    "<table:table><table:table-row><table:table-cell><text:p>Name</text:p></table:table-cell>"
    "<table:table-cell><text:p>Year</text:p></table:table-cell></table:table-row>"
    "<table:table-row><table:table-cell><text:p>Ada</text:p></table:table-cell>"
    "<table:table-cell><text:p>1815</text:p></table:table-cell></table:table-row></table:table>"
    "</office:text>"
)
SHAPE = [
    ("heading", 2, None, "Chap ter"),
    ("paragraph", 0, None, "Some words\nand a note."),
    ("paragraph", 0, None, "The note."),
    ("list-item", 1, None, "first"),
    ("list-item", 2, None, "nested"),
    ("table", 0, None, "Name | Year\nAda | 1815"),
]


def write(path, body, *, title="The Title", manifest=""):
    root = "office:document-content"
    content = f"<{root} {NAMES}><office:body>{body}</office:body></{root}>"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", KINDS[path.suffix[1:]])
        package.writestr("content.xml", content)
        package.writestr(
            "meta.xml",
            f"<office:document-meta {NAMES}><office:meta><dc:title>{title}</dc:title>"
            "</office:meta></office:document-meta>",
        )
        if manifest:
            package.writestr("META-INF/manifest.xml", manifest)
    return path


def shape(parsed):
    return [(block.kind.value, block.level, block.page, block.text) for block in parsed.blocks]


def test_a_text_keeps_headings_lists_tables_and_notes_and_drops_what_was_deleted(tmp_path):
    parsed = parse(write(tmp_path / "a.odt", TEXT))
    assert (parsed.title, parsed.page_count, shape(parsed)) == ("The Title", None, SHAPE)


def test_a_flat_text_is_read_as_a_zipped_one(tmp_path):
    path = tmp_path / "a.fodt"
    path.write_text(
        f"<office:document {NAMES}><office:meta><dc:title>Flat</dc:title></office:meta>"
        f"<office:body>{TEXT}</office:body></office:document>"
    )
    parsed = parse(path)
    assert (parsed.title, shape(parsed)) == ("Flat", SHAPE)


def test_a_spreadsheet_is_one_page_a_sheet_and_repeats_cells_but_not_empty_ones(tmp_path):
    body = (
        '<office:spreadsheet><table:table table:name="First"><table:table-row>'
        '<table:table-cell table:number-columns-repeated="2"><text:p>twice</text:p>'
        '</table:table-cell><table:table-cell table:number-columns-repeated="16382"/>'
        "</table:table-row></table:table>"
        '<table:table table:name="Empty"/><table:table table:name="Third"><table:table-row>'
        "<table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell>"
        "</table:table-row></table:table></office:spreadsheet>"
    )
    parsed = parse(write(tmp_path / "a.ods", body))
    assert parsed.page_count == 3
    assert shape(parsed) == [
        ("heading", 1, 1, "First"),
        ("table", 0, 1, "twice | twice"),
        ("heading", 1, 3, "Third"),
        ("table", 0, 3, "a | b"),
    ]


def test_cells_are_counted_over_all_sheets(tmp_path, monkeypatch):
    monkeypatch.setattr("desktop_app.parsing.opendocument.MOST_CELLS", 3)
    row = (
        "<table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>"
    )
    body = f"<office:spreadsheet><table:table>{row * 5}</table:table></office:spreadsheet>"
    parsed = parse(write(tmp_path / "a.ods", body))
    assert len(parsed.blocks) == 3
    assert parsed.shortfall == "Only the first 3 cells were read."


def test_a_presentation_is_one_page_a_slide_with_the_title_first_and_notes(tmp_path):
    body = (
        "<office:presentation><draw:page>"
        '<draw:frame presentation:class="outline"><draw:text-box><text:p>Body</text:p>'
        '</draw:text-box></draw:frame><draw:frame presentation:class="title"><draw:text-box>'
        "<text:p>Slide</text:p></draw:text-box></draw:frame>"
        "<presentation:notes><draw:page-thumbnail/><draw:frame><draw:text-box><text:p>Note</text:p>"
        "</draw:text-box></draw:frame></presentation:notes></draw:page>"
        "<draw:page><draw:frame><draw:image/></draw:frame></draw:page></office:presentation>"
    )
    parsed = parse(write(tmp_path / "a.odp", body))
    assert shape(parsed) == [
        ("heading", 1, 1, "Slide"),
        ("paragraph", 0, 1, "Body"),
        ("paragraph", 0, 1, "Note"),
    ]
    assert (parsed.page_count, parsed.empty_pages) == (2, (2,))


def test_an_encrypted_document_says_that_it_needs_a_password(tmp_path):
    manifest = (
        f"<manifest:manifest {NAMES}><manifest:file-entry><manifest:encryption-data/>"
        "</manifest:file-entry></manifest:manifest>"
    )
    with pytest.raises(EncryptedFile):
        parse(write(tmp_path / "a.odt", TEXT, manifest=manifest))


def test_a_bomb_is_refused_and_an_external_entity_is_not_read(tmp_path):
    (tmp_path / "secret.txt").write_text("TOP SECRET")
    entity = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
    path = tmp_path / "a.fodt"
    path.write_text(
        f"{entity}<office:document {NAMES}><office:body><office:text><text:p>Before &x;</text:p>"
        "</office:text></office:body></office:document>"
    )
    assert "SECRET" not in "".join(block.text for block in parse(path).blocks)
    with zipfile.ZipFile(tmp_path / "a.odt", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", KINDS["odt"])
        package.writestr("content.xml", b"\0" * (limits.STEEP_FROM_BYTES + 1))
    with pytest.raises(FileTooLarge):
        parse(tmp_path / "a.odt")


@pytest.mark.parametrize("name", ["a.odt", "a.ods", "a.odp", "a.fodt"])
def test_what_is_no_opendocument_file_is_corrupt(tmp_path, name):
    (tmp_path / name).write_text("no such thing")
    with pytest.raises(CorruptFile):
        parse(tmp_path / name)
