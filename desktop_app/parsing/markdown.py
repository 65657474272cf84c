"""Markdown: headings, paragraphs, lists, tables and code as their author marked them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.encoding import decode
from desktop_app.parsing.markup import read_html
from desktop_app.parsing.plain import cut_code
from desktop_app.parsing.tables import tabulate

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"""^title\s*[:=]\s*["']?(.+?)["']?\s*$""", re.MULTILINE)
# "{ #anchor }" and "{.class}" after headings, as Python-Markdown and Pandoc write them.
_ATTRIBUTES = re.compile(r"\s*\{\s*[#.:][^{}]*\}\s*$")

# Admonitions of MkDocs and Sphinx: "/// tip", "::: note", "!!! warning".
_FENCE = re.compile(r"^(?:/{3,}|:{3,}|!{3}|\?{3})\s*")


def parse_markdown(content: bytes, media_type: str) -> ParsedDocument:
    """Read a Markdown file; its title is that of the front matter or the first heading."""
    text = decode(content)
    title = ""
    front = _FRONT_MATTER.match(text)
    if front:
        found = _TITLE.search(front.group(2))
        title = clean_line(found.group(1)) if found else ""
        text = text[front.end() :]
    blocks = tuple(markdown_blocks(text))
    if not title and blocks and blocks[0].kind is BlockKind.HEADING and blocks[0].level == 1:
        title = blocks[0].text
    return ParsedDocument(media_type, title, blocks, parser="markdown")


def markdown_blocks(text: str) -> Iterator[Block]:
    """Yield what Markdown without front matter shows."""
    yield from _blocks(_reader().parse(text))


@cache
def _reader() -> MarkdownIt:
    # Without linkify and typographer, which would change what was written.
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    position = _Position()
    for token in tokens:
        if token.type == "inline":
            yield from position.blocks_of(_text_of(token))
        elif token.type in {"fence", "code_block"}:
            yield from cut_code(token.content)
        elif token.type == "html_block":
            yield from read_html(token.content)[1]
        elif token.type == "table_close":
            yield from tabulate(position.rows)
            position.rows = []
        else:
            position.move(token)


class _Position:
    """Where in the document's structure the next words stand."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._heading = 0
        # Of each list around, the number of the next item; None for one with bullets.
        self._lists: list[int | None] = []
        self._number: int | None = None
        self._is_item_start = False

    def move(self, token: Token) -> None:
        if token.type == "bullet_list_open":
            self._lists.append(None)
        elif token.type == "ordered_list_open":
            # Only the first number counts, so that a list may be written "1. 1. 1.".
            self._lists.append(int(token.attrs.get("start", 1)))
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self._lists.pop()
        elif token.type == "list_item_open":
            self._is_item_start = True
            self._number = self._lists[-1]
            if self._number is not None:
                self._lists[-1] = self._number + 1
        elif token.type == "heading_open":
            self._heading = int(token.tag[1:])
        elif token.type == "heading_close":
            self._heading = 0
        elif token.type in {"table_open", "tr_open"}:
            self.rows.append([])

    def blocks_of(self, text: str) -> Iterator[Block]:
        if self.rows:
            self.rows[-1].append(text)
        elif not any(map(str.isalnum, text)):
            return  # a fence of an extension (":::", "///"), or nothing that is shown
        elif self._heading:
            yield Block(BlockKind.HEADING, _ATTRIBUTES.sub("", text), level=self._heading)
        elif self._lists and self._is_item_start:
            self._is_item_start = False
            yield Block(BlockKind.LIST_ITEM, text, level=len(self._lists), number=self._number)
        else:
            yield Block(BlockKind.PARAGRAPH, _FENCE.sub("", text))


def _text_of(token: Token) -> str:
    """Return the visible words of a line of Markdown, without links' targets and HTML tags."""
    parts: list[str] = []
    for child in token.children or ():
        if child.type in {"text", "code_inline"}:
            parts.append(child.content)
        elif child.type == "softbreak":
            parts.append(" ")
        elif child.type == "hardbreak":
            parts.append("\n")
        elif child.type == "image":
            parts.append(child.content)
        elif child.type == "html_inline" and child.content.lower().startswith("<br"):
            parts.append("\n")
    lines = (clean_line(line) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)
