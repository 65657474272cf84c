"""Pairs are read as they are written, or the line that is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from backports import zstd

from desktop_app.errors import TrainingError
from desktop_app.training.pairs import read_pairs, same_question

GOOD = {"question": "Who?", "passage": "She.", "doc": "d", "title": "T", "licence": "MIT"}


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_plain_and_packed_files_hold_the_same_pairs(tmp_path):
    plain = write(tmp_path / "one.jsonl", GOOD, {**GOOD, "split": "validation", "source": "s"})
    packed = tmp_path / "one.jsonl.zst"
    packed.write_bytes(zstd.compress(plain.read_bytes()))
    (pair,) = read_pairs([plain])
    assert (pair.question, pair.passage, pair.document, pair.title) == ("Who?", "She.", "d", "T")
    assert (pair.source, pair.license, pair.is_held_out) == ("one", "MIT", None)
    assert [each.passage for each in read_pairs([packed])] == ["She."]
    other = write(tmp_path / "two.jsonl", {**GOOD, "passage": "He.", "split": "validation"})
    assert [each.is_held_out for each in read_pairs([plain, other])] == [None, True]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"{", "Line 1 of bad.jsonl is not JSON"),
        (b"[1]", "Line 1 of bad.jsonl is not a JSON object"),
        (b'{"question": "Who?"}', "Line 1 of bad.jsonl has no passage"),
        (b'{"question": "?", "passage": "She."}', "Line 1 of bad.jsonl has no question"),
        (b'{"question": 7, "passage": "She."}', "Line 1 of bad.jsonl has no question"),
        (b'\n{"question": "W", "passage": null}', "Line 2 of bad.jsonl has no passage"),
        (b"\xff\xfe\x00", "bad.jsonl is not text in UTF-8"),
        (b'{"question": "' + b"x" * (1 << 20) + b'"}', "longer than a pair can be"),
        (b"[" * 100_000, "Line 1 of bad.jsonl is not JSON"),
    ],
)
def test_a_line_that_is_no_pair_is_named(tmp_path, content, complaint):
    path = tmp_path / "bad.jsonl"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=complaint):
        read_pairs([path])


def test_a_file_that_is_absent_or_no_zstd_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"There is no file none\.jsonl"):
        read_pairs([tmp_path / "none.jsonl"])
    (tmp_path / "bad.zst").write_bytes(b"no zstd at all")
    with pytest.raises(TrainingError, match=r"bad\.zst is not a zstd file"):
        read_pairs([tmp_path / "bad.zst"])
    packed = zstd.compress(b'{"question": "Who?", "passage": "She."}\n' * 1000)
    (tmp_path / "cut.zst").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(TrainingError, match=r"cut\.zst"):
        read_pairs([tmp_path / "cut.zst"])


def test_text_that_no_tokenizer_takes_is_left_out(tmp_path):
    path = tmp_path / "odd.jsonl"
    more = '"doc": "d\\ud800", "source": "s\\udc00", "license": "MIT\\udfff"'
    path.write_text(f'{{"question": "Who\\ud800?", "passage": " She. ", {more}}}\n')
    (pair,) = read_pairs([path])
    assert (pair.question, pair.passage) == ("Who?", "She.")
    assert (pair.document, pair.source, pair.license) == ("d", "s", "MIT")


def test_a_question_is_known_again_whatever_its_case_and_marks():
    assert same_question("Who  is X?") == same_question("who is x")
