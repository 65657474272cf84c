"""The line above a preview: what is shown, where in it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.translation import tr
from desktop_app.ui.actions import written_keys
from desktop_app.ui.elided import ElidedLabel
from desktop_app.ui.results_wording import page_label, page_position
from desktop_app.ui.side import margins
from desktop_app.ui.theme import Role, Space, Theme


class IconButton(QToolButton):
    """A quiet button with an icon of the theme, a tooltip with its keys, and a name."""

    def __init__(
        self, theme: Theme, icon: str, name: str, keys: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self.setAutoRaise(True)
        self.setIconSize(QSize(16, 16))
        self.setAccessibleName(name)
        shown = written_keys(keys)
        self.setToolTip(f"{name} ({shown})" if shown else name)
        self._tint()
        theme.changed.connect(self._tint)

    def _tint(self) -> None:
        self.setIcon(self._theme.icon(self._icon, Role.TEXT))


class PreviewHeader(QFrame):
    """Title, place and buttons; the buttons call what they are given."""

    def __init__(
        self, theme: Theme, actions: dict[str, Callable[[], None]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.title = ElidedLabel(self)
        self.title.setProperty("style", "heading")
        self.place = QLabel(self)
        self.place.setProperty("style", "caption")
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.buttons = {
            name: IconButton(theme, icon, text, keys, self)
            for name, icon, text, keys in (
                ("outline", "outline", tr("Outline"), "Ctrl+Shift+O"),
                ("find", "search", tr("Find in this document"), "Ctrl+F"),
                # Translators: show the page smaller.
                ("zoom-out", "zoom-out", tr("Smaller"), "Ctrl+-"),
                ("zoom-fit", "fit-width", tr("Fit width"), "Ctrl+0"),
                # Translators: show the page larger.
                ("zoom-in", "zoom-in", tr("Larger"), "Ctrl++"),
                ("copy", "quote", tr("Copy with citation"), "Ctrl+C"),
                ("reveal", "reveal", tr("Show in folder"), "Ctrl+Shift+R"),
                ("open", "open", tr("Open file"), "Ctrl+Return"),
            )
        }
        for name, button in self.buttons.items():
            button.clicked.connect(actions[name])
        first = QHBoxLayout()
        first.setSpacing(0)
        first.addWidget(self.title, 1)
        first.addSpacing(Space.S)
        for name in ("copy", "reveal", "open"):
            first.addWidget(self.buttons[name])
        second = QHBoxLayout()
        second.setSpacing(0)
        second.addWidget(self.place, 1)
        for name in ("outline", "find", "zoom-out", "zoom-fit", "zoom-in"):
            second.addWidget(self.buttons[name])
        column = QVBoxLayout(self)
        column.setContentsMargins(margins(Space.L, Space.S, Space.S, Space.S))
        column.setSpacing(0)
        column.addLayout(first)
        column.addLayout(second)

    def show_place(self, media_type: str, page: int | None, count: int) -> None:
        """Say which page, slide or sheet of ``count`` (0 where unknown) is shown."""
        if page and count >= page:
            self.place.setText(page_position(media_type, page, count))
        else:
            self.place.setText(page_label(media_type, page))
