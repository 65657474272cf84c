"""The right pane: the current hit on its page, boxed, or in the document's stored text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.domain import Hit, Passage
from desktop_app.errors import FileUnreadable, LecternError
from desktop_app.session import Session
from desktop_app.translation import say_in_turn, tr
from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_find import FindBar
from desktop_app.ui.preview_finding import Finding
from desktop_app.ui.preview_header import PreviewHeader
from desktop_app.ui.preview_hits import DocumentHits, hits_beside
from desktop_app.ui.preview_keys import KeyMap
from desktop_app.ui.preview_marks import is_refined
from desktop_app.ui.preview_outlining import Outlining
from desktop_app.ui.preview_pages import DrawnPage
from desktop_app.ui.preview_steps import HitSteps
from desktop_app.ui.preview_supply import StoredText, StructuredText, Supply, has_pages
from desktop_app.ui.results_states import LOADING, NOTHING_CHOSEN, NoticePage, notice_of_error
from desktop_app.ui.results_wording import drawable, title_of
from desktop_app.ui.tasks import TaskRunner
from desktop_app.ui.text_view import TextView
from desktop_app.ui.theme import Theme
from desktop_app.ui.wrapped import plain_label

FLICKER_MS = 150
"""What is there sooner replaces the old view directly; only then "Loading" is said."""

_LONGEST_TITLE = 400
"""Longer titles are cut before Qt measures them character by character."""


class PreviewPane(QWidget):
    """Shows one hit at a time; reads and draws on the preview lane only.

    ``hit_changed(Hit)`` tells that the pane itself moved to another hit of the document
    (F3), so that the list can follow. ``text_copied(str)`` has what was selected on pages.
    """

    open_requested = Signal(object)
    reveal_requested = Signal(object)
    copy_requested = Signal(object)
    hit_changed = Signal(object)
    text_copied = Signal(str)

    def __init__(
        self,
        theme: Theme,
        tasks: TaskRunner,
        session_source: Callable[[], Session | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._hits: DocumentHits | None = None
        self._passages: tuple[Passage, ...] = ()
        self._error: LecternError | None = None
        self._supply = Supply(tasks, session_source, self)
        self._build(theme)
        self.find_bar = FindBar(theme, self)
        self._layout.insertWidget(self._layout.indexOf(self._pages), self.find_bar)
        self.finding = Finding(tasks, self.find_bar, self.page_view, self.text_view, self)
        self._outlining = Outlining(
            theme, self.header.buttons["outline"], self.page_view, self.text_view, self
        )
        self._keys = KeyMap(self._callbacks())
        self._connect()
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(FLICKER_MS)
        self._slow.timeout.connect(self._on_slow)
        self.clear()

    @property
    def hit(self) -> Hit | None:
        """The hit shown."""
        return self._hits.current if self._hits is not None else None

    def show_hit(self, hit: Hit, all_hits: Sequence[Hit] = ()) -> None:
        """Show a hit on its page; ``all_hits`` are searched for others of its document."""
        before = self.hit
        self._hits = hits = hits_beside(hit, all_hits)
        self.header.setVisible(True)
        self.header.title.put(title_of(hit)[:_LONGEST_TITLE])
        if hits.number:
            self.steps.show_position(hits.number, len(hits.hits))
        is_same = (
            before is not None
            and before.passage.content_hash == hit.passage.content_hash
            and before.document.full_path == hit.document.full_path
        )
        if is_same and self._pages.currentWidget() in (self.page_view, self.text_view):
            self._show_marks(hits, is_refined=is_refined(before, hit))
        else:
            self._open(hits)
        self._show_place(hit.passage.locator.page)

    def clear(self) -> None:
        """Show that nothing is selected."""
        self._stop()
        self._supply.use(None)
        self._hits = None
        self.finding.close()
        self._outlining.clear()
        self.page_view.clear()
        self.text_view.clear()
        self.header.hide()
        self.steps.hide()
        self._say("")
        self.notice.show_notice(NOTHING_CHOSEN)
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

    def begin_finding(self) -> None:
        """Look for words in the document; those selected, if any."""
        selected = self.page_view.selecting.text if self._is_paged else self.text_view.selected_text
        self.finding.present(selected if "\n" not in selected else "")

    def event(self, event: QEvent) -> bool:
        """Keep the keys that mean something else here from the window."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and self._meaning_of(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what the keys of the pane mean (``_callbacks``)."""
        callback = self._meaning_of(event)
        if callback is not None:
            callback()
        else:
            super().keyPressEvent(event)

    def _meaning_of(self, event: QKeyEvent) -> Callable[[], None] | None:
        # Escape is the window's unless something is to be closed here.
        is_ours = event.key() != Qt.Key.Key_Escape or self.finding.is_open
        return self._keys.callback_of(event) if is_ours else None

    def _callbacks(self) -> dict[str, Callable[[], None]]:
        return {
            "Ctrl+F": self.begin_finding,
            "F3": lambda: self._go_on(1),
            "Shift+F3": lambda: self._go_on(-1),
            "Escape": self.finding.dismiss,
            "Ctrl+Shift+O": self._on_outline,
            "Ctrl+A": self._on_select_all,
            "Ctrl+C": self._on_copy_text,
            "Ctrl++": self.zoom_in,
            "Ctrl+=": self.zoom_in,
            "Ctrl+-": self.zoom_out,
            "Ctrl+0": self.fit_width,
            "Ctrl+Return": self._on_open,
            "Ctrl+Enter": self._on_open,
        }

    def _connect(self) -> None:
        supply, view = self._supply, self.page_view
        supply.drawn.connect(self._on_drawn)
        supply.failed.connect(self._on_failed)
        supply.text_read.connect(self._on_text_read)
        supply.text_failed.connect(self._on_text_failed)
        supply.structure_read.connect(self._on_structure_read)
        supply.words_read.connect(view.selecting.show_words)
        supply.outline_read.connect(self._outlining.use_entries)
        view.pages_wanted.connect(supply.want_pages)
        view.page_changed.connect(self._show_place)
        view.selecting.words_wanted.connect(supply.want_words)
        view.selecting.copied.connect(self.text_copied)

    def _build(self, theme: Theme) -> None:
        self.header = PreviewHeader(
            theme,
            {
                "outline": self._on_outline,
                "find": self.begin_finding,
                "zoom-out": self.zoom_out,
                "zoom-fit": self.fit_width,
                "zoom-in": self.zoom_in,
                "copy": self._on_copy,
                "reveal": self._on_reveal,
                "open": self._on_open,
            },
            self,
        )
        self.message = plain_label("caption", self)
        self.message.setProperty("inset", "head")
        self.page_view = PageView(theme, self)
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
        self._layout = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.message)
        column.addWidget(line)
        column.addWidget(self._pages, 1)
        column.addWidget(self.steps)

    def _open(self, hits: DocumentHits) -> None:
        hit = hits.current
        self._stop()
        self._supply.use(hit)
        self._outlining.clear()
        self._passages = ()
        self._error = None
        self._say("")
        self._slow.start()
        locator = hit.passage.locator
        if has_pages(hit.document.media_type) and locator.page is not None:
            self.page_view.open(hit.document.page_count or 0, locator.page, hits.marks())
            self._pages.setCurrentWidget(self.page_view)
            # The old picture stays until there is a new one, or until it takes too long.
            self.page_view.viewport().setUpdatesEnabled(False)
            self._supply.want_outline()
            if self._supply.session is not None:
                self.finding.use_pages(self._supply.session, hit)
        else:
            self._supply.want_text()

    def _show_marks(self, hits: DocumentHits, *, is_refined: bool) -> None:
        page = hits.current.passage.locator.page
        if self._is_paged and is_refined:
            self.page_view.refine_marks(hits.marks())
        elif self._is_paged and page is not None:
            self.page_view.show_marks(page, hits.marks())
        elif self._passages:
            self._write_text(hits)

    def _write_text(self, hits: DocumentHits) -> None:
        current, spans = hits.spans(self._passages)
        self._pages.setCurrentWidget(self.text_view)
        media_type = hits.current.document.media_type
        self.text_view.show_passages(self._passages, media_type, current=current, spans=spans)

    def _step(self, steps: int) -> None:
        hit = self._hits.stepped(steps) if self._hits is not None else None
        if self._hits is not None and hit is not None:
            self.show_hit(hit, self._hits.hits)
            self.hit_changed.emit(hit)

    def _go_on(self, steps: int) -> None:
        """Go to another place while words are looked for, else to another hit."""
        (self.finding.step if self.finding.is_open else self._step)(steps)

    def _stop(self) -> None:
        self._slow.stop()
        self._supply.withdraw()
        self.page_view.viewport().setUpdatesEnabled(True)

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def _show_place(self, page: int | None) -> None:
        hit = self.hit
        if hit is None:
            return
        media_type = hit.document.media_type
        count = hit.document.page_count or 0
        if has_pages(media_type) and self._reader() is self.page_view:
            count = self.page_view.page_count
        self.header.show_place(media_type, page, count)

    def _reader(self) -> PageView | TextView:
        return self.page_view if self._is_paged else self.text_view

    @property
    def _is_paged(self) -> bool:
        return self._pages.currentWidget() is self.page_view

    def _on_drawn(self, drawn: DrawnPage) -> None:
        self._slow.stop()
        self.page_view.viewport().setUpdatesEnabled(True)
        self.page_view.show_page(drawn)

    def _on_failed(self, page: int, error: LecternError) -> None:
        hit = self.hit
        if hit is None or page != hit.passage.locator.page:
            return  # a neighbour stays white paper; the passage can still be read
        self._stop()
        self.page_view.clear()
        self._error = error
        self._supply.want_text()

    def _on_text_read(self, found: StoredText) -> None:
        hits = self._hits
        if hits is None:
            return
        self._slow.stop()
        self._passages = found.passages
        if not found.is_there or isinstance(self._error, FileUnreadable):
            path = drawable(str(hits.current.document.full_path))
            self._say(tr("The file is no longer at {path}. This is its text.", path=path))
        elif self._error is not None:
            self._say(say_in_turn(tr(self._error.title), tr("This is its text.")))
        self._write_text(hits)
        self._outlining.use_headings(found.headings)
        self.finding.use_text(found.passages)
        self._supply.want_structure(found.passages)

    def _on_structure_read(self, found: StructuredText) -> None:
        if found.structure.is_empty:
            return
        self.text_view.use_structure(found.structure)
        self._outlining.use_headings(found.headings)
        self.finding.use_text(self._passages, found.structure)

    def _on_text_failed(self, error: LecternError) -> None:
        self._slow.stop()
        self.notice.show_notice(notice_of_error(error))
        self._pages.setCurrentWidget(self.notice)

    def _on_slow(self) -> None:
        self.page_view.viewport().setUpdatesEnabled(True)
        if self._pages.currentWidget() is not self.page_view:
            self.notice.show_notice(LOADING)
            self._pages.setCurrentWidget(self.notice)

    def _on_open(self) -> None:
        if self.hit is not None:
            self.open_requested.emit(self.hit)

    def _on_reveal(self) -> None:
        if self.hit is not None:
            self.reveal_requested.emit(self.hit)

    def _on_outline(self) -> None:
        self._outlining.present()

    def _on_select_all(self) -> None:
        if self._is_paged:
            self.page_view.selecting.select_page(self.page_view.page)
        else:
            self.text_view.selectAll()

    def _on_copy_text(self) -> None:
        """Copy what is selected, and where nothing is, the passage with its source."""
        if self._is_paged and not self.page_view.selecting.is_empty:
            self.page_view.selecting.copy()
        elif not self._is_paged and self.text_view.textCursor().hasSelection():
            self.text_view.copy()
        else:
            self._on_copy()

    def _on_copy(self) -> None:
        if self.hit is not None:
            self.copy_requested.emit(self.hit)
