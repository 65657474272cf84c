"""OpenDocument texts, spreadsheets and presentations, zipped or flat, read as XML.

odfpy, the one library for it, builds a Python object for every element and has had no
release since 2020; the three kinds share one vocabulary, so one walk reads them all.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import lxml.etree

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.domain.shortfalls import FIRST_CELLS
from desktop_app.errors import CorruptFile, EncryptedFile, FileTooLarge
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.limits import (
    LARGEST_MARKUP_BYTES,
    MOST_CELLS,
    MOST_COLUMNS,
)
from desktop_app.parsing.opendocument_numbering import Numbering, OpenList, written_label
from desktop_app.parsing.package import (
    DAMAGED_PART,
    attribute,
    local_name,
    opened_package,
    parse_xml,
    read_xml,
)
from desktop_app.parsing.tables import tabulate
from desktop_app.parsing.titles import clean_title
from desktop_app.translation import worded

_ZIP_HEAD = b"PK"
_MANIFEST = "META-INF/manifest.xml"
_BODIES = frozenset({"text", "spreadsheet", "presentation", "drawing"})
# Deleted text, remarks of machines, and what every page of a presentation repeats.
_SKIPPED = frozenset(
    "tracked-changes annotation annotation-end forms sequence-decls variable-decls"
    " user-field-decls settings page-thumbnail date-time footer header binary-data"
    " desc event-listeners shapes table-of-content-source".split()
)
_DEEPEST_HEADING = 6


def parse_opendocument(path: Path, media_type: str) -> ParsedDocument:
    """Read a text (no pages), a spreadsheet (a page a sheet) or slides (a page a slide).

    Raises CorruptFile, EncryptedFile or FileTooLarge.
    """
    content, styles, title = _roots(path)
    body = next((node for node in content.iter() if local_name(node) == "body"), None)
    part = (
        next((node for node in body if local_name(node) in _BODIES), None)
        if (body is not None)
        else None
    )
    if part is None:
        raise CorruptFile
    reader = _Reader(Numbering((styles, content) if styles is not None else (content,)))
    blocks: list[Block] = []
    empty: list[int] = []
    pages = 0
    if local_name(part) == "spreadsheet":
        for pages, sheet in enumerate(_named(part, "table"), start=1):
            blocks.extend(reader.sheet(sheet, pages))
    elif local_name(part) == "text":
        blocks.extend(reader.blocks_of(part, page=None))
    else:
        for pages, slide in enumerate(_named(part, "page"), start=1):
            found = list(reader.slide(slide, pages))
            blocks.extend(found)
            if not found and any(local_name(node) == "image" for node in slide.iter()):
                empty.append(pages)
    return ParsedDocument(
        media_type,
        title,
        tuple(blocks),
        page_count=pages or None,
        empty_pages=tuple(empty),
        shortfall=worded(FIRST_CELLS, most=MOST_CELLS) if reader.cells < 0 else "",
        parser="opendocument",
    )


def _roots(
    path: Path,
) -> tuple[lxml.etree._Element, lxml.etree._Element | None, str]:
    """Return the root of the content, that of the styles if they stand apart, and the title."""
    with path.open("rb") as file:
        is_zip = file.read(2) == _ZIP_HEAD
    if not is_zip:
        if path.stat().st_size > LARGEST_MARKUP_BYTES:
            raise FileTooLarge
        try:
            root = parse_xml(path.read_bytes())
        except (lxml.etree.LxmlError, ValueError) as error:
            raise CorruptFile from error
        return root, None, _title_of(root)
    with opened_package(path) as package:
        if _is_encrypted(package):
            raise EncryptedFile
        names = package.namelist()
        title = _title_of(read_xml(package, "meta.xml")) if "meta.xml" in names else ""
        return read_xml(package, "content.xml"), _styles_of(package), title


def _styles_of(package: zipfile.ZipFile) -> lxml.etree._Element | None:
    """Return the root of the styles; a text whose styles are damaged is read without them."""
    try:
        return read_xml(package, "styles.xml")
    except DAMAGED_PART:
        return None


def _is_encrypted(package: zipfile.ZipFile) -> bool:
    if _MANIFEST not in package.namelist():
        return False
    return any(
        local_name(node) == "encryption-data" for node in read_xml(package, _MANIFEST).iter()
    )


def _title_of(root: lxml.etree._Element) -> str:
    for node in root.iter():
        if local_name(node) == "title" and "dc/elements" in str(node.tag):
            return clean_title("".join(node.itertext()))
    return ""


def _named(parent: lxml.etree._Element, name: str) -> Iterator[lxml.etree._Element]:
    return (node for node in parent if local_name(node) == name)


class _Reader:
    """One document's walk; ``cells`` is how many more may be read."""

    def __init__(self, numbering: Numbering) -> None:
        self.cells = MOST_CELLS
        self._numbering = numbering

    def sheet(self, node: lxml.etree._Element, page: int) -> Iterator[Block]:
        tables = list(tabulate(map(_texts_of, self._rows(node, page)), page=page))
        if tables:
            title = clean_line(attribute(node, "name"))
            if title:
                yield Block(BlockKind.HEADING, title, level=1, page=page)
            yield from tables

    def slide(self, node: lxml.etree._Element, page: int) -> Iterator[Block]:
        # The title first: shapes stand in the order in which they were drawn.
        shapes = sorted(node, key=lambda shape: attribute(shape, "class") != "title")
        for shape in shapes:
            if attribute(shape, "class") == "title":
                title = clean_line(
                    " ".join(block.text for block in self.blocks_of(shape, page=page))
                )
                if title:
                    yield Block(BlockKind.HEADING, title, level=1, page=page)
            elif local_name(shape) not in _SKIPPED:
                yield from self.blocks_of(shape, page=page)

    def blocks_of(
        self, parent: lxml.etree._Element, *, page: int | None, within: OpenList | None = None
    ) -> Iterator[Block]:
        for node in parent:
            name = local_name(node)
            if name in {"p", "h"}:
                yield from self._paragraph(node, page, within)
            elif name == "table":
                yield from self._table(node, page)
            elif name == "list":
                inner = self._numbering.enter(node, within)
                yield from self.blocks_of(node, page=page, within=inner)
            elif name and name not in _SKIPPED:
                if within is not None and name in {"list-item", "list-header"}:
                    within.begin_item(node)
                yield from self.blocks_of(node, page=page, within=within)

    def _paragraph(
        self, node: lxml.etree._Element, page: int | None, within: OpenList | None
    ) -> Iterator[Block]:
        frames: list[lxml.etree._Element] = []
        lines = map(clean_line, _text_of(node, frames).split("\n"))
        text = "\n".join(line for line in lines if line)
        is_heading = local_name(node) == "h"
        depth = attribute(node, "outline-level") if is_heading else ""
        level = int(depth) if depth.isdigit() else 1
        if within is not None:
            label = within.next_label()
        else:
            label = self._numbering.heading_label(node, level) if is_heading else ""
        written = written_label(node)
        label = f"{written} " if written else label
        if text and is_heading:
            yield Block(
                BlockKind.HEADING,
                clean_line(label + text),
                level=max(1, min(level, _DEEPEST_HEADING)),
                page=page,
            )
        elif text and within is not None:
            yield Block(
                BlockKind.LIST_ITEM,
                label + text,
                level=within.depth,
                page=page,
                label=label.strip(),
            )
        elif text:
            yield Block(BlockKind.PARAGRAPH, label + text, page=page)
        for frame in frames:
            yield from self.blocks_of(frame, page=page)

    def _table(self, node: lxml.etree._Element, page: int | None) -> Iterator[Block]:
        rows = list(self._rows(node, page))
        if len(rows) == 1 and len(rows[0]) == 1:
            # A frame around text, not a table.
            yield from rows[0][0]
            return
        yield from tabulate(map(_texts_of, rows), page=page)

    def _rows(self, node: lxml.etree._Element, page: int | None) -> Iterator[list[list[Block]]]:
        for row in node:
            name = local_name(row)
            if name in {"table-header-rows", "table-rows", "table-row-group"}:
                yield from self._rows(row, page)
            elif name == "table-row":
                cells = self._cells(row, page)
                self.cells -= max(1, len(cells))
                if self.cells < 0:
                    return
                yield cells  # a repeated row says nothing new

    def _cells(self, row: lxml.etree._Element, page: int | None) -> list[list[Block]]:
        cells: list[list[Block]] = []
        for cell in row:
            if local_name(cell) not in {"table-cell", "covered-table-cell"}:
                continue
            held = list(self.blocks_of(cell, page=page))
            # Formats repeat the empty cell to the end of the sheet.
            times = attribute(cell, "number-columns-repeated")
            count = int(times) if times.isdigit() else 1
            cells.extend([held] * min(count, MOST_COLUMNS - len(cells)))
        while cells and not cells[-1]:
            cells.pop()
        return cells


def _texts_of(row: list[list[Block]]) -> list[str]:
    return [" ".join(block.text for block in cell) for cell in row]


def _text_of(node: lxml.etree._Element, frames: list[lxml.etree._Element]) -> str:
    """Return a paragraph's text; what floats in frames is put aside for later."""
    parts = [node.text or ""]
    for child in node:
        name = local_name(child)
        if name in {"s", "tab"}:
            parts.append(" ")
        elif name == "line-break":
            parts.append("\n")
        elif name in {"frame", "custom-shape", "g", "note"}:
            frames.append(child)
        elif name not in _SKIPPED and name not in {"note-citation", "number"}:
            parts.append(_text_of(child, frames))
        parts.append(child.tail or "")
    return "".join(parts)
