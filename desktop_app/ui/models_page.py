"""The Models page: one card a pack, imports from a stick, vectors that are kept for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop_app.errors import LecternError
from desktop_app.translation import tr
from desktop_app.ui.pack_actions import PackWish
from desktop_app.ui.pack_card import PackCard
from desktop_app.ui.pack_progress import PackProgressRow
from desktop_app.ui.pack_view import JobKind, PackJob, PackView, job_share
from desktop_app.ui.pack_wording import job_sentence
from desktop_app.ui.results_wording import drawable
from desktop_app.ui.scroll_page import ScrollPage
from desktop_app.ui.theme import Space, Theme
from desktop_app.ui.words import say_error
from desktop_app.ui.wrapped import plain_label


class ModelsPage(ScrollPage):
    """Shows ``PackView``s; ``wished(PackWish, str)`` names a pack, or an import to stop.

    ``import_requested()`` is the wish to choose what to import; ``closed()`` to go back.
    """

    wished = Signal(PackWish, str)
    import_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, tr("Models"), parent)
        self._cards: dict[str, PackCard] = {}
        self._source = ""
        self.importing = QPushButton(tr("Import…"), self)
        self.importing.setToolTip(
            tr("Take a model from a folder or a zip file, such as on a stick")
        )
        self.importing.clicked.connect(self.import_requested)
        self._stop = QPushButton(tr("Stop"), self)
        self._stop.setProperty("kind", "quiet")
        self._stop.setAccessibleName(tr("Stop the import"))
        self._stop.clicked.connect(lambda: self.wished.emit(PackWish.PAUSE, self._source))
        self.transfer = PackProgressRow(theme, (self._stop,), self)
        self._error, self._notice = plain_label("danger", self), plain_label("danger", self)
        self._column = QVBoxLayout()
        self._column.setSpacing(Space.M)
        self._fill()
        self.show_import(None, None)
        self.show_notice("")

    @property
    def import_error(self) -> str:
        """What went wrong with the last import, "" when nothing did."""
        return self._error.text() if not self._error.isHidden() else ""

    def card(self, pack: str) -> PackCard:
        """Give a pack's card."""
        return self._cards[pack]

    @property
    def packs(self) -> tuple[str, ...]:
        """The packs on show, in order."""
        return tuple(self._cards)

    def show_views(self, views: Sequence[PackView]) -> None:
        """Show these packs in this order; cards that stay are not made again."""
        names = [view.listing.name for view in views]
        if names != list(self._cards):
            self._make_cards(names)
        for view in views:
            self._cards[view.listing.name].show_view(view)

    def show_import(self, job: PackJob | None, error: LecternError | None, key: str = "") -> None:
        """Show an import that has no card yet, or how the last one failed."""
        self._source = key
        self.transfer.setVisible(job is not None)
        if job is not None:
            assert job.kind is JobKind.IMPORT
            notice = job.progress.notice if job.progress is not None else ""
            sentence = tr("Importing from “{source}”", source=drawable(job.source))
            how_far = f"{sentence}  ·  {job_sentence(job)}"
            self.transfer.put(how_far, job_share(job), tr(notice))
            self._stop.setEnabled(not job.is_ending)
        self._error.setText(say_error(error) if error is not None else "")
        self._error.setVisible(error is not None and job is None)

    def show_notice(self, notice: str) -> None:
        """Say why no model answers, or not fully; "" where all is well."""
        self._notice.setText(notice)
        self._notice.setVisible(bool(notice))

    def _make_cards(self, names: Sequence[str]) -> None:
        for name in [each for each in self._cards if each not in names]:
            card = self._cards.pop(name)
            self._column.removeWidget(card)
            card.deleteLater()
        cards = {}
        for place, name in enumerate(names):
            cards[name] = self._cards.get(name) or self._new_card()
            self._column.insertWidget(place, cards[name])
        self._cards = cards
        before: QWidget = self.back
        for card in cards.values():
            for button in card.choices.in_order():
                QWidget.setTabOrder(before, button)
                before = button

    def _new_card(self) -> PackCard:
        card = PackCard(self._theme, self.widget())
        card.wished.connect(self.wished)
        card.choices.asked.connect(partial(self._bring_into_view, card))
        return card

    def _bring_into_view(self, card: PackCard) -> None:
        # After the layout has made room for the question.
        QTimer.singleShot(0, card, partial(self.ensureWidgetVisible, card))

    def _fill(self) -> None:
        lead = plain_label("muted", self)
        lead.setText(tr("A model finds passages by their meaning. It runs on this computer alone."))
        self.head.insertWidget(1, self.importing, 0, Qt.AlignmentFlag.AlignTop)
        QWidget.setTabOrder(self.importing, self.back)
        foot = plain_label("caption", self)
        foot.setText(tr("A zip file or a folder with a model can also be dropped on this window."))
        column = self.column
        column.addWidget(lead)
        column.addWidget(self._notice)
        column.addWidget(self.transfer)
        column.addWidget(self._error)
        column.addLayout(self._column)
        column.addWidget(foot)
        column.addStretch(1)
