"""Dropping folders, files, model packs and text anywhere on the window."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.translation import tr, tr_n
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.theme import SHEET_RADIUS, Role, Space, TextStyle, Theme
from desktop_app.ui.words import say_items

_MOST_LOOKED_AT = 50
"""Folders and packs are told from files by asking the disk; the rest of a drop is files."""
_WIDTH = 560
_ABOVE = 60
"""The room of the icon above the sentence."""
_CENTERED = int(Qt.AlignmentFlag.AlignHCenter) | int(Qt.TextFlag.TextWordWrap)
_WEIGHTS = (".safetensors", "pytorch_model.bin")


@dataclass(frozen=True, slots=True)
class Dropped:
    """What is being dragged: packs to import, and what is to be indexed."""

    packs: tuple[Path, ...] = ()
    others: tuple[Path, ...] = ()
    folders: int = 0

    @property
    def sentence(self) -> str:
        """Say what dropping does."""
        models = len(self.packs)
        name = drawable(self.packs[0].name) if models else ""
        if not self.others:
            return tr_n(
                "Drop to import the model in “{name}”",
                "Drop to import {count} models",
                models,
                name=name,
            )
        items = say_items(self.folders, len(self.others) - self.folders)
        if not models:
            # Translators: items is "2 folders and 3 files".
            return tr("Drop to add {items} to your library", items=items)
        return tr_n(
            "Drop to add {items} to your library and import the model in “{name}”",
            "Drop to add {items} to your library and import {count} models",
            models,
            items=items,
            name=name,
        )


def paths_in(mime: QMimeData) -> tuple[Path, ...]:
    """List the local files and folders that are being dragged, each once."""
    paths = (Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    return tuple(dict.fromkeys(paths))


def sort_dropped(paths: Sequence[Path]) -> Dropped:
    """Tell packs, folders and files apart; asks the disk, so it may hang with a drive."""
    looked_at = paths[:_MOST_LOOKED_AT]
    packs = tuple(path for path in looked_at if _is_pack(path))
    others = tuple(path for path in paths if path not in packs)
    return Dropped(packs, others, sum(path.is_dir() for path in looked_at if path not in packs))


def _is_pack(path: Path) -> bool:
    if path.is_dir():
        # As a pack is exported, as a model is published, as the hub's client keeps it.
        for inner in (path, path / "embedder", *sorted(path.glob("snapshots/*"))[:1]):
            if (inner / "config.json").is_file() and any(
                name.name.endswith(_WEIGHTS) for name in inner.glob("*")
            ):
                return True
        return False
    return path.suffix.lower() == ".zip" and _is_packed(path)


def _is_packed(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return False
    has_config = any(name.rpartition("/")[2] == "config.json" for name in names)
    return has_config and any(name.endswith(_WEIGHTS) for name in names)


class DropOverlay(QWidget):
    """Dims the window to the accent at 8 % and says what dropping does."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._theme = theme
        self._sentence = ""
        self._dropped, self._is_text = Dropped(), False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence

    def present(self) -> None:
        """Cover the parent; which files are being dragged is not known yet."""
        self._cover(tr("Drop to add to your library"), is_text=False)

    def offer_search(self) -> None:
        """Cover the parent; text is being dragged."""
        self._cover(tr("Drop to search for this text"), is_text=True)

    def name(self, dropped: Dropped) -> None:
        """Say what is being dragged."""
        self._dropped = dropped
        self._say(dropped.sentence)

    def _cover(self, sentence: str, *, is_text: bool) -> None:
        self._dropped, self._is_text = Dropped(), is_text
        self._say(sentence)
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def _say(self, sentence: str) -> None:
        self._sentence = sentence
        self.setAccessibleName(sentence)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the wash, a card with the sentence and what will be left out."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.color(Role.GROUND, 0.72))
        painter.fillRect(self.rect(), self._theme.color(Role.ACCENT, 0.08))
        card, sentence, note = self.places()
        painter.setPen(QPen(self._theme.color(Role.ACCENT), 1.5))
        painter.setBrush(self._theme.color(Role.RAISED))
        painter.drawRoundedRect(card, SHEET_RADIUS, SHEET_RADIUS)
        icon = self._theme.pixmap("drop", Role.ACCENT, 20, self.devicePixelRatioF())
        painter.drawPixmap(card.center().x() - 10, card.top() + Space.XL, icon)
        painter.setPen(self._theme.color(Role.TEXT))
        painter.setFont(self._theme.font(TextStyle.QUESTION, strong=True))
        painter.drawText(sentence, _CENTERED, self._sentence)
        painter.setPen(self._theme.color(Role.MUTED))
        painter.setFont(self._theme.font(TextStyle.CAPTION))
        painter.drawText(note, _CENTERED, self._fine_print())
        painter.end()

    def places(self) -> tuple[QRect, QRect, QRect]:
        """Give where the card lies, and in it the sentence and what will be left out."""
        width = min(_WIDTH, self.width() - 2 * Space.XL)
        room = QRect(0, 0, width - 2 * Space.L, self.height())
        large = QFontMetrics(self._theme.font(TextStyle.QUESTION, strong=True))
        small = QFontMetrics(self._theme.font(TextStyle.CAPTION))
        said = large.boundingRect(room, _CENTERED, self._sentence).height()
        fine = small.boundingRect(room, _CENTERED, self._fine_print()).height()
        height = _ABOVE + said + Space.L + fine + Space.XXL
        left, top = (self.width() - width) // 2, (self.height() - height) // 2
        sentence = QRect(left + Space.L, top + _ABOVE, room.width(), said)
        note = QRect(left + Space.L, sentence.bottom() + 1 + Space.L, room.width(), fine)
        return QRect(left, top, width, height), sentence, note

    def _fine_print(self) -> str:
        if self._is_text:
            return ""
        if self._dropped.packs and not self._dropped.others:
            return tr("Every file is checked. You choose afterwards whether this model answers.")
        return tr(
            "The files stay where they are. Hidden files and formats without text are left out."
        )
