"""Tesseract's language data for the application: found, checked and copied."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop_app.errors import LecternError
from installer.environment import say

# tessdata_fast 4.1.0 (Apache-2.0), the same files in Debian, in Homebrew and on Windows:
# 15 MB for the languages of the window and those that its users' scans are most often in.
LANGUAGES = {
    "ara": "e3206d3dc87fd50c24a0fb9f01838615911d25168f4e64415244b67d2bb3e729",
    "chi_sim": "a5fcb6f0db1e1d6d8522f39db4e848f05984669172e584e8d76b6b3141e1f730",
    "deu": "19d219bbb6672c869d20a9636c6816a81eb9a71796cb93ebe0cb1530e2cdb22d",
    "eng": "7d4322bd2a7749724879683fc3912cb542f19906c83bcc1a52132556427170b2",
    "fra": "ced037562e8c80c13122dece28dd477d399af80911a28791a66a63ac1e3445ca",
    "jpn": "1f5de9236d2e85f5fdf4b3c500f2d4926f8d9449f28f5394472d9e8d83b91b4d",
    "spa": "6f2e04d02774a18f01bed44b1111f2cd7f3ba7ac9dc4373cd3f898a40ea6b464",
}
_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tessdata",
    "/opt/homebrew/share/tessdata",
    "/usr/local/share/tessdata",
    r"C:\Program Files\Tesseract-OCR\tessdata",
)


def collect_recognition_data(work: Path, source: Path | None = None) -> Path:
    """Copy the data of every language into ``work/tessdata`` and return that folder.

    Taken from ``source``, else from where the system keeps it, else on Debian and Ubuntu from
    its packages, which are not installed. Every file must have the known hash. Raises
    LecternError.
    """
    target = work / "tessdata"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    places = [source] if source else [Path(each) for each in _PLACES]
    missing = [each for each in LANGUAGES if not _copy(each, places, target)]
    if missing and not source and shutil.which("apt-get"):
        fetched = list(_fetch(missing, work / "tessdata-packages"))
        missing = [each for each in missing if not _copy(each, fetched, target)]
    if missing:
        raise LecternError(
            f"The recognition data of {', '.join(missing)} is missing or another version.",
            "Name a folder with the files of tessdata_fast 4.1.0 by --tessdata.",
        )
    return target


def absent_languages() -> list[str]:
    """List the languages whose data this system does not keep in the known version."""
    places = [Path(each) for each in _PLACES]
    return [each for each in LANGUAGES if _known(each, places) is None]


def package_of(language: str) -> str:
    """Name Debian's package with the data of a language."""
    return f"tesseract-ocr-{language.replace('_', '-')}"


def _known(language: str, places: Iterable[Path]) -> Path | None:
    for place in places:
        file = place / f"{language}.traineddata"
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == LANGUAGES[language]:
            return file
    return None


def _copy(language: str, places: Iterable[Path], target: Path) -> bool:
    file = _known(language, places)
    if file is not None:
        shutil.copyfile(file, target / file.name)
    return file is not None


def _fetch(languages: Iterable[str], work: Path) -> Iterator[Path]:
    """Unpack Debian's packages of languages, and give the folders that hold their data."""
    if sys.platform != "linux":
        return
    say("Fetching recognition data")
    work.mkdir(parents=True, exist_ok=True)
    packages = [package_of(each) for each in languages]
    subprocess.run(
        ["apt-get", "download", "--quiet", *packages], cwd=work, capture_output=True, check=False
    )
    for package in sorted(work.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", str(package), str(work)], check=True)
    yield from sorted({file.parent for file in work.rglob("*.traineddata")})
