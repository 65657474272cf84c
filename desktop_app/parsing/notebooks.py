"""Jupyter notebooks: text cells as Markdown, code as code, outputs where they are short.

Read as JSON: nbformat would bring a validator and four more packages for one dictionary.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.errors import CorruptFile
from desktop_app.parsing.cleaning import clean_code
from desktop_app.parsing.encoding import decode
from desktop_app.parsing.markdown import markdown_blocks
from desktop_app.parsing.plain import cut_code

# Longer outputs are logs and data; their beginning says what they are.
_LONGEST_OUTPUT = 1000


def parse_notebook(content: bytes, media_type: str) -> ParsedDocument:
    """Read the cells of a notebook (format 3 or 4) in order; raises CorruptFile."""
    try:
        notebook = json.loads(decode(content))
    except ValueError as error:
        raise CorruptFile from error
    if not isinstance(notebook, dict):
        raise CorruptFile
    blocks = tuple(block for cell in _cells(notebook) for block in _cell(cell))
    first = blocks[0] if blocks else None
    title = (
        first.text
        if first is not None and first.kind is BlockKind.HEADING and first.level == 1
        else ""
    )
    return ParsedDocument(media_type, title, blocks, parser="notebook")


def _cells(notebook: dict[str, object]) -> Iterator[dict[str, object]]:
    holders: list[object] = [notebook]
    sheets = notebook.get("worksheets")  # format 3
    if isinstance(sheets, list):
        holders += sheets
    for holder in holders:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        if isinstance(cells, list):
            yield from (cell for cell in cells if isinstance(cell, dict))


def _cell(cell: dict[str, object]) -> Iterator[Block]:
    source = _text_of(cell.get("source") or cell.get("input"))
    kind = cell.get("cell_type")
    if kind == "code":
        yield from cut_code(source)
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else ():
            text = clean_code(_output(output))[:_LONGEST_OUTPUT]
            if text.strip():
                yield Block(BlockKind.CODE, text)
    elif kind == "heading":
        yield from markdown_blocks(f"# {source}")
    else:
        yield from markdown_blocks(source)


def _output(output: object) -> str:
    if not isinstance(output, dict):
        return ""
    data = output.get("data")
    shown = data.get("text/plain") if isinstance(data, dict) else None
    return _text_of(output.get("text") or shown)


def _text_of(source: object) -> str:
    """Return a notebook's text, which is a string or a list of lines."""
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""
