"""What a file's first bytes say it is, for those whose name says something else."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from pathlib import Path

import olefile

from desktop_app.errors import CorruptFile, EncryptedFile

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
DOC = "application/msword"
PPT = "application/vnd.ms-powerpoint.presentation"
XLS = "application/vnd.ms-excel.sheet"
MSG = "application/vnd.ms-outlook"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
RTF = "application/rtf"
EPUB = "application/epub+zip"
MOBI = "application/x-mobipocket-ebook"
HTML = "text/html"
OLE = "application/x-ole-storage"
ZIP = "application/zip"
SEVEN_ZIP = "application/x-7z-compressed"
TAR = "application/x-tar"
GZIP = "application/gzip"
BZIP2 = "application/x-bzip2"
XZ = "application/x-xz"
ZSTD = "application/zstd"
BINARY = "application/octet-stream"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
WEBP = "image/webp"
BMP = "image/bmp"
GIF = "image/gif"
PICTURES = (PNG, JPEG, TIFF, WEBP, BMP, GIF)

HEAD_BYTES = 4096
# The specification asks for "%PDF-" in the first 1,024 bytes, and readers accept that.
_PDF_WITHIN = 1024
_HEADS = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"{\\rtf", RTF),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"\x1f\x8b", GZIP),
    (b"BZh", BZIP2),
    (b"\xfd7zXZ\x00", XZ),
    (b"\x28\xb5\x2f\xfd", ZSTD),
)
_BINARY_HEADS = (
    b"Rar!\x1a\x07",
    b"\x7fELF",
    b"MZ\x90\x00",
    b"SQLite format 3\x00",
    b"OggS",
    b"ID3",
    b"fLaC",
)
_OLE_HEAD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")
_HTML_HEADS = (b"<!doctype html", b"<html")
# "BOOKMOBI" or "TEXtREAd" are type and creator of a Palm database, at this offset.
_PALM_TYPE = slice(60, 68)
_TAR_MAGIC = slice(257, 262)
_MAIN_PARTS = (
    ("word/", "word/document.xml", DOCX),
    ("ppt/", "ppt/presentation.xml", PPTX),
    ("xl/", "xl/workbook.xml", XLSX),
)
_MIMETYPE = "mimetype"
_DAMAGE = (
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
)
_LONGEST_MIMETYPE = 200
_ENCRYPTED_STREAM = "EncryptionInfo".encode("utf-16-le")
# What makes each kind of an OLE file, in the order in which they are asked for.
_OLE_STREAMS = (
    ("__properties_version1.0", MSG),
    ("WordDocument", DOC),
    ("PowerPoint Document", PPT),
    ("Workbook", XLS),
    ("Book", XLS),
)


def sniff(head: bytes, path: Path) -> str:
    """Return the media type that the content proves, or "" where it proves none.

    ``head`` are the first ``HEAD_BYTES`` bytes. Raises CorruptFile for a zip archive or
    OLE file whose directory cannot be read, EncryptedFile for an OLE file that only
    wraps an encrypted one.
    """
    if head.startswith(_OLE_HEAD):
        return _sniff_ole(path)
    if head.startswith(_ZIP_HEADS):
        return _sniff_zip(path)
    for start, media_type in _HEADS:
        if head.startswith(start):
            return media_type
    if head.startswith(_BINARY_HEADS):
        return BINARY
    return _inner_mark(head)


def _inner_mark(head: bytes) -> str:
    """Return the media type of those whose mark is not their first bytes, or ""."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    # Two letters may begin a text; the four bytes that must be zero do not.
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return BMP
    # Before PDF: a tar archive shows the beginning of its first file.
    if head[_TAR_MAGIC] == b"ustar":
        return TAR
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return PDF
    if head[_PALM_TYPE] in {b"BOOKMOBI", b"TEXtREAd"}:
        return MOBI
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return HTML if start.startswith(_HTML_HEADS) else ""


def _sniff_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
            declared = b""
            if _MIMETYPE in names and package.getinfo(_MIMETYPE).file_size <= _LONGEST_MIMETYPE:
                declared = package.read(_MIMETYPE)
    except _DAMAGE as error:
        raise CorruptFile from error
    if "META-INF/container.xml" in names:
        return EPUB
    for media_type in (ODT, ODS, ODP):
        # Templates are called the same with "-template" at the end.
        if declared.startswith(media_type.encode()):
            return media_type
    if "xl/workbook.bin" in names:
        return XLSB
    lower = {name.lower() for name in names}
    for folder, main, media_type in _MAIN_PARTS:
        if main in lower or (
            "[content_types].xml" in lower and any(name.startswith(folder) for name in lower)
        ):
            return media_type
    return ZIP


def _sniff_ole(path: Path) -> str:
    try:
        with olefile.OleFileIO(path) as container:
            if container.exists("EncryptedPackage"):
                raise EncryptedFile
            for stream, media_type in _OLE_STREAMS:
                if container.exists(stream):
                    return media_type
    except (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        # olefile raises IOError for structures that make no sense.
        if _ENCRYPTED_STREAM in path.read_bytes():
            raise EncryptedFile from error
        raise CorruptFile from error
    return OLE
