from __future__ import annotations

import csv
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.parsing.encoding import decode, is_binary
from desktop_app.parsing.formats import parse

GERMAN = "Größe und Übermut tun selten gut. Das Mädchen aß süße Äpfel. " * 3


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_text_is_read_in_any_usual_encoding(encoding):
    assert decode(GERMAN.encode(encoding)) == GERMAN


@pytest.mark.shared
def test_every_legacy_encoding_of_the_collection_is_recognized(shared):
    folder = shared / "corpora/torture/encodings"
    with (folder / "truth.tsv").open(encoding="utf-8", newline="") as truth:
        for row in csv.DictReader(truth, delimiter="\t"):
            expected = (folder / "truth" / f"{row['file']}.utf8.txt").read_text(encoding="utf-8")
            found = " ".join(block.text for block in parse(folder / row["file"]).blocks)
            words = set(re.findall(r"\w+", expected))
            missing = words - set(re.findall(r"\w+", found))
            assert len(missing) <= 0.02 * len(words), row["file"]


def test_one_damaged_byte_does_not_turn_a_utf8_text_into_another_encoding():
    content = GERMAN.encode() + b"\xff" + GERMAN.encode()
    assert decode(content) == f"{GERMAN}\ufffd{GERMAN}"


def test_markup_is_read_as_it_declares_itself():
    page = '<html><head><meta charset="koi8-r"></head><body>Привет, мир</body></html>'
    assert "Привет, мир" in decode(page.encode("koi8-r"), is_markup=True)


def test_a_declared_encoding_that_does_not_exist_is_ignored():
    page = b'<meta charset="rot13"><meta charset="no-such-thing">caf\xe9'
    assert "caf" in decode(page, is_markup=True)


@given(st.binary(max_size=400))
def test_any_bytes_decode_to_something(content):
    text = decode(content)
    assert "\r" not in text


@given(st.text(max_size=200))
def test_valid_utf8_is_never_guessed_at(text):
    content = text.replace("\0", "").replace("\ufeff", "").encode("utf-8", "ignore")
    expected = content.decode().replace("\r\n", "\n")
    for mark in "\r\x0b\x0c\x85\u2028\u2029":
        expected = expected.replace(mark, "\n")
    assert decode(content) == expected


def test_pictures_and_programs_are_binary_and_text_is_not():
    assert is_binary(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\2\3" * 10)
    assert not is_binary(GERMAN.encode("utf-16-le"))
    assert not is_binary(GERMAN.encode("cp1252"))
