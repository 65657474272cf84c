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
from desktop_app.translation import mark, tr, tr_n
from desktop_app.ui.elided import ElidedLabel
from desktop_app.ui.results_wording import isolated
from desktop_app.ui.theme import Role, Space, TextStyle, Theme
from desktop_app.ui.words import name_of, say_time_left

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
        self._bar.setAccessibleName(tr("Progress of indexing"))
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setFixedWidth(120)
        self._bar.setRange(0, _STEPS)
        self._pause = self._button(tr("Pause indexing"), self.pause_clicked)
        self._stop = self._button(tr("Stop indexing"), self.stop_clicked)
        self._getting = self._link(self.getting_clicked)
        self._copying = self._link(self.copying_clicked)
        self._copying.setAccessibleName(tr("Stop copying the library"))
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
        self._say(tr("Opening your library…"), is_busy=False)

    def show_closed(self) -> None:
        """Say that the library could not be opened."""
        self._say(tr("Your library is not open."), is_busy=False)
        self._attention.hide()

    def show_idle(self, coverage: Coverage) -> None:
        """Say how complete the library is while nothing runs."""
        if coverage.documents == 0:
            sentence = tr("Nothing in the library yet")
        elif not coverage.is_complete:
            # Cut, so that only a complete library reads 100 %.
            share = int(100 * coverage.embedded / coverage.passages) / 100
            sentence = tr_n(
                "{count} file searchable by words, {share:.0%} by meaning",
                "{count} files searchable by words, {share:.0%} by meaning",
                coverage.searchable,
                share=share,
            )
        else:
            sentence = tr_n(
                "{count} file searchable", "{count} files searchable", coverage.searchable
            )
        self._say(sentence, is_busy=False)
        self.show_attention(coverage.needs_attention)

    def show_attention(self, files: int) -> None:
        """Say how many files could not be read fully."""
        self._attention.setText(tr_n("{count} needs a look", "{count} need a look", files))
        self._attention.setVisible(files > 0)

    def show_getting(self, title: str, share: float | None) -> None:
        """Say which model is on its way and how much of it is here; "" for none."""
        self._getting.setText(
            tr("Getting {model}…", model=title)
            if share is None
            else tr("Getting {model} {share:.0%}", model=title, share=share)
        )
        self._getting.setVisible(bool(title))

    def show_copying(self, what: str, share: float | None) -> None:
        """Say how far a backup or its return is; a click stops it."""
        done = (
            tr("{what}…", what=what)
            if share is None
            else tr("{what} {share:.0%}", what=what, share=share)
        )
        self._copying.setText(_joined(done, tr("Stop")))
        self._copying.setAccessibleDescription(done)
        self._copying.show()

    def end_copying(self) -> None:
        """Say no more of a backup."""
        self._copying.hide()

    def show_mending(self) -> None:
        """Say that the library is being repaired."""
        self._say(tr("Checking and repairing your library…"), is_busy=False)

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
            sentence = _joined(tr("Paused"), sentence)
        elif left:
            sentence = _joined(sentence, left)
        if model and answering and progress.phase is IndexPhase.EMBEDDING:
            sentence = _joined(sentence, tr("{model} answers meanwhile", model=answering))
        if progress.notice:
            sentence = _joined(sentence, tr(progress.notice))
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
        button.setProperty("style", "caption")
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
        name = tr("Resume indexing") if self._is_paused else tr("Pause indexing")
        self._pause.setIcon(self._theme.icon("play" if self._is_paused else "pause", Role.TEXT))
        self._pause.setAccessibleName(name)
        self._pause.setToolTip(name)
        self._stop.setIcon(self._theme.icon("stop", Role.TEXT))


def _sentence_of(progress: IndexProgress, model: str) -> str:
    match progress.phase:
        case IndexPhase.SCANNING:
            return _scanning_sentence(progress)
        case IndexPhase.READING:
            done, total = progress.files_done, progress.files_total
            sentence = tr("Reading {done} of {total} files", done=done, total=total)
            return _at(sentence, progress.current)
        case IndexPhase.EMBEDDING:
            return _embedding_sentence(progress, model)
        case IndexPhase.RECOGNIZING:
            sentence = tr(
                "Recognizing text on scanned pages: {done} of {total}",
                done=progress.pages_done,
                total=progress.pages_total,
            )
            return _at(sentence, progress.current)
        case IndexPhase.TIDYING:
            return tr("Tidying up the library")
        case IndexPhase.DONE:
            return tr_n("{count} file up to date", "{count} files up to date", progress.files_done)


def _scanning_sentence(progress: IndexProgress) -> str:
    if not progress.files_total:
        return tr("Looking for files")
    return tr_n(
        "Looking for files · {count} file found",
        "Looking for files · {count} files found",
        progress.files_total,
    )


def _embedding_sentence(progress: IndexProgress, model: str) -> str:
    done, total = progress.passages_embedded, progress.passages_total
    if model:
        words = mark("Preparing {model}: {done} of {total} passages")
        return tr(words, model=model, done=done, total=total)
    words = mark("Searchable by words · learning the meaning of {done} of {total} passages")
    return tr(words, done=done, total=total)


def _at(sentence: str, path: str) -> str:
    return _joined(sentence, isolated(name_of(path))) if path else sentence


def _joined(*said: str) -> str:
    return " · ".join(said)


def share_of(progress: IndexProgress) -> float | None:
    """Give the share of the present phase that is done, None where it is not known."""
    if progress.phase is IndexPhase.READING and progress.files_total:
        return progress.files_done / progress.files_total
    if progress.phase is IndexPhase.EMBEDDING and progress.passages_total:
        return progress.passages_embedded / progress.passages_total
    if progress.phase is IndexPhase.RECOGNIZING and progress.pages_total:
        return progress.pages_done / progress.pages_total
    return 1.0 if progress.phase is IndexPhase.DONE else None
