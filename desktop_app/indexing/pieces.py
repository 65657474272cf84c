"""Take a document apart into the pieces that passages are made of."""

# ruff: noqa: RUF001 - the punctuation of other scripts is meant
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from desktop_app.domain import Block, BlockKind
from desktop_app.parsing.sentences import cut_to_size, estimate_tokens, sentence_ends

_LONGEST_HEADING = 160
_MOST_CHARACTERS_A_TOKEN = 5
"""No estimate is that low: what is longer need not be estimated as a whole."""
_INTRODUCTION_END = (":", "：")
_OPEN_ENDS = re.compile(r"[^.!?…。！？؟۔।॥:;：；\"”»)\]]\Z")
_LINE_KINDS = frozenset({BlockKind.TABLE, BlockKind.CODE})
_ENUMERATED_KINDS = frozenset({BlockKind.LIST_ITEM, BlockKind.TABLE, BlockKind.CODE})


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """What is never cut: a short block, a sentence, a table row, a line of code.

    ``start:end`` are offsets into ``block.text`` without surrounding white space,
    ``tokens`` its estimated word pieces, ``path`` the headings that hold here (its own
    included), ``header`` a table's header row for the rows after it, else "".
    ``joins`` says that it finishes a sentence that the piece before it began.
    """

    block: Block
    start: int
    end: int
    tokens: int
    path: tuple[str, ...]
    header: str = ""
    joins: bool = False

    @property
    def text(self) -> str:
        """The characters of the piece."""
        return self.block.text[self.start : self.end]

    def belongs_before(self, following: Piece) -> bool:
        """Say whether a cut between this piece and the next would separate what is one."""
        if following.joins:
            return True
        if self.block.page != following.block.page:
            return False
        if self.block.kind is BlockKind.HEADING:
            return True
        return (
            self.block.kind is BlockKind.PARAGRAPH
            and following.block.kind in _ENUMERATED_KINDS
            and following.start == 0
            and self.block.text.rstrip().endswith(_INTRODUCTION_END)
        )


def take_apart(blocks: tuple[Block, ...], *, target: int, limit: int) -> Iterator[Piece]:
    """Yield the pieces of a document in order; none has more than ``limit`` tokens.

    A block of at most ``target`` tokens is one piece, except that list items stay single.
    """
    path: tuple[tuple[int, str], ...] = ()
    names: tuple[str, ...] = ()
    before: Block | None = None
    for block in blocks:
        if not block.text or block.text.isspace():
            continue
        if block.kind is BlockKind.HEADING:
            level = max(1, block.level)
            name = " ".join(block.text.split())[:_LONGEST_HEADING]
            path = (*(each for each in path if each[0] < level), (level, name))
            names = tuple(name for _, name in path)
        header = _header_of(block)
        is_continued = before is not None and _runs_on(before, block)
        for start, end, tokens in _cut(block, target, limit):
            yield Piece(
                block,
                start,
                end,
                tokens,
                names,
                header if start >= len(header) else "",
                joins=is_continued and start == _first_letter(block.text),
            )
        before = block


def _cut(block: Block, target: int, limit: int) -> Iterator[tuple[int, int, int]]:
    text = block.text
    if len(text) <= limit * _MOST_CHARACTERS_A_TOKEN:
        tokens = estimate_tokens(text)
        if tokens <= target and block.kind is not BlockKind.TABLE:
            start = _first_letter(text)
            yield start, start + len(text.strip()), tokens
            return
    ends = _line_ends(text) if block.kind in _LINE_KINDS else sentence_ends(text)
    start = 0
    for end in ends:
        yield from _trimmed(text, start, end, limit)
        start = end


def _trimmed(text: str, start: int, end: int, limit: int) -> Iterator[tuple[int, int, int]]:
    part = text[start:end]
    stripped = part.strip()
    if not stripped:
        return
    start += len(part) - len(part.lstrip())
    tokens = (
        estimate_tokens(stripped)
        if len(stripped) <= limit * _MOST_CHARACTERS_A_TOKEN
        else limit + 1
    )
    if tokens <= limit:
        yield start, start + len(stripped), tokens
        return
    inner = 0
    for cut in cut_to_size(stripped, limit):
        yield from _trimmed(text, start + inner, start + cut, limit)
        inner = cut


def _line_ends(text: str) -> list[int]:
    ends = [match.end() for match in re.finditer(r"\n+", text)]
    return ends if ends and ends[-1] == len(text) else [*ends, len(text)]


def _header_of(block: Block) -> str:
    if block.kind is not BlockKind.TABLE:
        return ""
    return block.text.strip().partition("\n")[0][:_LONGEST_HEADING]


def _runs_on(before: Block, block: Block) -> bool:
    """Say whether a paragraph goes on after a page break in the middle of a sentence."""
    return (
        before.kind is BlockKind.PARAGRAPH
        and block.kind is BlockKind.PARAGRAPH
        and before.page != block.page
        and _OPEN_ENDS.search(before.text.rstrip()) is not None
        and block.text.lstrip()[0].islower()
    )


def _first_letter(text: str) -> int:
    return len(text) - len(text.lstrip())
