"""Graphics cards on the page about this computer: what is added for them, and how."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.domain import PackPhase, PackProgress
from desktop_app.domain.packs import GpuState
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.translation import tr
from desktop_app.ui.file_dialogs import file_dialog
from desktop_app.ui.pack_progress import PackProgressRow
from desktop_app.ui.saving import name_filter
from desktop_app.ui.tasks import TaskHandle, TaskRunner
from desktop_app.ui.theme import Space, Theme
from desktop_app.ui.words import say_bytes, say_error, say_part

_PROGRESS_MS = 200


class GpuBox(QWidget):
    """Adds and removes GPU support, on the "packs" lane since both write large files.

    ``said(str)`` is a sentence about what was done.
    """

    said = Signal(str)

    def __init__(self, theme: Theme, tasks: TaskRunner, parent: QWidget) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._session: Session | None = None
        self._handle: TaskHandle | None = None
        title = QLabel(tr("Graphics cards"), self)
        title.setProperty("style", "section")
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.add = QPushButton(tr("Add GPU support…"), self)
        self.add.setToolTip(tr("From the file that is offered beside Lectern"))
        self.add.clicked.connect(self._choose)
        self.remove = QPushButton(tr("Remove GPU support"), self)
        self.remove.clicked.connect(self._remove)
        self.stop = QPushButton(tr("Stop"), self)
        self.stop.clicked.connect(self._stop)
        self.progress = PackProgressRow(theme, (self.stop,), self)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        for each in (self.add, self.remove):
            buttons.addWidget(each)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        column.addWidget(title)
        column.addWidget(self.words)
        column.addWidget(self.progress)
        column.addLayout(buttons)
        self._show(None)

    @property
    def is_copying(self) -> bool:
        """Whether GPU support is on its way."""
        return self._handle is not None

    def use_session(self, session: Session) -> None:
        """Work with this session from now on."""
        self._session = session

    def look(self) -> None:
        """Look at what is there; while something is being added, that is known."""
        session = self._session
        if session is not None and self._handle is None:
            self._tasks.submit("desk", session.gpu.state, self._show, self._fail, key="gpu")

    def take(self, path: Path) -> None:
        """Add GPU support from this file."""
        session = self._session
        if session is None or self._handle is not None:
            return
        self._handle = self._tasks.stream(
            "packs",
            lambda stop: session.gpu.add(path, is_cancelled=stop),
            self._on_progress,
            self._on_added,
            self._on_failed,
            interval_ms=_PROGRESS_MS,
        )
        self.words.setText(tr("GPU support is being added from “{name}”.", name=path.name))
        self.progress.put(tr("Beginning…"), None)
        self._arrange()

    def _choose(self) -> None:
        dialog = file_dialog(
            self,
            tr("Choose the file with GPU support"),
            name_filter(tr("GPU support"), "zip"),
        )
        dialog.fileSelected.connect(lambda chosen: self.take(Path(chosen)))
        dialog.open()

    def _remove(self) -> None:
        session = self._session
        if session is not None:
            self._tasks.submit("packs", session.gpu.remove, self._on_removed, self._fail)

    def _stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        # Behind the work on its lane, so that what it leaves is gone.
        self._tasks.submit("packs", lambda: None, lambda _: self.look())

    def _on_progress(self, progress: PackProgress) -> None:
        if progress.phase is PackPhase.COPYING:
            part = say_part(progress.bytes_done, progress.bytes_total)
            share = progress.bytes_done / max(progress.bytes_total, 1)
            self.progress.put(tr("Copying {part}", part=part), share)
        else:
            self.progress.put(tr("Putting it in place"), 1.0)

    def _on_added(self) -> None:
        self._handle = None
        self.look()
        self.said.emit(tr("GPU support is added; models use it from the next start of Lectern."))

    def _on_removed(self, _: None) -> None:
        self.look()
        self.said.emit(tr("GPU support is removed; models run on the processor again."))

    def _on_failed(self, error: LecternError) -> None:
        self._handle = None
        self.look()
        self.said.emit(say_error(error))

    def _fail(self, error: LecternError) -> None:
        self.said.emit(say_error(error))

    def _show(self, state: GpuState | None) -> None:
        if state is None:
            self.words.setText("")
        elif state.torch:
            self.words.setText(
                tr(
                    "GPU support is added: PyTorch {version}, {size}. Large models run on an"
                    " NVIDIA card where there is one.",
                    version=state.torch,
                    size=say_bytes(state.bytes),
                )
            )
        elif state.is_own:
            self.words.setText(tr("This installation can use NVIDIA cards as it is."))
        else:
            self.words.setText(
                tr("To run large models on an NVIDIA card, add GPU support; it takes 5 GB.")
            )
        self._arrange(state)

    def _arrange(self, state: GpuState | None = None) -> None:
        is_adding = self._handle is not None
        self.progress.setVisible(is_adding)
        is_there = state is not None and bool(state.torch)
        is_needed = state is not None and not state.torch and not state.is_own
        self.add.setVisible(is_needed and not is_adding)
        self.remove.setVisible(is_there and not is_adding)
