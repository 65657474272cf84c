"""What a stored text is made of: headings, list items, tables, code and plain paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from desktop_app.domain import Block, BlockKind, Passage

CELL_BREAK = " | "
_EMPTY_FIRST = CELL_BREAK.lstrip()
"""How a row begins whose first cell is empty, where no white space is kept before it."""
_MOST_COLUMNS = 60
"""A wider table is shown as lines of text; Qt lays out every cell."""
_MOST_HEADINGS = 5_000


@dataclass(frozen=True, slots=True)
class Structure:
    """What the document's own file says its lines are; empty where it was not asked.

    Passages hold text only, so a line is known by its words: headings and list items with
    their level, code and tables by their lines. ``numbers`` are those of items in ordered
    lists; an item whose words stand in two places with two numbers has none here.
    ``labeled`` are items that begin with a number of their own ("(b)").
    """

    headings: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    labeled: frozenset[str] = frozenset()
    code: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known."""
        return not (self.headings or self.items or self.code or self.rows)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch ``start:end`` of a passage's text; ``level`` and ``number`` as in ``Block``.

    ``is_labeled`` says that the text begins with the number of the item.
    """

    start: int
    end: int
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    number: int | None = None
    is_labeled: bool = False


@dataclass(frozen=True, slots=True)
class TextHeading:
    """A heading of a stored text: level from 1, and the index of the passage it stands in."""

    level: int
    title: str
    passage: int


UNKNOWN = Structure()


def structure_of(blocks: Iterable[Block]) -> Structure:
    """Note what the blocks of a document are. Any thread."""
    headings: dict[str, int] = {}
    items: dict[str, int] = {}
    numbers: dict[str, set[int | None]] = {}
    labeled: set[str] = set()
    code: set[str] = set()
    rows: set[str] = set()
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            headings.setdefault(block.text.strip(), max(1, block.level))
        elif block.kind is BlockKind.LIST_ITEM:
            items.setdefault(block.text.strip(), max(1, block.level))
            numbers.setdefault(block.text.strip(), set()).add(block.number)
            if block.label:
                labeled.add(block.text.strip())
        elif block.kind is BlockKind.CODE:
            code.update(line.strip() for line in block.text.split("\n"))
        elif block.kind is BlockKind.TABLE:
            rows.update(line.strip() for line in block.text.split("\n"))
    certain = {
        text: number
        for text, (number, *others) in numbers.items()
        if number is not None and not others
    }
    return Structure(headings, items, certain, frozenset(labeled), frozenset(code), frozenset(rows))


def parts_of(passage: Passage, structure: Structure = UNKNOWN) -> Iterator[Part]:
    """Tell the parts of a passage apart, by the document's structure or its own text.

    Paragraphs are divided by a blank line; a paragraph that repeats a heading of the
    passage's path is that heading; one whose every line has cells is a table.
    """
    at = 0
    for paragraph in passage.text.split("\n\n"):
        end = at + len(paragraph)
        text = paragraph.strip()
        if text in passage.heading or text in structure.headings:
            known = structure.headings.get(text)
            level = known or passage.heading.index(text) + 1
            yield Part(at, end, BlockKind.HEADING, level)
        elif text and all(line.strip() in structure.code for line in text.split("\n")):
            # By the line, since a long piece of code stands in several passages.
            yield Part(at, end, BlockKind.CODE)
        elif text:
            yield from _body_parts(passage.text, at, end, structure)
        at = end + 2


def pieces_of(passage: Passage, structure: Structure = UNKNOWN) -> Iterator[tuple[int, int]]:
    """Yield start and end of the text of every block that a passage is written as, in order."""
    for part in parts_of(passage, structure):
        for start, end in lines_of(passage.text, part):
            if part.kind is BlockKind.TABLE:
                yield from cells_of(passage.text, start, end)
            else:
                yield start, end


def headings_of(
    passages: Sequence[Passage], structure: Structure = UNKNOWN
) -> tuple[TextHeading, ...]:
    """Give the headings of a document, from its structure or the paths of its passages."""
    headings: list[TextHeading] = []
    before: tuple[str, ...] = ()
    for index, passage in enumerate(passages):
        if structure.headings:
            headings += [
                TextHeading(part.level, passage.text[part.start : part.end].strip(), index)
                for part in parts_of(passage, structure)
                if part.kind is BlockKind.HEADING
            ]
            continue
        # A table that goes on ends the path with its header row.
        path = tuple(each for each in passage.heading if not is_row(each))
        shared = 0
        while shared < min(len(path), len(before)) and path[shared] == before[shared]:
            shared += 1
        headings += [
            TextHeading(level, title, index)
            for level, title in enumerate(path[shared:], start=shared + 1)
        ]
        before = path
    return tuple(headings[:_MOST_HEADINGS])


def lines_of(text: str, part: Part) -> Iterator[tuple[int, int]]:
    """Yield start and end of the lines of a part that are not blank."""
    at = part.start
    for line in text[part.start : part.end].split("\n"):
        if line.strip():
            yield at, at + len(line)
        at += len(line) + 1


def is_row(line: str) -> bool:
    """Tell whether a line reads as a row of a table."""
    return CELL_BREAK in line or line.startswith(_EMPTY_FIRST)


def cells_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Give start and end of the cells of a table's row."""
    cells = []
    at = start
    if text.startswith(_EMPTY_FIRST, start, end):
        cells.append((start, start))
        at += len(_EMPTY_FIRST)
    for cell in text[at:end].split(CELL_BREAK):
        cells.append((at, at + len(cell)))
        at += len(cell) + len(CELL_BREAK)
    return cells


def _body_parts(text: str, start: int, end: int, structure: Structure) -> Iterator[Part]:
    lines = text[start:end].split("\n")
    if any(line.strip() in structure.items for line in lines):
        at = start
        for line in lines:
            item = line.strip()
            level = structure.items.get(item, 0)
            yield Part(
                at,
                at + len(line),
                BlockKind.LIST_ITEM if level else BlockKind.PARAGRAPH,
                level,
                structure.numbers.get(item),
                is_labeled=item in structure.labeled,
            )
            at += len(line) + 1
        return
    full = text[start:end].strip().split("\n")
    # A bar at the beginning alone is how some mails quote.
    is_table = any(CELL_BREAK in line for line in full) and all(map(is_row, full))
    is_table = is_table and full[0].count(CELL_BREAK) < _MOST_COLUMNS
    if is_table and len(full) == 1 and not structure.is_empty:
        # One line with a bar in it need not be a row.
        is_table = full[0] in structure.rows
    yield Part(start, end, BlockKind.TABLE if is_table else BlockKind.PARAGRAPH)
