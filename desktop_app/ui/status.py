"""The status line: the only place for background work."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain import Coverage, IndexPhase, IndexProgress
from desktop_app.ui.elided import ElidedLabel
from desktop_app.ui.theme import Role, Space, TextStyle, Theme
from desktop_app.ui.words import name_of, say_count, say_time_left

_STEPS = 1000


class StatusLine(QFrame):
    """One sentence, a thin bar while something runs, pause and stop, what needs a look.

    ``clicked()`` opens the library page, ``attention_clicked()`` the files that need a
    look, ``getting_clicked()`` the models, of which one is on its way; ``pause_clicked()``
    toggles. ``copying_clicked()`` stops a backup, or its return.
    """

    clicked = Signal()
    attention_clicked = Signal()
    getting_clicked = Signal()
    copying_clicked = Signal()
    pause_clicked = Signal()
    stop_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_paused = False
        self._progress: IndexProgress | None = None
        self.setProperty("ground", "foot")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._sentence = ElidedLabel(self)
        self._sentence.setProperty("style", "caption")
        self._bar = QProgressBar(self)
        self._bar.setAccessibleName("Progress of indexing")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setFixedWidth(120)
        self._bar.setRange(0, _STEPS)
        self._pause = self._button("Pause indexing", self.pause_clicked)
        self._stop = self._button("Stop indexing", self.stop_clicked)
        self._getting = self._link(self.getting_clicked)
        self._copying = self._link(self.copying_clicked)
        self._copying.setAccessibleName("Stop copying the library")
        self._attention = self._link(self.attention_clicked)
        row = QHBoxLayout()
        row.setContentsMargins(Space.L, Space.XS, Space.L, Space.XS)
        row.setSpacing(Space.S)
        row.addWidget(self._bar)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._pause)
        row.addWidget(self._stop)
        row.addSpacing(Space.S)
        row.addWidget(self._copying)
        row.addWidget(self._getting)
        row.addWidget(self._attention)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        self.setFixedHeight(36)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_opening()

    @property
    def sentence(self) -> str:
        """What the line says."""
        return self._sentence.full_text

    def show_opening(self) -> None:
        """Say that the library is being opened."""
        self._say("Opening your library…", is_busy=False)

    def show_closed(self) -> None:
        """Say that the library could not be opened."""
        self._say("Your library is not open.", is_busy=False)
        self._attention.hide()

    def show_idle(self, coverage: Coverage) -> None:
        """Say how complete the library is while nothing runs."""
        if coverage.documents == 0:
            sentence = "Nothing in the library yet"
        elif not coverage.is_complete:
            share = int(100 * coverage.embedded / coverage.passages)
            sentence = (
                f"{say_count(coverage.searchable, 'file')} searchable by words, {share}% by meaning"
            )
        else:
            sentence = f"{say_count(coverage.searchable, 'file')} searchable"
        self._say(sentence, is_busy=False)
        self.show_attention(coverage.needs_attention)

    def show_attention(self, files: int) -> None:
        """Say how many files could not be read fully."""
        self._attention.setText(f"{files:,} need{'s' if files == 1 else ''} a look")
        self._attention.setVisible(files > 0)

    def show_getting(self, title: str, share: float | None) -> None:
        """Say which model is on its way and how much of it is here; "" for none."""
        done = f" {share:.0%}" if share is not None else "…"
        self._getting.setText(f"Getting {title}{done}")
        self._getting.setVisible(bool(title))

    def show_copying(self, what: str, share: float | None) -> None:
        """Say how far a backup or its return is; a click stops it."""
        done = f" {share:.0%}" if share is not None else "…"
        self._copying.setText(f"{what}{done} · Stop")
        self._copying.setAccessibleDescription(f"{what}{done}")
        self._copying.show()

    def end_copying(self) -> None:
        """Say no more of a backup."""
        self._copying.hide()

    def show_mending(self) -> None:
        """Say that the library is being repaired."""
        self._say("Checking and repairing your library…", is_busy=False)

    def show_progress(
        self, progress: IndexProgress, *, is_paused: bool, model: str = "", answering: str = ""
    ) -> None:
        """Say how far a run is, or that it is held.

        ``model`` is the title of the pack that is being prepared while ``answering`` answers.
        """
        self._progress = progress
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            self._on_theme_changed()
        sentence = _sentence_of(progress, model)
        left = say_time_left(progress.seconds_left)
        if is_paused:
            sentence = f"Paused · {sentence}"
        elif left:
            sentence = f"{sentence} · {left}"
        if model and answering and progress.phase is IndexPhase.EMBEDDING:
            sentence = f"{sentence} · {answering} answers meanwhile"
        if progress.notice:
            sentence = f"{sentence} · {progress.notice}"
        self._say(sentence, is_busy=True)
        share = share_of(progress)
        self._bar.setVisible(share is not None)
        self._bar.setValue(round((share or 0.0) * _STEPS))
        troubled = progress.failed + progress.partial
        if troubled:
            self.show_attention(troubled)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Open the library page from anywhere on the line."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def _say(self, sentence: str, *, is_busy: bool) -> None:
        self._sentence.put(sentence)
        self.setAccessibleName(sentence)
        for widget in (self._bar, self._pause, self._stop):
            widget.setVisible(is_busy)

    def _link(self, clicked: SignalInstance) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("kind", "link")
        button.clicked.connect(clicked)
        button.hide()
        return button

    def _button(self, name: str, clicked: SignalInstance) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.clicked.connect(clicked)
        return button

    def _on_theme_changed(self) -> None:
        self._sentence.setFont(self._theme.font(TextStyle.CAPTION, tabular=True))
        name = "Resume indexing" if self._is_paused else "Pause indexing"
        self._pause.setIcon(self._theme.icon("play" if self._is_paused else "pause", Role.TEXT))
        self._pause.setAccessibleName(name)
        self._pause.setToolTip(name)
        self._stop.setIcon(self._theme.icon("stop", Role.TEXT))


def _sentence_of(progress: IndexProgress, model: str) -> str:
    match progress.phase:
        case IndexPhase.SCANNING:
            found = f" · {say_count(progress.files_total, 'file')} found"
            return "Looking for files" + (found if progress.files_total else "")
        case IndexPhase.READING:
            where = f" · {name_of(progress.current)}" if progress.current else ""
            return f"Reading {progress.files_done:,} of {progress.files_total:,} files{where}"
        case IndexPhase.EMBEDDING:
            begin = (
                f"Preparing {model}:" if model else "Searchable by words · learning the meaning of"
            )
            return f"{begin} {progress.passages_embedded:,} of {progress.passages_total:,} passages"
        case IndexPhase.RECOGNIZING:
            where = f" · {name_of(progress.current)}" if progress.current else ""
            return (
                f"Recognizing text on scanned pages: {progress.pages_done:,} of "
                f"{progress.pages_total:,}{where}"
            )
        case IndexPhase.TIDYING:
            return "Tidying up the library"
        case IndexPhase.DONE:
            return f"{say_count(progress.files_done, 'file')} up to date"


def share_of(progress: IndexProgress) -> float | None:
    """Give the share of the present phase that is done, None where it is not known."""
    if progress.phase is IndexPhase.READING and progress.files_total:
        return progress.files_done / progress.files_total
    if progress.phase is IndexPhase.EMBEDDING and progress.passages_total:
        return progress.passages_embedded / progress.passages_total
    if progress.phase is IndexPhase.RECOGNIZING and progress.pages_total:
        return progress.pages_done / progress.pages_total
    return 1.0 if progress.phase is IndexPhase.DONE else None
