"""What a parser answers: blocks, boxes, failures and page images."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.domain.sealed import SealedEnum


class BlockKind(SealedEnum):
    """What a block of a document is, as far as its format says."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list-item"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page: 1-based page, PDF points, origin top left, y downwards."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float

    def united(self, other: Box) -> Box:
        """Return the smallest box on this page around both."""
        return Box(
            self.page,
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line of a block: characters ``start:end`` of the block's text."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, list item, table or piece of code.

    ``level`` is 1 to 6 for headings, the nesting depth (from 1) for list items, else 0.
    ``page`` is 1-based (page, slide or sheet) or None where the format has none.
    ``lines`` is empty where the format has no boxes. A table's text has one row a line,
    cells separated by " | "; its first line is the header row. ``number`` is what stands
    before an item of an ordered list and is no part of its text, None where nothing does.
    ``label`` is the number of a list item with which its text begins ("4.2", "(b)"), else "".
    """

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None
    lines: tuple[Line, ...] = ()
    number: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser answers for one file.

    ``page_count`` counts pages, slides, sheets or chapters; None where there are none.
    ``empty_pages`` are 1-based pages that show something but hold no text (scans).
    ``shortfall`` is one sentence for the user when something was left out, else "".
    ``remark`` is one about what nobody expects to be read, as attachments of other programs.
    """

    media_type: str
    title: str
    blocks: tuple[Block, ...]
    page_count: int | None = None
    empty_pages: tuple[int, ...] = ()
    shortfall: str = ""
    parser: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ParseFailure:
    """Why a file gave no document: ``code`` as in ``errors.ParseError``, two sentences."""

    code: str
    title: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class PageImage:
    """A rendered page: ``rgb`` is width * height * 3 bytes, rows top down, no padding.

    ``page_width`` and ``page_height`` are in PDF points, the unit of ``Box``.
    """

    page: int
    page_count: int
    width: int
    height: int
    page_width: float
    page_height: float
    rgb: bytes
