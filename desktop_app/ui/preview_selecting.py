"""The mouse over pages: words are selected by dragging, and the view follows the drag."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget

from desktop_app.domain import Box
from desktop_app.domain.printed import PageWords
from desktop_app.ui.preview_selection import Selection, Spot, is_near_text, word_at

_FOLLOW_MS = 30
_MOST_FOLLOW = 60
_MOST_PAGES = 64
"""Pages whose words are kept; those selected are kept beyond it."""


class Selecting(QObject):
    """Owns the selection and the words known; ``words_wanted(tuple[int, ...])`` asks for more.

    ``copied(str)`` has the text that ``copy`` was asked for, once all its words are known.
    """

    words_wanted = Signal(object)
    copied = Signal(str)
    changed = Signal()

    def __init__(
        self,
        spot_at: Callable[[QPointF], Spot | None],
        viewport: QWidget,
        bar: QScrollBar,
        *,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._spot_at, self._viewport, self._bar = spot_at, viewport, bar
        self._selection = Selection()
        self._words: dict[int, PageWords] = {}
        self._is_dragging = self._is_copying = False
        self._pressed: QPointF | None = None
        self._mouse = QPointF()
        self._following = QTimer(self)
        self._following.setInterval(_FOLLOW_MS)
        self._following.timeout.connect(self._follow)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected, as far as words are known."""
        known = [self._words[page] for page in self._selection.pages if page in self._words]
        return len(self._selection.pages) == len(known) and not any(
            self._selection.words(page) for page in known
        )

    @property
    def text(self) -> str:
        """What is selected, as far as words are known."""
        return self._selection.text(self._words)

    def boxes(self, page: int) -> Iterable[Box]:
        """Give the selected areas of a page, in points."""
        known = self._words.get(page)
        return self._selection.boxes(known) if known is not None else ()

    def forget(self) -> None:
        """Begin with another document."""
        self._words.clear()
        self._is_copying = False
        self.clear()

    def clear(self) -> None:
        """Select nothing."""
        had_some = bool(self._selection.pages)
        self._selection.clear()
        self._is_dragging = False
        self._following.stop()
        if had_some:
            self.changed.emit()

    def want(self, pages: Iterable[int]) -> None:
        """Ask for the words of pages that came into view."""
        missing = tuple(page for page in pages if page not in self._words)
        if missing:
            self.words_wanted.emit(missing)

    def show_words(self, page: PageWords) -> None:
        """Take the words of a page."""
        self._words[page.page] = page
        for other in list(self._words):
            if len(self._words) <= _MOST_PAGES:
                break
            if other not in self._selection.pages and other != page.page:
                del self._words[other]
        if page.page in self._selection.pages:
            self.changed.emit()
        if self._is_copying:
            self.copy()

    def select_page(self, page: int) -> None:
        """Select a page as a whole."""
        self._selection.take_page(page)
        self.want((page,))
        self.changed.emit()

    def copy(self) -> None:
        """Give out the selected text as soon as all of it is known."""
        missing = tuple(page for page in self._selection.pages if page not in self._words)
        self._is_copying = bool(missing)
        if missing:
            self.words_wanted.emit(missing)
        elif text := self.text:
            self.copied.emit(text)

    def press(self, event: QMouseEvent) -> None:
        """Begin a selection, or with Shift go on with the one there is."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        spot = self._spot_at(event.position())
        if spot is None:
            self.clear()
            return
        self.want((spot.page,))
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._selection.pages:
            self._selection.extend(spot)
        else:
            self._selection.begin(spot)
        self._pressed = event.position()
        self.changed.emit()

    def move(self, event: QMouseEvent) -> None:
        """Select as far as the mouse is; the pointer tells text from paper."""
        self._mouse = event.position()
        spot = self._spot_at(self._mouse)
        if self._pressed is None:
            known = self._words.get(spot.page) if spot is not None else None
            is_text = known is not None and spot is not None and is_near_text(known, spot)
            self._viewport.setCursor(
                Qt.CursorShape.IBeamCursor if is_text else Qt.CursorShape.ArrowCursor
            )
            return
        far = (self._mouse - self._pressed).manhattanLength()
        if not self._is_dragging and far < QApplication.startDragDistance():
            return
        self._is_dragging = True
        self._reach(spot)
        height = self._viewport.height()
        if 0 <= self._mouse.y() <= height:
            self._following.stop()
        elif not self._following.isActive():
            self._following.start()

    def release(self, _event: QMouseEvent) -> None:
        """End a drag."""
        self._pressed = None
        self._is_dragging = False
        self._following.stop()

    def double_click(self, event: QMouseEvent) -> None:
        """Select the word under the mouse."""
        spot = self._spot_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or spot is None:
            return
        known = self._words.get(spot.page)
        if known is not None and word_at(known, spot) is None:
            return
        self.want((spot.page,))
        self._selection.begin(spot)
        self._selection.extend(spot)
        self.changed.emit()

    def _reach(self, spot: Spot | None) -> None:
        if spot is not None:
            self.want((spot.page,))
            self._selection.extend(spot)
            self.changed.emit()

    def _follow(self) -> None:
        height = self._viewport.height()
        beyond = self._mouse.y() - (height if self._mouse.y() > 0 else 0)
        self._bar.setValue(self._bar.value() + round(max(-_MOST_FOLLOW, min(_MOST_FOLLOW, beyond))))
        edge = QPointF(self._mouse.x(), min(max(0.0, self._mouse.y()), float(height)))
        self._reach(self._spot_at(edge))
