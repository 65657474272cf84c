"""The AppImage's own part: what it marks, serves and unpacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installer.appimage import compile_runtime

HEADER = Path("/usr/include/squashfuse/ll.h")
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="AppImages are for Linux"),
    pytest.mark.skipif(
        not (shutil.which("gcc") and shutil.which("mksquashfs") and HEADER.exists()),
        reason="gcc, mksquashfs and libsquashfuse-dev are not installed",
    ),
]
can_mount = pytest.mark.skipif(
    not (os.access("/dev/fuse", os.R_OK | os.W_OK) and shutil.which("fusermount3")),
    reason="this system has no FUSE",
)
_PROGRAM = """#!/bin/sh
test "$1" = fail && exit 3
echo "$APPDIR|$APPIMAGE|$*"
cat "$(dirname "$0")/inner/text"
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    tree = folder / "tree"
    (tree / "inner").mkdir(parents=True)
    (tree / "AppRun").write_text(_PROGRAM)
    (tree / "AppRun").chmod(0o755)
    (tree / "inner" / "text").write_text("within" * 50_000)
    (tree / "link").symlink_to("inner/text")
    packed = folder / "packed"
    pack = ["mksquashfs", str(tree), str(packed), "-comp", "zstd", "-quiet", "-no-progress"]
    subprocess.run(pack, check=True, capture_output=True)
    runtime = compile_runtime(folder / "runtime")
    target = folder / "a b.AppImage"
    target.write_bytes(runtime.read_bytes() + packed.read_bytes())
    target.chmod(0o755)
    return target


def _run(image: Path, *arguments: str, cwd: Path | None = None):
    command = [str(image), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=60)


def test_it_is_marked_as_an_appimage_and_knows_where_its_files_begin(image):
    content = image.read_bytes()
    assert content[:4] == b"\x7fELF"
    assert content[8:11] == b"AI\x02"
    offset = int(_run(image, "--appimage-offset").stdout)
    assert content[offset : offset + 4] == b"hsqs"


def test_it_unpacks_where_nothing_can_be_mounted(image, tmp_path):
    assert _run(image, "--appimage-extract", cwd=tmp_path).returncode == 0
    unpacked = tmp_path / "squashfs-root"
    assert (unpacked / "link").readlink() == Path("inner/text")
    assert (unpacked / "inner" / "text").read_text() == "within" * 50_000
    assert os.access(unpacked / "AppRun", os.X_OK)


@can_mount
def test_it_starts_what_is_in_it_and_takes_its_mount_away(image):
    done = _run(image, "gui", "a folder")
    first, _, rest = done.stdout.partition("\n")
    place, own, words = first.split("|")
    assert (own, words) == (str(image), "gui a folder")
    assert rest == "within" * 50_000
    # The output ends when the last process that had it does, so all is over by now.
    assert not Path(place).exists()


@can_mount
def test_its_status_is_that_of_the_program(image):
    assert _run(image, "fail").returncode == 3


def test_a_file_that_was_cut_short_is_one_sentence(image, tmp_path):
    broken = tmp_path / "broken.AppImage"
    broken.write_bytes(image.read_bytes()[: int(_run(image, "--appimage-offset").stdout) + 40])
    broken.chmod(0o755)
    done = _run(broken, "gui")
    assert done.returncode == 1
    assert "damaged" in done.stderr
