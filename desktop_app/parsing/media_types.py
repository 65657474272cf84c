"""What a file is by its name: the endings that are read, and the media type of each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType

from desktop_app.domain.shortfalls import UNKNOWN_TYPE
from desktop_app.errors import UnsupportedFormat
from desktop_app.parsing import signatures
from desktop_app.translation import mark, worded

TEXT = "text/plain"
CODE = "text/x-source"
MARKDOWN = "text/markdown"
CSV = "text/csv"
TSV = "text/tab-separated-values"
JSON = "application/json"
JSON_LINES = "application/jsonl"
XML = "application/xml"
NOTEBOOK = "application/x-ipynb+json"
FICTION_BOOK = "application/x-fictionbook+xml"
MAIL = "message/rfc822"
MAILBOX = "application/mbox"
WEB_ARCHIVE = "multipart/related"

_CODE_SUFFIXES = """
    .bash .bat .bib .c .cc .cfg .clj .cmake .conf .cpp .cs .css .dart .diff .erl .ex .f90
    .fish .go .gradle .graphql .groovy .h .hpp .hs .hxx .ini .java .jl .js .json5
    .jsx .kt .less .lisp .lua .m .make .mjs .ml .nim .patch .php .pl .plist .properties
    .proto .ps1 .py .pyi .r .rb .rs .sass .scala .scss .sh .sql .srt .svelte .swift
    .tcl .tex .tf .toml .ts .tsx .vb .vim .vtt .vue .xsd .xsl .yaml .yml .zig .zsh
    """.split()
_TEXT_SUFFIXES = ".txt .text .log .rst .adoc .asciidoc .org .textile .me .nfo".split()

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".pdf": signatures.PDF,
        ".docx": signatures.DOCX,
        ".docm": signatures.DOCX,
        ".dotx": signatures.DOCX,
        ".doc": signatures.DOC,
        ".dot": signatures.DOC,
        ".pptx": signatures.PPTX,
        ".pptm": signatures.PPTX,
        ".ppsx": signatures.PPTX,
        ".ppt": signatures.PPT,
        ".pps": signatures.PPT,
        ".xlsx": signatures.XLSX,
        ".xlsm": signatures.XLSX,
        ".xltx": signatures.XLSX,
        ".xls": signatures.XLS,
        ".xlt": signatures.XLS,
        ".xlsb": signatures.XLSB,
        ".odt": signatures.ODT,
        ".ott": signatures.ODT,
        ".fodt": signatures.ODT,
        ".ods": signatures.ODS,
        ".ots": signatures.ODS,
        ".fods": signatures.ODS,
        ".odp": signatures.ODP,
        ".otp": signatures.ODP,
        ".fodp": signatures.ODP,
        ".rtf": signatures.RTF,
        ".epub": signatures.EPUB,
        ".fb2": FICTION_BOOK,
        ".mobi": signatures.MOBI,
        ".azw": signatures.MOBI,
        ".azw3": signatures.MOBI,
        ".prc": signatures.MOBI,
        ".html": signatures.HTML,
        ".htm": signatures.HTML,
        ".xhtml": signatures.HTML,
        ".mhtml": WEB_ARCHIVE,
        ".mht": WEB_ARCHIVE,
        ".eml": MAIL,
        ".mbox": MAILBOX,
        ".msg": signatures.MSG,
        ".md": MARKDOWN,
        ".markdown": MARKDOWN,
        ".mkd": MARKDOWN,
        ".csv": CSV,
        ".tsv": TSV,
        ".tab": TSV,
        ".json": JSON,
        ".geojson": JSON,
        ".jsonl": JSON_LINES,
        ".ndjson": JSON_LINES,
        ".xml": XML,
        ".rss": XML,
        ".atom": XML,
        ".opml": XML,
        ".ipynb": NOTEBOOK,
        ".png": signatures.PNG,
        ".jpg": signatures.JPEG,
        ".jpeg": signatures.JPEG,
        ".tif": signatures.TIFF,
        ".tiff": signatures.TIFF,
        ".webp": signatures.WEBP,
        ".bmp": signatures.BMP,
        ".gif": signatures.GIF,
        ".zip": signatures.ZIP,
        ".7z": signatures.SEVEN_ZIP,
        ".tar": signatures.TAR,
        ".tgz": signatures.GZIP,
        ".gz": signatures.GZIP,
        ".tbz": signatures.BZIP2,
        ".tbz2": signatures.BZIP2,
        ".bz2": signatures.BZIP2,
        ".txz": signatures.XZ,
        ".xz": signatures.XZ,
        ".tzst": signatures.ZSTD,
        ".zst": signatures.ZSTD,
        **dict.fromkeys(_TEXT_SUFFIXES, TEXT),
        **dict.fromkeys(_CODE_SUFFIXES, CODE),
    }
)

_KNOWN_BUT_UNREAD = {
    ".pages": mark("Pages documents (.pages) are not read."),
    ".key": mark("Keynote presentations (.key) are not read."),
    ".numbers": mark("Numbers spreadsheets (.numbers) are not read."),
    ".one": mark("OneNote notebooks (.one) are not read."),
    ".pst": mark("Outlook data files (.pst) are not read."),
    ".ost": mark("Outlook data files (.ost) are not read."),
    ".rar": mark("RAR archives (.rar) are not read."),
    ".djvu": mark("DjVu documents (.djvu) are not read."),
}


def media_type_of(path: PurePath) -> str:
    """Return the media type that a file's name stands for; raises UnsupportedFormat."""
    suffix = path.suffix.lower()
    if suffix in MEDIA_TYPES:
        return MEDIA_TYPES[suffix]
    if suffix in _KNOWN_BUT_UNREAD:
        raise UnsupportedFormat(_KNOWN_BUT_UNREAD[suffix])
    raise UnsupportedFormat(
        worded(UNKNOWN_TYPE, suffix=suffix)
        if suffix
        else mark("A file without a type in its name is not supported.")
    )
