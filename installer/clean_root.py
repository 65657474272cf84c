#!/usr/bin/env python3
"""Whether a .deb works where nothing else is: ``clean_root.py PACKAGE [--root DIR]``, as root.

Makes a minimal Debian with debootstrap in DIR (kept, and used again when it is there),
installs the package in it with what it declares to need and nothing more, proves the program
there as a plain user (smoke.py), removes it, and looks whether the user's library is still
there. Nothing stays mounted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from desktop_app.errors import LecternError
from installer.environment import say
from installer.smoke import prove

RELEASE = "bookworm"
_INSIDE = "LECTERN_CLEAN_ROOT"
_HOME = "/tmp/a user"  # noqa: S108 - inside the clean root
_GUIDE = "/opt/lectern/_internal/resources/sample"
_MOUNTED = ("proc", "dev")
_LAST_LINES = 15


def main() -> int:
    """Prove the package that the command line names; 0 where all is well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path)
    parser.add_argument("--root", type=Path, metavar="DIR")
    options = parser.parse_args()
    if _INSIDE not in os.environ:
        command = ["unshare", "--mount", sys.executable, *sys.argv]
        return subprocess.run(command, env=os.environ | {_INSIDE: "1"}, check=False).returncode
    try:
        if options.root:
            return _prove(options.package.resolve(), options.root.resolve())
        with _scratch_root() as root:
            return _prove(options.package.resolve(), root)
    except LecternError as failure:
        say(str(failure))
        return 1


@contextmanager
def _scratch_root() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="lectern-root-"))
    # It is made for its owner alone, and a plain user inside could start nothing.
    root.chmod(0o755)
    try:
        yield root
    finally:
        # What is mounted is this system's own: never delete through it.
        if not any(os.path.ismount(root / place) for place in _MOUNTED):
            shutil.rmtree(root)


@contextmanager
def _mounted(root: Path) -> Iterator[None]:
    try:
        for place in _MOUNTED:
            _run("mount", "--rbind", f"/{place}", str(root / place))
        yield
    finally:
        for place in _MOUNTED:
            if os.path.ismount(root / place):
                _run("umount", "--recursive", "--lazy", str(root / place))


def _prove(package: Path, root: Path) -> int:
    if not (root / "etc" / "debian_version").exists():
        say(f"Making a clean {RELEASE}")
        root.mkdir(parents=True, exist_ok=True)
        _run("debootstrap", "--variant=minbase", RELEASE, str(root))
    with _mounted(root):
        return _prove_inside(package, root)


def _prove_inside(package: Path, root: Path) -> int:
    say("Installing the package")
    shutil.copy(package, root / "tmp" / "lectern.deb")
    _inside(root, "apt-get", "update", "--quiet")
    _inside(root, "apt-get", "install", "-y", "--no-install-recommends", "/tmp/lectern.deb")  # noqa: S108
    say("Using it")
    found = prove(Path("/usr/bin/lectern"), is_shown=True, root=root)
    checks = found.checks | _check_removal(root)
    for what, wrong in checks.items():
        print(f"{what}: {wrong or 'ok'}")
    for what, figure in found.figures.items():
        print(f"{what}: {figure}")
    return 1 if any(checks.values()) else 0


def _check_removal(root: Path) -> dict[str, str]:
    """Index as a user, remove the package, and look at what is left of each."""
    home = root / _HOME.lstrip("/")
    home.mkdir(exist_ok=True)
    _inside(root, "env", f"HOME={_HOME}", "lectern", "index", _GUIDE)
    library = home / ".local" / "share" / "Lectern" / "library"
    before = _contents(library)
    say("Removing the package")
    _inside(root, "apt-get", "remove", "-y", "lectern")
    left = [each for each in ("opt/lectern", "usr/bin/lectern") if (root / each).exists()]
    return {
        "removed": f"Still there: {', '.join(left)}" if left else "",
        "library kept": "" if before and _contents(library) == before else "It changed.",
    }


def _contents(folder: Path) -> dict[str, int]:
    return {str(each): each.stat().st_size for each in folder.rglob("*") if each.is_file()}


def _inside(root: Path, *command: str) -> None:
    plain = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
    _run("chroot", str(root), *command, environment=plain | {"DEBIAN_FRONTEND": "noninteractive"})


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise LecternError(f"{command[0]} is not installed.") from error
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:])
        raise LecternError(f"{' '.join(command)} failed: {said}")


if __name__ == "__main__":
    sys.exit(main())
