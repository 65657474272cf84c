#!/usr/bin/env python3
"""Build Lectern for people who have no Python.

``python3 installer/build.py KIND...``: folder, deb, appimage, on Windows exe, on macOS dmg;
``again`` builds the folder twice and lists what differs; ``gpu-support`` makes the file that adds
graphics cards to an installed Lectern.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from desktop_app.errors import LecternError
from installer.environment import ROOT, VENV, ensure_environment, say
from installer.system_libraries import ensure_libraries

KINDS = ("folder", "deb", "appimage", "exe", "dmg", "again", "gpu-support")


def main() -> int:
    """Build what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="build.py", description="Build an installable Lectern.")
    parser.add_argument("kinds", choices=KINDS, nargs="+", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--output", type=Path, default=ROOT / "out", metavar="DIR")
    parser.add_argument(
        "--tessdata", type=Path, metavar="DIR", help="where the data for text recognition is"
    )
    parser.add_argument(
        "--torch", default="", metavar="VERSION", help="of gpu-support, if not the pinned one"
    )
    options = parser.parse_args()
    try:
        interpreter = ensure_environment()
        if Path(sys.prefix).resolve() != VENV.resolve():
            # Icons are drawn with the environment's Qt.
            return subprocess.run([str(interpreter), *sys.argv], check=False).returncode
        return build(
            options.kinds,
            options.output.resolve(),
            str(interpreter),
            tessdata=options.tessdata,
            torch=options.torch,
        )
    except LecternError as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def build(
    kinds: Sequence[str],
    output: Path,
    interpreter: str,
    *,
    tessdata: Path | None = None,
    torch: str = "",
) -> int:
    """Make the application folder in ``output``, prove it, and pack it; 0 when done."""
    from installer.freezing import freeze
    from installer.smoke import prove

    output.mkdir(parents=True, exist_ok=True)
    if "gpu-support" in kinds:
        from installer.gpu_support import make_gpu_support

        _tell(make_gpu_support(interpreter, output, torch=torch))
        kinds = [each for each in kinds if each != "gpu-support"]
        if not kinds:
            return 0
    # Those of this system go into the application; without them there would be no window.
    if not ensure_libraries(is_shown=True, say=say):
        return 1
    application = freeze(interpreter, output, tessdata)
    if "again" in kinds:
        return _build_again(application, output, interpreter, tessdata)
    say("Proving it")
    program = application / ("lectern.exe" if sys.platform == "win32" else "lectern")
    wrong = [each for each in prove(program, is_shown=False).checks.values() if each]
    if wrong:
        raise LecternError(f"The built application fails: {' '.join(wrong)}")
    shutil.copy(output / "prepared" / "components.cdx.json", output)
    size = sum(each.lstat().st_size for each in application.rglob("*") if each.is_file())
    print(f"{application} {size / 1e6:.0f} MB")
    for kind in kinds:
        if kind == "folder":
            continue
        _tell(_pack(kind, application, output))
    return 0


def _tell(package: Path) -> None:
    with package.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    print(f"{package} {package.stat().st_size / 1e6:.0f} MB sha256 {digest}")


def _pack(kind: str, application: Path, output: Path) -> Path:
    if kind == "deb":
        from installer.debian import make_deb

        return make_deb(application, output)
    if kind == "appimage":
        from installer.appimage import make_appimage

        return make_appimage(application, output)
    if kind == "exe":
        from installer.inno import make_setup

        return make_setup(application, output)
    from installer.mac import make_dmg

    return make_dmg(output / "Lectern.app", output)


def _build_again(application: Path, output: Path, interpreter: str, tessdata: Path | None) -> int:
    """Build once more and list what differs; 0 where nothing does."""
    from installer.comparison import differences
    from installer.freezing import freeze

    first = output / "first"
    shutil.rmtree(first, ignore_errors=True)
    application.rename(first)
    found = differences(first, freeze(interpreter, output, tessdata))
    for name in found:
        print(name)
    say(f"{len(found)} files differ." if found else "Both builds are the same.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
