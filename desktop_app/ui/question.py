"""The question box: large, focused first, never blocked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton, QWidget

from desktop_app.translation import tr
from desktop_app.ui.actions import keys_text
from desktop_app.ui.side import margins
from desktop_app.ui.theme import Role, Space, TextStyle, Theme

TYPING_PAUSE_MS = 250
"""A pause this long in typing asks the question; Enter asks at once."""


class QuestionBox(QFrame):
    """One line of text with its icon, the shortcut's hint and a clear button.

    ``asked(str, bool)``: a question without outer spaces; True when Enter was pressed.
    ``typed(str)``: the same after a key, while it may not be finished. ``cleared()``: the
    box became empty. ``left_downwards()``: Down or Tab-like leaving
    into the answer was wished. ``recall_requested()``: the button for earlier questions.
    """

    asked = Signal(str, bool)
    typed = Signal(str)
    cleared = Signal()
    left_downwards = Signal()
    recall_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._last_asked = ""
        self.setProperty("ground", "question")
        self.setFixedHeight(48)
        self._glyph = QLabel(self)
        self._edit = QLineEdit(self)
        self._edit.setPlaceholderText(tr("Ask your documents…"))
        self._edit.setAccessibleName(tr("Question"))
        self._edit.setMaxLength(10_000)
        self._edit.setFrame(False)
        self._edit.installEventFilter(self)
        self._hint = QLabel(keys_text("ask"), self)
        self._hint.setProperty("style", "caption")
        self._clear = self._button(tr("Clear the question"))
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        self.recall = self._button(tr("Earlier questions"))
        self.recall.clicked.connect(self.recall_requested)
        self.setFocusProxy(self._edit)

        row = QHBoxLayout(self)
        row.setContentsMargins(margins(Space.L, 0, Space.S, 0))
        row.setSpacing(Space.S)
        row.addWidget(self._glyph)
        row.addSpacing(Space.XS)
        row.addWidget(self._edit, 1)
        row.addWidget(self._hint)
        row.addWidget(self._clear)
        row.addWidget(self.recall)

        self._pause = QTimer(self)
        self._pause.setObjectName("typing pause")
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)
        self._edit.textChanged.connect(self._on_text_changed)
        self._edit.returnPressed.connect(self._on_return)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def edit(self) -> QLineEdit:
        """The field that holds the text."""
        return self._edit

    @property
    def question(self) -> str:
        """The text without outer spaces."""
        return self._edit.text().strip()

    def put(self, question: str) -> None:
        """Show a question without asking it (it was asked before, or waits)."""
        self._last_asked = question.strip()
        self._edit.setText(question)
        self._edit.home(False)
        self._pause.stop()
        self._edit.setFocus()

    def clear(self) -> None:
        """Empty the box and take the focus."""
        self._edit.clear()
        self.focus()

    def focus(self) -> None:
        """Take the focus with the text selected, so that typing replaces it."""
        self._edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._edit.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the frame as focused, and let Down leave into the answer."""
        if watched is self._edit:
            if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
                self.setProperty("focused", event.type() == QEvent.Type.FocusIn)
                self.style().unpolish(self)
                self.style().polish(self)
            elif (
                isinstance(event, QKeyEvent)
                and event.type() == QEvent.Type.KeyPress
                and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_PageDown)
            ):
                self.left_downwards.emit()
                return True
        return super().eventFilter(watched, event)

    def _on_text_changed(self, text: str) -> None:
        is_empty = not text
        self._hint.setVisible(is_empty)
        self._clear.setVisible(not is_empty)
        if not text.strip():
            self._pause.stop()
            self._last_asked = ""
            self.cleared.emit()
        else:
            self._pause.start()
            if self._is_new():
                self.typed.emit(self.question)

    def _on_pause(self) -> None:
        if self._is_new():
            self._ask(is_submitted=False)

    def _is_new(self) -> bool:
        question = self.question
        # One Latin letter is the start of a word; one Chinese character can be a word.
        is_enough = len(question) > 1 or not question.isascii()
        return is_enough and question != self._last_asked

    def _on_return(self) -> None:
        self._pause.stop()
        if self.question:
            self._ask(is_submitted=True)

    def _ask(self, *, is_submitted: bool) -> None:
        self._last_asked = self.question
        self.asked.emit(self.question, is_submitted)

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _on_theme_changed(self) -> None:
        self._edit.setFont(self._theme.font(TextStyle.QUESTION))
        ratio = self.devicePixelRatioF()
        self._glyph.setPixmap(self._theme.pixmap("search", Role.MUTED, 20, ratio))
        self._clear.setIcon(self._theme.icon("close"))
        self.recall.setIcon(self._theme.icon("clock"))
