"""From the application folder to a .deb that Debian, Ubuntu and Mint install."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from desktop_app import __version__
from desktop_app.errors import LecternError
from installer.environment import ROOT, say
from installer.freezing import ICON, draw_icon, source_epoch

LINUX = ROOT / "installer" / "linux"
_GLIBC = re.compile(rb"\x00GLIBC_(\d+\.\d+)(?=\x00)")
"""A symbol version in a string table (LSB Core, "Symbol Versioning")."""
_SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
# What contents.py leaves to the system. Names of Debian 12 and Ubuntu 22.04 first, then those
# after the change to 64-bit times.
_DEPENDS = (
    "libc6 (>= {glibc})",
    "libstdc++6",
    "libegl1",
    "libgl1",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "libx11-6",
    "libx11-xcb1",
    "libxcb1",
    "libfontconfig1",
    "libfreetype6",
    "libdbus-1-3",
    "libglib2.0-0 | libglib2.0-0t64",
    "libgssapi-krb5-2",
    "libwayland-client0",
    "libwayland-cursor0",
    "libwayland-egl1",
)
_CONTROL = """\
Package: lectern
Version: {version}
Architecture: amd64
Maintainer: The Lectern authors <lectern@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: tesseract-ocr-eng
Suggests: libreoffice-core-nogui, python3-nautilus
Section: text
Priority: optional
Description: ranked answers from the documents on this computer, offline
 Add folders, ask in your own words, and get the passages that answer, ranked
 with scores from 0 to 1, each shown on its page. Nothing leaves the computer.
"""


def make_deb(application: Path, output: Path) -> Path:
    """Wrap the application folder into ``output/lectern_VERSION_amd64.deb`` and return it.

    Everything is dated by the last commit and owned by root, so the same folder gives the
    same package. Removing the package leaves libraries and settings in the users' homes.
    Raises LecternError.
    """
    tree = output / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(application, tree / "opt" / "lectern", symlinks=True)
    lay_out(tree / "usr")
    program = tree / "usr" / "bin" / "lectern"
    program.parent.mkdir(parents=True)
    program.symlink_to("../../opt/lectern/lectern")
    kilobytes = sum(each.lstat().st_size for each in tree.rglob("*") if not each.is_dir()) // 1024
    control = tree / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(
        _CONTROL.format(
            version=__version__,
            kilobytes=kilobytes,
            depends=", ".join(_DEPENDS).format(glibc=needed_glibc(application)),
        ),
        encoding="utf-8",
    )
    for each in [tree, *tree.rglob("*")]:
        if not each.is_symlink():
            is_library = ".so" in each.suffixes
            is_program = each.is_dir() or (os.access(each, os.X_OK) and not is_library)
            each.chmod(0o755 if is_program else 0o644)
        os.utime(each, (source_epoch(), source_epoch()), follow_symlinks=False)
    package = output / f"lectern_{__version__}_amd64.deb"
    say("Packing (a minute)")
    # Not xz, which takes about ten times as long to pack, and longer to install.
    done = subprocess.run(
        ["dpkg-deb", "--build", "--root-owner-group", "-Zzstd", "-z12", str(tree), str(package)],
        env=os.environ | {"SOURCE_DATE_EPOCH": str(source_epoch())},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LecternError(f"dpkg-deb failed: {done.stderr.strip()}")
    shutil.rmtree(tree)
    return package


def needed_glibc(application: Path) -> str:
    """Return the oldest C library that has all that the folder's programs ask of it.

    It depends on where the folder was built, since libraries of that system are in it.
    """
    found = {
        tuple(int(part) for part in match.split(b"."))
        for file in application.rglob("*")
        if file.is_file() and (".so" in file.suffixes or os.access(file, os.X_OK))
        for match in _GLIBC.findall(file.read_bytes())
    }
    return ".".join(map(str, max(found, default=(2, 17))))


def lay_out(usr: Path) -> None:
    """Fill ``usr/share`` with menu entry, icons, folder actions, metadata and manual."""
    share = usr / "share"
    places = {
        "lectern.desktop": share / "applications",
        "lectern-search-folder.desktop": share / "kio" / "servicemenus",
        "lectern.nemo_action": share / "nemo" / "actions",
        "lectern_nautilus.py": share / "nautilus-python" / "extensions",
        "io.lectern.Lectern.metainfo.xml": share / "metainfo",
    }
    for name, place in places.items():
        place.mkdir(parents=True)
        (place / name).write_text(dated(LINUX / name), encoding="utf-8")
    manual = share / "man" / "man1" / "lectern.1.gz"
    manual.parent.mkdir(parents=True)
    manual.write_bytes(gzip.compress(dated(LINUX / "lectern.1").encode(), mtime=0))
    documentation = share / "doc" / "lectern"
    documentation.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", documentation / "copyright")
    _draw_icons(share / "icons" / "hicolor")


def dated(template: Path) -> str:
    """Read a file of ``linux/`` with the version and its day filled in."""
    day = datetime.fromtimestamp(source_epoch(), UTC).date().isoformat()
    text = template.read_text(encoding="utf-8")
    return text.replace("@VERSION@", __version__).replace("@DATE@", day)


def _draw_icons(theme: Path) -> None:
    for size in _SIZES:
        draw_icon(theme / f"{size}x{size}" / "apps" / "lectern.png", size)
    scalable = theme / "scalable" / "apps" / "lectern.svg"
    scalable.parent.mkdir(parents=True)
    shutil.copy(ICON, scalable)
