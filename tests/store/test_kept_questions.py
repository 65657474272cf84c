"""The user's own questions: kept whole, private, and part of every backup."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop_app.domain.own import OwnQuestion, RightPassage
from desktop_app.errors import StoreError
from desktop_app.store.backup import back_up, restore
from desktop_app.store.holding import OWN_QUESTIONS
from desktop_app.store.own_questions import read_own_questions, write_own_questions

QUESTIONS = (
    OwnQuestion("a", "Wie hoch ist die Miete?", (RightPassage("f" * 64, 0, 90, 3, "Lease"),)),
    OwnQuestion("b", "a lone surrogate \udcff, as old file names have", ()),
    OwnQuestion("c", "two", (RightPassage("e" * 64, 5, 9, None, "x"),) * 2),
)


def test_questions_come_back_as_they_were_kept(tmp_path: Path):
    assert read_own_questions(tmp_path) == ()
    write_own_questions(tmp_path, QUESTIONS)
    assert read_own_questions(tmp_path) == QUESTIONS
    write_own_questions(tmp_path, QUESTIONS[1:])
    assert read_own_questions(tmp_path) == QUESTIONS[1:]


@pytest.mark.skipif(os.name != "posix", reason="only POSIX files have a mode")
def test_only_the_user_may_read_them(tmp_path: Path):
    write_own_questions(tmp_path, QUESTIONS)
    assert (tmp_path / OWN_QUESTIONS).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"questions": [{"id": "a"}]}', "\xff"])
def test_a_damaged_file_is_told_and_not_taken_for_no_questions(tmp_path: Path, text: str):
    (tmp_path / OWN_QUESTIONS).write_bytes(text.encode("latin-1"))
    with pytest.raises(StoreError, match="own questions"):
        read_own_questions(tmp_path)


def test_they_are_in_a_backup_and_come_back_with_it(library, directory: Path, tmp_path: Path):
    write_own_questions(directory, QUESTIONS)
    for _ in back_up(directory, tmp_path / "copy"):
        pass
    library.close()
    write_own_questions(directory, ())
    for _ in restore(tmp_path / "copy", directory):
        pass
    assert read_own_questions(directory) == QUESTIONS
