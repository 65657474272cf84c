from __future__ import annotations

import contextlib
import io
import os
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain import BlockKind
from desktop_app.errors import (
    CorruptFile,
    EmptyFile,
    EncryptedFile,
    FileTooLarge,
    FileUnreadable,
    ParseError,
    UnsupportedFormat,
)
from desktop_app.parsing import limits, media_types, signatures
from desktop_app.parsing.formats import parse
from desktop_app.parsing.media_types import MEDIA_TYPES, media_type_of


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return parse(path)


def shape(parsed):
    return [(block.kind.value, block.level, block.text) for block in parsed.blocks]


def test_markdown_keeps_what_its_author_marked(tmp_path):
    source = """---
title: "A Handbook"
---
# Chapter One { #one }

Some *words* with a [link](http://example.org/secret) and `code`,
wrapped.

* first
    * nested
* second

| Name | Year |
|------|------|
| Ada  | 1815 |

```python
def f():

    return 1
```

/// tip

</div>
"""
    parsed = read(tmp_path, "a.md", source)
    assert parsed.title == "A Handbook"
    assert shape(parsed) == [
        ("heading", 1, "Chapter One"),
        ("paragraph", 0, "Some words with a link and code, wrapped."),
        ("list-item", 1, "first"),
        ("list-item", 2, "nested"),
        ("list-item", 1, "second"),
        ("table", 0, "Name | Year\nAda | 1815"),
        ("code", 0, "def f():\n\n    return 1"),
        ("paragraph", 0, "tip"),
    ]


def test_html_gives_only_what_a_reader_sees(tmp_path):
    source = """<!DOCTYPE html><html><head><title>The  Title</title><style>p{}</style></head>
    <body><script>var secret = 1</script><h1>Head<b>ing</b></h1>
    <p>One <i>para</i>graph<br>two lines</p><p style="display: none">hidden</p>
    <div hidden>hidden</div><ul><li>first<ul><li>nested</li></ul></li></ul>
    <table><tr><th>Name<th>Year</tr><tr><td>Ada<td>1815</tr></table>
    <pre>  code
    kept</pre>loose text</body></html>"""
    parsed = read(tmp_path, "a.html", source)
    assert parsed.title == "The Title"
    assert shape(parsed) == [
        ("heading", 1, "Heading"),
        ("paragraph", 0, "One paragraph\ntwo lines"),
        ("list-item", 1, "first"),
        ("list-item", 2, "nested"),
        ("table", 0, "Name | Year\nAda | 1815"),
        ("code", 0, "  code\n    kept"),
        ("paragraph", 0, "loose text"),
    ]


def test_plain_text_keeps_paragraphs_lists_and_underlined_headings(tmp_path):
    source = (
        "Title\n=====\n\nA paragraph that is wrapped over two lines because it is long enough\n"
        "to be wrapped.\n\n- one\n- two\n\n    indented = code()\n    more(code)\n"
    )
    assert shape(read(tmp_path, "a.txt", source)) == [
        ("heading", 1, "Title"),
        ("paragraph", 0,
         "A paragraph that is wrapped over two lines because it is long enough to be wrapped."),
        ("list-item", 1, "- one"),
        ("list-item", 1, "- two"),
        ("code", 0, "    indented = code()\n    more(code)"),
    ]  # fmt: skip


def test_a_log_keeps_its_lines_however_long_they_are(tmp_path):
    lines = [
        f"2026-04-09T03:12:{second}Z ERROR gateway[411] slave 17: exception 0x0B, the target failed"
        for second in range(10, 20)
    ]
    assert shape(read(tmp_path, "a.log", "\n".join(lines))) == [("code", 0, "\n".join(lines))]
    syslog = [line.replace("2026-04-09T", "Apr 09 ") for line in lines]
    [(kind, _, text)] = shape(read(tmp_path, "b.log", "\n".join(syslog)))
    assert (kind, text.split("\n")) == ("code", syslog)


