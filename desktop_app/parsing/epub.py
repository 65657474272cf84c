"""EPUB books: the chapters in the order of the spine, one page each."""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path
from urllib.parse import unquote

from desktop_app.domain import Block, ParsedDocument
from desktop_app.domain.shortfalls import LOST_CHAPTERS
from desktop_app.errors import CorruptFile, EncryptedFile
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.encoding import decode
from desktop_app.parsing.limits import LARGEST_MARKUP_BYTES
from desktop_app.parsing.markup import read_html
from desktop_app.parsing.package import (
    DAMAGED_PART,
    attribute,
    local_name,
    opened_package,
    read_part,
    read_xml,
)
from desktop_app.translation import mark, worded_n

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Obfuscated fonts are listed as encrypted, too; the text beside them is not.
_FONT_SUFFIXES = (".otf", ".ttf", ".woff", ".woff2", ".ttc")
_CHAPTERS = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})


def parse_epub(path: Path, media_type: str) -> ParsedDocument:
    """Read a book; raises EncryptedFile for one with copy protection, CorruptFile, FileTooLarge."""
    blocks: list[Block] = []
    missing = 0
    with opened_package(path) as package:
        title, chapters = _spine(package)
        protected = _protected(package)
        if protected & set(chapters):
            raise EncryptedFile(
                mark("The book is copy-protected."), mark("Lectern cannot read it.")
            )
        for page, name in enumerate(chapters, start=1):
            content = _chapter(package, name)
            if content is None:
                missing += 1
                continue
            blocks.extend(read_html(content, page=page)[1])
    if chapters and missing == len(chapters):
        raise CorruptFile
    return ParsedDocument(
        media_type,
        title,
        tuple(blocks),
        page_count=len(chapters),
        shortfall=worded_n(*LOST_CHAPTERS, missing) if missing else "",
        parser="epub",
    )


def _chapter(package: zipfile.ZipFile, name: str) -> str | None:
    try:
        if package.getinfo(name).file_size > LARGEST_MARKUP_BYTES:
            return None
        return decode(read_part(package, name), is_markup=True)
    except DAMAGED_PART:
        return None


def _spine(package: zipfile.ZipFile) -> tuple[str, list[str]]:
    container = read_xml(package, _CONTAINER)
    root_file = next(
        (
            attribute(node, "full-path")
            for node in container.iter()
            if local_name(node) == "rootfile"
        ),
        "",
    )
    if not root_file:
        raise CorruptFile
    title = ""
    items: dict[str, str] = {}
    order: list[str] = []
    for node in read_xml(package, root_file).iter():
        name = local_name(node)
        if name == "title" and not title:
            title = clean_line("".join(node.itertext()))
        elif name == "item" and attribute(node, "media-type") in _CHAPTERS:
            items[attribute(node, "id")] = _resolve(root_file, attribute(node, "href"))
        elif name == "itemref":
            order.append(attribute(node, "idref"))
    # Each once, as the format has it: one chapter named ten thousand times is an attack.
    return title, list(dict.fromkeys(items[key] for key in order if key in items))


def _resolve(root_file: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(root_file), unquote(href)))


def _protected(package: zipfile.ZipFile) -> set[str]:
    if _ENCRYPTION not in package.namelist():
        return set()
    names = (
        unquote(attribute(node, "URI"))
        for node in read_xml(package, _ENCRYPTION).iter()
        if local_name(node) == "CipherReference"
    )
    return {name for name in names if not name.lower().endswith(_FONT_SUFFIXES)}
