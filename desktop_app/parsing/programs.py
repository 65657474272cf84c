"""Other programs that a reader can use where the user has them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path, PurePath

from desktop_app.parsing import signatures
from desktop_app.parsing.media_types import MEDIA_TYPES

_CONVERTED = frozenset({signatures.DOC, signatures.PPT})
_NAMES = ("soffice", "libreoffice")
_PLACES = {
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
    "win32": (
        r"C:\Program Files\LibreOffice\program\soffice.exe",
        r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    ),
}


def find_libreoffice() -> str:
    """Return where LibreOffice is, or "" where it is not installed. Takes microseconds.

    Where there is one, the program itself rather than the one that starts it: that one
    also wants to write where a parser process may not.
    """
    for name in _NAMES:
        if found := shutil.which(name):
            inner = Path(found).resolve().with_name("soffice.bin")
            return str(inner) if inner.exists() else found
    return next((each for each in _PLACES.get(sys.platform, ()) if Path(each).exists()), "")


def needs_program(path: str) -> bool:
    """Say whether the reader of a file has to start another program, which is there."""
    media_type = MEDIA_TYPES.get(PurePath(path).suffix.lower())
    return media_type in _CONVERTED and bool(find_libreoffice())
