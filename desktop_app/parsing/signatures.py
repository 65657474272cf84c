"""What a file's first bytes say it is, for those whose name says something else."""

from __future__ import annotations

import zipfile
from pathlib import Path

from desktop_app.errors import CorruptFile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EPUB = "application/epub+zip"
HTML = "text/html"
OLE = "application/x-ole-storage"
ZIP = "application/zip"
BINARY = "application/octet-stream"

HEAD_BYTES = 4096
# The specification asks for "%PDF-" in the first 1,024 bytes, and readers accept that.
_PDF_WITHIN = 1024
_BINARY_HEADS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\x00",
    b"MM\x00*",
    b"\x1f\x8b",
    b"BZh",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\xfd7zXZ\x00",
    b"\x7fELF",
    b"MZ\x90\x00",
    b"SQLite format 3\x00",
    b"OggS",
    b"ID3",
    b"fLaC",
)
_OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RTF_HEAD = b"{\\rtf"
_ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")
_HTML_HEADS = (b"<!doctype html", b"<html")


def sniff(head: bytes, path: Path) -> str:
    """Return the media type that the content proves, or "" where it proves none.

    ``head`` are the first ``HEAD_BYTES`` bytes. Raises CorruptFile for a zip archive
    whose directory cannot be read.
    """
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return PDF
    if head.startswith(_OLE_HEAD):
        return OLE
    if head.startswith(_RTF_HEAD):
        return "application/rtf"
    if head.startswith(_ZIP_HEADS):
        return _sniff_zip(path)
    if head.startswith(_BINARY_HEADS):
        return BINARY
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return HTML if start.startswith(_HTML_HEADS) else ""


def _sniff_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise CorruptFile from error
    if "META-INF/container.xml" in names:
        return EPUB
    for folder, media_type in (("word/", DOCX), ("ppt/", PPTX), ("xl/", XLSX)):
        if any(name.lower().startswith(folder) for name in names):
            return media_type
    return ZIP
