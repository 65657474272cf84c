"""What a row of the answer says of where its passage stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.ui.results_wording import place_of
from tests.ui.samples import make_document, make_hits, make_passage


def _hit(path, *, title="", heading=(), root="/home/ada/Papers"):
    document = make_document(path, root=root, title=title, media_type="text/plain")
    passage = replace(make_passage("Some words.", heading=heading), title=document.title)
    return replace(make_hits()[0], document=document, passage=passage, copies=())


def test_a_heading_that_repeats_the_title_is_said_once():
    assert place_of(_hit("FAQ.txt", heading=("FAQ.txt", "Crashes"))) == "Crashes"


def test_a_title_of_its_own_is_followed_by_the_name_of_the_file():
    assert place_of(_hit("notes/a17.txt", title="On lighthouses")) == "a17.txt"
    assert (
        place_of(_hit("a17.txt", title="On lighthouses", heading=("On lighthouses",))) == "a17.txt"
    )


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        ("README.txt", "/home/ada/Papers", "Papers"),
        ("git/README.txt", "/home/ada/Papers", "Papers > git"),
        ("git/contrib/README.txt", "/home/ada/Papers", "git > contrib"),
        ("git/README.txt", "C:\\Users\\ada\\Papers", "Papers > git"),
        ("README.txt", "/", ""),
    ],
)
def test_files_of_one_name_are_told_apart_by_their_folders(path, root, expected):
    shown = place_of(_hit(path, root=root))
    assert shown.replace("\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}", ">") == expected


def test_what_stands_under_a_heading_or_on_a_page_says_only_that():
    assert place_of(_hit("git/README.txt", heading=("Usage",))) == "Usage"


def test_a_copy_of_the_same_name_is_told_apart_by_its_folders():
    hit = _hit("git/README.txt", title="Read me")
    named = replace(hit, copies=(Path("/mnt/stick/old/git/README.txt"),))
    assert place_of(named).endswith("also in old/git/README.txt")
