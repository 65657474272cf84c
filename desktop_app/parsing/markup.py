"""HTML as a reader sees it: what is visible, in order, without scripts and menus."""

from __future__ import annotations

import re
from collections.abc import Iterator

import lxml.etree
import lxml.html

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.errors import CorruptFile
from desktop_app.parsing.cleaning import clean_code, clean_line
from desktop_app.parsing.encoding import decode
from desktop_app.parsing.menus import WebBlock, without_menus
from desktop_app.parsing.tables import tabulate

_HIDDEN = frozenset(
    "script style template noscript head meta link iframe object embed svg math-annotation"
    " canvas audio video source track select datalist input button map area"
    " annotation annotation-xml rp".split()
)  # fmt: skip
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark"
    " q ruby rb rt s samp small span strike strong sub sup time tt u var wbr math mi mn mo"
    " mrow msup msub mfrac msqrt mtext nobr output".split()
)  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_PRE = frozenset({"pre", "listing", "xmp", "plaintext"})
_MENU_ROLES = frozenset({"menu", "menubar", "navigation", "search", "tablist", "toolbar"})
# A menu has strokes, dots or arrows between its links.
_LINKED_SHARE = 0.8
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# More digits than these number nothing, and cost time to read.
_INTEGER = re.compile(r"-?[0-9]{1,9}")
# Deeper nesting than this is an attack on recursion; browsers stop at 512.
_DEEPEST = 400
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)


def parse_html(content: bytes, media_type: str) -> ParsedDocument:
    """Read an HTML file; raises CorruptFile where no tree can be made of it."""
    title, blocks = read_html(decode(content, is_markup=True))
    return ParsedDocument(media_type, title, blocks, parser="html")


def read_html(text: str, *, page: int | None = None) -> tuple[str, tuple[Block, ...]]:
    """Return the title and the blocks of HTML or XHTML source."""
    source = _XML_DECLARATION.sub("", text).replace("\0", "")
    if not source.strip():
        return "", ()
    # Never XML: HTML's parser knows no external entities, no inclusion and no network.
    parser = lxml.html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = lxml.html.document_fromstring(source, parser=parser, ensure_head_body=True)
    except lxml.etree.ParserError:
        return "", ()  # nothing but closing tags or comments, as in pieces of Markdown
    except (lxml.etree.LxmlError, ValueError, AssertionError) as error:
        raise CorruptFile from error
    title = clean_line(tree.findtext(".//title") or "")
    walk = _Walk(page)
    return title, without_menus(tuple(walk.blocks_of(tree.body)))


