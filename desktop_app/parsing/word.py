"""Word documents: headings by outline level, lists, tables, text boxes and notes.

The parts are read as XML rather than through python-docx, which refuses "Strict" files
(python-docx issue 58), leaves out text boxes, notes and content controls, and builds
objects for every run.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import lxml.etree

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.errors import CorruptFile
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.graphics import graphic_texts
from desktop_app.parsing.package import (
    DAMAGED_PART,
    attribute,
    core_title,
    local_name,
    opened_package,
    read_xml,
)
from desktop_app.parsing.tables import tabulate
from desktop_app.parsing.word_numbering import NOWHERE, ListPlace, Numbering, place_of

_BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}
# Deleted text, instructions of fields, and the older half of two ways to say one thing.
_SKIPPED = frozenset(
    {"del", "moveFrom", "delText", "instrText", "Fallback", "rPr", "pPr", "sectPr"}
)
_TITLE_STYLES = frozenset({"title", "titel", "titre"})
_HEADING_STYLE = re.compile(r"heading (\d)$", re.IGNORECASE)
_DEEPEST_HEADING = 6
_BODY_LEVEL = 9


def parse_docx(path: Path, media_type: str) -> ParsedDocument:
    """Read a Word document; raises CorruptFile, EncryptedFile or FileTooLarge."""
    with opened_package(path) as package:
        names = {name.lower(): name for name in package.namelist()}
        main = _main_part(package, names)
        folder = str(PurePosixPath(main).parent)
        styles = _look_of(package, names.get(f"{folder}/styles.xml".lower()))
        reader = _Reader(
            _styles_of(styles) if styles is not None else _Styles(levels={}, depths={}),
            Numbering(_look_of(package, names.get(f"{folder}/numbering.xml".lower())), styles),
        )
        blocks = list(reader.blocks_of(_body_of(read_xml(package, main))))
        for part in ("footnotes", "endnotes"):
            name = names.get(f"{folder}/{part}.xml".lower())
            if name:
                for note in read_xml(package, name):
                    if attribute(note, "type") not in {"separator", "continuationSeparator"}:
                        blocks.extend(reader.blocks_of(note))
        blocks.extend(Block(BlockKind.PARAGRAPH, text) for text in graphic_texts(package, main))
        title = core_title(package)
    return ParsedDocument(media_type, title, tuple(blocks), parser="docx")


def _main_part(package: zipfile.ZipFile, names: dict[str, str]) -> str:
    if "_rels/.rels" in names:
        for relation in read_xml(package, names["_rels/.rels"]):
            if attribute(relation, "Type").endswith("/officeDocument"):
                target = attribute(relation, "Target").lstrip("/").lower()
                if target in names:
                    return names[target]
    if "word/document.xml" in names:
        return names["word/document.xml"]
    raise CorruptFile


def _look_of(package: zipfile.ZipFile, name: str | None) -> lxml.etree._Element | None:
    """Return the root of the styles or lists; where these are damaged one reads without them."""
    try:
        return read_xml(package, name) if name else None
    except DAMAGED_PART:
        return None


def _body_of(root: lxml.etree._Element) -> lxml.etree._Element:
    return next((node for node in root if local_name(node) == "body"), root)


@dataclass(frozen=True, slots=True)
class _Styles:
    """Heading level and list depth by style id; level 0 is the document's title."""

    levels: dict[str, int]
    depths: dict[str, int]


def _styles_of(root: lxml.etree._Element) -> _Styles:
    """Return what the styles say, each by itself or through those it is based on."""
    own_levels: dict[str, int] = {}
    own_depths: dict[str, int] = {}
    parents: dict[str, str] = {}
    for style in root:
        if local_name(style) != "style" or attribute(style, "type") not in {"paragraph", ""}:
            continue
        key = attribute(style, "styleId")
        level, depth, parents[key] = _style(style)
        if level is not None:
            own_levels[key] = level
        if depth:
            own_depths[key] = depth
    return _Styles(_inherited(own_levels, parents), _inherited(own_depths, parents))


