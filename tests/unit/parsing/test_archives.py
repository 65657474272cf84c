from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import tarfile
import tempfile
import zipfile

import py7zr
import pytest
from backports import zstd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.errors import (
    CorruptFile,
    EncryptedFile,
    FileTooLarge,
    ParseError,
    UnsupportedFormat,
)
from desktop_app.parsing import limits
from desktop_app.parsing.formats import parse

FILES = {"folder/a.md": b"# Inner\n\nfirst words", "b.txt": b"second words"}
SHAPE = [
    ("heading", 1, "folder/a.md"),
    ("heading", 2, "Inner"),
    ("paragraph", 0, "first words"),
    ("heading", 1, "b.txt"),
    ("paragraph", 0, "second words"),
]


def shape(parsed):
    return [(block.kind.value, block.level, block.text) for block in parsed.blocks]


def tarred(files, *, mode="w"):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def zipped(files, *, compression=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def seven_zipped(files, *, password=None):
    made = io.BytesIO()
    with py7zr.SevenZipFile(made, "w", password=password) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return made.getvalue()


def read(tmp_path, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    return parse(path)


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.zip", zipped),
        ("a.7z", seven_zipped),
        ("a.tar", tarred),
        ("a.tar.gz", lambda files: gzip.compress(tarred(files))),
        ("a.tgz", lambda files: gzip.compress(tarred(files))),
        ("a.tar.bz2", lambda files: bz2.compress(tarred(files))),
        ("a.tar.xz", lambda files: lzma.compress(tarred(files))),
        ("a.tar.zst", lambda files: zstd.compress(tarred(files))),
    ],
)
def test_an_archive_is_one_document_with_the_paths_of_its_files_as_headings(tmp_path, name, pack):
    parsed = read(tmp_path, pack(FILES), name)
    assert shape(parsed) == SHAPE
    assert (parsed.shortfall, parsed.page_count) == ("", None)


@pytest.mark.parametrize(
    ("name", "pack"),
    [("b.txt.gz", gzip.compress), ("b.txt.bz2", bz2.compress), ("b.txt.xz", lzma.compress),
     ("b.txt.zst", zstd.compress)],
)  # fmt: skip
def test_a_single_packed_file_is_read_by_the_name_within_its_name(tmp_path, name, pack):
    parsed = read(tmp_path, pack(b"second words"), name)
    assert shape(parsed) == [("heading", 1, "b.txt"), ("paragraph", 0, "second words")]


def test_archives_in_archives_are_read_and_a_stack_of_them_ends(tmp_path):
    content = zipped({"b.txt": b"second words"})
    parsed = read(tmp_path, tarred({"x/in.zip": content}), "a.tar")
    assert shape(parsed) == [
        ("heading", 1, "x/in.zip"),
        ("heading", 2, "b.txt"),
        ("paragraph", 0, "second words"),
    ]
    for _ in range(limits.DEEPEST_MEMBER + 2):
        content = zipped({"in.zip": content})
    with pytest.raises(FileTooLarge):
        read(tmp_path, content, "deep.zip")


def test_what_cannot_be_read_is_counted_by_its_reason(tmp_path):
    files = {
        **FILES,
        "c.exe": b"MZ",
        "d.docx": b"no docx",
        ".hidden/e.exe": b"",
        "__MACOSX/f.x": b"",
    }
    parsed = read(tmp_path, zipped({**files, "empty.txt": b""}), "a.zip")
    assert shape(parsed) == SHAPE
    assert parsed.shortfall == (
        "Of the files in it were not, or not wholly, read: "
        "1 of a type that is not supported, 1 damaged."
    )


def test_what_a_folder_would_leave_out_too_is_no_failure_of_an_archive(tmp_path):
    parsed = read(tmp_path, zipped({**FILES, "c.exe": b"MZ"}), "a.zip")
    assert (parsed.shortfall, "1 of a type" in parsed.remark) == ("", True)


def test_an_archive_of_nothing_readable_says_what_it_is(tmp_path):
    with pytest.raises(UnsupportedFormat):
        read(tmp_path, zipped({"a.exe": b"MZ"}), "a.zip")
    with pytest.raises(EncryptedFile):
        read(tmp_path, seven_zipped(FILES, password="secret"), "a.7z")


def test_an_encrypted_member_is_counted(tmp_path):
    content = bytearray(zipped(FILES, compression=zipfile.ZIP_STORED))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    parsed = read(tmp_path, bytes(content), "a.zip")
    assert shape(parsed) == SHAPE[3:]
    assert "1 protected by a password" in parsed.shortfall


