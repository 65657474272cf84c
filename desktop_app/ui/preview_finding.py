"""Finds words in the document that is shown, page by page, off the UI thread."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias, TypeVar

from PySide6.QtCore import QObject

from desktop_app.domain import Hit, IsCancelled, Passage
from desktop_app.domain.printed import FoundPlace, FoundPlaces
from desktop_app.errors import LecternError
from desktop_app.session import Session
from desktop_app.translation import tr
from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_find import FindBar
from desktop_app.ui.tasks import TaskHandle, TaskRunner
from desktop_app.ui.text_view import TextView
from desktop_app.ui.text_view_finding import TextPlace, TextPlaces, find_in_passages
from desktop_app.ui.text_view_parts import UNKNOWN, Structure

SHOWN_EVERY_MS = 100

_Places: TypeAlias = tuple[FoundPlace, ...] | tuple[TextPlace, ...]
_Found = TypeVar("_Found", FoundPlaces, TextPlaces)


class Finding(QObject):
    """Connects the bar with the view that is in use; the first place from the view on comes up.

    ``pages`` and ``text`` take turns: ``use_pages`` or ``use_text`` say which one is read, and
    look there for what the bar holds.
    """

    def __init__(
        self, tasks: TaskRunner, bar: FindBar, pages: PageView, text: TextView, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._tasks, self._bar = tasks, bar
        self._pages, self._text = pages, text
        self._begin: Callable[[str], TaskHandle] | None = None
        self._search: TaskHandle | None = None
        self._sought = ""
        self._places: _Places = ()
        self._current: int | None = None
        self._is_cut = self._is_done = False
        bar.sought.connect(self._on_sought)
        bar.stepped.connect(self.step)
        bar.dismissed.connect(self.dismiss)
        for strip in (pages.strip, text.strip):
            strip.found_chosen.connect(self._on_chosen)

    @property
    def is_open(self) -> bool:
        """Whether the bar is there."""
        return not self._bar.isHidden()

    def present(self, selected: str = "") -> None:
        """Bring the bar up; what is selected in the document is looked for."""
        if self._begin is not None:
            self._bar.present(selected)

    def dismiss(self) -> None:
        """Put the bar away, and the focus on the document."""
        self._stop()
        self._bar.dismiss()
        view = self._pages if self._pages.isVisible() else self._text
        view.setFocus()

    def step(self, steps: int) -> None:
        """Go to the next or previous place, from the last one to the first."""
        if self._places:
            self._go((0 if self._current is None else self._current + steps) % len(self._places))

    def use_pages(self, session: Session, hit: Hit) -> None:
        """Look in the pages of a document from now on."""
        path, content = hit.document.full_path, hit.passage.content_hash

        def iterate(text: str, is_cancelled: IsCancelled) -> Iterator[FoundPlaces]:
            return session.pages.find(path, text, content_hash=content, is_cancelled=is_cancelled)

        self._use(iterate, self._on_pages_found)

    def use_text(self, passages: tuple[Passage, ...], structure: Structure = UNKNOWN) -> None:
        """Look in the stored text of a document from now on, as it is written."""

        def iterate(text: str, is_cancelled: IsCancelled) -> Iterator[TextPlaces]:
            return find_in_passages(passages, text, is_cancelled, structure)

        self._use(iterate, self._on_text_found)

    def close(self) -> None:
        """Look in nothing; the bar goes."""
        self._begin = None
        self._stop()
        self._bar.dismiss()

    def _use(
        self,
        iterate: Callable[[str, IsCancelled], Iterator[_Found]],
        on_found: Callable[[_Found], None],
    ) -> None:
        self._begin = lambda text: self._tasks.stream(
            "find",
            partial(iterate, text),
            on_found,
            self._on_done,
            self._on_failed,
            key="find",
            interval_ms=SHOWN_EVERY_MS,
        )
        if self.is_open and self._sought:
            self._on_sought(self._sought)

    def _on_sought(self, text: str) -> None:
        self._stop()
        self._sought = text
        if text.strip() and self._begin is not None:
            self._search = self._begin(text)
            self._say()

    def _stop(self) -> None:
        if self._search is not None:
            self._search.cancel()
            self._search = None
        self._sought = ""
        self._places, self._current = (), None
        self._is_cut = self._is_done = False
        self._pages.show_found(())
        self._text.show_found("")
        self._bar.show_count("", is_passable=False)

    def _on_pages_found(self, found: FoundPlaces) -> None:
        self._places, self._is_cut = found.places, found.is_cut
        if self._current is None:
            here = bisect.bisect_left(found.places, self._pages.page, key=lambda each: each.page)
            if here < len(found.places):
                self._go(here)
                return
        now = None if self._current is None else found.places[self._current]
        self._pages.show_found(found.places, now)
        self._say()

    def _on_text_found(self, found: TextPlaces) -> None:
        self._places, self._is_cut = found.places, found.is_cut
        if self._current is None:
            here = bisect.bisect_left(
                found.places, self._text.passage, key=lambda each: each.passage
            )
            if here < len(found.places):
                self._go(here)
                return
        now = None if self._current is None else found.places[self._current]
        self._text.show_found(self._sought, found.places, now)
        self._say()

    def _on_done(self) -> None:
        self._is_done = True
        if self._current is None and self._places:
            self._go(0)
        self._say()

    def _on_failed(self, error: LecternError) -> None:
        self._is_done = True
        self._bar.show_count(tr(error.title), is_passable=bool(self._places))

    def _on_chosen(self, at: int) -> None:
        if at < len(self._places):
            self._go(at)

    def _go(self, at: int) -> None:
        self._current = at
        place = self._places[at]
        if isinstance(place, TextPlace):
            written = tuple(each for each in self._places if isinstance(each, TextPlace))
            self._text.show_found(self._sought, written, place)
        else:
            places = tuple(each for each in self._places if isinstance(each, FoundPlace))
            self._pages.show_found(places, place)
        self._say()

    def _say(self) -> None:
        count = len(self._places)
        if count and self._current is not None:
            words = self._position(self._current + 1, count)
        elif self._is_done:
            words = tr("Not in this document")
        else:
            words = tr("Looking…")
        self._bar.show_count(words, is_passable=bool(count))

    def _position(self, number: int, count: int) -> str:
        # Translators: the place that is shown, of all that were found so far.
        if self._is_cut:
            return tr("{number} of {count}+", number=number, count=count)
        if self._is_done:
            return tr("{number} of {count}", number=number, count=count)
        return tr("{number} of {count}…", number=number, count=count)
