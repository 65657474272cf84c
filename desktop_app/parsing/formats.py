"""Which formats are read, and by whom: the door through which every file comes in."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from desktop_app.domain import ParsedDocument
from desktop_app.domain.shortfalls import FILE_OVER_LIMIT
from desktop_app.errors import (
    CorruptFile,
    EmptyFile,
    FileTooLarge,
    FileUnreadable,
    ParseError,
    UnsupportedFormat,
)
from desktop_app.parsing import media_types, signatures
from desktop_app.parsing.encoding import is_binary
from desktop_app.parsing.limits import LARGEST_MARKUP_BYTES, LARGEST_TEXT_BYTES
from desktop_app.parsing.media_types import media_type_of
from desktop_app.parsing.members import LookUp, Members
from desktop_app.parsing.page_texts import PageText
from desktop_app.translation import mark, worded

PARSER_VERSION = 7

# Imported when the first file of a kind comes, so that a child that reads only text
# never pays for MuPDF.
_PAGE_PARSERS = {
    # Their pages may be pictures of text, which are recognized later.
    signatures.PDF: ("pdf", "parse_pdf"),
    **dict.fromkeys(signatures.PICTURES, ("pictures", "parse_picture")),
}
_FILE_PARSERS = {
    signatures.DOCX: ("word", "parse_docx"),
    signatures.PPTX: ("slides", "parse_pptx"),
    signatures.XLSX: ("sheets", "parse_xlsx"),
    signatures.XLS: ("binary_sheets", "parse_xls"),
    signatures.XLSB: ("binary_sheets", "parse_xls"),
    signatures.ODT: ("opendocument", "parse_opendocument"),
    signatures.ODS: ("opendocument", "parse_opendocument"),
    signatures.ODP: ("opendocument", "parse_opendocument"),
    signatures.EPUB: ("epub", "parse_epub"),
    signatures.MOBI: ("mobipocket", "parse_mobi"),
}
# These may hold files of any format themselves.
_CONTAINER_PARSERS = {
    signatures.DOC: ("libreoffice", "parse_converted"),
    signatures.PPT: ("libreoffice", "parse_converted"),
    signatures.MSG: ("outlook", "parse_msg"),
    signatures.ZIP: ("archives", "parse_archive"),
    signatures.SEVEN_ZIP: ("archives", "parse_archive"),
    signatures.TAR: ("archives", "parse_archive"),
    signatures.GZIP: ("archives", "parse_archive"),
    signatures.BZIP2: ("archives", "parse_archive"),
    signatures.XZ: ("archives", "parse_archive"),
    signatures.ZSTD: ("archives", "parse_archive"),
    media_types.MAIL: ("mail", "parse_mail"),
    media_types.MAILBOX: ("mail", "parse_mailbox"),
}
_CONTENT_PARSERS = {
    signatures.HTML: ("markup", "parse_html", LARGEST_MARKUP_BYTES),
    signatures.RTF: ("rich_text", "parse_rtf", LARGEST_TEXT_BYTES),
    media_types.WEB_ARCHIVE: ("mail", "parse_web_archive", LARGEST_TEXT_BYTES),
    media_types.FICTION_BOOK: ("fictionbook", "parse_fb2", LARGEST_MARKUP_BYTES),
    media_types.NOTEBOOK: ("notebooks", "parse_notebook", LARGEST_TEXT_BYTES),
    media_types.JSON: ("records", "parse_json", LARGEST_TEXT_BYTES),
    media_types.JSON_LINES: ("records", "parse_json_lines", LARGEST_TEXT_BYTES),
    media_types.XML: ("elements", "parse_xml_file", LARGEST_MARKUP_BYTES),
    media_types.MARKDOWN: ("markdown", "parse_markdown", LARGEST_MARKUP_BYTES),
    media_types.CSV: ("delimited", "parse_delimited", LARGEST_TEXT_BYTES),
    media_types.TSV: ("delimited", "parse_delimited", LARGEST_TEXT_BYTES),
    media_types.TEXT: ("plain", "parse_text", LARGEST_TEXT_BYTES),
    media_types.CODE: ("plain", "parse_code", LARGEST_TEXT_BYTES),
}
_CONVERTED = frozenset({signatures.DOC, signatures.PPT})
_PROVABLE = (
    _PAGE_PARSERS.keys() | _FILE_PARSERS.keys() | _CONTAINER_PARSERS.keys() | {signatures.RTF}
)
# What a file must prove to be, since nothing else can be read as it.
_PROVEN_ONLY = _PROVABLE - {
    signatures.RTF,
    signatures.PDF,  # damaged ones are mended without their head
    media_types.MAIL,
    media_types.MAILBOX,
}
_ARCHIVES = frozenset(
    {
        signatures.ZIP,
        signatures.SEVEN_ZIP,
        signatures.TAR,
        signatures.GZIP,
        signatures.BZIP2,
        signatures.XZ,
        signatures.ZSTD,
    }
)
_FLAT_SUFFIXES = frozenset({".fodt", ".fods", ".fodp"})
# What web pages are saved as; "export to Excel" of many web sites is one of them.
_NAMES_OF_HTML = frozenset(
    {media_types.TEXT, signatures.HTML, media_types.XML}
    | _PAGE_PARSERS.keys()
    | _FILE_PARSERS.keys()
    | {signatures.DOC, signatures.PPT}
)


def parse(path: Path, recognized: Mapping[int, PageText] = MappingProxyType({})) -> ParsedDocument:
    """Read a file by what it is, not by what it is called; raises ParseError subclasses only.

    The name decides unless the content proves another format that is read as well.
    Opens the file for the time of the call; no network, no other files but those that it
    unpacks to a temporary directory. Runs in a parser process, since the libraries
    behind it may hang or crash. ``recognized`` is the text of pages that hold none.
    """
    media_type = media_type_of(path)
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileUnreadable from error
    members = Members(_read, size=size, look_up=lambda _file, _page, number: recognized.get(number))
    try:
        return _read_as(media_type, path, members, recognized)
    finally:
        members.close()


def find_scans(path: Path, media_type: str, look_up: LookUp) -> None:
    """Show every scanned page within an archive or a message, as ``parse`` numbers them.

    ``look_up`` is called with a file that is there for the time of the call, its 1-based
    page, and the page's number. Members without pages are not read. Raises ParseError.
    """

    def read(member: Path, members: Members) -> ParsedDocument:
        named = media_type_of(member)
        with member.open("rb") as file:
            found = _proven(named, file.read(signatures.HEAD_BYTES), member)
        if found in _PAGE_PARSERS or found in _CONTAINER_PARSERS.keys() - _CONVERTED:
            return _read_as(named, member, members, members.pages_of(member))
        return ParsedDocument(found, "", ())

    members = Members(read, size=path.stat().st_size, look_up=look_up)
    try:
        _read_as(media_type, path, members)
    finally:
        members.close()


def _read(path: Path, members: Members) -> ParsedDocument:
    return _read_as(media_type_of(path), path, members, members.pages_of(path))


def _read_as(
    media_type: str,
    path: Path,
    members: Members,
    recognized: Mapping[int, PageText] = MappingProxyType({}),
) -> ParsedDocument:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileUnreadable(mark("This is not a regular file."))
        if status.st_size == 0:
            raise EmptyFile(mark("The file is empty."))
        with path.open("rb") as file:
            head = file.read(signatures.HEAD_BYTES)
        media_type = _proven(media_type, head, path)
        if media_type in _PAGE_PARSERS:
            parsed = _parser(*_PAGE_PARSERS[media_type])(path, media_type, recognized)
        elif media_type in _FILE_PARSERS:
            parsed = _parser(*_FILE_PARSERS[media_type])(path, media_type)
        elif media_type in _CONTAINER_PARSERS:
            parsed = _parser(*_CONTAINER_PARSERS[media_type])(path, media_type, members)
        else:
            parsed = _parse_content(path, media_type, status.st_size)
    except OSError as error:
        raise _refusal_of(error) from error
    except MemoryError as error:
        raise FileTooLarge(mark("The file needs more memory than a reader may use.")) from error
    except RecursionError as error:
        raise CorruptFile(mark("The file is nested too deeply.")) from error
    # Pages that were recognized and found blank are an answer.
    is_answered = bool(parsed.empty_pages) or bool(recognized)
    if not is_answered and not any(block.text.strip() for block in parsed.blocks):
        raise EmptyFile
    return parsed


def _refusal_of(error: OSError) -> ParseError:
    # A place that a damaged directory names and no file has is an invalid argument; what no
    # system said is the word of a library (openpyxl's on a package without a workbook).
    return CorruptFile() if error.errno in (errno.EINVAL, None) else FileUnreadable()


def _parse_content(path: Path, media_type: str, size: int) -> ParsedDocument:
    module, function, largest = _CONTENT_PARSERS[media_type]
    if size > largest:
        raise FileTooLarge(
            worded(
                FILE_OVER_LIMIT,
                size=size >> 20,
                largest=largest >> 20,
            )
        )
    content = path.read_bytes()
    if is_binary(content):
        raise CorruptFile(mark("The file is not text, although its name says so."))
    return _parser(module, function)(content, media_type)


def _proven(named: str, head: bytes, path: Path) -> str:
    """Return the media type to read the file as."""
    found = signatures.sniff(head, path)
    if found == signatures.OLE:
        raise UnsupportedFormat(mark("The file holds objects of a program that is not known."))
    if found in _ARCHIVES:
        if named not in _ARCHIVES:
            raise CorruptFile(mark("The file is not what its name says."))
        return found
    if found in _PROVABLE:
        return found
    if found == signatures.HTML and named in _NAMES_OF_HTML:
        return found
    if found and found != signatures.HTML:
        raise CorruptFile(mark("The file is not what its name says."))
    if path.suffix.lower() in _FLAT_SUFFIXES:
        return named
    if named in _PROVEN_ONLY:
        # A tar archive from before 1988 carries no mark.
        if named == signatures.TAR:
            return named
        raise CorruptFile
    return named


def _parser(module: str, function: str) -> Callable[..., ParsedDocument]:
    parser: Callable[..., ParsedDocument] = getattr(
        import_module(f"desktop_app.parsing.{module}"), function
    )
    return parser