def test_names_that_lead_away_are_only_names(tmp_path, monkeypatch):
    scratch = tmp_path / "scratch" / "deep"
    scratch.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    evil = {"../../evil.txt": b"evil words", "/evil.txt": b"more evil words"}
    for name, content in (("a.zip", zipped(evil)), ("a.tar", tarred(evil))):
        assert len(read(tmp_path, content, name).blocks) == 4
    with contextlib.suppress(CorruptFile):
        read(
            tmp_path, seven_zipped({"evil.txt": b"x"}).replace(b"e\0v\0i\0l", b"/\0.\0.\0/"), "a.7z"
        )
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(left) == ["a.7z", "a.tar", "a.zip"]


def test_links_and_devices_in_a_tar_archive_are_passed_over(tmp_path):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for kind, name in (
            (tarfile.SYMTYPE, "l.txt"),
            (tarfile.LNKTYPE, "h.txt"),
            (tarfile.CHRTYPE, "d.txt"),
        ):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("a.txt")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"words"))
    assert shape(read(tmp_path, made.getvalue(), "a.tar")) == [
        ("heading", 1, "a.txt"),
        ("paragraph", 0, "words"),
    ]


@pytest.mark.parametrize("name", ["a.zip", "a.7z", "a.tar.gz", "a.txt.xz"])
def test_a_bomb_is_stopped_and_leaves_nothing_behind(tmp_path, name, monkeypatch):
    monkeypatch.setattr("desktop_app.parsing.members.STEEP_FROM_BYTES", 1 << 20)
    monkeypatch.setattr("desktop_app.parsing.archives.STEEP_FROM_BYTES", 1 << 20)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    zeros = b"word " * (2 << 20)
    packed = {
        "a.zip": lambda: zipped({"a.txt": zeros}),
        "a.7z": lambda: seven_zipped({"a.txt": zeros}),
        "a.tar.gz": lambda: gzip.compress(tarred({"a.txt": zeros})),
        "a.txt.xz": lambda: lzma.compress(zeros),
    }[name]()
    with pytest.raises(FileTooLarge):
        read(tmp_path, packed, name)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("limit", [("MOST_MEMBERS", 2), ("MOST_MEMBER_CHARACTERS", 8)])
@pytest.mark.parametrize(
    ("name", "pack"), [("a.zip", zipped), ("a.7z", seven_zipped), ("a.tar", tarred)]
)
def test_reading_stops_at_the_limit_of_members_and_of_text(
    tmp_path, monkeypatch, name, pack, limit
):
    monkeypatch.setattr(f"desktop_app.parsing.members.{limit[0]}", limit[1])
    parsed = read(tmp_path, pack({f"{number}.txt": b"words" for number in range(5)}), name)
    assert len(parsed.blocks) == 4
    assert parsed.shortfall == "Reading stopped at the limits for files within files."


def test_a_damaged_archive_keeps_what_came_before_the_damage(tmp_path):
    whole = tarred({"a.txt": b"first words", "b.txt": b"x" * 5000})
    parsed = read(tmp_path, whole[:2000], "a.tar")
    assert shape(parsed)[:2] == [("heading", 1, "a.txt"), ("paragraph", 0, "first words")]
    assert "damaged" in parsed.shortfall


def test_names_in_utf8_without_the_mark_are_read_as_they_were_meant(tmp_path):
    made = zipped({"X" * 7 + ".txt": b"words"})
    made = made.replace(b"X" * 7, "Grüße".encode())
    assert shape(read(tmp_path, made, "a.zip"))[0] == ("heading", 1, "Grüße.txt")


def test_an_office_file_under_an_archives_name_is_an_office_file_and_a_folder_word_is_not(tmp_path):
    parsed = read(tmp_path, zipped({"word/notes.txt": b"words"}), "a.zip")
    assert shape(parsed)[0] == ("heading", 1, "word/notes.txt")
    body = b"<d><body><p><r><t>Office words</t></r></p></body></d>"
    parsed = read(tmp_path, zipped({"word/document.xml": body}), "b.zip")
    assert shape(parsed) == [("paragraph", 0, "Office words")]


@pytest.mark.parametrize("name", ["a.zip", "a.7z", "a.gz", "a.bz2", "a.xz", "a.zst"])
def test_what_is_no_archive_is_corrupt(tmp_path, name):
    with pytest.raises(CorruptFile):
        read(tmp_path, b"no archive at all, only words", name)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.sampled_from(["a.zip", "a.7z", "a.tar", "a.tgz", "a.txt.zst"]),
    st.integers(0, 10**6),
    st.binary(min_size=1, max_size=8),
)
def test_a_damaged_archive_gives_a_document_or_a_parse_error(tmp_path, name, place, damage):
    whole = {
        "a.zip": zipped, "a.7z": seven_zipped, "a.tar": tarred,
        "a.tgz": lambda files: gzip.compress(tarred(files)),
        "a.txt.zst": lambda files: zstd.compress(files["b.txt"]),
    }[name](FILES)  # fmt: skip
    at = place % len(whole)
    with contextlib.suppress(ParseError):
        parsed = read(tmp_path, whole[:at] + damage + whole[at + len(damage) :], name)
        assert parsed.blocks
