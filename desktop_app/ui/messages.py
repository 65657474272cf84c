"""How the window says that something happened: a bar that blocks nothing, a calm full page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.errors import LecternError, LibraryCorrupt
from desktop_app.translation import mark, say_in_turn, tr
from desktop_app.ui.panes import WIDE
from desktop_app.ui.side import margins
from desktop_app.ui.theme import Role, Space, Theme
from desktop_app.ui.words import say_error
from desktop_app.ui.wrapped import begin_lines, plain_label, selectable

UNDO_MS = 20_000
"""How long a step can be undone before it is done."""
_WIDEST = 560
_ABOVE_FOOT = 48
"""Pixels between the bar and the foot of the page, where the page has its own buttons."""


class MessageBar(QFrame):
    """One message at a time over the foot of a page; errors stay until closed.

    It takes no room of the page, so that nothing moves under the eyes or the pointer when it
    comes and goes.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._on_action: Callable[[], None] | None = None
        self._on_lapse: Callable[[], None] | None = None
        self._is_error = False
        self._page: QWidget | None = None
        self.setProperty("ground", "message")
        self._glyph = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        begin_lines(self._text)
        self.action = QPushButton(tr("Undo"), self)
        self.action.setProperty("kind", "link")
        self.action.clicked.connect(self._on_action_clicked)
        self._close = QToolButton(self)
        self._close.setAccessibleName(tr("Close the message"))
        self._close.setToolTip(tr("Close the message"))
        self._close.clicked.connect(self._on_close_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(Space.L, Space.S, Space.S, Space.S))
        row.setSpacing(Space.M)
        row.addWidget(self._glyph)
        row.addWidget(self._text, 1)
        row.addWidget(self.action)
        row.addWidget(self._close)
        self._lapse = QTimer(self)
        self._lapse.setObjectName("undo")
        self._lapse.setSingleShot(True)
        self._lapse.timeout.connect(self.settle)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    def float_over(self, page: QWidget) -> None:
        """Stand over a page from now on, which has the same parent, in the middle of its foot."""
        self._page = page
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the page changes its size or comes to another one."""
        if watched is self._page and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._settle_in()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Find another place when what is said needs another height."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._settle_in()
        return super().event(event)

    @property
    def text(self) -> str:
        """The sentences on show, "" when there are none."""
        return "" if self.isHidden() else self._text.text()

    def show_error(self, error: LecternError) -> None:
        """Show an error's sentence and hint until the user closes it."""
        self._show(say_error(error), is_error=True)

    def show_note(self, text: str, *, ms: int = 0) -> None:
        """Show a sentence for a while; ``ms`` 0 means until it is closed or replaced."""
        self._show(text, is_error=False)
        if ms:
            self._lapse.start(ms)

    def offer_undo(
        self, text: str, *, undo: Callable[[], None], do: Callable[[], None], ms: int = UNDO_MS
    ) -> None:
        """Say what will be done; do it when ``ms`` passed or the bar is closed or reused."""
        self._show(text, is_error=False)
        self._on_action, self._on_lapse = undo, do
        self.action.setText(tr("Undo"))
        self.action.show()
        self._lapse.start(ms)

    def offer(self, text: str, label: str, do: Callable[[], None]) -> None:
        """Offer something until it is taken, closed or replaced."""
        self._show(text, is_error=False)
        self._on_action = do
        self.action.setText(label)
        self.action.show()

    def settle(self) -> None:
        """Do now what could still have been undone, and hide."""
        self._lapse.stop()
        lapse, self._on_lapse, self._on_action = self._on_lapse, None, None
        self.hide()
        if lapse is not None:
            lapse()

    def _show(self, text: str, *, is_error: bool) -> None:
        self.settle()
        self._is_error = is_error
        self._text.setText(selectable(text))
        self.setAccessibleName(text)
        self.action.hide()
        self._on_theme_changed()
        self.show()
        self._settle_in()
        self.raise_()

    def _settle_in(self) -> None:
        row = self.layout()
        if self._page is None or row is None:
            return
        page = self._page.geometry()
        width = min(_WIDEST, page.width() - 2 * Space.L)
        size = QSize(width, row.totalHeightForWidth(width))
        place = QRect(page.topLeft(), size)
        place.moveCenter(page.center())
        place.moveBottom(page.bottom() - _ABOVE_FOOT)
        if page.width() < WIDE:
            # The library's own buttons are at the other side.
            place.moveRight(page.right() - Space.L)
        self.setGeometry(QStyle.visualRect(self.layoutDirection(), page, place))

    def _on_action_clicked(self) -> None:
        action, self._on_action, self._on_lapse = self._on_action, None, None
        self._lapse.stop()
        self.hide()
        if action is not None:
            action()

    def _on_close_clicked(self) -> None:
        self.settle()

    def _on_theme_changed(self) -> None:
        name, role = ("warning", Role.DANGER) if self._is_error else ("check", Role.ACCENT)
        self._glyph.setPixmap(self._theme.pixmap(name, role, 16, self.devicePixelRatioF()))
        self._close.setIcon(self._theme.icon("close"))


_DAMAGED_HINT = mark(
    "Repairing keeps what is sound and makes the rest again from your documents, in the "
    "background. A backup brings back what it held. Your documents are not touched."
)


class FailurePage(QWidget):
    """The library could not be opened: what happened, and what can be done about it.

    ``retry_requested()``; for a damaged library ``repair_requested()``, ``restore_requested()``.
    """

    retry_requested = Signal()
    repair_requested = Signal()
    restore_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._has_care = False
        self._title = plain_label("title", self)
        self._hint = plain_label("lead", self)
        for label in (self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setMaximumWidth(460)
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._retry = QPushButton(tr("Try again"), self)
        self._retry.clicked.connect(self.retry_requested)
        self.repair = QPushButton(tr("Repair the library"), self)
        self.repair.setProperty("kind", "primary")
        self.repair.clicked.connect(self.repair_requested)
        self.restore = QPushButton(tr("Restore a backup…"), self)
        self.restore.clicked.connect(self.restore_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.XXL, Space.XXL, Space.XXL, Space.XXL)
        column.setSpacing(Space.L)
        column.addStretch(2)
        for label in (self._title, self._hint):
            row = QHBoxLayout()
            row.addStretch(1)
            row.addWidget(label, 6)
            row.addStretch(1)
            column.addLayout(row)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch(1)
        for button in (self.repair, self.restore, self._retry):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(3)

    def offer_care(self, *, is_possible: bool) -> None:
        """Say whether a damaged library can be repaired from here."""
        self._has_care = is_possible

    def show_busy(self, *, is_busy: bool) -> None:
        """Take no wish while one is being fulfilled."""
        for button in (self.repair, self.restore, self._retry):
            button.setEnabled(not is_busy)

    def show_error(self, error: LecternError) -> None:
        """Put the error's sentence and hint on the page."""
        is_damaged = self._has_care and isinstance(error, LibraryCorrupt)
        title, hint = tr(error.title), tr(_DAMAGED_HINT if is_damaged else error.hint)
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.setAccessibleName(say_in_turn(title, hint))
        for button in (self.repair, self.restore):
            button.setVisible(is_damaged)
        (self.repair if is_damaged else self._retry).setFocus()
