"""From the application folder to an AppImage: one file that runs on most Linux desktops.

The part that mounts the file (``linux/appimage.c``) is compiled here, since the one that
others publish is in no package registry.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from desktop_app import __version__
from desktop_app.errors import LecternError
from installer.debian import LINUX, dated
from installer.environment import say
from installer.freezing import ICON, draw_icon, source_epoch

PACKAGES = (
    *("gcc", "libc6-dev", "squashfs-tools", "libsquashfuse-dev", "libfuse3-dev"),
    *("libzstd-dev", "liblz4-dev", "liblzo2-dev", "liblzma-dev", "zlib1g-dev"),
)
_LIBRARIES = ("squashfuse_ll", "squashfuse", "fuse3", "z", "lzma", "zstd", "lz4", "lzo2")
_INCLUDES = ("/usr/include/squashfuse", "/usr/include/fuse3")
_MAGIC = b"AI\x02"
"""At byte 8 of the file: an AppImage of type 2 (AppImageSpec, draft.md)."""
_MAGIC_PLACE = 8
_ICON_SIZE = 256


def make_appimage(application: Path, output: Path) -> Path:
    """Wrap the folder into ``output/Lectern-VERSION-x86_64.AppImage`` and return it.

    Needs the Debian packages ``PACKAGES``. The same folder, compiler and libraries give the
    same file. Raises LecternError.
    """
    missing = [each for each in ("gcc", "mksquashfs") if shutil.which(each) is None]
    if missing:
        raise LecternError(
            f"{' and '.join(missing)} must be installed to build an AppImage.",
            f"On Debian: sudo apt-get install {' '.join(PACKAGES)}",
        )
    tree = _lay_out(application, output / "appimage")
    image = output / "appimage.squashfs"
    image.unlink(missing_ok=True)
    say("Packing (a minute)")
    _run(
        *("mksquashfs", str(tree), str(image), "-comp", "zstd", "-Xcompression-level", "12"),
        *("-root-owned", "-no-xattrs", "-no-exports", "-noappend", "-quiet", "-no-progress"),
    )
    runtime = compile_runtime(output / "appimage-runtime")
    target = output / f"Lectern-{__version__}-x86_64.AppImage"
    with target.open("wb") as file:
        file.write(runtime.read_bytes())
        with image.open("rb") as packed:
            shutil.copyfileobj(packed, file)
    target.chmod(0o755)
    image.unlink()
    shutil.rmtree(tree)
    return target


def compile_runtime(target: Path) -> Path:
    """Compile the part that mounts the rest, marked as an AppImage; raises LecternError."""
    _run(
        *("gcc", "-O2", "-Wall", "-static", "-s", "-Wl,--build-id=none", "-o", str(target)),
        *(f"-I{each}" for each in _INCLUDES),
        str(LINUX / "appimage.c"),
        *(f"-l{each}" for each in _LIBRARIES),
    )
    with target.open("r+b") as file:
        file.seek(_MAGIC_PLACE)
        file.write(_MAGIC)
    return target


def _lay_out(application: Path, tree: Path) -> Path:
    shutil.rmtree(tree, ignore_errors=True)
    # As hard links: the folder is large, and nothing in it is changed.
    shutil.copytree(
        application, tree / "usr" / "lib" / "lectern", symlinks=True, copy_function=os.link
    )
    (tree / "AppRun").symlink_to("usr/lib/lectern/lectern")
    (tree / "lectern.desktop").write_text(dated(LINUX / "lectern.desktop"), encoding="utf-8")
    draw_icon(tree / "lectern.png", _ICON_SIZE)
    (tree / ".DirIcon").symlink_to("lectern.png")
    shutil.copy(ICON, tree / "lectern.svg")
    about = tree / "usr" / "share" / "metainfo" / "io.lectern.Lectern.appdata.xml"
    about.parent.mkdir(parents=True)
    metadata = dated(LINUX / "io.lectern.Lectern.metainfo.xml")
    about.write_text(metadata, encoding="utf-8")
    return tree


def _run(*command: str) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(source_epoch())}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LecternError(f"{command[0]} failed: {done.stderr.strip()}")
