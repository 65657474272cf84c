"""Cut a parsed document into the passages that are embedded, ranked and shown.

Decisions:

* A document's text is its passages' texts in order, joined by a blank line. Nothing is
  repeated and nothing left out, so highlights, offsets and the preview agree.
* A heading stands in the text where it stands in the document, and in ``heading`` of
  every passage below it, its own passage included.
* The header row of a table that is split is not repeated in ``text``: it ends the
  ``heading`` of the later passages, so that models and full-text index read it.
* A passage begins with every page, slide or sheet, so that its page is the right one;
  only a sentence that goes on over a page break takes both.
* The size counts the text only. Title and headings come on top, so the target is below
  the 256 word pieces that the smallest model reads.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from desktop_app.domain import BlockKind, Box, Line, Locator, ParsedDocument, Passage
from desktop_app.indexing.languages import languages_of
from desktop_app.indexing.pieces import Piece, take_apart

CHUNKER_VERSION = 1

TARGET_TOKENS = 200
"""Estimated word pieces at which a passage is full; chosen by tests/bench/chunking.py."""

_LIMIT_SHARE = 1.25
_TINY_SHARE = 0.2
_PARAGRAPH_GAP = "\n\n"
_SAME_LINE_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Sizes:
    """Passage sizes in estimated word pieces.

    ``target``: a passage is full; ``limit``: never more; ``tiny``: too little to stand
    alone, so the next section of the same page is added to it.
    """

    target: int
    limit: int
    tiny: int

    @classmethod
    def around(cls, target: int) -> Sizes:
        """Return the sizes that go with a target."""
        return cls(target, int(target * _LIMIT_SHARE), int(target * _TINY_SHARE))


def chunk(
    parsed: ParsedDocument,
    *,
    content_hash: str,
    fallback_title: str,
    target_tokens: int = TARGET_TOKENS,
) -> tuple[Passage, ...]:
    """Return a document's passages in order, none empty; () where there is no text.

    ``fallback_title`` stands in where the document has no title. Equal arguments give
    equal passages. Runs in a parser process.
    """
    title = _storable(parsed.title.strip() or fallback_title)
    sizes = Sizes.around(target_tokens)
    groups = list(_pack(take_apart(parsed.blocks, target=sizes.target, limit=sizes.limit), sizes))
    texts = [_storable(_join(group)) for group in groups]
    passages = []
    offset = 0
    for ordinal, (group, text, language) in enumerate(
        zip(groups, texts, languages_of(texts), strict=True)
    ):
        heading = tuple(map(_storable, _heading_of(group)))
        boxes = _boxes_of(group)
        passage = Passage(
            passage_id="",
            content_hash=content_hash,
            ordinal=ordinal,
            text=text,
            title=title,
            heading=heading,
            language=language,
            locator=Locator(
                page=boxes[0].page if boxes else group[0].block.page,
                boxes=boxes,
                start=offset,
                end=offset + len(text),
            ),
        )
        passages.append(_named(passage))
        offset += len(text) + len(_PARAGRAPH_GAP)
    return tuple(passages)


def _pack(pieces: Iterable[Piece], sizes: Sizes) -> Iterator[list[Piece]]:
    """Group pieces into passages, one group behind, so that a tiny rest can join it."""
    finished: list[Piece] = []
    current: list[Piece] = []
    size = 0
    for piece in pieces:
        if current and _is_cut_before(piece, current, size, sizes):
            carried = _carried_over(current, piece, sizes)
            if finished and _may_join(finished, current, sizes):
                finished += current
            else:
                if finished:
                    yield finished
                finished = current
            current = carried
            size = _size(carried)
        current.append(piece)
        size += piece.tokens
    if finished and current and _may_join(finished, current, sizes):
        finished += current
        current = []
    if finished:
        yield finished
    if current:
        yield current


def _is_cut_before(piece: Piece, current: list[Piece], size: int, sizes: Sizes) -> bool:
    last = current[-1]
    if size + piece.tokens > sizes.limit:
        return True
    if piece.joins:
        return False
    if piece.block.page != last.block.page:
        # However little it is: a hit must open the page that it is on.
        return True
    is_tiny = size < sizes.tiny
    if size + piece.tokens > sizes.target and not is_tiny:
        return True
    return (
        piece.block.kind is BlockKind.HEADING
        and not is_tiny
        and last.block.kind is not BlockKind.HEADING
    )


def _carried_over(current: list[Piece], piece: Piece, sizes: Sizes) -> list[Piece]:
    """Take from the end of a passage what belongs to the piece after the cut."""
    kept = len(current)
    size = piece.tokens
    following = piece
    while kept > 1 and current[kept - 1].belongs_before(following):
        following = current[kept - 1]
        size += following.tokens
        if size > sizes.limit:
            break
        kept -= 1
    carried = current[kept:]
    del current[kept:]
    return carried


def _may_join(finished: list[Piece], rest: list[Piece], sizes: Sizes) -> bool:
    return (
        _size(rest) < sizes.tiny
        and finished[-1].path == rest[0].path
        and finished[-1].block.page == rest[-1].block.page
        and rest[0].block.kind is not BlockKind.HEADING
        and _size(finished) + _size(rest) <= sizes.limit
    )


def _size(pieces: Sequence[Piece]) -> int:
    return sum(piece.tokens for piece in pieces)


def _join(group: Sequence[Piece]) -> str:
    parts: list[str] = []
    before = group[0]
    for first, last in _runs(group):
        if parts:
            parts.append(_gap(before, first))
        parts.append(first.block.text[first.start : last.end])
        before = last
    return "".join(parts)


def _runs(group: Sequence[Piece]) -> Iterator[tuple[Piece, Piece]]:
    """Yield first and last piece of every stretch that comes from one block."""
    first = last = group[0]
    for piece in group[1:]:
        if piece.block is not last.block:
            yield first, last
            first = piece
        last = piece
    yield first, last


def _gap(before: Piece, piece: Piece) -> str:
    if piece.joins:
        return " "
    kinds = {before.block.kind, piece.block.kind}
    return "\n" if kinds == {BlockKind.LIST_ITEM} else _PARAGRAPH_GAP


def _heading_of(group: Sequence[Piece]) -> tuple[str, ...]:
    """Return the headings that all of a passage stands under, and its table's header."""
    bodies = [piece for piece in group if piece.block.kind is not BlockKind.HEADING]
    shared = (bodies or group)[0].path
    for piece in bodies or group:
        while piece.path[: len(shared)] != shared:
            shared = shared[:-1]
    return (*shared, group[0].header) if group[0].header else shared


