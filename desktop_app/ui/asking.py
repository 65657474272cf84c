"""One question at a time, seen from the UI thread: the latest wins, earlier ones are withdrawn."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.domain import Hit, SearchResult
from desktop_app.session import Session
from desktop_app.ui.tasks import TaskHandle, TaskRunner


class Asking(QObject):
    """Sends questions to the search lane; every method returns at once.

    Signals, on the UI thread: ``foreseen(SearchResult)`` while a question is typed,
    ``began(str)``, ``answered(SearchResult)`` once for every better state of the answer,
    ``settled()`` after the last, ``failed(LecternError)``.
    Before ``use_session`` nothing is asked; the window asks what then stands in its box.
    """

    foreseen = Signal(object)
    began = Signal(str)
    answered = Signal(object)
    failed = Signal(object)
    settled = Signal()

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._session: Session | None = None
        self._handle: TaskHandle | None = None

    def use_session(self, session: Session) -> None:
        """Answer from this session from now on."""
        self._session = session

    def ask(self, question: str) -> None:
        """Withdraw the question under way and ask this one."""
        self.began.emit(question)
        session = self._session
        if session is None:
            return
        self._handle = self._tasks.stream(
            "search",
            lambda is_cancelled: session.search(question, is_cancelled=is_cancelled),
            self.answered.emit,
            self._on_done,
            self.failed.emit,
            key="search",
        )

    def foresee(self, question: str) -> None:
        """Withdraw the question under way and look this one's words up, until it is asked."""
        session = self._session
        if session is None:
            return
        self._handle = self._tasks.submit(
            "search",
            lambda: session.search_words(question),
            self.foreseen.emit,
            # Half a filter or a quotation mark alone is no question yet, and no failure.
            lambda _: None,
            key="search",
        )
        # Here and not when the library opens: most of the day nobody asks, and a model takes
        # 200 MB, a large one a gigabyte. What fails here is told when it is asked.
        self._tasks.submit("open", session.warm_up, lambda _: None, lambda _: None, key="warm-up")

    def ask_similar(self, hit: Hit) -> None:
        """Withdraw the question under way and find passages like this one."""
        session = self._session
        if session is None:
            return
        self.withdraw()
        passage_id = hit.passage.passage_id
        self._handle = self._tasks.submit(
            "search",
            lambda: session.similar(passage_id),
            self._on_similar,
            self.failed.emit,
            key="search",
        )

    def withdraw(self) -> None:
        """Ask nothing any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _on_similar(self, result: SearchResult) -> None:
        self.answered.emit(result)
        self._on_done()

    def _on_done(self) -> None:
        self._handle = None
        self.settled.emit()
