"""Pages of a document under each other, with what is marked, found and selected on them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QWidget

from desktop_app.domain import Box
from desktop_app.domain.printed import FoundPlace
from desktop_app.translation import tr
from desktop_app.ui.hit_strip import HitStrip, Place
from desktop_app.ui.preview_ink import Ink
from desktop_app.ui.preview_marks import Mark
from desktop_app.ui.preview_pages import DrawnPage
from desktop_app.ui.preview_scroll import MARK_AT, PageScroll
from desktop_app.ui.preview_selecting import Selecting
from desktop_app.ui.theme import Role, Space, Theme

_SETTLED_MS = 150
"""Words are read for the pages on which scrolling stops, not for those that fly by."""


class PageView(PageScroll):
    """Scrolls through pages that are drawn as they come into view.

    ``pages_wanted(tuple[int, ...], float)`` names visible pages, nearest to the middle
    first, and behind them their neighbors, with the scale in device pixels per point;
    ``show_page`` answers it. ``page_changed(int)`` follows the page in the middle. The strip
    beside the scroll bar has every marked and every found place.
    """

    pages_wanted = Signal(object, float)
    page_changed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marks: tuple[Mark, ...] = ()
        self._found_places: Sequence[FoundPlace] = ()
        self._found: dict[int, list[FoundPlace]] = {}
        self._found_now: FoundPlace | None = None
        self._pages: dict[int, DrawnPage] = {}
        self._page = 0
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)
        self.selecting = Selecting(
            self.spot_at, self.viewport(), self.verticalScrollBar(), parent=self
        )
        self.selecting.changed.connect(self.viewport().update)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLED_MS)
        self._settling.timeout.connect(lambda: self.selecting.want(self._visible()))
        self.viewport().setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Page"))
        self.strip = HitStrip(theme, self)
        self.strip.chosen.connect(self._on_place_chosen)
        self.strip.make_room(self)
        self.arranged.connect(self._show_places)
        self.moved.connect(self._on_moved)
        theme.changed.connect(self.viewport().update)

    @property
    def page(self) -> int:
        """The page in the middle of the view, 0 when there is none."""
        return self._page

    def open(self, page_count: int, page: int, marks: Sequence[Mark]) -> None:
        """Show another document at a page with its marks; nothing is drawn yet."""
        self._pages.clear()
        self.selecting.forget()
        self.show_found(())
        self._fitted = None
        self._stack.clear(max(page_count, page, 1))
        self._arrange()
        self.show_marks(page, marks)

    def show_marks(self, page: int, marks: Sequence[Mark]) -> None:
        """Mark other places of the same document and scroll to the current one."""
        self._marks = tuple(marks)
        self._target = page
        self._show_places()
        self._aim()
        self.moved.emit()

    def refine_marks(self, marks: Sequence[Mark]) -> None:
        """Mark more of what is shown; the reader may have scrolled, so nothing moves."""
        self._marks = tuple(marks)
        self._show_places()
        self.viewport().update()

    def show_found(self, places: Sequence[FoundPlace], current: FoundPlace | None = None) -> None:
        """Mark what was found; the page with a new current place is scrolled into view."""
        if places != self._found_places:
            self._found_places, self._found = places, {}
            for place in places:
                self._found.setdefault(place.page, []).append(place)
            self._show_found_places()
        if current is not None and current != self._found_now:
            self._reveal(current.boxes[0])
        self._found_now = current
        self.strip.show_found_now(None if current is None else self._share_of(current.boxes[0]))
        self.viewport().update()

    def clear(self) -> None:
        """Show no document."""
        self._asking.stop()
        self._settling.stop()
        self._pages.clear()
        self.selecting.forget()
        self.show_found(())
        self._marks = ()
        self._stack.clear()
        self._page = 0
        self._arrange()

    def show_page(self, drawn: DrawnPage) -> None:
        """Put a drawn page in its place; what the user looks at does not move."""
        if self._pages.get(drawn.page) is drawn:
            return
        self._pages[drawn.page] = drawn
        count = max(drawn.page_count, drawn.page)
        if self._stack.size(drawn.page) != (drawn.width, drawn.height) or (
            count != self._stack.count
        ):
            anchor = self._anchor()
            self._stack.learn(drawn.page, (drawn.width, drawn.height))
            self._stack.count = count
            self._rearrange(anchor)
        else:
            self._stack.learn(drawn.page, (drawn.width, drawn.height))
        self.moved.emit()

    def mark_rect(self, mark: Mark) -> QRectF:
        """Give where a mark stands in the viewport."""
        return self._rect_of(mark.box)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the visible pages with what is laid over them."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.color(Role.SUNKEN))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ratio = self.devicePixelRatioF()
        scale = self.scale * ratio
        ink = Ink(self._theme, painter, self.scale)
        for page in self._visible():
            rect = self.page_rect(page)
            drawn = self._pages.get(page)
            # Paper is white in every scheme: the page is the author's, not ours.
            painter.fillRect(rect, Qt.GlobalColor.white)
            if drawn is not None and drawn.scale == scale:
                # Scaled by a fraction of a pixel it would cost far more and blur the print.
                drawn.image.setDevicePixelRatio(ratio)
                painter.drawImage(rect.topLeft(), drawn.image)
            elif drawn is not None:
                painter.drawImage(rect, drawn.image)
            painter.setPen(QPen(self._theme.color(Role.HAIRLINE), 1))
            painter.drawRect(rect)
            ink.lay_marks(rect, [mark for mark in self._marks if mark.box.page == page])
            for place in self._found.get(page, ()):
                ink.lay_found(rect, place.boxes, is_current=place == self._found_now)
            ink.lay_selected(rect, self.selecting.boxes(page))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the place while the width changes."""
        super().resizeEvent(event)
        self.strip.settle(self)
        self._rearrange(self._anchor())
        self.moved.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Keep the strip beside the scroll bar where the direction of reading changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self.strip.make_room(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select."""
        self.selecting.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select as far as the mouse is."""
        self.selecting.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a selection."""
        self.selecting.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        self.selecting.double_click(event)

    def _show_places(self) -> None:
        """Put one tick on the strip for every marked area of a page that there is."""
        self.strip.show_places(
            [
                Place(self._share_of(mark.box), mark.is_current)
                for mark in self._marks
                if not mark.is_sentence and mark.box.page <= self._stack.count
            ]
        )
        if self._found_places:
            self._show_found_places()

    def _show_found_places(self) -> None:
        """Put a dot on the strip for everything that was found."""
        scale, end = self.scale, self._stack.end(self.scale)
        tops = self._stack.tops(self._found, scale)
        self.strip.show_found(
            [(tops[place.page] + place.boxes[0].y0 * scale) / end for place in self._found_places],
            None if self._found_now is None else self._share_of(self._found_now.boxes[0]),
        )

    def _share_of(self, box: Box) -> float:
        top = self._stack.top(box.page, self.scale) + box.y0 * self.scale
        return top / self._stack.end(self.scale)

    def _on_place_chosen(self, share: float) -> None:
        top = share * self._stack.end(self.scale) - self.viewport().height() * MARK_AT
        self.verticalScrollBar().setValue(round(top))

    def _aim(self) -> None:
        if self._target is None or not self._stack.count:
            return
        page = min(self._target, self._stack.count)
        self._fit(page)
        mark = next((each for each in self._marks if each.is_current), None)
        vertical = self.verticalScrollBar()
        top = self._stack.top(page, self.scale) - Space.L
        if mark is not None and mark.box.page == page:
            above = self.mark_rect(mark).top() + vertical.value()
            top = max(top, above - self.viewport().height() * MARK_AT)
        self._place(vertical, round(top))
        horizontal = self.horizontalScrollBar()
        if horizontal.maximum() and self._fits(page):
            self._place(horizontal, self._middle_of(page))
        elif mark is not None and horizontal.maximum():
            left = self.mark_rect(mark).left() + horizontal.value()
            self._place(horizontal, round(left - Space.XL))

    def _on_moved(self) -> None:
        self.viewport().update()
        if self._stack.count:
            self._settling.start()
            self._asking.start()
            page = self._anchor()[0]
            if page != self._page:
                self._page = page
                self.page_changed.emit(page)

    def _ask(self) -> None:
        visible = self._visible()
        # The neighbors are drawn when all in view is, so that a page is there when it comes.
        first, last = max(1, visible.start - 1), min(self._stack.count, visible.stop)
        near = range(first, last + 1)
        for page in self._pages.keys() - set(near):
            del self._pages[page]
        scale = self.scale * self.devicePixelRatioF()
        missing = [
            page for page in near if page not in self._pages or self._pages[page].scale != scale
        ]
        missing.sort(key=lambda page: (page not in visible, abs(page - self._page)))
        self.pages_wanted.emit(tuple(missing), scale)
