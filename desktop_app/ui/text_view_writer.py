"""Writes passages into a text document: headings, lists, code, tables and marked words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextListFormat,
    QTextTableFormat,
)

from desktop_app.domain import BlockKind, Passage
from desktop_app.ui.text_view_parts import (
    UNKNOWN,
    Part,
    Structure,
    cells_of,
    is_row,
    lines_of,
    parts_of,
)
from desktop_app.ui.theme import Role, Space, TextStyle, Theme

_LINE_HEIGHT = 1.5
_TABLE_LINE_HEIGHT = 1.25
"""Line heights as multiples of the font's size, not of its own line spacing."""
_BULLETS = (
    QTextListFormat.Style.ListDisc,
    QTextListFormat.Style.ListCircle,
    QTextListFormat.Style.ListSquare,
)

Spans = Sequence[tuple[int, int]]


class PassageWriter:
    """Knows the formats of one theme and size; writes at a cursor (UI thread)."""

    def __init__(
        self, theme: Theme, *, zoom: float, is_code: bool, structure: Structure = UNKNOWN
    ) -> None:
        self._structure = structure
        self._text = _characters(theme, TextStyle.PASSAGE, zoom)
        self._code = _characters(theme, TextStyle.BODY, zoom)
        for code in (self._code, self._text) if is_code else (self._code,):
            code.setFontFamilies(["monospace"])
            code.setFontFixedPitch(True)
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
        before = None
        # The rest of a table that was cut has its header row in the path instead.
        has_header = not (passage.heading and is_row(passage.heading[-1]))
        for part in parts_of(passage, self._structure):
            if part.kind is BlockKind.TABLE:
                self._write_table(cursor, passage.text, part, spans, has_header=has_header)
                has_header = True
            else:
                self._write_lines(cursor, passage.text, part, spans, before)
            before = part.kind

    def _write_lines(
        self,
        cursor: QTextCursor,
        text: str,
        part: Part,
        spans: Spans,
        before: BlockKind | None,
    ) -> None:
        style, above = self._text, int(Space.M)
        if part.kind is BlockKind.HEADING:
            style = self._headings[0 if part.level == 1 else 1]
            above = Space.XL
        elif part.kind is BlockKind.CODE:
            style = self._code
            if before is BlockKind.CODE:
                # The blank line within a piece of code.
                self._begin_code(cursor, 0)
                above = 0
        elif part.kind is BlockKind.LIST_ITEM and before is BlockKind.LIST_ITEM:
            above = Space.XS
        for start, end in lines_of(text, part):
            if part.kind is BlockKind.CODE:
                self._begin_code(cursor, above)
            else:
                cursor.insertBlock(_block(style, _LINE_HEIGHT, above), style)
            if part.is_labeled:
                hanging = cursor.blockFormat()
                hanging.setIndent(part.level)
                cursor.setBlockFormat(hanging)
            elif part.kind is BlockKind.LIST_ITEM:
                bullet = QTextListFormat()
                bullet.setStyle(_BULLETS[min(part.level, len(_BULLETS)) - 1])
                if part.number is not None:
                    # Each item is a list of its own, since a passage may begin with any.
                    bullet.setStyle(QTextListFormat.Style.ListDecimal)
                    bullet.setStart(part.number)
                bullet.setIndent(part.level)
                cursor.createList(bullet)
            self._write_line(cursor, text[start:end], _shifted(spans, start), style)
            above = 0 if part.kind is BlockKind.CODE else Space.XS

    def _begin_code(self, cursor: QTextCursor, above: int) -> None:
        block = _block(self._code, _TABLE_LINE_HEIGHT, above)
        # A ground of its own would cover the amber of a hit.
        block.setLeftMargin(Space.S)
        cursor.insertBlock(block, self._code)

    def write_page(self, cursor: QTextCursor, label: str) -> None:
        """Write the label of a page, slide or sheet that begins here."""
        block = _block(self._caption, _TABLE_LINE_HEIGHT, Space.XL)
        cursor.insertBlock(block, self._caption)
        cursor.insertText(label, self._caption)

    def _write_table(
        self, cursor: QTextCursor, text: str, part: Part, spans: Spans, *, has_header: bool
    ) -> None:
        rows = [cells_of(text, start, end) for start, end in lines_of(text, part)]
        columns = max(len(row) for row in rows)
        shape = QTextTableFormat()
        shape.setBorder(1)
        shape.setBorderCollapse(True)
        shape.setBorderBrush(self._hairline)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        shape.setCellPadding(Space.XS + 2)
        shape.setTopMargin(Space.S)
        shape.setBottomMargin(Space.S)
        shape.setHeaderRowCount(1 if has_header else 0)
        shape.setWidth(QTextLength(QTextLength.Type.VariableLength, 0))
        table = cursor.insertTable(len(rows), columns, shape)
        for number, row in enumerate(rows):
            style = self._cell if number or not has_header else self._cell_head
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
