"""A document's stored text, written around the place being read; grows with the scrolling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent, QTextBlock, QTextCursor
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from desktop_app.domain import Passage
from desktop_app.translation import tr
from desktop_app.ui.results_wording import page_label
from desktop_app.ui.text_view_parts import UNKNOWN, Structure
from desktop_app.ui.text_view_writer import PassageWriter, Spans, empty_block
from desktop_app.ui.theme import ANSWER_CHARACTERS, Space, TextStyle, Theme

PASSAGES_A_STEP = 8
"""Passages written at once: about 7,000 characters, more than a screen and one frame's work."""
MARK_AT = 0.25
"""What is gone to is scrolled to this share of the height."""
_ZOOM_STEP = 1.15
_SMALLEST, _LARGEST = 0.6, 3.0
_CODE_TYPES = frozenset(
    {"text/x-source", "application/json", "application/jsonl", "application/xml"}
)


class TextScroll(QTextBrowser):
    """Read-only text that loads nothing: no links, no images, no style from documents.

    Holds a growing window of the document's passages; scrolling towards its ends writes
    more, so that a document of thousands of passages opens as fast as a short one.
    ``wrote`` comes when passages were written, ``moved`` when others are in view. All of it on
    the UI thread.
    """

    wrote = Signal()
    moved = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._passages: Sequence[Passage] = ()
        self._spans: Mapping[int, Spans] = {}
        self._media_type = ""
        self._structure = UNKNOWN
        self._first = self._last = 0
        self._zoom = 1.0
        self._is_writing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.document().setIndentWidth(Space.XL)
        self.setAccessibleName(tr("Text of the document"))
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        theme.changed.connect(self._rewrite)

    def loadResource(self, _kind: int, _name: QUrl | str) -> None:
        """Load nothing, whatever a text asks for."""

    def use_structure(self, structure: Structure) -> None:
        """Write lists, code and headings as what they are; what is read stays in its place."""
        self._structure = structure
        self._rewrite()

    def show_passage(self, index: int) -> None:
        """Go to the beginning of a passage, as the outline asks."""
        if index not in self.written:
            self._write_around(index)
        self._scroll_to(index)
        self._fill()

    @property
    def passage(self) -> int:
        """The index of the passage at the top of the view."""
        return max(0, self._anchor()[0].userState())

    def clear(self) -> None:
        """Show no document."""
        self._passages = ()
        self._structure = UNKNOWN
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the lines short and the place while the width changes."""
        block, above = self._anchor()
        super().resizeEvent(event)
        self._set_margins()
        self._return_to(block, above)
        self.moved.emit()

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
        self.moved.emit()

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
        self.wrote.emit()

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
            self._return_to(block, self.viewport().height() * MARK_AT)

    def _first_block(self, index: int) -> QTextBlock | None:
        block = self.document().begin()
        while block.isValid() and block.userState() != index:
            block = block.next()
        return block if block.isValid() else None

    def _begin_of(self, block: QTextBlock) -> QTextBlock:
        """Give the first block of the passage that a block belongs to."""
        first, before = block, block.previous()
        # What follows a table belongs to no passage, though it may stand within one.
        while before.isValid() and before.userState() in (block.userState(), -1):
            if before.userState() >= 0:
                first = before
            before = before.previous()
        return first

    def _top_of(self, index: int) -> float | None:
        block = self._first_block(index)
        if block is None:
            return None
        return self.document().documentLayout().blockBoundingRect(block).top()

    def _tops(self) -> list[float]:
        """Give where each of the written passages begins, from the first one on."""
        layout = self.document().documentLayout()
        tops: list[float] = []
        block, before = self.document().begin(), -1
        while block.isValid():
            if block.userState() > before:
                before = block.userState()
                tops.append(layout.blockBoundingRect(block).top())
            block = block.next()
        return tops

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
        self._write_around(self._read_now())

    def _read_now(self) -> int:
        """Give the passage that stays in its place while the text is written anew."""
        return self.passage

    def _rewrite(self) -> None:
        """Write in other formats; the passage that is read stays in its place."""
        if not self._passages:
            return
        index = self._read_now()
        top = self._top_of(index)
        above = 0.0 if top is None else top - self.verticalScrollBar().value()
        self._write_around(index)
        block = self._first_block(index)
        if top is not None and block is not None:
            self._return_to(block, above)
            self._fill()

    def _on_scrolled(self) -> None:
        if not self._is_writing and self._passages:
            self._fill()
            self.moved.emit()
