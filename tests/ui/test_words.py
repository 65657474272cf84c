from __future__ import annotations

import pytest

from desktop_app.errors import LecternError
from desktop_app.translation import say_in_turn, say_list, worded
from desktop_app.ui.words import (
    name_of,
    say_bytes,
    say_cost,
    say_error,
    say_files,
    say_items,
    say_part,
    say_time_left,
)
from tests.ui.tongues import Written, speaking


def test_counts_have_separators_and_one_is_singular():
    assert say_files(1) == "1 file"
    assert say_files(0) == "0 files"
    assert say_files(18_400) == "18,400 files"


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


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (999_999, "1 MB"),
        (870_000, "870 kB"),
        (45_437_760, "45 MB"),
        (999_600_000, "1.0 GB"),
        (4_568_000_000, "4.6 GB"),
        (99_000_000_000, "99.0 GB"),
        (1_234_000_000_000, "1,234 GB"),
    ],
)
def test_sizes_are_said_as_disks_are_sold(count, words):
    assert say_bytes(count) == words


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (1_200_000_000, 4_600_000_000, "1.2 of 4.6 GB"),
        (600_000_000, 4_600_000_000, "600 MB of 4.6 GB"),
        (0, 45_000_000, "0 bytes of 45 MB"),
    ],
)
def test_a_part_names_its_unit_where_it_is_another(done, total, words):
    assert say_part(done, total) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (float("inf"), ""),
        (5.0, "less than a minute"),
        (61.0, "about 2 minutes"),
        (3 * 3600.0, "about 3 hours"),
        (30 * 3600.0, "about 1 day"),
    ],
)
def test_a_cost_is_said_coarsely(seconds, words):
    assert say_cost(seconds) == words


def test_sentences_and_items_stand_in_a_row_without_empty_ones():
    assert say_in_turn("It is gone.", "", "Look again.") == "It is gone. Look again."
    assert say_list(["German", "English", "Arabic"]) == "German, English, Arabic"
    assert say_in_turn() == say_list(()) == ""


def test_an_error_is_said_in_the_language_of_the_interface():
    error = LecternError(worded("“{name}” is gone.", name="plan.pdf"), "Look again.")
    assert say_error(error) == "“plan.pdf” is gone. Look again."
    table = {"“{name}” is gone.": "„{name}“ fehlt.", "Look again.": "Sieh noch einmal nach."}
    with speaking(Written(table)):
        assert say_error(error) == "„plan.pdf“ fehlt. Sieh noch einmal nach."
