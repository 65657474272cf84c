"""The line in which words are looked for within the document that is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

from desktop_app.translation import tr
from desktop_app.ui.preview_header import IconButton
from desktop_app.ui.side import margins
from desktop_app.ui.theme import Space, Theme

_PAUSE_MS = 120
"""Typing faster than this does not begin a search with every letter."""
_LONGEST = 200
"""Characters; more is a paste by mistake."""


class FindBar(QFrame):
    """A field, how many places there are, the way through them; hidden until ``present``.

    ``sought(str)`` follows what is typed, after a short pause, ``stepped(int)`` is 1 or -1,
    ``dismissed`` comes with Escape or the close button.
    """

    sought = Signal(str)
    stepped = Signal(int)
    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "bar")
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(tr("Find in this document"))
        self.field.setAccessibleName(tr("Find in this document"))
        self.field.setMaxLength(_LONGEST)
        self.count = QLabel(self)
        self.count.setProperty("style", "caption")
        self.previous_button = IconButton(
            theme, "chevron-up", tr("Previous place"), "Shift+F3", self
        )
        self.next_button = IconButton(theme, "chevron-down", tr("Next place"), "F3", self)
        self.close_button = IconButton(theme, "close", tr("Close"), "Esc", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(margins(Space.L, Space.XS, Space.S, Space.XS))
        row.setSpacing(Space.XS)
        row.addWidget(self.field, 1)
        row.addSpacing(Space.XS)
        row.addWidget(self.count)
        for button in (self.previous_button, self.next_button, self.close_button):
            row.addWidget(button)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._seek)
        self._sought = ""
        self.field.textChanged.connect(self._on_typed)
        self.previous_button.clicked.connect(lambda: self.stepped.emit(-1))
        self.next_button.clicked.connect(lambda: self.stepped.emit(1))
        self.close_button.clicked.connect(self.dismissed)
        self.show_count("", is_passable=False)
        self.hide()

    def present(self, text: str = "") -> None:
        """Come up with the field focused; ``text`` is what is selected in the document."""
        self.show()
        if text:
            self.field.setText(text[:_LONGEST])
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._seek()

    def dismiss(self) -> None:
        """Go away; what was typed stays for the next time."""
        self._pause.stop()
        self._sought = ""
        self.hide()

    def show_count(self, words: str, *, is_passable: bool) -> None:
        """Say how many places there are; ``is_passable`` when there are any to go to."""
        self.count.setText(words)
        # Read out with the field, since a label beside it is not.
        self.field.setAccessibleDescription(words)
        for button in (self.previous_button, self.next_button):
            button.setEnabled(is_passable)

    def event(self, event: QEvent) -> bool:
        """Keep Escape and Enter from the window while the focus is here."""
        ours = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() in ours:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step by Enter and Shift+Enter, close by Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismissed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if self._pause.isActive():
                self._seek()
            else:
                self.stepped.emit(-1 if is_back else 1)
        else:
            super().keyPressEvent(event)

    def _on_typed(self) -> None:
        self._pause.start()

    def _seek(self) -> None:
        self._pause.stop()
        text = self.field.text()
        if text != self._sought:
            self._sought = text
            self.sought.emit(text)