def test_a_letter_with_figures_and_a_numbered_list_are_no_log(tmp_path):
    numbered = "".join(f"{number}. Item which is long enough that it is wrapped over\nits line.\n"
                       for number in range(1, 6))  # fmt: skip
    assert {kind for kind, _, _ in shape(read(tmp_path, "a.txt", numbered))} == {"list-item"}
    letter = (
        "2024 was a good year for the company, in which sales rose by a tenth over the year\n"
        "2023. In the first quarter 2024 the number of people rose to 420, and in the second\n"
        "to 431. We expect that in 2025 another 20 are going to be employed in Hall 4, which\n"
        "is now being built.\n"
    )
    assert [kind for kind, _, _ in shape(read(tmp_path, "b.txt", letter))] == ["paragraph"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_table_is_found(tmp_path, delimiter):
    rows = [["Name", "Place"], ["Ada", "London"], ["Bob", f'"a{delimiter}b"']]
    parsed = read(tmp_path, "a.csv", "\n".join(map(delimiter.join, rows)))
    assert shape(parsed)[0][2].split("\n")[:2] == ["Name | Place", "Ada | London"]


def test_a_long_table_repeats_its_header_in_every_block(tmp_path):
    rows = ["name,number", *(f"row{number},{number}" for number in range(450))]
    parsed = read(tmp_path, "a.csv", "\n".join(rows))
    assert len(parsed.blocks) == 3
    assert all(block.text.startswith("name | number\n") for block in parsed.blocks)
    lines = [line for block in parsed.blocks for line in block.text.split("\n")[1:]]
    assert lines == [f"row{number} | {number}" for number in range(450)]


def test_source_code_and_data_are_read_as_they_are_written(tmp_path):
    parsed = read(tmp_path, "a.py", "def f():\n    return 1\n\n\ndef g():\n    pass\n")
    assert shape(parsed) == [("code", 0, "def f():\n    return 1\n\ndef g():\n    pass")]
    assert parsed.blocks[0].kind is BlockKind.CODE
    assert shape(read(tmp_path, "a.yaml", 'key: "värde"')) == [("code", 0, 'key: "värde"')]


def test_source_without_blank_lines_is_cut_at_line_ends_and_loses_nothing(tmp_path):
    lines = [f"call(argument, number={number});" for number in range(2000)]
    parsed = read(tmp_path, "bundle.js", "\n".join(lines))
    assert len(parsed.blocks) > 10
    assert all(len(block.text) <= 4000 for block in parsed.blocks)
    assert [line for block in parsed.blocks for line in block.text.split("\n")] == lines


def test_a_pdf_under_a_wrong_name_is_read_as_a_pdf(tmp_path):
    import pymupdf

    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), "Really a PDF")
        content = document.tobytes()
    parsed = read(tmp_path, "a.txt", content)
    assert parsed.media_type == "application/pdf"
    assert shape(parsed)[0][2] == "Really a PDF"


def test_a_web_page_saved_as_text_is_read_as_a_web_page(tmp_path):
    parsed = read(tmp_path, "a.txt", "<!DOCTYPE html><p>Visible<script>x</script>")
    assert shape(parsed) == [("paragraph", 0, "Visible")]


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.xlsx", "a.pptx", "a.epub", "a.txt"])
def test_a_picture_under_any_other_name_is_corrupt(tmp_path, name):
    with pytest.raises(CorruptFile):
        read(tmp_path, name, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))


@pytest.mark.parametrize("name", ["a.pages", "a.rar", "a.pst", "a.xyz", "a"])
def test_an_unread_format_says_so_in_a_sentence(name):
    with pytest.raises(UnsupportedFormat) as raised:
        media_type_of(Path(name))
    assert raised.value.title.endswith(".")


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.docx", "a.md", "a.csv", "a.json", "a.html"])
def test_an_empty_file_holds_no_text(tmp_path, name):
    with pytest.raises(EmptyFile):
        read(tmp_path, name, b"")
    if name not in {"a.pdf", "a.docx"}:
        with pytest.raises(EmptyFile):
            read(tmp_path, name, b" \n\n \t ")


