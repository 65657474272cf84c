"""Which formats are read, and by whom: the door through which every file comes in."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from desktop_app.domain import ParsedDocument
from desktop_app.errors import (
    CorruptFile,
    EmptyFile,
    EncryptedFile,
    FileTooLarge,
    FileUnreadable,
    UnsupportedFormat,
)
from desktop_app.parsing import signatures
from desktop_app.parsing.encoding import is_binary
from desktop_app.parsing.limits import LARGEST_MARKUP_BYTES, LARGEST_TEXT_BYTES

PARSER_VERSION = 1

_TEXT = "text/plain"
_CODE = "text/x-source"
_CODE_SUFFIXES = """
    .bash .bat .bib .c .cc .cfg .clj .cmake .conf .cpp .cs .css .dart .diff .erl .ex .f90
    .fish .go .gradle .graphql .groovy .h .hpp .hs .hxx .ini .java .jl .js .json .json5
    .jsonl .jsx .kt .less .lisp .lua .m .make .mjs .ml .nim .patch .php .pl .plist .properties
    .proto .ps1 .py .pyi .r .rb .rs .rss .sass .scala .scss .sh .sql .srt .svelte .swift
    .tcl .tex .tf .toml .ts .tsx .vb .vim .vtt .vue .xml .xsd .xsl .yaml .yml .zig .zsh
    """.split()
_TEXT_SUFFIXES = ".txt .text .log .rst .adoc .asciidoc .org .textile .me .nfo".split()

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".pdf": signatures.PDF,
        ".docx": signatures.DOCX,
        ".docm": signatures.DOCX,
        ".dotx": signatures.DOCX,
        ".pptx": signatures.PPTX,
        ".pptm": signatures.PPTX,
        ".ppsx": signatures.PPTX,
        ".xlsx": signatures.XLSX,
        ".xlsm": signatures.XLSX,
        ".xltx": signatures.XLSX,
        ".epub": signatures.EPUB,
        ".html": signatures.HTML,
        ".htm": signatures.HTML,
        ".xhtml": signatures.HTML,
        ".md": "text/markdown",
        ".markdown": "text/markdown",
        ".mkd": "text/markdown",
        ".csv": "text/csv",
        ".tsv": "text/tab-separated-values",
        ".tab": "text/tab-separated-values",
        **dict.fromkeys(_TEXT_SUFFIXES, _TEXT),
        **dict.fromkeys(_CODE_SUFFIXES, _CODE),
    }
)

# Imported when the first file of a kind comes, so that a child that reads only text
# never pays for MuPDF.
_FILE_PARSERS = {
    signatures.PDF: ("pdf", "parse_pdf"),
    signatures.DOCX: ("word", "parse_docx"),
    signatures.PPTX: ("slides", "parse_pptx"),
    signatures.XLSX: ("sheets", "parse_xlsx"),
    signatures.EPUB: ("epub", "parse_epub"),
}
_CONTENT_PARSERS = {
    signatures.HTML: ("markup", "parse_html", LARGEST_MARKUP_BYTES),
    "text/markdown": ("markdown", "parse_markdown", LARGEST_MARKUP_BYTES),
    "text/csv": ("delimited", "parse_delimited", LARGEST_TEXT_BYTES),
    "text/tab-separated-values": ("delimited", "parse_delimited", LARGEST_TEXT_BYTES),
    _TEXT: ("plain", "parse_text", LARGEST_TEXT_BYTES),
    _CODE: ("plain", "parse_code", LARGEST_TEXT_BYTES),
}
_KNOWN_BUT_UNREAD = {
    ".odt": "OpenDocument texts",
    ".odp": "OpenDocument presentations",
    ".ods": "OpenDocument spreadsheets",
    ".rtf": "Rich Text files",
    ".doc": "Word files from before 2007",
    ".xls": "Excel files from before 2007",
    ".ppt": "PowerPoint files from before 2007",
    ".eml": "E-mail files",
    ".msg": "Outlook messages",
    ".mbox": "Mailboxes",
    ".pages": "Pages documents",
    ".ipynb": "Notebooks",
}


def media_type_of(path: Path) -> str:
    """Return the media type that a file's name stands for; raises UnsupportedFormat."""
    suffix = path.suffix.lower()
    if suffix in MEDIA_TYPES:
        return MEDIA_TYPES[suffix]
    if suffix in _KNOWN_BUT_UNREAD:
        raise UnsupportedFormat(f"{_KNOWN_BUT_UNREAD[suffix]} ({suffix}) are not read yet.")
    raise UnsupportedFormat(
        f"Files of the type {suffix} are not supported."
        if suffix
        else "A file without a type in its name is not supported."
    )


def parse(path: Path) -> ParsedDocument:
    """Read a file by what it is, not by what it is called; raises ParseError subclasses only.

    The name decides unless the content proves another format that is read as well.
    Opens the file for the time of the call; no network, no other files. Runs in a
    parser process, since the libraries behind it may hang or crash.
    """
    media_type = media_type_of(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileUnreadable("This is not a regular file.")
        if status.st_size == 0:
            raise EmptyFile("The file is empty.")
        with path.open("rb") as file:
            head = file.read(signatures.HEAD_BYTES)
        media_type = _proven(media_type, head, path)
        if media_type in _FILE_PARSERS:
            parsed = _parser(*_FILE_PARSERS[media_type])(path, media_type)
        else:
            parsed = _parse_content(path, media_type, status.st_size)
    except OSError as error:
        raise FileUnreadable from error
    except MemoryError as error:
        raise FileTooLarge("The file needs more memory than a reader may use.") from error
    except RecursionError as error:
        raise CorruptFile("The file is nested too deeply.") from error
    if not parsed.empty_pages and not any(block.text.strip() for block in parsed.blocks):
        raise EmptyFile
    return parsed


def _parse_content(path: Path, media_type: str, size: int) -> ParsedDocument:
    module, function, largest = _CONTENT_PARSERS[media_type]
    if size > largest:
        raise FileTooLarge(
            f"The file has {size >> 20} MB; files of this type are read up to {largest >> 20} MB."
        )
    content = path.read_bytes()
    if is_binary(content):
        raise CorruptFile("The file is not text, although its name says so.")
    return _parser(module, function)(content, media_type)


def _proven(named: str, head: bytes, path: Path) -> str:
    """Return the media type to read the file as."""
    found = signatures.sniff(head, path)
    if found == signatures.OLE:
        if named in {signatures.DOCX, signatures.PPTX, signatures.XLSX}:
            if b"E\0n\0c\0r\0y\0p\0t" in path.read_bytes():
                raise EncryptedFile
            raise UnsupportedFormat(
                "This is a file from an Office before 2007 under a new name.",
                "Open it in its own program and save it in the current format.",
            )
        raise UnsupportedFormat("Office files from before 2007 are not read yet.")
    if found in _FILE_PARSERS:
        return found
    if found == signatures.HTML and named in {_TEXT, signatures.HTML, *_FILE_PARSERS}:
        return found
    if found and found != signatures.HTML:
        raise CorruptFile("The file is not what its name says.")
    if named in _FILE_PARSERS and named != signatures.PDF:
        raise CorruptFile
    return named


def _parser(module: str, function: str) -> Callable[..., ParsedDocument]:
    parser: Callable[..., ParsedDocument] = getattr(
        import_module(f"desktop_app.parsing.{module}"), function
    )
    return parser