def _boxes_of(group: Sequence[Piece]) -> tuple[Box, ...]:
    boxes: list[Box] = []
    for first, last in _runs(group):
        lines = first.block.lines
        begin = bisect.bisect_right(lines, first.start, key=_line_end)
        end = bisect.bisect_left(lines, last.end, key=_line_start)
        found = [line.box for line in lines[begin:end]]
        for box in _as_printed(found) if first.block.kind is BlockKind.TABLE else found:
            if boxes and _is_same_line(boxes[-1], box):
                boxes[-1] = boxes[-1].united(box)
            else:
                boxes.append(box)
    return tuple(boxes)


def _as_printed(boxes: Sequence[Box]) -> Iterator[Box]:
    """Yield the boxes of a table, in which one cell follows the other, line by line."""
    held: list[Box] = []
    for box in sorted(boxes, key=lambda each: (each.page, each.y0 + each.y1)):
        middle = (box.y0 + box.y1) / 2
        if held and (box.page != held[-1].page or middle > held[-1].y1):
            yield from sorted(held, key=_left)
            held = []
        held.append(box)
    yield from sorted(held, key=_left)


def _left(box: Box) -> float:
    return box.x0


def _line_start(line: Line) -> int:
    return line.start


def _line_end(line: Line) -> int:
    return line.end


def _is_same_line(above: Box, below: Box) -> bool:
    shared = min(above.y1, below.y1) - max(above.y0, below.y0)
    height = min(above.y1 - above.y0, below.y1 - below.y0)
    # Further right only: the next column's first line may stand at the same height.
    return (
        above.page == below.page
        and shared > height * _SAME_LINE_SHARE
        and below.x0 - above.x1 < 2 * max(height, 1.0)
        and below.x0 >= above.x0
    )


def _named(passage: Passage) -> Passage:
    digest = hashlib.blake2b(digest_size=16)
    for part in (passage.content_hash, str(passage.ordinal), passage.context, passage.text):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "little"))
        digest.update(encoded)
    return Passage(
        digest.hexdigest(),
        passage.content_hash,
        passage.ordinal,
        passage.text,
        passage.title,
        passage.heading,
        passage.language,
        passage.locator,
    )


def _storable(text: str) -> str:
    """Replace lone surrogates, which neither hashes nor tables can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
