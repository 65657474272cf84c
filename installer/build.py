#!/usr/bin/env python3
"""Build Lectern for people who have no Python: ``python3 installer/build.py folder|deb``."""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from desktop_app.errors import LecternError
from installer.environment import ROOT, VENV, ensure_environment, say


def main() -> int:
    """Build what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="build.py", description="Build an installable Lectern.")
    parser.add_argument("kind", choices=("folder", "deb"))
    parser.add_argument("--output", type=Path, default=ROOT / "out", metavar="DIR")
    parser.add_argument(
        "--tessdata", type=Path, metavar="DIR", help="where the data for text recognition is"
    )
    options = parser.parse_args()
    try:
        interpreter = ensure_environment()
        if Path(sys.prefix).resolve() != VENV.resolve():
            # Icons are drawn with the environment's Qt.
            return subprocess.run([str(interpreter), *sys.argv], check=False).returncode
        return build(
            options.kind, options.output.resolve(), str(interpreter), tessdata=options.tessdata
        )
    except LecternError as failure:
        say(str(failure))
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130


def build(kind: str, output: Path, interpreter: str, *, tessdata: Path | None = None) -> int:
    """Make the application folder in ``output``, prove it, and pack it; 0 when done."""
    from installer.debian import make_deb
    from installer.freezing import check, freeze

    output.mkdir(parents=True, exist_ok=True)
    application = freeze(interpreter, output, tessdata)
    check(application / "lectern")
    shutil.copy(output / "prepared" / "components.cdx.json", output)
    size = sum(each.lstat().st_size for each in application.rglob("*") if each.is_file())
    print(f"{application} {size / 1e6:.0f} MB")
    if kind == "deb":
        package = make_deb(application, output)
        digest = hashlib.sha256(package.read_bytes()).hexdigest()
        print(f"{package} {package.stat().st_size / 1e6:.0f} MB sha256 {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
