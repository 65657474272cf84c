"""What rules would leave out of a folder is counted as the scanner would leave it out."""

from __future__ import annotations

import pytest

from desktop_app.domain.folders import RootRules
from desktop_app.indexing.scanner import scan
from desktop_app.indexing.sifting import sift
from desktop_app.parsing.media_types import MEDIA_TYPES

MIB = 1 << 20


@pytest.fixture
def folder(tmp_path):
    for name in ("a.txt", "b.bak", ".hidden.txt", "node_modules/x/y.txt", "sub/c.txt", ".d/e.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(3 * MIB)
    return tmp_path


def counts(folder, rules, **limits):
    *_, last = sift(str(folder), rules, **limits)
    assert last.is_final
    return last.kept, last.by_name, last.hidden, last.too_large


@pytest.mark.parametrize(
    ("rules", "limits", "expected"),
    [
        (RootRules(), {}, (4, 1, 2, 0)),
        (RootRules(excludes=()), {}, (5, 0, 2, 0)),
        (RootRules(excludes=("*.bak", "sub/")), {}, (3, 2, 2, 0)),
        (RootRules(has_hidden=True, largest_mb=1), {}, (5, 1, 0, 1)),
        (RootRules(), {"largest_mb": 2}, (3, 1, 2, 1)),
    ],
)
def test_every_file_is_counted_once_by_what_becomes_of_it(folder, rules, limits, expected):
    assert counts(folder, rules, **limits) == expected


@pytest.mark.parametrize("rules", [RootRules(), RootRules(("*.bak",), has_hidden=True)])
def test_what_is_kept_is_what_the_scanner_finds(folder, rules):
    found = list(scan(str(folder), media_types=MEDIA_TYPES, largest_bytes=100 * MIB, rules=rules))
    assert counts(folder, rules)[0] == len(found)


def test_a_folder_that_is_gone_counts_nothing(tmp_path):
    assert counts(tmp_path / "gone", RootRules()) == (0, 0, 0, 0)


def test_counting_ends_when_it_is_withdrawn(tmp_path):
    for number in range(1001):
        (tmp_path / f"{number}.txt").touch()
    assert list(sift(str(tmp_path), RootRules(), is_cancelled=lambda: True)) == []
