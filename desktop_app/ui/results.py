"""The middle pane: how complete the answer is, then the hits, or why there are none."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain import Hit, SearchResult, Verdict
from desktop_app.errors import LecternError
from desktop_app.translation import mark, say_in_turn, tr
from desktop_app.ui.results_list import ResultsList
from desktop_app.ui.results_quote import QuoteCard
from desktop_app.ui.results_states import (
    Hint,
    NoticePage,
    ResultsState,
    notice_of_error,
    notice_of_nothing,
    notice_of_state,
)
from desktop_app.ui.theme import Role, Space, Theme
from desktop_app.ui.wrapped import plain_label

FLICKER_MS = 150
"""What lasts less than this is not announced; it would only flicker."""

_FORESEEN = mark("By words, while you type")
_VERDICTS = {
    # Where nothing is quoted, the card above says that these come closest.
    Verdict.WEAK: (mark("No strong match"), ""),
    Verdict.NONE: (
        mark("No good match"),
        mark("None of these passages seems to answer. Ask for what the document would say."),
    ),
}


class ResultsView(QWidget):
    """Shows answers and states; emits what the user wants with a hit.

    ``hit_selected`` follows the current hit, also when nobody touched the list (the best
    hit), and comes again with the final answer. ``hit_activated`` is the wish to read it:
    Enter, Space or double click. ``models_requested`` and ``hint_closed`` come from the hint
    that another model would know the question's language, ``unread_requested`` from what
    the coverage says of files that could not be read fully, ``again_requested`` from what it
    says of those read since. ``grouped(bool)``: the user wants the hits of a document
    together, or no more.
    """

    hit_selected = Signal(object)
    hit_activated = Signal(object)
    open_requested = Signal(object)
    reveal_requested = Signal(object)
    copy_requested = Signal(object)
    mark_requested = Signal(object)
    similar_requested = Signal(object)
    export_requested = Signal()
    add_folder_requested = Signal()
    models_requested = Signal()
    hint_closed = Signal()
    unread_requested = Signal()
    again_requested = Signal()
    grouped = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._result: SearchResult | None = None
        self.list = ResultsList(theme, self)
        self.notice = NoticePage(theme, self)
        self.quote = QuoteCard(theme, self)
        self.verdict_label = plain_label("heading", self)
        self.coverage_label = plain_label("caption", self)
        self.unread_link = self._link(tr("Which ones?"), self.unread_requested)
        self.unread_link.setToolTip(tr("Show the files that could not be read fully"))
        self.again_link = self._link(tr("Ask again"), self._ask_again)
        self.group_button = QToolButton(self)
        self.group_button.setCheckable(True)
        self.group_button.setAccessibleName(tr("Group by document"))
        self.group_button.setToolTip(tr("Group by document (G in the list)"))
        self.ranking_label = plain_label("caption", self)
        self.ranking_label.setWordWrap(False)
        self.hint = Hint(theme, tr("Models for other languages"), self)
        self.hint.taken.connect(self.models_requested)
        self.hint.closed.connect(self.hint_closed)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.notice)
        self._pages.addWidget(self._list_page())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.hint)
        column.addWidget(self._pages, 1)
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(FLICKER_MS)
        self._slow.timeout.connect(self._on_slow)
        self._connect()
        self._on_theme_changed()
        self.setFocusProxy(self.list)
        self.show_state(ResultsState.READY)

    @property
    def result(self) -> SearchResult | None:
        """The answer shown, None in every other state."""
        return self._result

    @property
    def hits(self) -> tuple[Hit, ...]:
        """The hits shown, in the order of the rows, with those that are folded away."""
        return self.list.hits.answer

    @property
    def is_grouped(self) -> bool:
        """Whether the hits of a document stand together."""
        return self.list.hits.is_grouped

    def group(self, *, is_grouped: bool) -> None:
        """Put the hits of each document together, or all in the order of their ranks."""
        self.list.group(is_grouped=is_grouped)
        self.group_button.setChecked(is_grouped)

    def current_hit(self) -> Hit | None:
        """Give the current hit, if any."""
        return self.list.current_hit()

    def selected_hits(self) -> tuple[Hit, ...]:
        """Give the hits that the user chose, the current one among them."""
        return self.list.selected_hits()

    def show_foreseen(self, result: SearchResult) -> None:
        """Show what words alone find of a question that is still being typed."""
        if result.hits:
            self._show_hits(result, is_foreseen=True)

    def show_result(self, result: SearchResult) -> None:
        """Show an answer or refine the one shown."""
        self._slow.stop()
        self._result = result
        if not result.hits:
            if not result.is_final:
                self.show_state(ResultsState.SEARCHING)
                return
            self.list.clear()
            self.notice.show_notice(notice_of_nothing(result))
            self._pages.setCurrentIndex(0)
            return
        self._show_hits(result)

    def _show_hits(self, result: SearchResult, *, is_foreseen: bool = False) -> None:
        self._slow.stop()
        self._result = result
        verdict, advice = _VERDICTS.get(result.verdict, ("", "")) if result.is_final else ("", "")
        self.verdict_label.setText(tr(verdict))
        self.verdict_label.setVisible(bool(verdict))
        sentences = (tr(advice), *map(tr, result.notices), result.coverage.sentence)
        self.coverage_label.setText(say_in_turn(*sentences))
        self.again_link.hide()
        self.unread_link.setVisible(result.coverage.needs_attention > 0)
        self._mark(tr(_FORESEEN) if is_foreseen else _progress_of(result))
        is_quotable = result.verdict is not Verdict.NONE or not result.is_final
        self.quote.setVisible(is_quotable and bool(result.query.text))
        if is_foreseen:
            self.quote.wait()
        else:
            self.quote.show_result(result)
        self.list.show_result(result, is_foreseen=is_foreseen)
        self._pages.setCurrentIndex(1)

    def offer_again(self) -> None:
        """Say that more has been read since this answer; what is read now does not move."""
        if not self.again_link.isHidden():
            return
        before = self.list.mapTo(self, QPoint()).y()
        text = say_in_turn(self.coverage_label.text(), tr("More has been read since."))
        self.coverage_label.setText(text)
        self.again_link.setAccessibleDescription(tr("More has been read since."))
        self.again_link.show()
        self._column.activate()
        bar = self.list.verticalScrollBar()
        bar.setValue(bar.value() + self.list.mapTo(self, QPoint()).y() - before)

    def settle(self) -> None:
        """Note that the answer shown will not get better, nor get a quotation."""
        self.quote.settle()

    def show_state(self, state: ResultsState) -> None:
        """Show a state without hits; searching keeps the hits before it until it answers."""
        if state is ResultsState.SEARCHING:
            self.list.expect_answer()
            self._slow.start()
            return
        self._slow.stop()
        self.hint.put("")
        self._result = None
        self.list.clear()
        self.notice.show_notice(notice_of_state(state))
        self._pages.setCurrentIndex(0)

    def show_error(self, error: LecternError) -> None:
        """Show an error's sentence and hint in place of the hits."""
        self._slow.stop()
        self.hint.put("")
        self._result = None
        self.list.clear()
        self.notice.show_notice(notice_of_error(error))
        self._pages.setCurrentIndex(0)

    def select_hit(self, hit: Hit) -> None:
        """Go to a hit that was chosen elsewhere (the preview's next in the document)."""
        self.list.select_hit(hit)

    def select_next(self) -> None:
        """Go to the next hit."""
        self.list.select_next()

    def select_previous(self) -> None:
        """Go to the previous hit."""
        self.list.select_previous()

    def shown_sentences(self) -> tuple[str, ...]:
        """Give the words around the hits, or of the state, for tests and screen readers."""
        if self._pages.currentIndex() == 0:
            return tuple(self.notice.sentences())
        labels = (self.verdict_label, self.coverage_label, self.ranking_label)
        return tuple(label.text() for label in labels if label.text())

    def _link(self, text: str, clicked: SignalInstance | Callable[[], None]) -> QPushButton:
        link = QPushButton(text, self)
        link.setProperty("kind", "link")
        link.setProperty("style", "caption")
        # Enter is the key that asks, so it follows these too.
        link.setAutoDefault(True)
        link.clicked.connect(clicked)
        return link

    def _list_page(self) -> QWidget:
        page = QWidget(self)
        line = QHBoxLayout()
        line.setSpacing(Space.M)
        line.addWidget(self.coverage_label, 1)
        line.addWidget(self.again_link, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.unread_link, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.ranking_label, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.group_button, 0, Qt.AlignmentFlag.AlignVCenter)
        head = QVBoxLayout()
        head.setContentsMargins(Space.L, Space.M, Space.L, Space.S)
        head.setSpacing(Space.XS)
        head.addWidget(self.verdict_label)
        head.addLayout(line)
        column = self._column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.quote)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        return page

    def _connect(self) -> None:
        self.list.hit_selected.connect(self.hit_selected)
        self.list.hit_activated.connect(self.hit_activated)
        self.list.open_requested.connect(self.open_requested)
        self.list.reveal_requested.connect(self.reveal_requested)
        self.list.copy_requested.connect(self.copy_requested)
        self.list.mark_requested.connect(self.mark_requested)
        self.list.similar_requested.connect(self.similar_requested)
        self.list.export_requested.connect(self.export_requested)
        self.list.grouping_requested.connect(self.group_button.click)
        self.group_button.clicked.connect(self._on_group_clicked)
        self.quote.quote_activated.connect(self._on_quote_activated)
        self.notice.add_folder_requested.connect(self.add_folder_requested)
        self._theme.changed.connect(self._on_theme_changed)

    def _ask_again(self) -> None:
        # The link goes with the answer, and what had the keyboard would pass it on to a stranger.
        self.list.setFocus()
        self.again_requested.emit()

    def _on_quote_activated(self, hit: Hit) -> None:
        self.list.select_hit(hit)
        self.hit_activated.emit(hit)

    def _on_group_clicked(self, is_grouped: bool) -> None:  # noqa: FBT001 - from a signal
        self.group(is_grouped=is_grouped)
        self.grouped.emit(is_grouped)

    def _on_theme_changed(self) -> None:
        self.group_button.setIcon(self._theme.icon("group", Role.TEXT))

    def _mark(self, text: str) -> None:
        self.ranking_label.setText(text)
        self.ranking_label.setVisible(bool(text))

    def _on_slow(self) -> None:
        if self.list.hits.hits:
            self._mark(tr("Searching…"))
            return
        self.notice.show_notice(notice_of_state(ResultsState.SEARCHING))
        self._pages.setCurrentIndex(0)


def _progress_of(result: SearchResult) -> str:
    if not result.is_final:
        return tr("Ranking…")
    return "" if result.is_reranked else tr("Not reranked")
