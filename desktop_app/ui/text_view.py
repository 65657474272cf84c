"""A document's stored text with the hits marked, written around the place being read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, Qt, QUrl
from PySide6.QtGui import (
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from desktop_app.domain import Passage
from desktop_app.domain.folding import wanted
from desktop_app.translation import tr
from desktop_app.ui.results_wording import page_label
from desktop_app.ui.text_view_finding import TextPlace, cursor_at, selections_of
from desktop_app.ui.text_view_parts import UNKNOWN, Structure
from desktop_app.ui.text_view_writer import PassageWriter, Spans, empty_block
from desktop_app.ui.theme import ANSWER_CHARACTERS, RADIUS, Role, Space, TextStyle, Theme

PASSAGES_A_STEP = 8
"""Passages written at once: about 7,000 characters, more than a screen and one frame's work."""
_MARK_AT = 0.25
_ZOOM_STEP = 1.15
_SMALLEST, _LARGEST = 0.6, 3.0
_OTHER_MARK = 0.55
_CODE_TYPES = frozenset(
    {"text/x-source", "application/json", "application/jsonl", "application/xml"}
)


class TextView(QTextBrowser):
    """Read-only text that loads nothing: no links, no images, no style from documents.

    Holds a growing window of the document's passages; scrolling towards its ends writes
    more, so that a document of thousands of passages opens as fast as a short one.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._passages: Sequence[Passage] = ()
        self._spans: Mapping[int, Spans] = {}
        self._media_type = ""
        self._structure = UNKNOWN
        self._current: int | None = None
        self._needle = ""
        self._found_now: TextPlace | None = None
        self._first = self._last = 0
        self._zoom = 1.0
        self._is_writing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.document().setIndentWidth(Space.XL)
        self.setAccessibleName(tr("Text of the document"))
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        theme.changed.connect(self._on_theme_changed)

    def loadResource(self, _kind: int, _name: QUrl | str) -> None:
        """Load nothing, whatever a text asks for."""

    def show_passages(
        self,
        passages: Sequence[Passage],
        media_type: str,
        *,
        current: int | None,
        spans: Mapping[int, Spans],
    ) -> None:
        """Show a document around its passage ``current`` (an index into ``passages``).

        ``spans`` maps the indices of hits to the (start, end) offsets marked in them.
        """
        if passages is not self._passages:
            self._structure = UNKNOWN
        self._passages = passages
        self._media_type = media_type
        self._spans = spans
        self._current = current
        self._write_around(current or 0)

    def show_marks(self, *, current: int | None, spans: Mapping[int, Spans]) -> None:
        """Mark another hit of the same document and scroll to it."""
        self.show_passages(self._passages, self._media_type, current=current, spans=spans)

    def use_structure(self, structure: Structure) -> None:
        """Write lists, code and headings as what they are; what is read stays in its place."""
        self._structure = structure
        if not self._passages:
            return
        # The passage that the eye is on, if it is in view; else what stands at the top.
        if self._current is not None and self._current in self.mark_rects():
            index = self._current
        else:
            index = self.passage
        top = self._top_of(index)
        above = 0.0 if top is None else top - self.verticalScrollBar().value()
        self._write_around(index)
        block = self._first_block(index)
        if top is not None and block is not None:
            self._return_to(block, above)
            self._fill()

    def show_found(self, text: str, current: TextPlace | None = None) -> None:
        """Color what was found; a new current place is scrolled into view. "" for nothing."""
        is_new = current is not None and current != self._found_now
        self._needle, self._found_now = wanted(text), current
        if is_new and current is not None:
            if current.passage not in self.written:
                self._write_around(current.passage)
            cursor = cursor_at(self.document(), self._needle, current)
            if cursor is not None:
                # A cursor that is set is shown; its selection would hide the color below it.
                cursor.setPosition(cursor.selectionStart())
                self.setTextCursor(cursor)
        self._color_found()

    def show_passage(self, index: int) -> None:
        """Go to the beginning of a passage, as the outline asks."""
        if index not in self.written:
            self._write_around(index)
        self._scroll_to(index)
        self._fill()

    @property
    def selected_text(self) -> str:
        """What is selected; lines end as usual, not with U+2029 as Qt has it."""
        return self.textCursor().selectedText().replace("\u2029", "\n")

    @property
    def passage(self) -> int:
        """The index of the passage at the top of the view."""
        return max(0, self._anchor()[0].userState())

    def clear(self) -> None:
        """Show no document."""
        self.show_found("")
        self._passages = ()
        self._structure = UNKNOWN
        self._current = None
        self._first = self._last = 0
        super().clear()

    def zoom_in(self) -> None:
        """Write a step larger."""
        self._zoom_to(self._zoom * _ZOOM_STEP)

    def zoom_out(self) -> None:
        """Write a step smaller."""
        self._zoom_to(self._zoom / _ZOOM_STEP)

    def fit_width(self) -> None:
        """Write in the usual size."""
        self._zoom_to(1.0)

    @property
    def written(self) -> range:
        """The indices of the passages written so far."""
        return range(self._first, self._last)

    def mark_rects(self) -> dict[int, QRectF]:
        """Give where the visible hits stand in the viewport, by passage index."""
        rects: dict[int, QRectF] = {}
        layout = self.document().documentLayout()
        offset = self.verticalScrollBar().value()
        block = self._block_at_top()
        while block.isValid():
            rect = layout.blockBoundingRect(block).translated(0, -offset)
            if rect.top() > self.viewport().height():
                break
            index = block.userState()
            if index in self._spans:
                rects[index] = rects[index].united(rect) if index in rects else rect
            block = block.next()
        return rects

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the amber ground of the hits under the text."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self.document().rootFrame().frameFormat().leftMargin() - Space.S
        width = self.viewport().width() - 2 * side
        for index, rect in self.mark_rects().items():
            fill = self._theme.color(Role.HIGHLIGHT)
            fill.setAlphaF(fill.alphaF() * _OTHER_MARK)
            painter.setBrush(fill)
            painter.setPen(Qt.PenStyle.NoPen)
            if index == self._current:
                painter.setPen(QPen(self._theme.color(Role.HIGHLIGHT_EDGE), 1))
            ground = QRectF(side, rect.top() - Space.S, width, rect.height() + Space.L)
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        painter.end()
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the lines short and the place while the width changes."""
        block, above = self._anchor()
        super().resizeEvent(event)
        self._set_margins()
        self._return_to(block, above)

    def _write_around(self, index: int) -> None:
        self._is_writing = True
        self.document().clear()
        self._set_margins()
        self._first = max(0, index - PASSAGES_A_STEP // 2)
        self._last = self._first
        # A document has always one block; before the first passage it takes no room.
        start = QTextCursor(self.document())
        start.setBlockFormat(empty_block())
        self._append()
        self._is_writing = False
        self._scroll_to(index)
        self._fill()
        self._scroll_to(index)
        self.viewport().update()

    def _append(self) -> None:
        last = min(len(self._passages), self._last + PASSAGES_A_STEP)
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self._write(cursor, range(self._last, last))
        self._last = last

    def _prepend(self) -> None:
        first = max(0, self._first - PASSAGES_A_STEP)
        cursor = QTextCursor(self.document())
        self._write(cursor, range(first, self._first))
        self._first = first

    def _write(self, cursor: QTextCursor, indices: range) -> None:
        writer = PassageWriter(
            self._theme,
            zoom=self._zoom,
            is_code=self._media_type in _CODE_TYPES,
            structure=self._structure,
        )
        cursor.beginEditBlock()
        for index in indices:
            passage = self._passages[index]
            begin = cursor.position()
            page = passage.locator.page
            if page is not None and (index == 0 or page != self._passages[index - 1].locator.page):
                writer.write_page(cursor, page_label(self._media_type, page))
                begin = cursor.position()
            writer.write(cursor, passage, self._spans.get(index, ()))
            self._sign(begin, cursor.position(), index)
        cursor.endEditBlock()
        self._color_found()

    def _color_found(self) -> None:
        if not self._needle:
            self.setExtraSelections([])
            return
        here = None
        if self._found_now is not None:
            here = cursor_at(self.document(), self._needle, self._found_now)
        self.setExtraSelections(selections_of(self._theme, self.document(), self._needle, here))

    def _sign(self, begin: int, end: int, index: int) -> None:
        """Note in every block after ``begin`` which passage it belongs to."""
        block = self.document().findBlock(begin).next()
        while block.isValid() and block.position() <= end:
            if block.length() > 1:
                block.setUserState(index)
            block = block.next()

    def _fill(self) -> None:
        """Write on until the view is full, or the document ends."""
        bar = self.verticalScrollBar()
        while bar.maximum() - bar.value() < bar.pageStep() and self._last < len(self._passages):
            self._extend_below()
            if bar.maximum() == 0 and not self.isVisible():
                break
        if bar.value() < bar.pageStep() and self._first > 0:
            self._extend_above()

    def _extend_below(self) -> None:
        self._is_writing = True
        self._append()
        self._is_writing = False

    def _extend_above(self) -> None:
        self._is_writing = True
        block, above = self._anchor()
        self._prepend()
        self._return_to(block, above)
        self._is_writing = False

    def _scroll_to(self, index: int) -> None:
        block = self._first_block(index)
        if block is not None:
            self._return_to(block, self.viewport().height() * _MARK_AT)

    def _first_block(self, index: int) -> QTextBlock | None:
        block = self.document().begin()
        while block.isValid() and block.userState() != index:
            block = block.next()
        return block if block.isValid() else None

    def _top_of(self, index: int) -> float | None:
        block = self._first_block(index)
        if block is None:
            return None
        return self.document().documentLayout().blockBoundingRect(block).top()

    def _anchor(self) -> tuple[QTextBlock, float]:
        """Give the first block of a passage at the top and how far below the top it begins."""
        block = self._block_at_top()
        # A block without a passage (the document's first one) stays where it is when text is
        # written before the passages, so it cannot hold the place.
        while block.userState() < 0 and block.next().isValid():
            block = block.next()
        top = self.document().documentLayout().blockBoundingRect(block).top()
        return block, top - self.verticalScrollBar().value()

    def _return_to(self, block: QTextBlock, above: float) -> None:
        if block.isValid():
            top = self.document().documentLayout().blockBoundingRect(block).top()
            self.verticalScrollBar().setValue(round(top - above))

    def _block_at_top(self) -> QTextBlock:
        return self.cursorForPosition(self.viewport().rect().topLeft()).block()

    def _set_margins(self) -> None:
        font = self._theme.font(TextStyle.PASSAGE)
        font.setPixelSize(max(6, round(font.pixelSize() * self._zoom)))
        widest = ANSWER_CHARACTERS * QFontMetrics(font).averageCharWidth()
        root = self.document().rootFrame()
        shape = root.frameFormat()
        side = max(Space.XL, (self.viewport().width() - widest) / 2)
        shape.setLeftMargin(side)
        shape.setRightMargin(side)
        shape.setTopMargin(Space.M)
        shape.setBottomMargin(Space.XXL)
        root.setFrameFormat(shape)

    def _zoom_to(self, zoom: float) -> None:
        self._zoom = min(_LARGEST, max(_SMALLEST, zoom))
        if self._current is not None and self._current in self.mark_rects():
            self._write_around(self._current)
        else:
            self._write_around(max(0, self._anchor()[0].userState()))

    def _on_scrolled(self) -> None:
        if not self._is_writing and self._passages:
            self._fill()

    def _on_theme_changed(self) -> None:
        if self._passages:
            self._write_around(self._current or 0)
