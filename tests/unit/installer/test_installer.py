"""Set-up: what is read from the pins, and what the user is told when something is missing."""

from __future__ import annotations

import shutil
import sys

import pytest

from installer import environment, system_libraries


def test_packages_with_unwanted_requirements_are_installed_alone():
    whole, alone = environment.pins("# why\nnumpy==2.4.6\n\nFlagEmbedding==1.4.2  # models\n")
    assert whole == ["numpy==2.4.6"]
    assert alone == ["FlagEmbedding==1.4.2"]


def test_an_unreachable_index_is_said_in_one_sentence_with_a_hint():
    failure = environment._explanation(["ERROR: No matching distribution found for numpy==2.4.6"])
    assert failure.title == "A package could not be fetched."
    assert "network" in failure.hint


def test_a_full_disk_is_not_taken_for_a_missing_network():
    failure = environment._explanation(["OSError: [Errno 28] No space left on device"])
    assert failure.title == "The disk is full."


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux libraries")
@pytest.mark.parametrize(
    ("installer", "command"),
    [
        ("dnf", "sudo dnf install -y xcb-util-cursor"),
        ("pacman", "sudo pacman -S --needed --noconfirm xcb-util-cursor"),
        ("zypper", "sudo zypper --non-interactive install libxcb-cursor0"),
    ],
)
def test_a_missing_library_gives_the_exact_command_of_the_system(monkeypatch, installer, command):
    missing_name = "libxcb-cursor.so.0"
    monkeypatch.setattr(system_libraries, "_is_loadable", lambda name: name != missing_name)
    monkeypatch.setattr(system_libraries, "_has_font", lambda _folders: True)
    monkeypatch.setattr(system_libraries, "_installer", lambda: installer)
    said: list[str] = []
    assert not system_libraries.ensure_libraries(is_shown=True, say=said.append)
    assert command in said[0]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux packages")
@pytest.mark.parametrize(("is_there", "installed"), [(True, []), (False, ["tesseract-ocr-eng"])])
def test_the_data_of_text_recognition_is_installed_where_it_is_missing(
    monkeypatch, tmp_path, is_there, installed
):
    if is_there:
        (tmp_path / "eng.traineddata").touch()
    asked: list[str] = []
    monkeypatch.setattr(system_libraries, "_TESSDATA_DIRS", (str(tmp_path),))
    monkeypatch.setattr(system_libraries, "_installer", lambda: "apt-get")
    monkeypatch.setattr(
        system_libraries, "install_packages", lambda names, _why, say: asked.extend(names)
    )
    system_libraries.ensure_recognition_data(say=lambda _: None)
    assert asked == installed


def test_nothing_is_said_where_every_library_is_there(monkeypatch):
    monkeypatch.setattr(system_libraries, "_is_loadable", lambda _name: True)
    monkeypatch.setattr(system_libraries, "_has_font", lambda _folders: True)
    said: list[str] = []
    assert system_libraries.ensure_libraries(is_shown=True, say=said.append)
    assert said == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux packages")
def test_what_the_test_of_the_package_needs_is_installed_where_it_is_missing(monkeypatch):
    asked: list[str] = []
    there = {"git", "objcopy"}
    monkeypatch.setattr(shutil, "which", lambda name: name if name in there else None)
    monkeypatch.setattr(system_libraries, "_installer", lambda: "apt-get")
    monkeypatch.setattr(
        system_libraries, "install_packages", lambda names, _why, say: asked.extend(names)
    )
    system_libraries.ensure_packing_tools(["tesseract-ocr-jpn"], say=lambda _: None)
    assert asked == ["xvfb", "tesseract-ocr-jpn"]
    asked.clear()
    there.add("Xvfb")
    system_libraries.ensure_packing_tools([], say=lambda _: None)
    assert asked == []
