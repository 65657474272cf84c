from __future__ import annotations

import pytest

from desktop_app.ui.words import name_of, say_count, say_items, say_time_left


def test_counts_have_separators_and_one_is_singular():
    assert say_count(1, "file") == "1 file"
    assert say_count(0, "file") == "0 files"
    assert say_count(18_400, "passage") == "18,400 passages"


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (None, ""),
        (float("inf"), ""),
        (3.0, "a few seconds left"),
        (45.0, "less than a minute left"),
        (60.0, "1 minute left"),
        (61.0, "2 minutes left"),
        (720.0, "12 minutes left"),
        (3500.0, "about 1 hour left"),
        (3 * 3600.0, "about 3 hours left"),
        (50 * 3600.0, "about 2 days left"),
    ],
)
def test_time_left_is_said_coarsely(seconds, sentence):
    assert say_time_left(seconds) == sentence


def test_folders_and_files_are_counted_apart():
    assert say_items(3, 0) == "3 folders"
    assert say_items(1, 2) == "1 folder and 2 files"
    assert say_items(0, 1) == "1 file"


def test_a_path_without_a_last_part_is_its_own_name():
    assert name_of("/home/ada/Papers") == "Papers"
    assert name_of("/") == "/"
