"""The entries that file managers show for folders start the window with them."""

from __future__ import annotations

import configparser
import locale
import runpy
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from desktop_app.cli import parse_arguments
from installer.debian import LINUX

ROOT = Path(__file__).resolve().parents[3]


def written(name):
    entries = configparser.ConfigParser(interpolation=None, strict=True)
    entries.optionxform = lambda option: option  # type: ignore[assignment,method-assign]
    entries.read_string((LINUX / name).read_text(encoding="utf-8"))
    return entries


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("lectern.desktop", "Desktop Entry"),
        ("lectern-search-folder.desktop", "Desktop Action searchInFolder"),
        ("lectern.nemo_action", "Nemo Action"),
    ],
)
def test_the_command_of_an_entry_is_one_that_lectern_knows(tmp_path, name, section):
    program, *arguments = written(name)[section]["Exec"].split()
    assert program == "lectern"
    folders = [str(tmp_path / "a b"), str(tmp_path / "c")]
    at = arguments.index("%F")
    options = parse_arguments([*arguments[:at], *folders, *arguments[at + 1 :]])
    assert (options.command, options.folders) == ("gui", folders)


def test_entries_for_folders_are_in_the_same_languages():
    found = [
        {option for option in written(name)[section] if option.startswith("Name[")}
        for name, section in (
            ("lectern-search-folder.desktop", "Desktop Action searchInFolder"),
            ("lectern.nemo_action", "Nemo Action"),
        )
    ]
    assert found[0] == found[1]
    assert len(found[0]) == 6


def test_the_setup_for_windows_starts_the_window_with_the_folder():
    script = (ROOT / "installer" / "windows" / "lectern.iss").read_text(encoding="utf-8")
    assert '""{app}\\lectern-window.exe"" gui ""%1"""' in script
    assert '""{app}\\lectern-window.exe"" gui ""%V"""' in script


class Item:
    """An entry of a menu, as Nautilus makes them."""

    def __init__(self, **named):
        self.label, self.activate = named["label"], None

    def connect(self, name, callback):
        assert name == "activate"
        self.activate = callback


class File:
    """A file as Nautilus gives it; ``path`` is None for one on another computer."""

    def __init__(self, path, *, is_folder=True):
        self.is_directory = lambda: is_folder
        self.get_location = lambda: SimpleNamespace(get_path=lambda: path)


@pytest.fixture
def provider(monkeypatch):
    """The extension, in a Nautilus that is only pretended."""
    repository = ModuleType("gi.repository")
    objects = SimpleNamespace(GObject=type("GObject", (), {}))
    files = SimpleNamespace(MenuProvider=type("MenuProvider", (), {}), MenuItem=Item)
    monkeypatch.setattr(repository, "GObject", objects, raising=False)
    monkeypatch.setattr(repository, "Nautilus", files, raising=False)
    monkeypatch.setitem(sys.modules, "gi", ModuleType("gi"))
    # Windows has none.
    monkeypatch.setattr(locale, "LC_MESSAGES", 5, raising=False)
    monkeypatch.setitem(sys.modules, "gi.repository", repository)
    return runpy.run_path(str(LINUX / "lectern_nautilus.py"))["SearchInFolder"]()


@pytest.fixture
def started(monkeypatch):
    commands: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", commands.append)
    return commands


@pytest.mark.parametrize("before", [(), ("the window of an older Nautilus",)])
def test_nautilus_starts_the_window_with_the_folders(provider, started, before):
    (item,) = provider.get_file_items(*before, [File("/a b"), File("/c")])
    item.activate(item)
    (item,) = provider.get_background_items(*before, File("/d"))
    item.activate(item)
    assert started == [["lectern", "gui", "/a b", "/c"], ["lectern", "gui", "/d"]]


@pytest.mark.parametrize("chosen", [[], [File("/a", is_folder=False)], [File("/a"), File(None)]])
def test_nautilus_offers_it_for_folders_on_this_computer_only(provider, chosen):
    assert provider.get_file_items(chosen) == []


@pytest.mark.parametrize(
    ("language", "label"),
    [("de_AT", "In diesem Ordner suchen"), (None, "Search in this folder"), ("nl_NL", "Search in")],
)
def test_nautilus_says_it_in_the_language_of_the_desktop(provider, monkeypatch, language, label):
    monkeypatch.setattr(locale, "getlocale", lambda _category: (language, "UTF-8"))
    (item,) = provider.get_file_items([File("/a")])
    assert item.label.startswith(label)
