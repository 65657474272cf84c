"""XML of any kind as text: what elements hold, with their names where these say something."""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.etree

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.errors import CorruptFile
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.encoding import decode
from desktop_app.parsing.markup import read_html
from desktop_app.parsing.package import local_name, parse_xml
from desktop_app.parsing.plain import cut_code

_TITLES = frozenset({"title", "head", "heading", "article-title", "invention-title"})
# Elements of texts; their names say nothing that their place does not.
_TEXTS = frozenset("p para paragraph text li item l s ab div abstract body summary".split())
_INLINE = frozenset(
    """a b i u em strong emph emphasis hi bold italic sub sup span code ref xref link ulink
    citation tt font small br lb pb term name quote literal uri email figref""".split()
)
# The attributes that say what a value is; an element without a value is asked for all.
_NAMING = frozenset({"name", "title", "label", "key", "term", "type", "n"})
_DEEPEST_HEADING = 6
# Deeper nesting than this is an attack on recursion.
_DEEPEST = 200
_LONGEST_FIELD = 300
_MOST_LINES = 40
_MARKUP = re.compile(r"<(?:p|br|div|a|ul|li|b|i|em|strong|span|table|img|h[1-6])\b[^<>]{0,500}/?>")


def parse_xml_text(content: bytes) -> lxml.etree._Element | None:
    """Return the root, whatever the encoding that is declared; None where there is no XML."""
    for source in (content, decode(content, is_markup=True).encode("utf-8", "replace")):
        try:
            return parse_xml(source)
        except (lxml.etree.LxmlError, CorruptFile, ValueError, LookupError):
            continue
    return None


def parse_xml_file(content: bytes, media_type: str) -> ParsedDocument:
    """Read XML; what no tree can be made of is kept as it is written."""
    root = parse_xml_text(content)
    blocks = tuple(_Walk().blocks_of(root)) if root is not None else ()
    if not blocks:
        source = decode(content, is_markup=True)
        return ParsedDocument(media_type, "", tuple(cut_code(source)), parser="plain")
    title = next(
        (block.text for block in blocks if block.kind is BlockKind.HEADING and block.level == 1),
        "",
    )
    return ParsedDocument(media_type, title[:_LONGEST_FIELD], blocks, parser="xml")


class _Walk:
    """Short fields that stand together are gathered to one paragraph."""

    def __init__(self) -> None:
        self._fields: list[str] = []

    def blocks_of(self, root: lxml.etree._Element) -> Iterator[Block]:
        yield from self._visit(root, depth=0, level=1)
        yield from self._flush()

    def _visit(self, node: lxml.etree._Element, *, depth: int, level: int) -> Iterator[Block]:
        name = local_name(node)
        if not name or depth > _DEEPEST:
            return
        children = [child for child in node if local_name(child)]
        is_leaf = all(local_name(child) in _INLINE for child in children)
        if is_leaf or _has_own_text(node):
            yield from self._text(node, name, level)
            return
        self._field(name, "", node)
        inner = level + any(local_name(child) in _TITLES for child in children)
        for child in children:
            yield from self._visit(child, depth=depth + 1, level=inner)
        if name not in _TEXTS:
            yield from self._flush()

    def _text(self, node: lxml.etree._Element, name: str, level: int) -> Iterator[Block]:
        text = "".join(_strings(node))
        if _MARKUP.search(text):
            yield from self._flush()
            yield from (
                block for block in read_html(text)[1] if block.kind is not BlockKind.HEADING
            )
            return
        text = clean_line(text)
        if name in _TITLES and text:
            yield from self._flush()
            yield Block(BlockKind.HEADING, text, level=min(max(1, level - 1), _DEEPEST_HEADING))
        elif name in _TEXTS or len(text) > _LONGEST_FIELD:
            yield from self._flush()
            if text:
                yield Block(BlockKind.PARAGRAPH, text)
        else:
            self._field(name, text, node)
            if len(self._fields) >= _MOST_LINES:
                yield from self._flush()

    def _field(self, name: str, text: str, node: lxml.etree._Element) -> None:
        """Hold "name (attribute=value): text" back until the paragraph is whole."""
        is_leaf = not len(node)
        marks = ", ".join(
            f"{key}={value}"
            for key, value in _attributes(node).items()
            if key in _NAMING or (is_leaf and not text)
        )
        if text or (marks and name not in _TEXTS):
            head = f"{name} ({marks})" if marks else name
            self._fields.append(f"{head}: {text}" if text else head)

    def _flush(self) -> Iterator[Block]:
        if self._fields:
            yield Block(BlockKind.PARAGRAPH, "\n".join(self._fields))
            self._fields = []


def _attributes(node: lxml.etree._Element) -> dict[str, str]:
    """Return attributes by their local names, without those of schemas."""
    return {
        key.rpartition("}")[2]: clean_line(str(value))
        for key, value in node.attrib.items()
        if "XMLSchema-instance" not in key and len(value) <= _LONGEST_FIELD
    }


def _has_own_text(node: lxml.etree._Element) -> bool:
    return bool(node.text and node.text.strip()) or any(
        child.tail and child.tail.strip() for child in node
    )


def _strings(node: lxml.etree._Element) -> Iterator[str]:
    """Yield an element's text; words of neighboring elements do not run together."""
    yield node.text or ""
    for child in node:
        if local_name(child):
            is_inline = local_name(child) in _INLINE
            if not is_inline:
                yield " "
            yield from _strings(child)
            if not is_inline:
                yield " "
        yield child.tail or ""
