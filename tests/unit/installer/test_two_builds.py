"""What differs between two builds is named, and nothing else."""

from __future__ import annotations

from pathlib import Path

from installer.comparison import differences


def _fill(folder: Path, **texts: str) -> Path:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def test_the_same_files_do_not_differ(tmp_path):
    first, second = (_fill(tmp_path / name, a="1", b="2") for name in ("first", "second"))
    for each in (first, second):
        (each / "link").symlink_to("a")
    assert differences(first, second) == []


def test_changed_missing_and_redirected_files_are_named(tmp_path):
    first = _fill(tmp_path / "first", a="1", b="2", only="x")
    second = _fill(tmp_path / "second", a="1", b="3")
    (first / "link").symlink_to("a")
    (second / "link").symlink_to("b")
    assert differences(first, second) == ["b", "link", "only"]
