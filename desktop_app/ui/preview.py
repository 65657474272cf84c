"""The right pane: the current hit on its page, boxed, or in the document's stored text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLabel, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain import Hit, Passage
from desktop_app.errors import FileUnreadable, LecternError
from desktop_app.session import Session
from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_header import PreviewHeader
from desktop_app.ui.preview_marks import marks_of, spans_of
from desktop_app.ui.preview_pages import DrawnPage, PageStore
from desktop_app.ui.preview_steps import HitSteps
from desktop_app.ui.results_states import Notice, NoticePage
from desktop_app.ui.results_wording import drawable, page_label, page_word, title_of
from desktop_app.ui.tasks import TaskHandle, TaskRunner
from desktop_app.ui.text_view import TextView
from desktop_app.ui.theme import Space, Theme

FLICKER_MS = 150
"""What is there sooner replaces the old view directly; only then "Loading" is said."""

_WITH_PAGES = ("application/pdf", "image/")
_LONGEST_TITLE = 400
"""Longer titles are cut before Qt measures them character by character."""
_NOTHING = Notice("file", "No passage selected", ("Choose a passage to read it on its page.",))
_LOADING = Notice("clock", "Loading…")


@dataclass(frozen=True, slots=True)
class _StoredText:
    """What the preview lane found: the passages, and whether the file is still there."""

    passages: tuple[Passage, ...]
    is_there: bool


class PreviewPane(QWidget):
    """Shows one hit at a time; reads and draws on the preview lane only.

    ``hit_changed(Hit)`` tells that the pane itself moved to another hit of the document
    (F3), so that the list can follow.
    """

    open_requested = Signal(object)
    reveal_requested = Signal(object)
    copy_requested = Signal(object)
    hit_changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        tasks: TaskRunner,
        session_source: Callable[[], Session | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._session_source = session_source
        self._hit: Hit | None = None
        self._siblings: tuple[Hit, ...] = ()
        self._passages: tuple[Passage, ...] = ()
        self._reading: TaskHandle | None = None
        self._store = PageStore(tasks, self)
        self._build(theme)
        self._store.drawn.connect(self._on_drawn)
        self._store.failed.connect(self._on_failed)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(FLICKER_MS)
        self._slow.timeout.connect(self._on_slow)
        self.clear()

    @property
    def hit(self) -> Hit | None:
        """The hit shown."""
        return self._hit

    def show_hit(self, hit: Hit, all_hits: Sequence[Hit] = ()) -> None:
        """Show a hit on its page; ``all_hits`` are searched for others of its document."""
        before = self._hit
        self._hit = hit
        content = hit.passage.content_hash
        siblings = [each for each in all_hits if each.passage.content_hash == content] or [hit]
        self._siblings = tuple(sorted(siblings, key=lambda each: each.passage.ordinal))
        self.header.setVisible(True)
        self.header.title.put(title_of(hit)[:_LONGEST_TITLE])
        ids = [each.passage.passage_id for each in self._siblings]
        if hit.passage.passage_id in ids:
            self.steps.show_position(ids.index(hit.passage.passage_id) + 1, len(ids))
        is_same = (
            before is not None
            and before.passage.content_hash == content
            and before.document.full_path == hit.document.full_path
        )
        if is_same and self._pages.currentWidget() in (self.page_view, self.text_view):
            self._show_marks(hit, is_refined=_is_refined(before, hit))
        else:
            self._open(hit)
        self._show_place(hit.passage.locator.page)

    def clear(self) -> None:
        """Show that nothing is selected."""
        self._stop()
        self._hit = None
        self._siblings = ()
        self.page_view.clear()
        self.text_view.clear()
        self.header.hide()
        self.steps.hide()
        self._say("")
        self.notice.show_notice(_NOTHING)
        self._pages.setCurrentWidget(self.notice)

    def next_hit(self) -> None:
        """Go to the next hit of the document, from the last to the first."""
        self._step(1)

    def previous_hit(self) -> None:
        """Go to the previous hit of the document."""
        self._step(-1)

    def zoom_in(self) -> None:
        """Show larger."""
        self._reader().zoom_in()

    def zoom_out(self) -> None:
        """Show smaller."""
        self._reader().zoom_out()

    def fit_width(self) -> None:
        """Show pages as wide as the pane, text in its usual size."""
        self._reader().fit_width()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom by Ctrl and +, -, 0; step by F3; open by Ctrl+Enter; copy by Ctrl+C."""
        key = Qt.Key(event.key())
        is_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.matches(QKeySequence.StandardKey.Copy):
            self._on_copy()
        elif key == Qt.Key.Key_F3:
            self._step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif is_ctrl and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif is_ctrl and key == Qt.Key.Key_Minus:
            self.zoom_out()
        elif is_ctrl and key == Qt.Key.Key_0:
            self.fit_width()
        elif is_ctrl and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_open()
        else:
            super().keyPressEvent(event)

    def _build(self, theme: Theme) -> None:
        self.header = PreviewHeader(
            theme,
            {
                "zoom-out": self.zoom_out,
                "zoom-fit": self.fit_width,
                "zoom-in": self.zoom_in,
                "copy": self._on_copy,
                "reveal": self._on_reveal,
                "open": self._on_open,
            },
            self,
        )
        self.message = QLabel(self)
        self.message.setProperty("style", "caption")
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.setContentsMargins(Space.L, 0, Space.L, Space.S)
        self.page_view = PageView(theme, self)
        self.page_view.pages_wanted.connect(self._on_pages_wanted)
        self.page_view.page_changed.connect(self._show_place)
        self.text_view = TextView(theme, self)
        self.notice = NoticePage(theme, self)
        self._pages = QStackedWidget(self)
        for widget in (self.notice, self.page_view, self.text_view):
            self._pages.addWidget(widget)
        line = QFrame(self)
        line.setProperty("ground", "line")
        line.setFixedHeight(1)
        self.steps = HitSteps(theme, self)
        self.steps.previous_requested.connect(self.previous_hit)
        self.steps.next_requested.connect(self.next_hit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.message)
        column.addWidget(line)
        column.addWidget(self._pages, 1)
        column.addWidget(self.steps)

    def _open(self, hit: Hit) -> None:
        self._stop()
        self._passages = ()
        self._say("")
        self._slow.start()
        locator = hit.passage.locator
        if _has_pages(hit.document.media_type) and locator.page is not None:
            self.page_view.open(
                hit.document.page_count or 0, locator.page, marks_of(self._siblings, hit)
            )
            self._pages.setCurrentWidget(self.page_view)
            # The old picture stays until there is a new one, or until it takes too long.
            self.page_view.viewport().setUpdatesEnabled(False)
        else:
            self._read_text(hit)

    def _show_marks(self, hit: Hit, *, is_refined: bool) -> None:
        if self._pages.currentWidget() is self.page_view and is_refined:
            self.page_view.refine_marks(marks_of(self._siblings, hit))
        elif self._pages.currentWidget() is self.page_view and hit.passage.locator.page is not None:
            self.page_view.show_marks(hit.passage.locator.page, marks_of(self._siblings, hit))
        elif self._passages:
            self._write_text(hit)

    def _read_text(self, hit: Hit, error: LecternError | None = None) -> None:
        session = self._session_source()
        if session is None:
            return
        path, content = hit.document.full_path, hit.passage.content_hash

        def read() -> _StoredText:
            return _StoredText(session.passages(content), path.exists())

        def show(found: _StoredText) -> None:
            self._slow.stop()
            self._passages = found.passages or (hit.passage,)
            if not found.is_there or isinstance(error, FileUnreadable):
                self._say(f"The file is no longer at {drawable(str(path))}. This is its text.")
            elif error is not None:
                self._say(f"{error.title} This is its text.")
            if self._hit is not None:
                self._write_text(self._hit)

        self._reading = self._tasks.submit("preview", read, show, self._on_text_failed)

    def _write_text(self, hit: Hit) -> None:
        places = {passage.passage_id: at for at, passage in enumerate(self._passages)}
        spans = {
            places[each.passage.passage_id]: spans_of(each)
            for each in self._siblings
            if each.passage.passage_id in places
        }
        current = places.get(hit.passage.passage_id)
        self._pages.setCurrentWidget(self.text_view)
        self.text_view.show_passages(
            self._passages, hit.document.media_type, current=current, spans=spans
        )

    def _step(self, steps: int) -> None:
        ids = [each.passage.passage_id for each in self._siblings]
        if self._hit is None or self._hit.passage.passage_id not in ids or len(ids) == 1:
            return
        at = (ids.index(self._hit.passage.passage_id) + steps) % len(ids)
        hit = self._siblings[at]
        self.show_hit(hit, self._siblings)
        self.hit_changed.emit(hit)

    def _stop(self) -> None:
        self._slow.stop()
        self._store.withdraw()
        self.page_view.viewport().setUpdatesEnabled(True)
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def _show_place(self, page: int | None) -> None:
        if self._hit is None:
            return
        media_type = self._hit.document.media_type
        count = self._hit.document.page_count or 0
        if _has_pages(media_type) and self._reader() is self.page_view:
            count = self.page_view.page_count
        if page and count >= page:
            self.header.place.setText(f"{page_word(media_type).title()} {page:,} of {count:,}")
        else:
            self.header.place.setText(page_label(media_type, page))

    def _reader(self) -> PageView | TextView:
        is_page = self._pages.currentWidget() is self.page_view
        return self.page_view if is_page else self.text_view

    def _on_pages_wanted(self, pages: Sequence[int], scale: float) -> None:
        session = self._session_source()
        if session is not None and self._hit is not None:
            self._store.want(session, self._hit.document.full_path, pages, scale)

    def _on_drawn(self, drawn: DrawnPage) -> None:
        self._slow.stop()
        self.page_view.viewport().setUpdatesEnabled(True)
        self.page_view.show_page(drawn)

    def _on_failed(self, page: int, error: LecternError) -> None:
        hit = self._hit
        if hit is None or page != hit.passage.locator.page:
            return  # a neighbour stays white paper; the passage can still be read
        self._stop()
        self.page_view.clear()
        self._read_text(hit, error)

    def _on_text_failed(self, error: LecternError) -> None:
        self._slow.stop()
        self.notice.show_notice(Notice("warning", error.title, tuple(filter(None, [error.hint]))))
        self._pages.setCurrentWidget(self.notice)

    def _on_slow(self) -> None:
        self.page_view.viewport().setUpdatesEnabled(True)
        if self._pages.currentWidget() is not self.page_view:
            self.notice.show_notice(_LOADING)
            self._pages.setCurrentWidget(self.notice)

    def _on_open(self) -> None:
        if self._hit is not None:
            self.open_requested.emit(self._hit)

    def _on_reveal(self) -> None:
        if self._hit is not None:
            self.reveal_requested.emit(self._hit)

    def _on_copy(self) -> None:
        if self._hit is not None:
            self.copy_requested.emit(self._hit)


def _is_refined(before: Hit | None, hit: Hit) -> bool:
    """Say whether a hit is the one before with its sentence, which comes a moment later."""
    return (
        before is not None
        and before.passage.passage_id == hit.passage.passage_id
        and before.sentence != hit.sentence
    )


def _has_pages(media_type: str) -> bool:
    """Say whether the pages of a document can be shown as they are."""
    return media_type.startswith(_WITH_PAGES)