class _Walk:
    """The text collected since the last block ended."""

    def __init__(self, page: int | None) -> None:
        self._page = page
        self._held: list[str] = []
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._number: int | None = None
        self._numbers: dict[lxml.html.HtmlElement, int] = {}
        self._links = self._linked = 0
        self._is_within = True
        self._is_in_link = self._is_in_menu = False

    def blocks_of(self, root: lxml.html.HtmlElement) -> Iterator[WebBlock]:
        yield from self._visit(root, depth=0, nesting=0)
        yield from self._flush()

    def _visit(
        self, node: lxml.html.HtmlElement, *, depth: int, nesting: int
    ) -> Iterator[WebBlock]:
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in _HIDDEN or _is_hidden(node) or depth > _DEEPEST:
            return
        if tag == "br":
            self._held.append("\n")
        elif tag in _PRE:
            yield from self._flush()
            code = clean_code(node.text_content())
            if code:
                yield self._marked(Block(BlockKind.CODE, code, page=self._page))
        elif tag == "table" and _is_grid(node):
            yield from self._flush()
            yield from map(self._marked, tabulate(_rows(node), page=self._page))
        elif tag == "a" and "href" in node.attrib and not self._is_in_link:
            yield from self._link(node, depth=depth, nesting=nesting)
        elif tag in _INLINE:
            yield from self._children(node, depth=depth, nesting=nesting)
        else:
            yield from self._flush()
            before = self._kind, self._level, self._is_in_menu
            self._begin(node, nesting)
            yield from self._children(node, depth=depth, nesting=nesting + (tag in _LISTS))
            yield from self._flush()
            self._kind, self._level, self._is_in_menu = before

    def _begin(self, node: lxml.html.HtmlElement, nesting: int) -> None:
        """Take note of what the text in this element is."""
        tag = node.tag
        if tag == "ol":
            self._numbers.update(_numbered(node))
        if tag in _HEADINGS:
            self._kind, self._level = BlockKind.HEADING, _HEADINGS[tag]
        elif tag in {"li", "dd"}:
            self._kind, self._level = BlockKind.LIST_ITEM, max(1, nesting)
            self._number = self._numbers.pop(node, None)
        self._is_in_menu |= tag == "nav" or node.get("role") in _MENU_ROLES

    def _link(self, node: lxml.html.HtmlElement, *, depth: int, nesting: int) -> Iterator[WebBlock]:
        self._links += 1
        self._is_within &= node.get("href", "").startswith("#")
        self._is_in_link = True
        yield from self._children(node, depth=depth, nesting=nesting)
        self._is_in_link = False

    def _children(
        self, node: lxml.html.HtmlElement, *, depth: int, nesting: int
    ) -> Iterator[WebBlock]:
        self._hold(node.text)
        for child in node:
            yield from self._visit(child, depth=depth + 1, nesting=nesting)
            self._hold(child.tail)

    def _hold(self, text: str | None) -> None:
        if text:
            self._held.append(_flow(text))
            if self._is_in_link:
                self._linked += len(text.strip())

    def _flush(self) -> Iterator[WebBlock]:
        lines = (clean_line(line) for line in "".join(self._held).split("\n"))
        text = "\n".join(line for line in lines if line)
        self._held.clear()
        if text:
            if self._kind is BlockKind.HEADING:
                text = clean_line(text)
            number = None
            if self._kind is BlockKind.LIST_ITEM:
                # What follows the first block of an item has no number of its own.
                number, self._number = self._number, None
            yield self._marked(
                Block(self._kind, text, level=self._level, page=self._page, number=number)
            )
        # A link around several blocks goes on in the next one.
        self._links, self._linked, self._is_within = int(self._is_in_link), 0, True

    def _marked(self, block: Block) -> WebBlock:
        is_linked = self._linked >= _LINKED_SHARE * len(block.text)
        return WebBlock(block, self._links, is_linked, self._is_within, self._is_in_menu)


def _flow(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")


def _is_hidden(node: lxml.html.HtmlElement) -> bool:
    return (
        "hidden" in node.attrib
        or node.get("aria-hidden") == "true"
        or bool(_INVISIBLE.search(node.get("style", "")))
    )


def _numbered(node: lxml.html.HtmlElement) -> Iterator[tuple[lxml.html.HtmlElement, int]]:
    """Yield the items of an ordered list with the numbers that a browser gives them.

    https://html.spec.whatwg.org/multipage/grouping-content.html#ordinal-value
    """
    items = list(node.iterchildren("li"))
    step = -1 if "reversed" in node.attrib else 1
    number = _integer(node.get("start"), 1 if step > 0 else len(items))
    for item in items:
        number = _integer(item.get("value"), number)
        yield item, number
        number += step


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and _INTEGER.fullmatch(text.strip()) else otherwise


def _is_grid(table: lxml.html.HtmlElement) -> bool:
    """Tell a table of facts from one that only lays out a page."""
    if table.get("role") == "presentation":
        return False
    return next(table.iter("table", "h1", "h2", "h3", "ul", "ol", "pre"), table) is table and (
        table.find(".//table") is None
    )


def _rows(table: lxml.html.HtmlElement) -> Iterator[list[str]]:
    for row in table.iter("tr"):
        yield [_cell_text(cell) for cell in row.iterchildren("td", "th")]


def _cell_text(cell: lxml.html.HtmlElement) -> str:
    return " ".join(found.block.text for found in _Walk(None).blocks_of(cell))
