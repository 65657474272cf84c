"""A document's stored text with its hits and found words marked, and a strip that has them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QStyle, QWidget

from desktop_app.domain import Passage
from desktop_app.domain.folding import wanted
from desktop_app.ui.hit_strip import HitStrip, Place
from desktop_app.ui.text_scroll import MARK_AT, TextScroll
from desktop_app.ui.text_view_finding import TextPlace, cursor_at, selections_of
from desktop_app.ui.text_view_parts import UNKNOWN
from desktop_app.ui.text_view_places import Extent
from desktop_app.ui.text_view_writer import Spans
from desktop_app.ui.theme import RADIUS, Role, Space, Theme

_GROUND = 0.55
"""How strong the ground of the current hit is: the marked words in it are seen, too."""
_BAR = 3
"""Pixels: how wide the bar beside another hit is. A ground for each left none to stand out."""
_MOST_MEASURED = 60
"""Passages; the heights of more are not looked at, which took time with each of them."""


class TextView(TextScroll):
    """Shows the text around a hit; ``strip`` stands for all of it, written or not.

    While the scroll bar is only of what is written so far, the strip also shows which part of
    the document is in view; once a short text is there as a whole, both are of its height.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._extent = Extent(())
        self._measured: object = None
        self._found_places: Sequence[TextPlace] = ()
        self._current: int | None = None
        self._needle = ""
        self._found_now: TextPlace | None = None
        self.strip = HitStrip(theme, self)
        self.strip.make_room(self)
        self.strip.chosen.connect(self._on_place_chosen)
        self.wrote.connect(self._color_found)
        self.moved.connect(self._on_moved)

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
        self._measured = None
        self._write_around(current or 0)

    def show_marks(self, *, current: int | None, spans: Mapping[int, Spans]) -> None:
        """Mark another hit of the same document and scroll to it."""
        self.show_passages(self._passages, self._media_type, current=current, spans=spans)

    def show_found(
        self, text: str, places: Sequence[TextPlace] = (), current: TextPlace | None = None
    ) -> None:
        """Color what was found; a new current place is scrolled into view. "" for nothing.

        ``places`` are all that were found in the document, for the strip.
        """
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
        self._found_places = places
        self._show_found_places()

    @property
    def selected_text(self) -> str:
        """What is selected; lines end as usual, not with U+2029 as Qt has it."""
        return self.textCursor().selectedText().replace("\u2029", "\n")

    def clear(self) -> None:
        """Show no document."""
        self.show_found("")
        self._spans = {}
        self._current = None
        super().clear()
        self._on_moved()

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
        """Paint the amber ground of the current hit under its text, a bar beside the others."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = self.document().rootFrame().frameFormat().leftMargin() - Space.S
        width = self.viewport().width() - 2 * side
        for index, rect in self.mark_rects().items():
            edge = self._theme.color(Role.HIGHLIGHT_EDGE)
            if index != self._current:
                bar = QRectF(side, rect.top(), _BAR, rect.height())
                place = QStyle.visualRect(
                    self.layoutDirection(), self.viewport().rect(), bar.toAlignedRect()
                )
                painter.fillRect(place, edge)
                continue
            fill = self._theme.color(Role.HIGHLIGHT)
            fill.setAlphaF(fill.alphaF() * _GROUND)
            painter.setBrush(fill)
            painter.setPen(QPen(edge, 1))
            ground = QRectF(side, rect.top() - Space.S, width, rect.height() + Space.L)
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        painter.end()
        super().paintEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the strip beside the scroll bar, and the place."""
        self.strip.settle(self)
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the strip beside the scroll bar where the direction of reading changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self.strip.make_room(self)

    def _read_now(self) -> int:
        # The passage that the eye is on, if it is in view; else what stands at the top.
        if self._current is not None and self._current in self.mark_rects():
            return self._current
        return self.passage

    def _color_found(self) -> None:
        if not self._needle:
            self.setExtraSelections([])
            return
        here = None
        if self._found_now is not None:
            here = cursor_at(self.document(), self._needle, self._found_now)
        self.setExtraSelections(selections_of(self._theme, self.document(), self._needle, here))

    def _on_moved(self) -> None:
        self._measure()
        is_all = len(self.written) == len(self._passages)
        last = self.viewport().height() - 1
        view = (0.0, 0.0) if is_all else (self._share_at(0), self._share_at(last))
        self.strip.show_view(*view)

    def _measure(self) -> None:
        """Find out where all passages begin, and where that changed, put the marks there."""
        is_laid_out = len(self.written) == len(self._passages) <= _MOST_MEASURED
        room = self.viewport().size()
        shape = (self.document().revision(), room.width(), room.height())
        key = (id(self._passages), shape if is_laid_out else None)
        if key == self._measured:
            return
        self._measured = key
        tops = self._tops() if is_laid_out else []
        # Asked for after the tops, with which all is laid out.
        height = max(self.document().size().height(), float(room.height()))
        is_whole = bool(tops) and len(tops) == len(self._passages)
        self._extent = Extent(self._passages, [*tops, height] if is_whole else ())
        self.strip.show_places(
            [Place(self._extent.share(each), each == self._current) for each in self._spans]
        )
        self._show_found_places()

    def _show_found_places(self) -> None:
        share, now = self._extent.share, self._found_now
        self.strip.show_found(
            [share(each.passage, each.start) for each in self._found_places],
            None if now is None else share(now.passage, now.start),
        )

    def _share_at(self, y: int) -> float:
        """Give the share of the document's text that is above a height of the viewport."""
        cursor = self.cursorForPosition(QPoint(0, y))
        block = cursor.block()
        while block.userState() < 0 and block.next().isValid():
            block = block.next()
        index = block.userState()
        if index < 0:
            return self._extent.share(self._last)
        first = self._begin_of(block)
        return self._extent.share(index, max(0, cursor.position() - first.position()))

    def _on_place_chosen(self, share: float) -> None:
        """Go to a share of the document's text, which may not be written yet."""
        index, character = self._extent.place_at(share)
        self.show_passage(index)
        block = self._first_block(index)
        if block is None:
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(block.position() + character, self.document().characterCount() - 1))
        top = self.cursorRect(cursor).top() - self.viewport().height() * MARK_AT
        self.verticalScrollBar().setValue(round(self.verticalScrollBar().value() + top))
