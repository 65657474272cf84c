"""What the preview asks of the session about one document, all of it on the preview lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from desktop_app.domain import Hit, Passage
from desktop_app.domain.printed import OutlineEntry
from desktop_app.session import Session
from desktop_app.ui.preview_pages import PageStore
from desktop_app.ui.preview_words import WordStore
from desktop_app.ui.tasks import TaskHandle, TaskRunner
from desktop_app.ui.text_view_parts import Structure, TextHeading, headings_of, structure_of

_WITH_PAGES = ("application/pdf", "image/")
_WITH_STRUCTURE = (
    "markdown",
    "html",
    "wordprocessingml",
    "opendocument.text",
    "epub",
    "rfc822",
    "fictionbook",
    "mobipocket",
    "ms-outlook",
    "multipart/related",
    "rtf",
    "ipynb",
)
"""Parts of the names of media types in which lists, code and headings are marked as such."""


def has_pages(media_type: str) -> bool:
    """Say whether the pages of a document can be shown as they are."""
    return media_type.startswith(_WITH_PAGES)


@dataclass(frozen=True, slots=True)
class StoredText:
    """A document's passages with the headings among them, and whether its file is there."""

    passages: tuple[Passage, ...]
    headings: tuple[TextHeading, ...]
    is_there: bool


@dataclass(frozen=True, slots=True)
class StructuredText:
    """What a document's own file says of its stored text."""

    structure: Structure
    headings: tuple[TextHeading, ...]


class Supply(QObject):
    """Brings pages, words, outline and text of the document in ``use``.

    ``drawn(DrawnPage)``, ``failed(int, LecternError)``, ``words_read(PageWords)``,
    ``outline_read(tuple[OutlineEntry, ...])``, ``text_read(StoredText)``,
    ``text_failed(LecternError)`` and ``structure_read(StructuredText)`` come on the UI
    thread, for the present document only.
    """

    drawn = Signal(object)
    failed = Signal(int, object)
    words_read = Signal(object)
    outline_read = Signal(object)
    text_read = Signal(object)
    text_failed = Signal(object)
    structure_read = Signal(object)

    def __init__(
        self, tasks: TaskRunner, session_source: Callable[[], Session | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._session_source = session_source
        self._hit: Hit | None = None
        self._asked: list[TaskHandle] = []
        self.pages = PageStore(tasks, self)
        self.pages.drawn.connect(self.drawn)
        self.pages.failed.connect(self.failed)
        self._words = WordStore(tasks, self)
        self._words.read.connect(self.words_read)

    @property
    def session(self) -> Session | None:
        """The opened session, None until there is one."""
        return self._session_source()

    def use(self, hit: Hit | None) -> None:
        """Ask about the document of this hit from now on; what was asked before is withdrawn."""
        self.withdraw()
        self._hit = hit

    def withdraw(self) -> None:
        """Want nothing any more of what was asked for."""
        self.pages.withdraw()
        self._words.withdraw()
        for handle in self._asked:
            handle.cancel()
        self._asked.clear()

    def want_pages(self, pages: Sequence[int], scale: float) -> None:
        """Draw these pages, nearest first; ``scale`` is device pixels per point."""
        session = self.session
        if session is not None and self._hit is not None:
            self.pages.want(session, self._hit.document.full_path, pages, scale)

    def want_words(self, pages: Sequence[int]) -> None:
        """Read the words of these pages."""
        session, hit = self.session, self._hit
        if session is not None and hit is not None:
            self._words.want(session, hit.document.full_path, hit.passage.content_hash, pages)

    def want_outline(self) -> None:
        """Read the table of contents; one that cannot be read is none."""
        session, hit = self.session, self._hit
        if session is None or hit is None:
            return
        path = hit.document.full_path

        def read() -> tuple[OutlineEntry, ...]:
            return session.pages.outline(path)

        self._asked.append(
            self._tasks.submit("preview", read, self.outline_read.emit, lambda _error: None)
        )

    def want_text(self) -> None:
        """Read the stored text."""
        session, hit = self.session, self._hit
        if session is None or hit is None:
            return
        path, content = hit.document.full_path, hit.passage.content_hash

        def read() -> StoredText:
            passages = session.passages(content) or (hit.passage,)
            return StoredText(passages, headings_of(passages), path.exists())

        self._asked.append(
            self._tasks.submit("preview", read, self.text_read.emit, self.text_failed.emit)
        )

    def want_structure(self, passages: tuple[Passage, ...]) -> None:
        """Read what the lines of these passages are; a file that cannot be read tells nothing."""
        session, hit = self.session, self._hit
        if session is None or hit is None:
            return
        if not any(part in hit.document.media_type for part in _WITH_STRUCTURE):
            return
        path = hit.document.full_path

        def read() -> StructuredText:
            structure = structure_of(session.pages.structure(path))
            return StructuredText(structure, headings_of(passages, structure))

        self._asked.append(
            self._tasks.submit("preview", read, self.structure_read.emit, lambda _error: None)
        )
