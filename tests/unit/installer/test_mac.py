"""What the disk image for macOS is made of, as far as another system can tell."""

from __future__ import annotations

import plistlib
import subprocess
import time

import pytest

from desktop_app.errors import LecternError
from installer import mac


@pytest.fixture
def application(tmp_path):
    folder = tmp_path / "Lectern.app" / "Contents"
    folder.mkdir(parents=True)
    return folder.parent


@pytest.fixture
def commands(monkeypatch):
    """What was run; each answer of ``commands.answers`` is given once, then all goes well."""

    class Commands(list[str]):
        answers: list[subprocess.CompletedProcess[str]]

    made = Commands()
    made.answers = []

    def run(command, **_named):
        made.append(command[0])
        if made.answers:
            return made.answers.pop(0)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    for name in (mac.IDENTITY, mac.NOTARY_PROFILE):
        monkeypatch.delenv(name, raising=False)
    return made


def failure(sentence):
    return subprocess.CompletedProcess([], 1, "", sentence)


def test_the_application_stands_in_the_dock_though_it_also_writes_to_terminals():
    # PyInstaller says otherwise of programs with a console, unless told.
    assert mac.INFO["LSBackgroundOnly"] is False


def test_without_keys_nothing_is_signed(application, tmp_path, commands, monkeypatch):
    # As a workflow gives a secret that is not there.
    monkeypatch.setenv(mac.IDENTITY, "")
    monkeypatch.setenv(mac.NOTARY_PROFILE, "")
    image = mac.make_dmg(application, tmp_path)
    assert commands == ["hdiutil"]
    assert image.name.endswith(".dmg")
    assert not (tmp_path / "dmg").exists()


def test_with_keys_application_and_image_are_signed_and_notarized(
    application, tmp_path, commands, monkeypatch
):
    monkeypatch.setenv(mac.IDENTITY, "Developer ID Application: Somebody")
    monkeypatch.setenv(mac.NOTARY_PROFILE, "lectern")
    mac.make_dmg(application, tmp_path)
    assert commands == ["codesign", "codesign", "hdiutil", "codesign", "xcrun", "xcrun"]


def test_an_image_that_the_system_is_looking_at_is_tried_again(application, tmp_path, commands):
    commands.answers = [failure("hdiutil: create failed - Resource busy")] * 3
    mac.make_dmg(application, tmp_path)
    assert commands == ["hdiutil"] * 4


def test_what_goes_wrong_otherwise_is_said_at_once(application, tmp_path, commands):
    commands.answers = [failure("hdiutil: create failed - No space left on device")]
    with pytest.raises(LecternError, match="No space left"):
        mac.make_dmg(application, tmp_path)
    assert commands == ["hdiutil"]


@pytest.mark.parametrize("name", ["*.plist", "*.wflow"])
def test_every_property_list_can_be_read(name):
    found = sorted(mac.ENTITLEMENTS.parent.rglob(name))
    assert found
    for path in found:
        assert plistlib.loads(path.read_bytes())
