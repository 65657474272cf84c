"""From the application folder to a setup program for Windows, by Inno Setup 6."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from desktop_app import __version__
from desktop_app.errors import LecternError
from installer.environment import ROOT, say

SCRIPT = ROOT / "installer" / "windows" / "lectern.iss"
_PLACES = (r"C:\Program Files (x86)\Inno Setup 6", r"C:\Program Files\Inno Setup 6")


def make_setup(application: Path, output: Path) -> Path:
    """Wrap the folder into ``output/Lectern-VERSION-setup.exe`` and return it.

    Signed where SIGNTOOL holds a command line for Inno Setup's SignTool. Raises LecternError.
    """
    compiler = shutil.which("iscc", path=os.pathsep.join((*_PLACES, os.environ.get("PATH", ""))))
    if compiler is None:
        raise LecternError("Inno Setup 6 is not installed.", "Get it with: choco install innosetup")
    say("Packing (some minutes)")
    defined = {"Version": __version__, "Application": application, "Output": output}
    command = [compiler, "/Q", *(f"/D{name}={value}" for name, value in defined.items())]
    signing = os.environ.get("SIGNTOOL")
    if signing:
        command += ["/DSigned=1", f"/Slectern={signing}"]
    done = subprocess.run([*command, str(SCRIPT)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LecternError(f"Inno Setup failed: {done.stdout}{done.stderr}".strip())
    return output / f"Lectern-{__version__}-setup.exe"
