"""Writes passages into a text document: headings, paragraphs, tables and marked words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from desktop_app.domain import Passage
from desktop_app.ui.theme import Role, Space, TextStyle, Theme

CELL_BREAK = " | "
_LINE_HEIGHT = 1.5
_TABLE_LINE_HEIGHT = 1.25
"""Line heights as multiples of the font's size, not of its own line spacing."""
_MOST_COLUMNS = 60
"""A wider table is shown as lines of text; Qt lays out every cell."""

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch ``start:end`` of a passage's text: a heading (level from 1), table or text."""

    start: int
    end: int
    level: int = 0
    is_table: bool = False


def parts_of(passage: Passage) -> Iterator[Part]:
    """Tell headings, tables and paragraphs of a passage apart by its own text.

    Paragraphs are divided by a blank line; a paragraph that repeats a heading of the
    passage's path is that heading; one whose every line has cells is a table.
    """
    at = 0
    for paragraph in passage.text.split("\n\n"):
        end = at + len(paragraph)
        text = paragraph.strip()
        if text in passage.heading:
            yield Part(at, end, level=passage.heading.index(text) + 1)
        elif text:
            lines = text.split("\n")
            is_table = all(CELL_BREAK in line for line in lines) and (
                lines[0].count(CELL_BREAK) < _MOST_COLUMNS
            )
            yield Part(at, end, is_table=is_table)
        at = end + 2


def pieces_of(passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield start and end of the text of every block that a passage is written as, in order."""
    for part in parts_of(passage):
        for start, end in _lines(passage.text, part):
            if part.is_table:
                yield from _cells(passage.text, start, end)
            else:
                yield start, end


class PassageWriter:
    """Knows the formats of one theme and size; writes at a cursor (UI thread)."""

    def __init__(self, theme: Theme, *, zoom: float, is_code: bool) -> None:
        self._text = _characters(theme, TextStyle.PASSAGE, zoom)
        if is_code:
            self._text.setFontFamilies(["monospace"])
            self._text.setFontFixedPitch(True)
        self._headings = [
            _characters(theme, TextStyle.QUESTION, zoom, strong=True),
            _characters(theme, TextStyle.PASSAGE, zoom, strong=True),
        ]
        self._cell = _characters(theme, TextStyle.BODY, zoom, tabular=True)
        self._cell_head = _characters(theme, TextStyle.BODY, zoom, strong=True)
        self._caption = _characters(theme, TextStyle.CAPTION, zoom)
        self._caption.setForeground(theme.color(Role.MUTED))
        self._mark = theme.color(Role.HIGHLIGHT)
        self._hairline = theme.color(Role.HAIRLINE)

    def write(self, cursor: QTextCursor, passage: Passage, spans: Spans) -> None:
        """Write a passage after the cursor's block; ``spans`` of its text are marked."""
        for part in parts_of(passage):
            if part.is_table:
                self._write_table(cursor, passage.text, part, spans)
                continue
            style = self._text
            above = Space.M
            if part.level:
                style = self._headings[0 if part.level == 1 else 1]
                above = Space.XL
            for start, end in _lines(passage.text, part):
                cursor.insertBlock(_block(style, _LINE_HEIGHT, above), style)
                self._write_line(cursor, passage.text[start:end], _shifted(spans, start), style)
                above = Space.XS

    def write_page(self, cursor: QTextCursor, label: str) -> None:
        """Write the label of a page, slide or sheet that begins here."""
        block = _block(self._caption, _TABLE_LINE_HEIGHT, Space.XL)
        cursor.insertBlock(block, self._caption)
        cursor.insertText(label, self._caption)

    def _write_table(self, cursor: QTextCursor, text: str, part: Part, spans: Spans) -> None:
        rows = [_cells(text, start, end) for start, end in _lines(text, part)]
        columns = max(len(row) for row in rows)
        shape = QTextTableFormat()
        shape.setBorder(1)
        shape.setBorderCollapse(True)
        shape.setBorderBrush(self._hairline)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        shape.setCellPadding(Space.XS + 2)
        shape.setTopMargin(Space.S)
        shape.setBottomMargin(Space.S)
        shape.setHeaderRowCount(1)
        shape.setWidth(QTextLength(QTextLength.Type.VariableLength, 0))
        table = cursor.insertTable(len(rows), columns, shape)
        for number, row in enumerate(rows):
            style = self._cell if number else self._cell_head
            for column, (start, end) in enumerate(row):
                cell = table.cellAt(number, column).firstCursorPosition()
                cell.setBlockFormat(_cell_block(style, text[start:end]))
                self._write_line(cell, text[start:end], _shifted(spans, start), style)
        cursor.setPosition(table.lastPosition() + 1)
        cursor.setBlockFormat(empty_block())

    def _write_line(
        self, cursor: QTextCursor, text: str, spans: Spans, style: QTextCharFormat
    ) -> None:
        marked = QTextCharFormat(style)
        marked.setBackground(self._mark)
        at = 0
        for start, end in spans:
            first, last = max(at, start), min(end, len(text))
            if first < last:
                cursor.insertText(text[at:first], style)
                cursor.insertText(text[first:last], marked)
                at = last
        cursor.insertText(text[at:], style)


def _characters(
    theme: Theme, style: TextStyle, zoom: float, *, strong: bool = False, tabular: bool = False
) -> QTextCharFormat:
    font = QFont(theme.font(style, strong=strong, tabular=tabular))
    font.setPixelSize(max(6, round(font.pixelSize() * zoom)))
    characters = QTextCharFormat()
    characters.setFont(font)
    characters.setForeground(theme.color(Role.TEXT))
    return characters


def _block(style: QTextCharFormat, height: float, above: int) -> QTextBlockFormat:
    block = QTextBlockFormat()
    font = style.font()
    percent = 100 * height * font.pixelSize() / max(1, QFontMetrics(font).height())
    # Never tighter than the font itself, or tall scripts would overlap.
    proportional = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
    block.setLineHeight(max(100.0, percent), proportional)
    block.setTopMargin(above)
    return block


def _lines(text: str, part: Part) -> Iterator[tuple[int, int]]:
    at = part.start
    for line in text[part.start : part.end].split("\n"):
        if line.strip():
            yield at, at + len(line)
        at += len(line) + 1


def _cell_block(style: QTextCharFormat, text: str) -> QTextBlockFormat:
    block = _block(style, _TABLE_LINE_HEIGHT, 0)
    if any(map(str.isdigit, text)) and not any(map(str.isalpha, text)):
        block.setAlignment(Qt.AlignmentFlag.AlignRight)
    return block


def empty_block() -> QTextBlockFormat:
    """Give the format of a block without text, which is to take next to no room."""
    block = QTextBlockFormat()
    block.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    return block


def _shifted(spans: Spans, start: int) -> Spans:
    return [(first - start, last - start) for first, last in spans]


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cells = []
    at = start
    for cell in text[start:end].split(CELL_BREAK):
        cells.append((at, at + len(cell)))
        at += len(cell) + len(CELL_BREAK)
    return cells
