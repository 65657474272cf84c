"""JSON as people would write it down: names and values, without brackets and quotes.

A question is asked in words; passages of quotes, braces and commas rank below what they
hold. Keys are kept, since they say what a value is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.parsing.cleaning import clean_line
from desktop_app.parsing.encoding import decode
from desktop_app.parsing.plain import cut_code
from desktop_app.parsing.tables import tabulate

# A paragraph of more lines is begun anew; the chunker cuts between lines of one anyway.
_MOST_LINES = 40
# Deeper objects are written by the path to their values instead of below a heading.
_DEEPEST_HEADING = 3
_FEWEST_ROWS = 2
_MOST_COLUMNS = 30
_LONGEST_CELL = 200


def parse_json(content: bytes, media_type: str) -> ParsedDocument:
    """Read JSON; what is not valid is kept as it is written."""
    text = decode(content)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ParsedDocument(media_type, "", tuple(cut_code(text)), parser="plain")
    title = value.get("title") if isinstance(value, dict) else None
    return ParsedDocument(
        media_type,
        clean_line(title) if isinstance(title, str) else "",
        tuple(_blocks_of(value, depth=1)),
        parser="json",
    )


def parse_json_lines(content: bytes, media_type: str) -> ParsedDocument:
    """Read one JSON value a line; a line that is none is kept as it is written."""
    blocks: list[Block] = []
    for line in decode(content).split("\n"):
        if not line.strip():
            continue
        try:
            blocks.extend(_record(json.loads(line)))
        except (ValueError, RecursionError):
            blocks.extend(cut_code(line))
    return ParsedDocument(media_type, "", tuple(blocks), parser="json")


def _blocks_of(value: object, *, depth: int) -> Iterator[Block]:
    if isinstance(value, dict) and depth <= _DEEPEST_HEADING:
        flat = {key: each for key, each in value.items() if not isinstance(each, (dict, list))}
        yield from _record(flat)
        for key, each in value.items():
            if key not in flat:
                found = list(_blocks_of(each, depth=depth + 1))
                if found:
                    yield Block(BlockKind.HEADING, clean_line(key) or "-", level=depth)
                    yield from found
    elif isinstance(value, list):
        header = _columns_of(value)
        if header:
            yield from tabulate(
                [header, *([_scalar(each.get(name)) for name in header] for each in value)]
            )
            return
        if all(not isinstance(each, (dict, list)) for each in value):
            yield from _paragraphs(_scalar(each) for each in value)
            return
        for each in value:
            yield from _record(each)
    else:
        yield from _record(value)


def _record(value: object) -> Iterator[Block]:
    """Yield one object as paragraphs of "name: value", deeper names with their path."""
    yield from _paragraphs(_lines(value, ""))


def _paragraphs(lines: Iterator[str]) -> Iterator[Block]:
    held: list[str] = []
    for line in lines:
        if not line:
            continue
        held.append(line)
        if len(held) >= _MOST_LINES:
            yield Block(BlockKind.PARAGRAPH, "\n".join(held))
            held = []
    if held:
        yield Block(BlockKind.PARAGRAPH, "\n".join(held))


def _lines(value: object, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _lines(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        scalars = [each for each in value if not isinstance(each, (dict, list))]
        if scalars:
            yield _line(path, ", ".join(filter(None, map(_scalar, scalars))))
        for each in value:
            if isinstance(each, (dict, list)):
                yield from _lines(each, path)
    else:
        yield _line(path, _scalar(value))


def _line(path: str, text: str) -> str:
    if not text:
        return ""
    return f"{clean_line(path)}: {text}" if path else text


def _columns_of(rows: list[object]) -> list[str]:
    """Return the names that all rows share, where they are the rows of a table; else []."""
    if len(rows) < _FEWEST_ROWS or not isinstance(rows[0], dict):
        return []
    names = list(rows[0])
    if not 1 < len(names) <= _MOST_COLUMNS:
        return []
    for row in rows:
        if not isinstance(row, dict) or list(row) != names:
            return []
        if any(
            isinstance(each, (dict, list)) or (isinstance(each, str) and len(each) > _LONGEST_CELL)
            for each in row.values()
        ):
            return []
    return names


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return "\n".join(filter(None, map(clean_line, value.split("\n"))))
    return json.dumps(value)
