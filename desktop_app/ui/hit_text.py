"""A few lines of a passage, laid out once and drawn often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from desktop_app.translation import direction_of
from desktop_app.ui.results_snippet import cut_snippet, utf16_spans

_CHARACTERS_A_LINE = 120
"""More than fits a line, so that it is the layout that ends the text."""
_ELLIPSIS = "…"
_SENTENCE_SHARE = 0.5
"""How strong the ground of a sentence is, as a share of a marked word's alpha."""


@dataclass(frozen=True, slots=True, eq=False)
class HitText:
    """A finished layout; drawing it costs no shaping."""

    layout: QTextLayout

    def draw(self, painter: QPainter, left: int, top: int, color: QColor) -> None:
        """Draw with the top left corner at this point."""
        painter.setPen(color)
        self.layout.draw(painter, QPointF(left, top))


def lay_out(
    text: str,
    highlights: Sequence[tuple[int, int]],
    *,
    font: QFont,
    mark: QColor,
    width: int,
    lines: int,
    line_height: int,
    sentence: tuple[int, int] | None = None,
) -> HitText:
    """Lay the best stretch of a passage out in at most ``lines`` lines of ``width`` pixels.

    A ``sentence`` is that stretch, and marked more softly than the words in it. What does
    not fit ends in an ellipsis. The direction follows the text, so Arabic and Hebrew begin
    at the right. UI thread.
    """
    characters = lines * _CHARACTERS_A_LINE
    snippet = cut_snippet(text, highlights, characters=characters, sentence=sentence)
    soft = QColor(mark)
    soft.setAlphaF(mark.alphaF() * _SENTENCE_SHARE)
    around = _formats(snippet.text, snippet.sentence, soft)
    # Qt lets the later of two formats win where they overlap.
    marks = around + _formats(snippet.text, snippet.spans, mark)
    layout = _laid_out(snippet.text, marks, font, width=width, lines=lines, line_height=line_height)
    shown = snippet.text
    while layout.lineCount() > lines:
        # At least one character goes with each turn, so this ends.
        end = min(_characters_before_line(layout, lines), len(shown) - 2)
        shown = shown[: max(0, end)].rstrip(" ,;:" + _ELLIPSIS) + _ELLIPSIS
        layout = _laid_out(shown, marks, font, width=width, lines=lines, line_height=line_height)
        if shown == _ELLIPSIS:
            break
    return HitText(layout)


def _laid_out(
    text: str,
    marks: Sequence[QTextLayout.FormatRange],
    font: QFont,
    *,
    width: int,
    lines: int,
    line_height: int,
) -> QTextLayout:
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    if direction_of(text) == "R":
        # A layout of its own takes the side as it is named, whatever the direction.
        option.setAlignment(Qt.AlignmentFlag.AlignRight)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    layout.setFormats(marks)
    layout.beginLayout()
    # One line more than is shown tells whether anything is left over.
    for number in range(lines + 1):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(1, width))
        line.setPosition(QPointF(0, number * line_height + (line_height - line.height()) / 2))
    layout.endLayout()
    return layout


def _formats(
    text: str, spans: Sequence[tuple[int, int]], color: QColor
) -> list[QTextLayout.FormatRange]:
    formats = []
    for start, length in utf16_spans(text, spans):
        marked = QTextLayout.FormatRange()
        marked.start = start
        marked.length = length
        style = QTextCharFormat()
        style.setBackground(color)
        marked.format = style
        formats.append(marked)
    return formats


def _characters_before_line(layout: QTextLayout, line: int) -> int:
    units = layout.lineAt(line).textStart()
    return len(layout.text().encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore"))
