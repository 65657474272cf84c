"""Binary Office files and what is read only with another program's help."""

from __future__ import annotations

import struct
from pathlib import Path
from time import monotonic

import docx
import pytest

from desktop_app.domain import ParseFailure
from desktop_app.errors import (
    CorruptFile,
    EncryptedFile,
    NeedsLibreOffice,
    ParserTimeout,
    UnsupportedFormat,
)
from desktop_app.parsing import libreoffice
from desktop_app.parsing.formats import parse
from desktop_app.parsing.pool import ParserPool
from desktop_app.parsing.programs import find_libreoffice, needs_program
from tests.unit.parsing.compound import compound


def shape(parsed):
    return [(block.kind.value, block.level, block.page, block.text) for block in parsed.blocks]


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def workbook(sheets):
    """Return a BIFF8 stream ([MS-XLS]) of sheets with labels and numbers."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    parts = []
    for rows in sheets.values():
        cells = b""
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                place = struct.pack("<HHH", row, column, 0)
                if isinstance(value, str):
                    text = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
                    cells += record(0x0204, place + text)
                else:
                    cells += record(0x0203, place + struct.pack("<d", value))
        parts.append(record(0x0809, begin[:2] + b"\x10\0" + begin[4:]) + cells + record(0x000A))
    names = [name.encode("utf-16-le") for name in sheets]
    bounds = [struct.pack("<IHBB", 0, 0, len(name) // 2, 1) + name for name in names]
    at = len(record(0x0809, begin)) + sum(4 + len(each) for each in bounds) + 4
    head = record(0x0809, begin)
    for bound, part in zip(bounds, parts, strict=True):
        head += record(0x0085, struct.pack("<I", at) + bound[4:])
        at += len(part)
    return head + record(0x000A) + b"".join(parts)


def test_an_old_workbook_is_one_page_a_sheet(tmp_path):
    sheets = {"Prices": [["Größe", "Price"], ["small", 1.5]], "Empty": [], "More": [["only"]]}
    (tmp_path / "a.xls").write_bytes(compound({"Workbook": workbook(sheets)}))
    parsed = parse(tmp_path / "a.xls")
    assert parsed.page_count == 3
    assert shape(parsed) == [
        ("heading", 1, 1, "Prices"),
        ("table", 0, 1, "Größe | Price\nsmall | 1.5"),
        ("heading", 1, 3, "More"),
        ("paragraph", 0, 3, "only"),
    ]


def test_an_old_workbook_with_a_password_or_with_damage_says_so(tmp_path):
    stream = workbook({"A": [["x"]]})
    begin = stream[: 4 + 16]
    locked = begin + record(0x002F, b"\1\0\1\0\1\0" + bytes(48)) + stream[len(begin) :]
    (tmp_path / "a.xls").write_bytes(compound({"Workbook": locked}))
    with pytest.raises(EncryptedFile):
        parse(tmp_path / "a.xls")
    (tmp_path / "b.xls").write_bytes(compound({"Workbook": b"\xff" * 5000}))
    with pytest.raises(CorruptFile):
        parse(tmp_path / "b.xls")
    (tmp_path / "c.xls").write_bytes(b"no workbook")
    with pytest.raises(CorruptFile):
        parse(tmp_path / "c.xls")


def test_a_web_page_under_an_excel_name_is_read_as_a_web_page(tmp_path):
    (tmp_path / "a.xls").write_text("<html><table><tr><td>a<td>b</table>")
    assert shape(parse(tmp_path / "a.xls")) == [("table", 0, None, "a | b")]


WORD = b"\xec\xa5" + bytes(8) + b"\0\0"
LOCKED_WORD = b"\xec\xa5" + bytes(8) + b"\0\1"


def test_an_old_word_file_needs_libreoffice_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(libreoffice, "find_libreoffice", lambda: "")
    (tmp_path / "a.doc").write_bytes(compound({"WordDocument": WORD}))
    with pytest.raises(NeedsLibreOffice) as raised:
        parse(tmp_path / "a.doc")
    assert "LibreOffice" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "tree"),
    [("a.doc", {"WordDocument": LOCKED_WORD}),
     ("a.ppt", {"PowerPoint Document": b"x", "EncryptedSummary": b"x"}),
     ("a.docx", {"EncryptedPackage": b"x"})],
)  # fmt: skip
def test_an_old_office_file_with_a_password_says_so_without_libreoffice(
    tmp_path, name, tree, monkeypatch
):
    monkeypatch.setattr(libreoffice, "find_libreoffice", lambda: "")
    (tmp_path / name).write_bytes(compound(tree))
    with pytest.raises(EncryptedFile):
        parse(tmp_path / name)


def test_an_old_office_file_under_a_new_name_is_taken_for_what_it_is(tmp_path):
    (tmp_path / "a.docx").write_bytes(compound({"Workbook": workbook({"A": [["x", "y"]]})}))
    assert shape(parse(tmp_path / "a.docx"))[1] == ("table", 0, 1, "x | y")
    (tmp_path / "b.doc").write_bytes(compound({"Something": b"else"}))
    with pytest.raises(UnsupportedFormat):
        parse(tmp_path / "b.doc")


def test_a_conversion_that_does_not_end_is_stopped(tmp_path, monkeypatch):
    fake = tmp_path / "soffice"
    fake.write_text("#!/bin/sh\nwhile :; do sleep 1; done\n")
    fake.chmod(0o755)
    if not Path("/bin/sh").exists():
        pytest.skip("needs a POSIX shell")
    monkeypatch.setattr(libreoffice, "find_libreoffice", lambda: str(fake))
    monkeypatch.setattr(libreoffice, "CONVERSION_SECONDS", 0.3)
    (tmp_path / "a.doc").write_bytes(compound({"WordDocument": WORD}))
    with pytest.raises(ParserTimeout):
        parse(tmp_path / "a.doc")


def read_shape(path):
    parsed = parse(Path(path))
    return parsed.parser, [block.text for block in parsed.blocks]


@pytest.mark.skipif(not find_libreoffice(), reason="needs LibreOffice")
def test_old_word_files_are_converted_in_a_confined_process(tmp_path):
    import subprocess

    made = docx.Document()
    made.add_heading("Chapter", level=1)
    made.add_paragraph("Some words.")
    made.save(tmp_path / "made.docx")
    profile = (tmp_path / "profile").as_uri()
    convert = [
        find_libreoffice(),
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        "doc",
    ]
    command = [*convert, "--outdir", tmp_path, tmp_path / "made.docx"]
    # The first run only makes the profile, and says with 81 that it is to be started again.
    while subprocess.run(command, capture_output=True, check=False).returncode == 81:
        pass
    whole = (tmp_path / "made.doc").read_bytes()
    (tmp_path / "damaged.doc").write_bytes(whole[:1024] + bytes(len(whole) - 1024))
    names = ("made.doc", "damaged.doc", "again.doc", "more.doc")
    for name in names[2:]:
        (tmp_path / name).write_bytes(whole)
    pool = ParserPool(read_shape, processes=1, memory_mb=2048, needs_program=needs_program)
    try:
        requests = [(str(tmp_path / name), 60.0) for name in names]
        answers = dict(pool.map_unordered(requests))
    finally:
        pool.close()
    # What one file does to the program is nothing to the others.
    damaged = answers.pop(str(tmp_path / "damaged.doc"))
    assert isinstance(damaged, ParseFailure)
    assert list(answers.values()) == [("libreoffice", ["Chapter", "Some words."])] * 3


_FAKE = """#!/bin/sh
echo "$*" >> "{log}"
case "$*" in
    *terminate_after_init*) exit 81 ;;
    *private:factory*) : > "{place}/OSL_PIPE_1"; exec sleep 60 ;;
    *bad*) exit 1 ;;
    *) : > "{place}/../made" ;;
