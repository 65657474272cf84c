"""Dropping folders and files anywhere on the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.ui.theme import SHEET_RADIUS, Role, Space, TextStyle, Theme
from desktop_app.ui.words import say_items

_MOST_LOOKED_AT = 50
"""Folders are told from files by asking the disk; a drop of more is counted as files."""


def paths_in(mime: QMimeData) -> tuple[Path, ...]:
    """List the local files and folders that are being dragged, each once."""
    paths = (Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    return tuple(dict.fromkeys(paths))


class DropOverlay(QWidget):
    """Dims the window to the accent at 8 % and says what dropping does."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._theme = theme
        self._sentence = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence

    def show_for(self, paths: tuple[Path, ...]) -> None:
        """Cover the parent and name what is being dragged."""
        folders = sum(1 for path in paths[:_MOST_LOOKED_AT] if path.is_dir())
        self._sentence = f"Drop to add {say_items(folders, len(paths) - folders)} to your library"
        self.setAccessibleName(self._sentence)
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the wash, a card with the sentence and what will be left out."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.color(Role.GROUND, 0.72))
        painter.fillRect(self.rect(), self._theme.color(Role.ACCENT, 0.08))
        width = min(560, self.width() - 2 * Space.XL)
        card = QRect((self.width() - width) // 2, (self.height() - 148) // 2, width, 148)
        painter.setPen(QPen(self._theme.color(Role.ACCENT), 1.5))
        painter.setBrush(self._theme.color(Role.RAISED))
        painter.drawRoundedRect(card, SHEET_RADIUS, SHEET_RADIUS)
        icon = self._theme.pixmap("drop", Role.ACCENT, 20, self.devicePixelRatioF())
        painter.drawPixmap(card.center().x() - 10, card.top() + Space.XL, icon)
        center = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.setPen(self._theme.color(Role.TEXT))
        painter.setFont(self._theme.font(TextStyle.QUESTION, strong=True))
        painter.drawText(card.adjusted(Space.L, 60, -Space.L, 0), center, self._sentence)
        painter.setPen(self._theme.color(Role.MUTED))
        painter.setFont(self._theme.font(TextStyle.CAPTION))
        painter.drawText(
            card.adjusted(Space.L, 100, -Space.L, 0),
            center,
            "The files stay where they are. Hidden files and formats without text are left out.",
        )
        painter.end()
