"""Tesseract's language data: where it lies, what is there, and how to get more.

The engine itself is part of MuPDF; only the files called LANGUAGE.traineddata are needed.
"""

from __future__ import annotations

import hashlib
import locale
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from desktop_app.settings import resources_dir
from desktop_app.translation import mark

ENGLISH = "eng"
RECOGNIZER = "tesseract"
"""What the name of every recognizer begins with, in the ledger too."""
# Raised when the way in which pages are recognized changes enough to do them again.
_METHOD = 1
_SUFFIX = ".traineddata"
# Not languages: orientation, and equations without letters.
_NO_LANGUAGES = frozenset({"osd", "equ"})
_PLACES = {
    "darwin": (
        "/opt/homebrew/share/tessdata",
        "/usr/local/share/tessdata",
        "/opt/local/share/tessdata",
    ),
    "win32": (
        r"C:\Program Files\Tesseract-OCR\tessdata",
        r"C:\Program Files (x86)\Tesseract-OCR\tessdata",
        r"%LOCALAPPDATA%\Programs\Tesseract-OCR\tessdata",
    ),
    "linux": (
        "/usr/share/tesseract-ocr/5/tessdata",
        "/usr/share/tesseract-ocr/4.00/tessdata",
        "/usr/share/tessdata",
        "/usr/share/tesseract/tessdata",
        "/usr/local/share/tessdata",
        "/app/share/tessdata",
    ),
}
# ISO 639-1 as in locales -> ISO 639-2 as in Tesseract's file names, where a user's first
# language is likely to be one of them.
_BY_LOCALE = {
    "ar": "ara", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu",
    "el": "ell", "en": "eng", "es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin",
    "fr": "fra", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "is": "isl",
    "it": "ita", "ja": "jpn", "ko": "kor", "lt": "lit", "lv": "lav", "nb": "nor", "nl": "nld",
    "nn": "nor", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk",
    "sl": "slv", "sq": "sqi", "sr": "srp", "sv": "swe", "ta": "tam", "te": "tel", "th": "tha",
    "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie", "zh": "chi_sim", "zh_tw": "chi_tra",
    "zh_hk": "chi_tra",
}  # fmt: skip
_HOW = {
    "darwin": mark("Install them with “brew install tesseract tesseract-lang”."),
    "win32": mark(
        "Install Tesseract for Windows (the build of UB Mannheim) and choose the languages "
        "in its installer."
    ),
    "linux": mark(
        "Install your system's package tesseract-ocr-LANGUAGE, for example “sudo apt install "
        "tesseract-ocr-eng” (Fedora: tesseract-langpack-eng, Arch: tesseract-data-eng)."
    ),
}


@dataclass(frozen=True, slots=True)
class TextRecognition:
    """What recognizes text here: a data directory and languages as in "deu+eng".

    ``available`` are all languages of the directory, ``wanted`` those asked for that it
    lacks. Without ``languages`` nothing can be recognized.
    """

    directory: str
    languages: str
    available: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name method, languages and data; pages recognized under another name differ."""
        if not self.languages:
            return ""
        digest = hashlib.blake2b(digest_size=4)
        for language in self.languages.split("+"):
            file = Path(self.directory, language + _SUFFIX)
            digest.update(f"{language} {_size_of(file)};".encode())
        return f"{RECOGNIZER} {self.languages} {_METHOD}-{digest.hexdigest()}"


def find_recognition(languages: str, directory: Path | None = None) -> TextRecognition:
    """Find the data for ``languages`` ("deu+eng"; "" means the system's language and English).

    Looks into ``directory`` first, then where TESSDATA_PREFIX says, then into what is shipped
    with an installed Lectern, then where packages put it; of these the first that has every
    language, else the one that has most. Of languages that were not named, those that are
    there are used. Any thread.
    """
    asked = [each for each in languages.replace(",", "+").replace(" ", "+").split("+") if each]
    wanted = asked or list(system_languages())
    best = TextRecognition("", "", (), tuple(asked))
    best_count = 0
    for place in _places(directory):
        available = _languages_in(place)
        usable = [each for each in wanted if each in available]
        if not asked and not usable:
            usable = list(available[:1])
        if len(usable) > best_count:
            missing = tuple(each for each in asked if each not in available)
            best = TextRecognition(str(place), "+".join(usable), available, missing)
            best_count = len(usable)
    return best


def system_languages() -> tuple[str, ...]:
    """Return Tesseract's names of the system's language and English, without repetition."""
    names = [os.environ.get(each, "") for each in ("LC_ALL", "LC_CTYPE", "LANG")]
    with suppress(ValueError):
        names.append(locale.getlocale()[0] or "")
    found = []
    for name in names:
        code = name.partition(".")[0].lower()
        language = _BY_LOCALE.get(code) or _BY_LOCALE.get(code.partition("_")[0])
        if language:
            found.append(language)
            break
    return tuple(dict.fromkeys([*found, ENGLISH]))


def how_to_get_languages() -> str:
    """Say in one sentence how this system gets the data of more languages."""
    return _HOW.get(sys.platform, _HOW["linux"])


def _places(directory: Path | None) -> Iterator[Path]:
    if directory is not None:
        yield directory
    prefix = os.environ.get("TESSDATA_PREFIX", "")
    if prefix:
        yield Path(prefix)
        yield Path(prefix, "tessdata")
    yield resources_dir() / "tessdata"
    for each in _PLACES.get(sys.platform, _PLACES["linux"]):
        yield Path(os.path.expandvars(each))


def _languages_in(directory: Path) -> tuple[str, ...]:
    files: Iterable[Path] = ()
    with suppress(OSError):
        files = list(directory.glob(f"*{_SUFFIX}"))
    return tuple(sorted(each.stem for each in files if each.stem not in _NO_LANGUAGES))


def _size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
