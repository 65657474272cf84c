"""Plain text, and everything that is read as such: notes, logs, JSON, XML, source code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from desktop_app.domain import Block, BlockKind, ParsedDocument
from desktop_app.parsing.cleaning import clean_code, clean_line
from desktop_app.parsing.encoding import decode

# Code without blank lines (a minified script, a log) is cut here, at a line's end.
_LONGEST_CODE = 4000
_GAP = re.compile(r"\n(?:[ \t\f]*\n)+")
_BULLET = re.compile(r"^\s*(?:[-*\u2022\u2023\u25aa\u25cf\u2013]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
_UNDERLINE = re.compile(r"^([=\-~^#*+\"'`_])\1{2,}$")
_INDENTED = re.compile(r"^(?: {4}|\t)")
_CODE_ENDS = ("{", "}", ";")
_CODE_START = re.compile(r"\s*(?:[#/]{1,2}[!/]?\s|(?:def|class|import|function|return)\b)")
_CODE_SHARE = 0.5
_SHORT_LINE = 60
# Lines that mostly begin alike, with digits and capitals in the same places, are records.
_BEGINNING = 8
_RECORDS_SHARE = 0.6
_FEWEST_RECORDS = 4
_DIGIT = re.compile(r"\d")
_CAPITAL = re.compile(r"[A-Z]")
_SMALL = re.compile(r"[a-z]")


def parse_text(content: bytes, media_type: str) -> ParsedDocument:
    """Read a text file as headings, paragraphs, list items and code."""
    text = decode(content).strip("\n\x1a")
    return ParsedDocument(media_type, "", tuple(text_blocks(text)), parser="plain")


def parse_code(content: bytes, media_type: str) -> ParsedDocument:
    """Read source code, or data that is kept as it is written, as code blocks."""
    return ParsedDocument(media_type, "", tuple(cut_code(decode(content))), parser="plain")


def cut_code(text: str) -> Iterator[Block]:
    """Yield code in blocks that end where a blank line or else a line ends."""
    held: list[str] = []
    length = 0
    for part in _GAP.split(clean_code(text)):
        for piece in _pieces(part):
            if held and length + len(piece) > _LONGEST_CODE:
                yield Block(BlockKind.CODE, "\n\n".join(held))
                held, length = [], 0
            held.append(piece)
            length += len(piece)
    if any(piece.strip() for piece in held):
        yield Block(BlockKind.CODE, "\n\n".join(held))


def _pieces(part: str) -> Iterator[str]:
    start = 0
    while len(part) - start > _LONGEST_CODE:
        longest = start + _LONGEST_CODE
        cut = part.rfind("\n", start, longest) + 1 or longest
        yield part[start:cut].rstrip("\n")
        start = cut
    if start < len(part):
        yield part[start:]


def text_blocks(text: str) -> Iterator[Block]:
    """Yield what a text without markup shows: headings, paragraphs, list items and code."""
    for part in _GAP.split(text):
        lines = [line for line in part.split("\n") if line.strip()]
        if not lines:
            continue
        heading = _heading_of(lines)
        if heading:
            yield heading
            lines = lines[2:]
        if lines and _is_code(lines):
            yield from cut_code("\n".join(lines))
        else:
            yield from prose_blocks(lines)


def _heading_of(lines: list[str]) -> Block | None:
    """Return the heading of a text whose first line is underlined, as in reStructuredText."""
    if len(lines) > 1 and (found := _UNDERLINE.match(lines[1].strip())):
        title = clean_line(lines[0])
        if title and not _UNDERLINE.match(title):
            return Block(BlockKind.HEADING, title, level=1 if found.group(1) in "=#*" else 2)
    return None


def _is_code(lines: list[str]) -> bool:
    if all(_INDENTED.match(line) for line in lines) and len(lines) > 1:
        return True
    return sum(map(_is_statement, lines)) > _CODE_SHARE * len(lines) or _are_records(lines)


def _are_records(lines: list[str]) -> bool:
    """Say whether each line stands for itself, as in a log: most begin with a time or the like."""
    if len(lines) < _FEWEST_RECORDS or _BULLET.match(lines[0]):
        return False
    shapes = Counter(map(_shape_of, lines))
    shape, count = shapes.most_common(1)[0]
    return "0" in shape and count >= _RECORDS_SHARE * len(lines)


def _shape_of(line: str) -> str:
    return _SMALL.sub("a", _CAPITAL.sub("A", _DIGIT.sub("0", line[:_BEGINNING])))


def _is_statement(line: str) -> bool:
    return line.rstrip().endswith(_CODE_ENDS) or _CODE_START.match(line) is not None


def prose_blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the paragraphs and list items of lines without a blank one between them."""
    held: list[str] = []
    kind = BlockKind.PARAGRAPH
    # Where lines are wrapped they belong together; where every line is short (an
    # address, a poem, a log) the breaks are meant.
    is_wrapped = max(map(len, lines), default=0) > _SHORT_LINE
    for line in lines:
        if _BULLET.match(line):
            yield from _joined(held, kind, is_wrapped=is_wrapped)
            held, kind = [], BlockKind.LIST_ITEM
        held.append(clean_line(line))
    yield from _joined(held, kind, is_wrapped=is_wrapped)


def _joined(lines: list[str], kind: BlockKind, *, is_wrapped: bool) -> Iterator[Block]:
    if kind is BlockKind.LIST_ITEM:
        is_wrapped = True
    text = (" " if is_wrapped else "\n").join(line for line in lines if line)
    if text:
        yield Block(kind, text, level=int(kind is BlockKind.LIST_ITEM))
