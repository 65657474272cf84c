"""From Lectern.app to a disk image for macOS, signed and notarized where there are keys."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from desktop_app import __version__
from desktop_app.errors import LecternError
from installer.environment import ROOT, say

BUNDLE_ID = "io.lectern.Lectern"
ENTITLEMENTS = ROOT / "installer" / "macos" / "entitlements.plist"
IDENTITY = "CODESIGN_IDENTITY"
"""The environment variable that names a Developer ID certificate of the keychain."""
NOTARY_PROFILE = "NOTARY_PROFILE"
"""That names what "xcrun notarytool store-credentials" has kept."""
INFO: dict[str, Any] = {
    "CFBundleDisplayName": "Lectern",
    "CFBundleShortVersionString": __version__,
    # The oldest that numpy's library for Apple's processors is for.
    "LSMinimumSystemVersion": "14.0",
    # PyInstaller hides programs that also write to terminals.
    "LSBackgroundOnly": False,
    "LSApplicationCategoryType": "public.app-category.productivity",
    "NSHighResolutionCapable": True,
    "NSHumanReadableCopyright": "AGPL-3.0-or-later",
    # Finder's "Open With" for folders, and folders dropped on the icon.
    "CFBundleDocumentTypes": [
        {
            "CFBundleTypeName": "Folder",
            "CFBundleTypeRole": "Viewer",
            "LSHandlerRank": "Alternate",
            "LSItemContentTypes": ["public.folder"],
        }
    ],
}
_BUSY = "Resource busy"
"""What hdiutil says now and then, while the system looks at the new files for malware
(https://github.com/actions/runner-images/issues/7522)."""
_TRIES, _PAUSE_SECONDS = 10, 10
_SERVICE = ROOT / "installer" / "macos" / "Search in this folder.workflow"


def make_dmg(application: Path, output: Path) -> Path:
    """Wrap Lectern.app into ``output/Lectern-VERSION.dmg`` and return it.

    With the application come a link to the Applications folder and the Finder service, which
    a double-click installs. Raises LecternError.
    """
    staged = output / "dmg"
    shutil.rmtree(staged, ignore_errors=True)
    shutil.copytree(application, staged / application.name, symlinks=True)
    (staged / "Applications").symlink_to("/Applications")
    shutil.copytree(_SERVICE, staged / _SERVICE.name)
    identity = os.environ.get(IDENTITY)
    if identity:
        sign = ("codesign", "--force", "--timestamp", "--options", "runtime", "--sign", identity)
        bundle = staged / application.name
        _run("Signing", *sign, "--deep", "--entitlements", str(ENTITLEMENTS), str(bundle))
        _run("Looking at the signature", "codesign", "--verify", "--deep", "--strict", str(bundle))
    image = output / f"Lectern-{__version__}.dmg"
    image.unlink(missing_ok=True)
    _run(
        "Packing (a minute)",
        *("hdiutil", "create", "-ov", "-volname", "Lectern", "-srcfolder", str(staged)),
        *("-format", "ULFO", "-fs", "HFS+", str(image)),
        tries=_TRIES,
    )
    if identity:
        _run("Signing the image", "codesign", "--timestamp", "--sign", identity, str(image))
    profile = os.environ.get(NOTARY_PROFILE)
    if identity and profile:
        submit = ("xcrun", "notarytool", "submit", str(image), "--keychain-profile", profile)
        _run("Notarizing (some minutes)", *submit, "--wait")
        _run("Stapling", "xcrun", "stapler", "staple", str(image))
    shutil.rmtree(staged)
    return image


def _run(what: str, *command: str, tries: int = 1) -> None:
    say(what)
    for _ in range(tries):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        if _BUSY not in done.stderr:
            break
        time.sleep(_PAUSE_SECONDS)
    raise LecternError(f"{what} failed: {done.stdout}{done.stderr}".strip())
