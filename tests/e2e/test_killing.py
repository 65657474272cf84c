"""The program killed at random moments, again and again, against an undisturbed run."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.killing import (
    differences,
    index_undisturbed,
    is_equal,
    kill_while_indexing,
    write_folder,
)


def test_a_program_killed_ten_times_ends_with_the_library_of_an_undisturbed_run(tmp_path: Path):
    folder = tmp_path / "papers"
    write_folder(folder, files=60, seed=1)
    kills = kill_while_indexing(folder, tmp_path / "library", times=10, seed=1)
    assert kills.killed == 10
    assert kills.failures == []
    index_undisturbed(folder, tmp_path / "undisturbed")
    found = differences(tmp_path / "library", tmp_path / "undisturbed")
    assert is_equal(found), found
