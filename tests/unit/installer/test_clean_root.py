"""The clean system for packages: what is mounted in it is this system's own."""

from __future__ import annotations

import os
import stat
import sys
import tempfile

import pytest

from desktop_app.errors import LecternError
from installer import clean_root


@pytest.fixture
def mounts(monkeypatch):
    """The places that are mounted now; commands that are run only change this list."""
    made: list[str] = []

    def run(*command, environment=None):
        del environment
        if command[0] == "mount":
            made.append(command[-1])
        elif command[0] == "umount":
            made.remove(command[-1])

    monkeypatch.setattr(clean_root, "_run", run)
    monkeypatch.setattr(os.path, "ismount", lambda path: str(path) in made)
    return made


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """The only folder that the root is made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_nothing_stays_mounted_whatever_becomes_of_the_package(mounts, tmp_path):
    def fail():
        with clean_root._mounted(tmp_path):
            assert mounts == [f"{tmp_path}/proc", f"{tmp_path}/dev"]
            raise LecternError("It does not start.")

    with pytest.raises(LecternError, match="start"):
        fail()
    assert mounts == []


def test_the_root_is_deleted_once_nothing_is_mounted_in_it(mounts, scratch):
    with clean_root._scratch_root() as root, clean_root._mounted(root):
        (root / "etc").mkdir()
    assert list(scratch.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_plain_user_may_enter_the_root(mounts, scratch):
    with clean_root._scratch_root() as root:
        assert stat.S_IMODE(root.stat().st_mode) == 0o755


def test_nothing_is_deleted_through_a_mount_that_could_not_be_ended(mounts, scratch, monkeypatch):
    def refuse(*command, environment=None):
        del environment
        if command[0] == "umount":
            raise LecternError("The device is busy.")
        mounts.append(command[-1])

    monkeypatch.setattr(clean_root, "_run", refuse)

    def use():
        with clean_root._scratch_root() as root, clean_root._mounted(root):
            (root / "dev").mkdir()
            (root / "dev" / "null").touch()

    with pytest.raises(LecternError, match="busy"):
        use()
    assert list(scratch.glob("lectern-root-*/dev/null"))
