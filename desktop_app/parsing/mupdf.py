"""MuPDF at arm's length: opened silently, its exceptions translated, nothing optional."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desktop_app.errors import CorruptFile, EncryptedFile, FileTooLarge
from desktop_app.translation import mark

__all__ = ["MUPDF_VERSION", "open_pdf", "opened_pdf", "pymupdf", "translated"]

# PyMuPDF 2.0 imports its layout models (onnxruntime, networkx: 0.7 s and 100 MB) and
# pymupdf4llm on import, where they are installed. None of them is used here; an entry of
# None makes those imports fail, which PyMuPDF provides for.
for _name in ("pymupdf.layout", "pymupdf4llm"):
    sys.modules.setdefault(_name, None)  # type: ignore[arg-type]  # documented in importlib

import pymupdf  # noqa: E402

pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)
pymupdf.no_recommend_layout()

MUPDF_VERSION = str(pymupdf.mupdf_version)

_MUPDF_ERRORS = (
    pymupdf.mupdf.FzErrorBase,
    pymupdf.FileDataError,
    pymupdf.EmptyFileError,
    RuntimeError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    AssertionError,
    UnicodeError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise CorruptFile (FileTooLarge when memory ran out) for whatever MuPDF raises.

    PyMuPDF lets damaged files surface as almost any built-in exception.
    """
    try:
        yield
    except MemoryError as error:
        raise FileTooLarge(mark("The file needs more memory than a reader may use.")) from error
    except _MUPDF_ERRORS as error:
        raise CorruptFile from error


@contextmanager
def opened_pdf(path: Path) -> Iterator[Any]:
    """Open a PDF for the time of the block; raises EncryptedFile or CorruptFile."""
    document = open_pdf(path)
    try:
        yield document
    finally:
        document.close()


def open_pdf(source: Path | bytes) -> Any:
    """Open a PDF, to be closed by the caller; raises EncryptedFile or CorruptFile.

    The empty password is tried, since many protected files restrict only printing.
    """
    with translated():
        if isinstance(source, bytes):
            document = pymupdf.open(stream=source, filetype="pdf")
        else:
            document = pymupdf.open(source, filetype="pdf")
    try:
        with translated():
            is_locked = document.needs_pass and not document.authenticate("")
            has_pages = not is_locked and document.page_count > 0
    except BaseException:
        document.close()
        raise
    if not has_pages:
        document.close()
        raise EncryptedFile if is_locked else CorruptFile(mark("The file has no pages."))
    return document
