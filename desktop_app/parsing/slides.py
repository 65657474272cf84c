"""PowerPoint presentations: one page a slide, its title as heading, notes at its end."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import lxml.etree

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.domain.shortfalls import DAMAGED_SLIDES
from desktop_app.errors import CorruptFile
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.graphics import graphic_texts
from desktop_app.parsing.numbering import integer_of
from desktop_app.parsing.package import (
    DAMAGED_PART,
    attribute,
    core_title,
    local_name,
    opened_package,
    read_xml,
    reference,
    relations,
)
from desktop_app.parsing.slide_numbering import SlideCounter, counting_of
from desktop_app.parsing.tables import tabulate
from desktop_app.translation import listed, worded

_TITLES = frozenset({"title", "ctrTitle"})
# What every slide repeats from its master.
_FURNITURE = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})


def parse_pptx(path: Path, media_type: str) -> ParsedDocument:
    """Read a presentation in the order of its slides; raises CorruptFile and its like.

    The slides are read as XML: python-pptx refuses macro and show files, and one slide
    with a missing part costs it the whole presentation.
    """
    blocks: list[Block] = []
    empty: list[int] = []
    damaged: list[str] = []
    with opened_package(path) as package:
        parts = _slide_parts(package)
        for page, name in enumerate(parts, start=1):
            try:
                found = list(_slide(package, name, page))
            except DAMAGED_PART:
                damaged.append(str(page))
                continue
            blocks.extend(found)
            if not found and _shows_picture(package, name):
                empty.append(page)
        title = core_title(package)
    if parts and len(damaged) == len(parts):
        raise CorruptFile
    return ParsedDocument(
        media_type,
        "" if title.lower() == "powerpoint presentation" else title,
        tuple(blocks),
        page_count=len(parts),
        empty_pages=tuple(empty),
        shortfall=worded(DAMAGED_SLIDES, slides=listed(damaged)) if damaged else "",
        parser="pptx",
    )


def _slide_parts(package: zipfile.ZipFile) -> list[str]:
    names = set(package.namelist())
    main = "ppt/presentation.xml"
    if main not in names:
        raise CorruptFile
    targets = {each.id: each.target for each in relations(package, main)}
    order = [
        targets.get(reference(node), "")
        for node in read_xml(package, main).iter()
        if local_name(node) == "sldId"
    ]
    return [name for name in order if name]


def _slide(package: zipfile.ZipFile, name: str, page: int) -> Iterator[Block]:
    shapes = list(_shapes(read_xml(package, name)))
    # The title first: slides list their shapes in the order in which they were drawn.
    shapes.sort(key=lambda shape: _placeholder(shape) not in _TITLES)
    for shape in shapes:
        kind = _placeholder(shape)
        if kind in _FURNITURE:
            continue
        if local_name(shape) == "graphicFrame":
            yield from _graphic(shape, page)
            continue
        yield from _paragraphs(shape, page, is_title=kind in _TITLES)
    for text in graphic_texts(package, name):
        yield Block(BlockKind.PARAGRAPH, text, page=page)
    for relation in relations(package, name):
        if relation.kind == "notesSlide":
            for shape in _shapes(read_xml(package, relation.target)):
                if _placeholder(shape) not in _FURNITURE:
                    yield from _paragraphs(shape, page, is_title=False)


def _shapes(root: lxml.etree._Element) -> Iterator[lxml.etree._Element]:
    for node in root:
        name = local_name(node)
        if name in {"sp", "graphicFrame"}:
            yield node
        elif name == "AlternateContent":
            yield from _shapes(next(iter(node), node))
        elif name in {"cSld", "spTree", "grpSp", "Choice"}:
            yield from _shapes(node)


def _placeholder(shape: lxml.etree._Element) -> str:
    for node in shape.iter():
        if local_name(node) == "ph":
            return attribute(node, "type") or "body"
        if local_name(node) == "txBody":
            break
    return ""


def _paragraphs(shape: lxml.etree._Element, page: int, *, is_title: bool) -> Iterator[Block]:
    paragraphs = [node for node in shape.iter() if local_name(node) == "p"]
    if is_title:
        title = clean_line(" ".join(_text_of(node) for node in paragraphs))
        if title:
            yield Block(BlockKind.HEADING, title, level=1, page=page)
        return
    style = next((node for node in shape.iter() if local_name(node) == "lstStyle"), None)
    counter = SlideCounter(style)
    for node in paragraphs:
        text = "\n".join(filter(None, map(clean_line, _text_of(node).split("\n"))))
        if not text:
            continue
        properties = next((each for each in node if local_name(each) == "pPr"), None)
        said = None if properties is None else integer_of(attribute(properties, "lvl"))
        level = max(0, said or 0)
        label = counter.step(level, None if properties is None else counting_of(properties))
        if label:
            text = f"{label} {text}"
        depth = level + 1 if level or label else _depth(properties)
        if depth:
            yield Block(BlockKind.LIST_ITEM, text, level=depth, page=page, label=label)
        else:
            yield Block(BlockKind.PARAGRAPH, text, page=page)


def _depth(properties: lxml.etree._Element | None) -> int:
    bullets = {local_name(each) for each in properties} if properties is not None else set()
    return int(bool(bullets & {"buChar", "buAutoNum", "buBlip"}))


def _text_of(paragraph: lxml.etree._Element) -> str:
    parts: list[str] = []
    for node in paragraph.iter():
        name = local_name(node)
        if name == "t":
            parts.append(node.text or "")
        elif name == "br":
            parts.append("\n")
        elif name == "tab":
            parts.append(" ")
    return "".join(parts)


def _graphic(frame: lxml.etree._Element, page: int) -> Iterator[Block]:
    for table in frame.iter():
        if local_name(table) == "tbl":
            yield from tabulate(
                (
                    [
                        " ".join(_text_of(each) for each in cell.iter() if local_name(each) == "p")
                        for cell in row
                        if local_name(cell) == "tc"
                    ]
                    for row in table
                    if local_name(row) == "tr"
                ),
                page=page,
            )


def _shows_picture(package: zipfile.ZipFile, name: str) -> bool:
    return any(local_name(node) == "pic" for node in read_xml(package, name).iter())
