"""What a .deb declares and holds."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys

import pytest

from desktop_app import __version__
from installer.debian import dated, lay_out, make_deb, needed_glibc

linux = pytest.mark.skipif(sys.platform != "linux", reason="Debian packages")
with_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="no dpkg-deb here")


@pytest.fixture
def application(tmp_path):
    folder = tmp_path / "lectern"
    (folder / "_internal").mkdir(parents=True)
    program = folder / "lectern"
    program.write_bytes(b"\x7fELF\x00GLIBC_2.4\x00")
    program.chmod(0o755)
    library = folder / "_internal" / "libthing.so.1"
    library.write_bytes(b"\x00GLIBC_2.9\x00GLIBC_2.34\x00GLIBC_2.14\x00")
    library.chmod(0o755)
    (folder / "_internal" / "notes.txt").write_bytes(b"\x00GLIBC_2.99\x00")
    return folder


@linux
def test_the_newest_c_library_that_anything_asks_for_is_needed(application):
    assert needed_glibc(application) == "2.34"


def test_the_manual_says_the_version_and_no_placeholder_is_left(qapp, tmp_path):
    lay_out(tmp_path)
    manual = gzip.decompress((tmp_path / "share/man/man1/lectern.1.gz").read_bytes()).decode()
    assert __version__ in manual
    texts = [each for each in tmp_path.rglob("*") if each.suffix in {".desktop", ".xml"}]
    assert texts
    for each in texts:
        assert "@" not in each.read_text(encoding="utf-8").replace("@lectern", "")
    sizes = {each.parent.parent.name for each in tmp_path.rglob("lectern.png")}
    assert {"16x16", "48x48", "256x256", "512x512"} <= sizes


def test_a_template_is_dated_by_the_commit(monkeypatch, tmp_path):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    template = tmp_path / "template"
    template.write_text("@VERSION@ of @DATE@", encoding="utf-8")
    assert dated(template) == f"{__version__} of 1970-01-02"


@linux
@with_dpkg
def test_the_same_folder_gives_the_same_package(qapp, application, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    packages = []
    for name in ("one", "two"):
        output = tmp_path / name
        output.mkdir()
        packages.append(make_deb(application, output))
    assert packages[0].read_bytes() == packages[1].read_bytes()
    listed = subprocess.run(
        ["dpkg-deb", "--contents", str(packages[0])], capture_output=True, text=True, check=True
    ).stdout
    assert "root/root" in listed
    assert "./usr/bin/lectern -> ../../opt/lectern/lectern" in listed
    (library,) = (line for line in listed.splitlines() if line.endswith("libthing.so.1"))
    assert library.startswith("-rw-r--r--")