def test_a_file_that_is_gone_or_a_folder_or_a_pipe_is_unreadable(tmp_path):
    with pytest.raises(FileUnreadable):
        parse(tmp_path / "gone.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(FileUnreadable):
        parse(tmp_path / "folder.txt")
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe.txt")
        with pytest.raises(FileUnreadable):
            parse(tmp_path / "pipe.txt")


def test_a_text_of_three_hundred_megabytes_fails_before_it_is_read(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(300 << 20)
    with pytest.raises(FileTooLarge):
        parse(path)


def bomb(path, name, size):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        with package.open(name, "w", force_zip64=True) as part:
            for _ in range(size >> 20):
                part.write(b"\0" * (1 << 20))


@pytest.mark.parametrize(
    ("name", "part"),
    [("a.docx", "word/document.xml"), ("a.xlsx", "xl/workbook.xml"),
     ("a.pptx", "ppt/presentation.xml"), ("a.epub", "META-INF/container.xml")],
)  # fmt: skip
def test_a_zip_bomb_is_too_large_before_it_is_unpacked(tmp_path, name, part):
    bomb(tmp_path / name, part, limits.STEEP_FROM_BYTES + (2 << 20))
    with pytest.raises(FileTooLarge):
        parse(tmp_path / name)


def test_xml_entities_are_neither_resolved_nor_fetched(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    document = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">{laughs}]>'
        '<w:document xmlns:w="urn:w"><w:body><w:p><w:r><w:t>Before &x; &l11;</w:t></w:r>'
        "<w:r><w:t>after</w:t></w:r></w:p></w:body></w:document>"
    )
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as package:
        package.writestr("word/document.xml", document)
    text = " ".join(block.text for block in parse(tmp_path / "a.docx").blocks)
    assert "Before" in text
    assert "SECRET" not in text
    assert "haha" not in text


def test_an_encrypted_office_file_says_that_it_needs_a_password(tmp_path):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    name = "EncryptionInfo".encode("utf-16-le")
    with pytest.raises(EncryptedFile):
        read(tmp_path, "a.docx", ole + name)
    with pytest.raises(CorruptFile):
        read(tmp_path, "b.docx", ole)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.sampled_from(sorted(set(MEDIA_TYPES))), st.binary(max_size=600))
def test_any_bytes_under_any_name_give_a_document_or_a_parse_error(tmp_path, suffix, content):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    # Anything else than a ParseError fails the test.
    with contextlib.suppress(ParseError):
        parsed = parse(path)
        assert parsed.blocks or parsed.empty_pages
        assert [block for block in parsed.blocks if not is_sound(block, parsed)] == []


def is_sound(block, parsed):
    is_heading = block.kind is BlockKind.HEADING
    return (
        block.text.strip() != ""
        and (1 <= block.level <= 6 and "\n" not in block.text if is_heading else block.level >= 0)
        and (block.page is None or 1 <= block.page <= (parsed.page_count or 0))
        and all(0 <= line.start <= line.end <= len(block.text) for line in block.lines)
    )


def _packed(name, content):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr(name, content)
    return made.getvalue()


def _workbook():
    made, workbook = io.BytesIO(), openpyxl.Workbook()
    workbook.active.append(["lighthouse keeper", 1815])
    workbook.save(made)
    return made.getvalue()


_SAMPLES = {
    media_types.TEXT: b"The lighthouse keeper counted gulls.",
    media_types.CODE: b"lighthouse = 1",
    media_types.MARKDOWN: b"# lighthouse\n\nkeeper",
    media_types.CSV: b"name,year\nlighthouse,1815\n",
    media_types.TSV: b"name\tyear\nlighthouse\t1815\n",
    media_types.JSON: b'{"name": "lighthouse"}',
    media_types.JSON_LINES: b'{"name": "lighthouse"}\n{"name": "keeper"}\n',
    media_types.XML: b"<all><name>lighthouse</name></all>",
    media_types.MAIL: b"Subject: lighthouse\nFrom: ada@x.org\n\nwords\n",
    media_types.MAILBOX: b"From ada@x.org Thu Jan 1 00:00:00 2026\nSubject: lighthouse\n\nwords\n",
    signatures.HTML: b"<html><body><p>lighthouse</p></body></html>",
    signatures.RTF: b"{\\rtf1 lighthouse}",
    signatures.DOCX: _packed(
        "word/document.xml", "<d><body><p><r><t>lighthouse</t></r></p></body></d>"
    ),
    signatures.XLSX: _workbook(),
    signatures.ZIP: _packed("a.txt", "lighthouse"),
}


@pytest.mark.parametrize("media_type", _SAMPLES)
def test_a_format_is_read_under_every_ending_that_it_goes_by(tmp_path, media_type):
    endings = [ending for ending, kind in MEDIA_TYPES.items() if kind == media_type]
    assert endings
    for ending in endings:
        parsed = read(tmp_path, f"a{ending}", _SAMPLES[media_type])
        assert "lighthouse" in " ".join(block.text for block in parsed.blocks), ending
