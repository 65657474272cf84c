"""Pages that stand under each other, scrolled and zoomed; what is on them is not known here."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar, QWidget

from desktop_app.domain import Box
from desktop_app.ui.preview_ink import place_on
from desktop_app.ui.preview_layout import PageStack
from desktop_app.ui.preview_selection import Spot
from desktop_app.ui.theme import Space

ZOOM_STEP = 1.2
MARK_AT = 0.3
"""What is gone to is scrolled to this share of the height, where the eye rests."""
_SMALLEST, _LARGEST = 0.2, 5.0


class PageScroll(QAbstractScrollArea):
    """Keeps what the user looks at in the middle while sizes, zoom and width change.

    ``arranged`` comes when pages have moved or changed their size, ``moved`` when another
    part of them is in view. ``_aim`` is where it goes instead of staying, or None.
    """

    arranged = Signal()
    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stack = PageStack()
        self._zoom: float | None = None
        self._fitted: float | None = None
        self._target: int | None = None
        self._is_placing = False
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        # Paper is the same in every language; a mirrored bar would move against it.
        self.horizontalScrollBar().setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    @property
    def page_count(self) -> int:
        """How many pages the document has, as far as known."""
        return self._stack.count

    @property
    def scale(self) -> float:
        """Device-independent pixels per point."""
        if self._zoom is not None:
            return self._zoom
        widest = self.viewport().width() - 2 * Space.L
        return min(_LARGEST, max(_SMALLEST, widest / (self._fitted or self._stack.usual[0])))

    def zoom_in(self) -> None:
        """Draw a step larger."""
        self._zoom_to(self.scale * ZOOM_STEP)

    def zoom_out(self) -> None:
        """Draw a step smaller."""
        self._zoom_to(self.scale / ZOOM_STEP)

    def fit_width(self) -> None:
        """Draw as wide as the view, now and when it is resized."""
        self._zoom_to(None)

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

    def spot_at(self, place: QPointF) -> Spot | None:
        """Give the place on the nearest page for one in the viewport; None without pages."""
        if not self._stack.count:
            return None
        scale = self.scale
        page = self._stack.page_at(place.y() + self.verticalScrollBar().value(), scale)
        corner = self.page_rect(page).topLeft()
        return Spot(page, (place.x() - corner.x()) / scale, (place.y() - corner.y()) / scale)

    def show_spot(self, page: int, top: float) -> None:
        """Go to a height of a page, in points, as the outline asks."""
        if self._stack.count:
            self._target = None
            page = min(max(1, page), self._stack.count)
            height = self._stack.size(page)[1]
            y = self._stack.top(page, self.scale) + min(top, height) * self.scale
            self.verticalScrollBar().setValue(round(y - Space.L))

    def sizeHint(self) -> QSize:
        """Ask for room for a readable page."""
        return QSize(460, 640)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or zoom while Ctrl is held."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_to(self.scale * (ZOOM_STEP if event.angleDelta().y() > 0 else 1 / ZOOM_STEP))
            event.accept()
            return
        self._target = None
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the first and last page by Home and End; the rest is Qt's."""
        bar = self.verticalScrollBar()
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            bar.setValue(bar.minimum() if event.key() == Qt.Key.Key_Home else bar.maximum())
        else:
            super().keyPressEvent(event)

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
        self.arranged.emit()

    def _rearrange(self, anchor: tuple[int, float]) -> None:
        """Arrange after sizes have changed; what the user looks at does not move."""
        self._arrange()
        if self._target is not None:
            self._aim()
        else:
            self._return_to(anchor)

    def _zoom_to(self, zoom: float | None) -> None:
        anchor = self._anchor()
        self._zoom = None if zoom is None else min(_LARGEST, max(_SMALLEST, zoom))
        self._arrange()
        self._return_to(anchor)
        self.moved.emit()

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

    def _rect_of(self, box: Box) -> QRectF:
        return place_on(self.page_rect(box.page), box, self.scale)

    def _reveal(self, box: Box) -> None:
        """Scroll a place into view, and not at all where it can be seen."""
        self._target = None
        rect = self._rect_of(box)
        view = QRectF(self.viewport().rect()).adjusted(0, Space.L, 0, -Space.L)
        vertical, horizontal = self.verticalScrollBar(), self.horizontalScrollBar()
        if not (view.top() <= rect.top() and rect.bottom() <= view.bottom()):
            vertical.setValue(round(vertical.value() + rect.top() - view.height() * MARK_AT))
        if horizontal.maximum() and not (rect.left() >= 0 and rect.right() <= view.width()):
            fits = self._fits(box.page)
            beside = round(horizontal.value() + rect.left() - Space.XL)
            horizontal.setValue(self._middle_of(box.page) if fits else beside)

    def _fit(self, page: int) -> None:
        """Let a page that is gone to be as wide as the view, unless another zoom was chosen."""
        width = self._stack.size(page)[0]
        if self._zoom is None and width != (self._fitted or self._stack.usual[0]):
            self._fitted = width
            self._arrange()

    def _fits(self, page: int) -> bool:
        """Say whether a whole line of a page is in view, however wide other pages are."""
        return self.page_rect(page).width() <= self.viewport().width()

    def _middle_of(self, page: int) -> int:
        """Give where the horizontal bar stands when a page is in the middle of the view."""
        middle = self.page_rect(page).center().x() + self.horizontalScrollBar().value()
        return round(middle - self.viewport().width() / 2)

    def _aim(self) -> None:
        """Scroll to the page that was asked for last."""

    def _on_scrolled(self) -> None:
        if not self._is_placing:
            self._target = None
        self.moved.emit()
