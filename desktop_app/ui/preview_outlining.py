"""The outline of the document that is shown: where it comes from and where it leads."""

from __future__ import annotations

import bisect

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QToolButton, QWidget

from desktop_app.domain.printed import OutlineEntry
from desktop_app.translation import tr
from desktop_app.ui.page_view import PageView
from desktop_app.ui.preview_outline import OutlineLine, OutlinePopup
from desktop_app.ui.text_view import TextView
from desktop_app.ui.text_view_parts import TextHeading
from desktop_app.ui.theme import Theme

_LEAST_HEADINGS = 2
"""One heading is a title, and leads to where one is."""


class Outlining(QObject):
    """Shows the button only where a document has an outline; made when first asked for."""

    def __init__(
        self, theme: Theme, button: QToolButton, pages: PageView, text: TextView, pane: QWidget
    ) -> None:
        super().__init__(pane)
        self._theme, self._button, self._pane = theme, button, pane
        self._pages, self._text = pages, text
        self._popup: OutlinePopup | None = None
        self._is_listed = False
        self.entries: tuple[OutlineEntry, ...] = ()
        self.headings: tuple[TextHeading, ...] = ()
        self.clear()

    def clear(self) -> None:
        """Have no outline."""
        self.entries, self.headings = (), ()
        self._take()

    def use_entries(self, entries: tuple[OutlineEntry, ...]) -> None:
        """Take the table of contents of a document with pages."""
        self.entries, self.headings = entries, ()
        self._take()

    def use_headings(self, headings: tuple[TextHeading, ...]) -> None:
        """Take the headings of a stored text."""
        self.entries = ()
        self.headings = headings if len(headings) >= _LEAST_HEADINGS else ()
        self._take()

    def present(self) -> None:
        """Bring the list up at the line that is being read."""
        if not self.entries and not self.headings:
            return
        popup = self._popup
        if popup is None:
            popup = self._popup = OutlinePopup(self._theme, self._pane)
            popup.chosen.connect(self._on_chosen)
        if not self._is_listed:
            popup.show_lines(
                [OutlineLine(each.level, each.title, _place_of(each)) for each in self.entries]
                or [OutlineLine(each.level, each.title) for each in self.headings]
            )
            self._is_listed = True
        if self.entries:
            places, here = [each.page for each in self.entries], self._pages.page
        else:
            places, here = [each.passage for each in self.headings], self._text.passage
        # Tables of contents need not be in the order of pages.
        at = bisect.bisect_right(sorted(places), here) - 1
        popup.present(self._button, max(0, at))

    def _take(self) -> None:
        self._is_listed = False
        self._button.setVisible(bool(self.entries or self.headings))

    def _on_chosen(self, number: int) -> None:
        if self.entries:
            entry = self.entries[number]
            self._pages.show_spot(entry.page, entry.top)
            self._pages.setFocus()
        elif self.headings:
            self._text.show_passage(self.headings[number].passage)
            self._text.setFocus()


def _place_of(entry: OutlineEntry) -> str:
    # Translators: the number of a page, alone in a column.
    return tr("{page}", page=entry.page)
