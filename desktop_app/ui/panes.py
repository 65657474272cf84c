"""Three panes side by side; where there is no room, the outer ones become sheets."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QByteArray, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QSplitterHandle,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from desktop_app.translation import tr
from desktop_app.ui.theme import Role, Space, Theme

WIDE = 1100
"""From this width on (device-independent pixels) all three panes stand side by side."""
NARROW = 800
"""Below this width one pane is shown at a time."""


class Room(StrEnum):
    """How much the window has."""

    WIDE = "wide"
    MEDIUM = "medium"
    NARROW = "narrow"


def room_of(width: int) -> Room:
    """Tell the room from the window's width in device-independent pixels."""
    if width >= WIDE:
        return Room.WIDE
    return Room.MEDIUM if width >= NARROW else Room.NARROW


class Panes(QWidget):
    """Library, answer and preview with one splitter memory.

    In a wide window the preview stands at the side; otherwise it is a sheet over the
    answer that is there only while ``open_preview`` is in force. In a narrow window one
    pane is shown at a time. ``preview_closed(bool)``: whether the focus was in the sheet
    and needs a new place.
    """

    preview_closed = Signal(bool)

    def __init__(
        self,
        theme: Theme,
        library: QWidget,
        answer: QWidget,
        preview: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._library, self._answer, self._preview = library, answer, preview
        self._room = Room.WIDE
        self._wants_preview = False
        self._wants_library = True
        self._has_preview = True
        self._splitter = _Splitter(theme, self)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        for pane in (library, answer, preview):
            self._splitter.addWidget(pane)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 3)
        self._splitter.setStretchFactor(2, 2)
        self._splitter.setSizes([220, 600, 460])
        # How wide the panes stand while all three do, and again when they come back.
        self._widths = self._splitter.saveState()
        self._splitter.splitterMoved.connect(self._note_widths)
        answer.setMinimumWidth(320)
        preview.setMinimumWidth(320)
        self._sheet = QFrame(self)
        # Not by the style sheet, which the preview in it has itself.
        self._sheet.setAutoFillBackground(True)
        self.back = QPushButton(tr("Back to the answer"), self._sheet)
        self.back.setProperty("kind", "quiet")
        self.back.setToolTip(tr("Back to the answer (Esc)"))
        self.back.clicked.connect(self.close_preview)
        head = QHBoxLayout()
        head.setContentsMargins(Space.S, Space.S, Space.S, 0)
        head.addWidget(self.back)
        head.addStretch(1)
        self._sheet_column = QVBoxLayout(self._sheet)
        self._sheet_column.setContentsMargins(0, 0, 0, 0)
        self._sheet_column.setSpacing(0)
        self._sheet_column.addLayout(head)
        self._sheet.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._splitter)
        self._theme = theme
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def room(self) -> Room:
        """How much room there is now."""
        return self._room

    @property
    def is_preview_open(self) -> bool:
        """Whether the preview can be seen, at the side or as a sheet."""
        return self._room is Room.WIDE or self._wants_preview

    def open_preview(self) -> None:
        """Bring the preview up where it is a sheet."""
        self._wants_preview = True
        self._arrange()

    def close_preview(self) -> bool:
        """Put the sheet away; False when there was none."""
        was_sheet = self._wants_preview and self._room is not Room.WIDE
        self._wants_preview = False
        if was_sheet:
            focused = QApplication.focusWidget()
            had_focus = focused is not None and self._sheet.isAncestorOf(focused)
            self._arrange()
            self.preview_closed.emit(had_focus)
        return was_sheet

    def spread_answer(self, *, is_alone: bool) -> None:
        """Give the answer the preview's room, for pages that have nothing to preview."""
        if self._has_preview == is_alone:
            self._has_preview = not is_alone
            self._wants_preview = self._wants_preview and not is_alone
            self._arrange()

    def toggle_library(self) -> None:
        """Show or hide the library pane."""
        self._wants_library = not self._library.isVisibleTo(self)
        self._arrange()

    def save(self) -> QByteArray:
        """Give the splitter's memory; empty while it is not in force (narrow windows)."""
        return self._splitter.saveState() if self._room is Room.WIDE else QByteArray()

    def restore(self, state: QByteArray) -> None:
        """Take up a splitter's memory."""
        if not state.isEmpty() and self._splitter.restoreState(state):
            self._widths = state

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find out how much room there is."""
        super().resizeEvent(event)
        room = room_of(self.width())
        is_back = room is Room.WIDE and room is not self._room
        if room is not self._room:
            was, self._room = self._room, room
            if Room.NARROW in (was, room):
                self._wants_library = room is not Room.NARROW
            self._move_preview()
        self._arrange()
        if is_back:
            # After all of them are shown: a hidden one would stay without a width.
            self._splitter.restoreState(self._widths)
        self._note_widths()

    def _note_widths(self, *_: int) -> None:
        if self._room is Room.WIDE:
            self._widths = self._splitter.saveState()

    def _move_preview(self) -> None:
        if self._room is Room.WIDE:
            self._splitter.addWidget(self._preview)
        else:
            self._sheet_column.addWidget(self._preview)

    def _arrange(self) -> None:
        is_narrow = self._room is Room.NARROW
        self._library.setVisible(self._wants_library)
        self._answer.setVisible(not (is_narrow and self._wants_library))
        self._preview.setVisible(self._has_preview)
        is_sheet = self._room is not Room.WIDE and self._wants_preview
        self._sheet.setVisible(is_sheet)
        if is_sheet:
            library_width = self._library.width() if self._wants_library and not is_narrow else 0
            left = library_width + 1 if library_width else 0
            sheet = QRect(left, 0, self.width() - left, self.height())
            self._sheet.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), sheet))
            self._sheet.raise_()

    def _on_theme_changed(self) -> None:
        self.back.setIcon(self._theme.icon("chevron-left", Role.TEXT))


class _Splitter(QSplitter):
    """Panes with hairlines between them."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme

    def createHandle(self) -> QSplitterHandle:
        """Make a handle that is a hairline."""
        return _Hairline(self._theme, self)


class _Hairline(QSplitterHandle):
    """A line that takes the accent where it can be drawn."""

    def __init__(self, theme: Theme, splitter: QSplitter) -> None:
        super().__init__(splitter.orientation(), splitter)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        role = Role.ACCENT if self.underMouse() else Role.HAIRLINE
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.color(role))
        painter.end()