esac
"""


def test_a_program_stays_for_the_next_files_until_one_fails(tmp_path):
    if not Path("/bin/sh").exists():
        pytest.skip("needs a POSIX shell")
    place, log, fake = tmp_path / "kept", tmp_path / "log", tmp_path / "soffice"
    fake.write_text(_FAKE.format(log=log, place=place))
    fake.chmod(0o755)
    office = libreoffice.Office(str(fake), str(place))

    def is_made(name):
        (tmp_path / "made").unlink(missing_ok=True)
        office.convert(("--convert-to", name), tmp_path / "made", monotonic() + 60)
        return (tmp_path / "made").exists()

    def starts():
        return log.read_text().count("private:factory")

    assert (is_made("one"), is_made("two"), starts()) == (True, True, 1)
    assert (is_made("bad"), place.exists(), starts()) == (False, False, 1)
    assert (is_made("three"), starts()) == (True, 2)
    office.close()
    assert not place.exists()


def test_a_program_that_cannot_stay_is_not_started_for_that_again(tmp_path):
    if not Path("/bin/sh").exists():
        pytest.skip("needs a POSIX shell")
    log, fake = tmp_path / "log", tmp_path / "soffice"
    fake.write_text(f'#!/bin/sh\necho "$*" >> "{log}"\n')
    fake.chmod(0o755)
    office = libreoffice.Office(str(fake), str(tmp_path / "kept"))
    for _ in range(2):
        office.convert(("--convert-to", "x"), tmp_path / "made", monotonic() + 60)
    assert len(log.read_text().splitlines()) == 2  # the profile, and once to stay


def palm(text, *, lock=0):
    """Return a Mobipocket book of one uncompressed record ([MobileRead wiki] PDB, MOBI)."""
    content = text.encode()
    title = b"The Book"
    mobi = struct.pack(">4sIIII", b"MOBI", 232, 2, 65001, 1) + b"\xff" * 40
    mobi = mobi.ljust(0x54 - 16, b"\0") + struct.pack(">II", 16 + 232, len(title))
    header = (
        struct.pack(">HHIHHHH", 1, 0, len(content), 1, 4096, lock, 0)
        + mobi.ljust(232, b"\0")
        + title
    )
    names = b"book".ljust(32, b"\0") + bytes(28) + b"BOOKMOBI" + bytes(8) + struct.pack(">H", 2)
    first = len(names) + 2 * 8 + 2
    places = struct.pack(">IIII", first, 0, first + len(header), 2)
    return names + places + bytes(2) + header + content


def test_a_mobipocket_book_is_read_by_its_markup(tmp_path):
    source = "<html><body><h1>Chapter</h1><p>Some words of the book.</p><p>More.</p></body></html>"
    (tmp_path / "a.mobi").write_bytes(palm(source))
    parsed = parse(tmp_path / "a.mobi")
    text = [block.text for block in parsed.blocks]
    assert text == ["Chapter", "Some words of the book.", "More."]


def test_a_book_with_copy_protection_and_a_damaged_one_say_so(tmp_path):
    (tmp_path / "a.mobi").write_bytes(palm("<p>x</p>", lock=2))
    with pytest.raises(EncryptedFile):
        parse(tmp_path / "a.mobi")
    (tmp_path / "b.azw3").write_bytes(palm("<p>x</p>")[:90])
    with pytest.raises(CorruptFile):
        parse(tmp_path / "b.azw3")