def _inherited(own: dict[str, int], parents: dict[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key in parents:
        seen: set[str] = set()
        at = key
        while at not in own and at in parents and at not in seen:
            seen.add(at)
            at = parents[at]
        if at in own:
            found[key] = own[at]
    return found


def _style(style: lxml.etree._Element) -> tuple[int | None, int, str]:
    """Return a style's heading level (None: no heading), list depth (0: none) and parent."""
    by_name, by_outline, depth, parent = None, None, 0, ""
    for node in style.iter():
        name, value = local_name(node), attribute(node, "val")
        if name == "outlineLvl" and value.isdigit():
            by_outline = int(value) + 1
        elif name == "basedOn":
            parent = value
        elif name == "ilvl" and value.isdigit():
            depth = int(value) + 1
        elif name == "numId" and value != "0":
            depth = max(depth, 1)
        elif name == "name" and value.lower() in _TITLE_STYLES:
            by_name = 0
        elif name == "name" and (found := _HEADING_STYLE.match(value)):
            by_name = int(found.group(1))
    return (by_outline if by_outline is not None else by_name), depth, parent


class _Reader:
    """Knows the styles of one document; what text boxes hold waits for its paragraph to end."""

    def __init__(self, styles: _Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        self._cells = 0
        self._boxes: list[lxml.etree._Element] = []

    def blocks_of(self, parent: lxml.etree._Element) -> Iterator[Block]:
        for node in parent:
            name = local_name(node)
            if name == "p":
                yield from self._paragraph(node)
            elif name == "tbl":
                yield from self._table(node)
            elif name not in _SKIPPED:
                yield from self.blocks_of(node)

    def _paragraph(self, node: lxml.etree._Element) -> Iterator[Block]:
        text = _trim(self._text_of(node))
        boxes, self._boxes = self._boxes, []
        shape = _properties(node)
        # Empty items count as well, but not those that were deleted.
        label = self._numbering.label_of(shape.style, shape.place) if text or shape.is_kept else ""
        if text:
            level = shape.outline or self._styles.levels.get(shape.style, -1)
            depth = shape.depth or self._styles.depths.get(shape.style, 0)
            # Numbered chapters are both; a title is never a list item.
            if depth and level < 0:
                text = label + text
                yield Block(BlockKind.LIST_ITEM, text, level=depth, label=label.strip())
            elif 0 <= level <= _DEEPEST_HEADING:
                yield Block(BlockKind.HEADING, clean_line(label + text), level=max(1, level))
            else:
                yield Block(BlockKind.PARAGRAPH, label + text)
        elif label and self._cells:
            # The rows of many tables are numbered by a list of empty items.
            yield Block(BlockKind.PARAGRAPH, label.strip())
        for box in boxes:
            yield from self.blocks_of(box)

    def _text_of(self, node: lxml.etree._Element) -> str:
        parts: list[str] = []
        for child in node:
            name = local_name(child)
            if name == "t":
                parts.append(child.text or "")
            elif name in _BREAKS:
                parts.append(_BREAKS[name])
            elif name == "sym":
                parts.append(" ")
            elif name == "txbxContent":
                self._boxes.append(child)
            elif name not in _SKIPPED:
                parts.append(self._text_of(child))
        return "".join(parts)

    def _table(self, node: lxml.etree._Element) -> Iterator[Block]:
        rows = [list(_cells(row)) for row in _rows(node)]
        if len(rows) == 1 and len(rows[0]) == 1:
            # A frame around text, not a table.
            yield from self.blocks_of(rows[0][0])
            return
        yield from tabulate([[self._cell(cell) for cell in row] for row in rows])

    def _cell(self, cell: lxml.etree._Element) -> str:
        self._cells += 1
        text = " ".join(block.text for block in self.blocks_of(cell))
        self._cells -= 1
        return text


def _rows(table: lxml.etree._Element) -> Iterator[lxml.etree._Element]:
    for node in table:
        name = local_name(node)
        if name == "tr":
            yield node
        elif name in {"sdt", "sdtContent", "customXml", "ins"}:
            yield from _rows(node)


def _cells(row: lxml.etree._Element) -> Iterator[lxml.etree._Element]:
    for node in row:
        name = local_name(node)
        if name == "tc":
            yield node
        elif name in {"sdt", "sdtContent", "customXml", "ins"}:
            yield from _cells(node)


@dataclass(frozen=True, slots=True)
class _Shape:
    """A paragraph's style, its own outline level and list depth (0: none), and its list."""

    style: str = ""
    outline: int = 0
    depth: int = 0
    place: ListPlace = NOWHERE
    is_kept: bool = True


def _properties(paragraph: lxml.etree._Element) -> _Shape:
    style, outline, depth, is_kept = "", 0, 0, True
    place = NOWHERE
    for node in paragraph:
        if local_name(node) != "pPr":
            continue
        place = place_of(node)
        for each in node.iter():
            name, value = local_name(each), attribute(each, "val")
            if name == "pStyle":
                style = value
            elif name == "outlineLvl" and value.isdigit() and int(value) < _BODY_LEVEL:
                outline = int(value) + 1
            elif name == "ilvl" and value.isdigit():
                depth = max(depth, int(value) + 1)
            elif name == "numId" and value != "0":
                depth = max(depth, 1)
            elif name in {"del", "moveFrom"} and local_name(each.getparent()) == "rPr":
                is_kept = False
    return _Shape(style, outline, depth, place, is_kept)


def _trim(text: str) -> str:
    lines = (clean_line(line) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
