"""Pages of a document under each other, with amber boxes where the hits stand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QScrollBar, QWidget

from desktop_app.ui.hit_strip import STRIP_WIDTH, HitStrip, Place
from desktop_app.ui.preview_layout import PageStack
from desktop_app.ui.preview_marks import Mark
from desktop_app.ui.preview_pages import DrawnPage
from desktop_app.ui.theme import Role, Space, Theme

ZOOM_STEP = 1.2
_SMALLEST, _LARGEST = 0.2, 5.0
_MARK_AT = 0.3
"""The boxed passage is scrolled to this share of the height, where the eye rests."""
_OTHER_MARK = 0.55
"""How strong the boxes of other hits are, as a share of the current one's alpha."""


class PageView(QAbstractScrollArea):
    """Scrolls through pages that are drawn as they come into view.

    ``pages_wanted(tuple[int, ...], float)`` names visible pages, nearest to the middle
    first, and behind them their neighbors, with the scale in device pixels per point;
    ``show_page`` answers it. ``page_changed(int)`` follows the page in the middle. The strip
    beside the scroll bar has every marked place.
    """

    pages_wanted = Signal(object, float)
    page_changed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marks: tuple[Mark, ...] = ()
        self._pages: dict[int, DrawnPage] = {}
        self._stack = PageStack()
        self._page = 0
        self._target: int | None = None
        self._is_placing = False
        self._zoom: float | None = None
        self._asking = QTimer(self)
        self._asking.setSingleShot(True)
        self._asking.setInterval(0)
        self._asking.timeout.connect(self._ask)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Page")
        self.strip = HitStrip(theme, self)
        self.strip.chosen.connect(self._on_place_chosen)
        self._make_room()
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        theme.changed.connect(self.viewport().update)

    @property
    def page_count(self) -> int:
        """How many pages the document has, as far as known."""
        return self._stack.count

    @property
    def page(self) -> int:
        """The page in the middle of the view, 0 when there is none."""
        return self._page

    def open(self, page_count: int, page: int, marks: Sequence[Mark]) -> None:
        """Show another document at a page with its marks; nothing is drawn yet."""
        self._pages.clear()
        self._stack.clear(max(page_count, page, 1))
        self._arrange()
        self.show_marks(page, marks)

    def show_marks(self, page: int, marks: Sequence[Mark]) -> None:
        """Mark other places of the same document and scroll to the current one."""
        self._marks = tuple(marks)
        self._target = page
        self._show_places()
        self._scroll_to_target()
        self._changed()

    def refine_marks(self, marks: Sequence[Mark]) -> None:
        """Mark more of what is shown; the reader may have scrolled, so nothing moves."""
        self._marks = tuple(marks)
        self._show_places()
        self.viewport().update()

    def clear(self) -> None:
        """Show no document."""
        self._asking.stop()
        self._pages.clear()
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
        self._changed()

    def zoom_in(self) -> None:
        """Draw a step larger."""
        self._zoom_to(self.scale * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Draw a step smaller."""
        self._zoom_to(self.scale / ZOOM_STEP)

    def fit_width(self) -> None:
        """Draw as wide as the view, now and when it is resized."""
        self._zoom_to(None)

    @property
    def scale(self) -> float:
        """Device-independent pixels per point."""
        if self._zoom is not None:
            return self._zoom
        widest = self.viewport().width() - 2 * Space.L
        return min(_LARGEST, max(_SMALLEST, widest / self._stack.usual[0]))

    def page_rect(self, page: int) -> QRectF:
        """Give where a page stands in the viewport, in device-independent pixels."""
        scale = self.scale
        width, height = self._stack.size(page)
        width, height = width * scale, height * scale
        room = max(self.viewport().width(), self._content_width())
        left = (room - width) / 2 - self.horizontalScrollBar().value()
        top = self._stack.top(page, scale) - self.verticalScrollBar().value()
        # On whole device pixels, so that the image is painted as it was drawn.
        ratio = self.devicePixelRatioF()
        return QRectF(round(left * ratio) / ratio, round(top * ratio) / ratio, width, height)

    def mark_rect(self, mark: Mark) -> QRectF:
        """Give where a mark stands in the viewport."""
        page = self.page_rect(mark.box.page)
        corner = QPointF(mark.box.x0, mark.box.y0) * self.scale + page.topLeft()
        size = QPointF(mark.box.x1 - mark.box.x0, mark.box.y1 - mark.box.y0) * self.scale
        return QRectF(corner.x(), corner.y(), size.x(), size.y())

    def sizeHint(self) -> QSize:
        """Ask for room for a readable page."""
        return QSize(460, 640)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the visible pages with their marks."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.color(Role.SUNKEN))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        ratio = self.devicePixelRatioF()
        scale = self.scale * ratio
        for page in self._visible():
            rect = self.page_rect(page)
            drawn = self._pages.get(page)
            # Paper is white in every scheme: the page is the author's, not ours.
            painter.fillRect(rect, Qt.GlobalColor.white)
            if drawn is not None and drawn.scale == scale:
                # Scaling by a fraction of a pixel costs ten times as much and blurs the print.
                drawn.image.setDevicePixelRatio(ratio)
                painter.drawImage(rect.topLeft(), drawn.image)
            elif drawn is not None:
                painter.drawImage(rect, drawn.image)
            painter.setPen(QPen(self._theme.color(Role.HAIRLINE), 1))
            painter.drawRect(rect)
            for mark in self._marks:
                if mark.box.page == page:
                    self._paint_mark(painter, mark)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the place while the width changes."""
        super().resizeEvent(event)
        view = self.viewport().geometry()
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = view.left() - STRIP_WIDTH if is_mirrored else view.left() + view.width()
        self.strip.setGeometry(left, view.top(), STRIP_WIDTH, view.height())
        self._rearrange(self._anchor())
        self._changed()

    def changeEvent(self, event: QEvent) -> None:
        """Keep the strip beside the scroll bar where the direction of reading changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._make_room()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or zoom while Ctrl is held."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_to(self.scale * (ZOOM_STEP if event.angleDelta().y() > 0 else 1 / ZOOM_STEP))
            event.accept()
            return
        self._target = None
        super().wheelEvent(event)

    def _make_room(self) -> None:
        # Qt moves the scroll bar to the left for right-to-left, but no margin of the viewport.
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left, right = (STRIP_WIDTH, 0) if is_mirrored else (0, STRIP_WIDTH)
        self.setViewportMargins(left, 0, right, 0)

    def _paint_mark(self, painter: QPainter, mark: Mark) -> None:
        rect = self.mark_rect(mark)
        fill = self._theme.color(Role.HIGHLIGHT)
        edge = self._theme.color(Role.HIGHLIGHT_EDGE)
        if not mark.is_current:
            fill.setAlphaF(fill.alphaF() * _OTHER_MARK)
            painter.fillRect(rect, fill)
            return
        painter.fillRect(rect, fill)
        if mark.is_sentence:
            # The passage's own box is below it, so the print has the amber twice.
            return
        painter.setPen(QPen(edge, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)

    def _content_width(self) -> float:
        return self._stack.widest * self.scale + 2 * Space.L

    def _arrange(self) -> None:
        view = self.viewport().size()
        vertical, horizontal = self.verticalScrollBar(), self.horizontalScrollBar()
        vertical.setPageStep(view.height())
        vertical.setSingleStep(48)
        last = round(self._stack.end(self.scale) - view.height()) if self._stack.count else 0
        self._place(vertical, vertical.value(), last)
        # A page that is a little wider than the others may use the room beside it.
        width = self._content_width()
        spare = round(width - view.width()) if width - 2 * Space.L > view.width() else 0
        horizontal.setPageStep(view.width())
        # What the user looks at stays where it is when a wider page turns up.
        shift = (max(0, spare) - horizontal.maximum()) // 2
        self._place(horizontal, horizontal.value() + shift, spare)
        self._show_places()

    def _rearrange(self, anchor: tuple[int, float]) -> None:
        """Arrange after sizes have changed; what the user looks at does not move."""
        self._arrange()
        if self._target is not None:
            self._scroll_to_target()
        else:
            self._return_to(anchor)

    def _show_places(self) -> None:
        """Put one tick on the strip for every marked area of a page that there is."""
        scale, stack = self.scale, self._stack
        end = stack.end(scale)
        self.strip.show_places(
            [
                Place(
                    (stack.top(mark.box.page, scale) + mark.box.y0 * scale) / end, mark.is_current
                )
                for mark in self._marks
                if not mark.is_sentence and mark.box.page <= stack.count
            ]
        )

    def _on_place_chosen(self, share: float) -> None:
        top = share * self._stack.end(self.scale) - self.viewport().height() * _MARK_AT
        self.verticalScrollBar().setValue(round(top))

    def _scroll_to_target(self) -> None:
        if self._target is None or not self._stack.count:
            return
        page = min(self._target, self._stack.count)
        mark = next((each for each in self._marks if each.is_current), None)
        vertical = self.verticalScrollBar()
        top = self._stack.top(page, self.scale) - Space.L
        if mark is not None and mark.box.page == page:
            above = self.mark_rect(mark).top() + vertical.value()
            top = max(top, above - self.viewport().height() * _MARK_AT)
        self._place(vertical, round(top))
        horizontal = self.horizontalScrollBar()
        if mark is not None and horizontal.maximum():
            left = self.mark_rect(mark).left() + horizontal.value()
            self._place(horizontal, round(left - Space.XL))

    def _zoom_to(self, zoom: float | None) -> None:
        anchor = self._anchor()
        self._zoom = None if zoom is None else min(_LARGEST, max(_SMALLEST, zoom))
        self._arrange()
        self._return_to(anchor)
        self._changed()

    def _anchor(self) -> tuple[int, float]:
        """Give the page in the middle and which share of it is above the middle."""
        middle = self.verticalScrollBar().value() + self.viewport().height() / 2
        page = self._stack.page_at(middle, self.scale)
        top, height = self._extent(page)
        return page, (middle - top) / height

    def _return_to(self, anchor: tuple[int, float]) -> None:
        page, share = anchor
        if page <= self._stack.count:
            top, height = self._extent(page)
            middle = top + share * height
            self._place(self.verticalScrollBar(), round(middle - self.viewport().height() / 2))

    def _extent(self, page: int) -> tuple[float, float]:
        """Give where a page begins and its height with the room below it, in pixels."""
        top = self._stack.top(page, self.scale)
        return top, self._stack.top(page + 1, self.scale) - top

    def _place(self, bar: QScrollBar, value: int, last: int | None = None) -> None:
        """Scroll by ourselves, which is no wish of the user to be elsewhere."""
        self._is_placing = True
        if last is not None:
            bar.setRange(0, max(0, last))
        bar.setValue(value)
        self._is_placing = False

    def _visible(self) -> range:
        if not self._stack.count:
            return range(0)
        top = self.verticalScrollBar().value()
        first = self._stack.page_at(top, self.scale)
        last = self._stack.page_at(top + self.viewport().height(), self.scale)
        return range(first, last + 1)

    def _on_scrolled(self) -> None:
        if not self._is_placing:
            self._target = None
        self._changed()

    def _changed(self) -> None:
        self.viewport().update()
        if self._stack.count:
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
