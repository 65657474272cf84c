"""The words of pages on their way from the renderer's process to the view."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.domain.printed import PageWords
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.ui.tasks import TaskHandle, TaskRunner


class WordStore(QObject):
    """Asks for the words of pages on the preview lane; ``read(PageWords)`` has them.

    A page that cannot be read has no words: that it cannot be shown either is said elsewhere.
    """

    read = Signal(object)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._wanted: dict[int, TaskHandle] = {}

    def want(self, session: Session, path: Path, content_hash: str, pages: Sequence[int]) -> None:
        """Read these pages, in this order."""
        for page in pages:
            if page not in self._wanted:
                self._wanted[page] = self._ask(session, path, content_hash, page)

    def withdraw(self) -> None:
        """Want nothing any more."""
        for handle in self._wanted.values():
            handle.cancel()
        self._wanted.clear()

    def _ask(self, session: Session, path: Path, content_hash: str, page: int) -> TaskHandle:
        def read() -> PageWords:
            return session.pages.words(path, page, content_hash=content_hash)

        def show(words: PageWords) -> None:
            self._wanted.pop(page, None)
            self.read.emit(words)

        def give_up(_error: LecternError) -> None:
            show(PageWords(page, ()))

        return self._tasks.submit("preview", read, show, give_up)
