"""Folders and their rules on the command line."""

from __future__ import annotations

import dataclasses
import json

import pytest

from desktop_app.app import open_session
from desktop_app.cli import parse_arguments, report, run
from desktop_app.domain.folders import DEFAULT_EXCLUDES, FolderChanges, RootRules
from desktop_app.errors import LibraryLocked, RootError
from desktop_app.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(library_dir=tmp_path / "library", cache_dir=tmp_path / "cache")


@pytest.fixture
def papers(tmp_path, settings):
    folder = tmp_path / "papers"
    folder.mkdir()
    session = open_session(settings)
    session.add_roots([folder])
    session.close()
    return folder


def _no_window(*_):
    raise AssertionError("only the self-test opens a window")


@pytest.fixture
def lectern(settings, capsys):
    def call(*arguments):
        options = parse_arguments(["folders", *map(str, arguments), "--json"])
        assert run(options, settings, open_session, _no_window) == 0
        return json.loads(capsys.readouterr().out)

    return call


def test_a_pattern_is_added_and_taken_off_again(lectern, papers):
    rules = lectern("rules", papers, "--exclude", "*.bak", "--hidden", "yes", "--largest-mb", "5")
    assert rules["excludes"] == [*DEFAULT_EXCLUDES, "*.bak"]
    assert (rules["has_hidden"], rules["largest_mb"]) == (True, 5)
    assert "*.bak" not in lectern("rules", papers, "--include", "*.bak")["excludes"]
    back = lectern("rules", papers, "--reset")
    assert (tuple(back["excludes"]), back["has_hidden"]) == (DEFAULT_EXCLUDES, False)


def test_an_open_window_acts_on_rules_that_are_changed_beside_it(lectern, settings, papers):
    (papers / "notes.bak").write_text("The boiler was serviced in March.")
    (papers / "notes.txt").write_text("The boiler was serviced in May.")
    window = open_session(dataclasses.replace(settings, pack=str(papers / "no-pack")))
    try:
        assert window.changes() == FolderChanges()
        list(window.index())
        assert window.changes() == FolderChanges()
        window.set_root_rules(str(papers), RootRules(excludes=("*.old",)))
        assert window.changes() == FolderChanges()
        lectern("rules", papers, "--exclude", "*.bak")
        changes = window.changes()
        assert changes.paths == (papers,)
        list(window.index(changes.paths))
        assert [each.path for each in window.files()] == ["notes.txt"]
        assert window.changes() == FolderChanges()
        assert window.root_rules(str(papers)).excludes == ("*.old", "*.bak")
    finally:
        window.close()


def test_a_folder_is_not_removed_beside_an_open_window(lectern, settings, papers):
    window = open_session(settings)
    try:
        with pytest.raises(LibraryLocked):
            lectern("remove", papers)
    finally:
        window.close()


def test_a_folder_is_listed_and_removed(lectern, papers):
    assert [each["path"] for each in lectern("list")["folders"]] == [str(papers)]
    assert lectern("remove", papers)["removed"] == str(papers)
    assert lectern("list")["folders"] == []


def test_a_folder_that_is_away_can_still_be_removed(lectern, papers):
    papers.rmdir()
    assert lectern("remove", papers)["removed"] == str(papers)


def test_another_folder_is_refused_in_words(settings, papers, capsys):
    options = parse_arguments(["folders", "rules", "/elsewhere"])
    with pytest.raises(RootError) as caught:
        run(options, settings, open_session, _no_window)
    assert report(caught.value) == 1
    assert "not an indexed folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["rules"],
        ["list", "x"],
        ["remove", "x", "--exclude", "y"],
        ["rules", "x", "--largest-mb", "-1"],
    ],
)
def test_what_makes_no_sense_is_bad_usage(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        parse_arguments(["folders", *arguments])
    assert caught.value.code == 2
    assert "lectern: error:" in capsys.readouterr().err
