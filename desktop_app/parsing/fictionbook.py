"""FictionBook (fb2): a book as one XML file; its format is simple and stable."""

from __future__ import annotations

from collections.abc import Iterator

import lxml.etree

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.errors import CorruptFile
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.package import local_name, parse_xml
from desktop_app.parsing.tables import tabulate

_DEEPEST_HEADING = 6
_PARAGRAPHS = frozenset({"p", "v", "subtitle", "text-author", "date"})


def parse_fb2(content: bytes, media_type: str) -> ParsedDocument:
    """Read a book; its chapters are the sections of its bodies. Raises CorruptFile."""
    try:
        root = parse_xml(content)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise CorruptFile from error
    if local_name(root) != "FictionBook":
        raise CorruptFile
    title = ""
    blocks: list[Block] = []
    for node in root:
        if local_name(node) == "description":
            found = next((each for each in node.iter() if local_name(each) == "book-title"), None)
            title = clean_line("".join(found.itertext())) if found is not None else ""
        elif local_name(node) == "body":
            blocks.extend(_blocks(node, depth=1))
    return ParsedDocument(media_type, title, tuple(blocks), parser="fb2")


def _blocks(parent: lxml.etree._Element, *, depth: int) -> Iterator[Block]:
    for node in parent:
        name = local_name(node)
        if name == "title":
            text = clean_line(" ".join(node.itertext()))
            if text:
                yield Block(BlockKind.HEADING, text, level=min(depth, _DEEPEST_HEADING))
        elif name == "table":
            yield from tabulate(
                [" ".join(cell.itertext()) for cell in row] for row in node if local_name(row)
            )
        elif name in _PARAGRAPHS:
            text = clean_line("".join(node.itertext()))
            if text:
                yield Block(BlockKind.PARAGRAPH, text)
        else:
            yield from _blocks(node, depth=depth + (name == "section"))
