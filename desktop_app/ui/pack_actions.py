"""What can be done with a pack now: buttons, the cost before it is done, how far it is."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.domain import PackState
from desktop_app.translation import tr
from desktop_app.ui.flow import Flow
from desktop_app.ui.pack_progress import PackProgressRow
from desktop_app.ui.pack_view import JobKind, PackView, is_gone, job_share
from desktop_app.ui.pack_wording import (
    change_sentence,
    cost_sentence,
    job_sentence,
    name_in_words,
    room_sentence,
)
from desktop_app.ui.theme import Space, Theme
from desktop_app.ui.words import say_bytes, say_error
from desktop_app.ui.wrapped import plain_label


class PackWish(StrEnum):
    """What the user wants of a pack."""

    DOWNLOAD = "download"
    RESUME = "resume"
    PAUSE = "pause"
    CANCEL = "cancel"
    IMPORT = "import"
    EXPORT = "export"
    USE = "use"
    REMOVE = "remove"
    FORGET = "forget"


_CHOICES = (
    PackWish.RESUME,
    PackWish.DOWNLOAD,
    PackWish.USE,
    PackWish.IMPORT,
    PackWish.EXPORT,
    PackWish.REMOVE,
    PackWish.FORGET,
)
_NEEDS_CONSENT = frozenset({PackWish.DOWNLOAD, PackWish.USE, PackWish.REMOVE, PackWish.FORGET})


class PackActions(QWidget):
    """Shows one pack's buttons; ``wished(PackWish, str)`` with the pack's name.

    What costs time, disk or network asks first, in place: one sentence and two buttons;
    Esc takes the question back. ``asked()``: there is a question now, to be brought into view.
    """

    wished = Signal(PackWish, str)
    asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: PackView | None = None
        self._asked: PackWish | None = None
        self._buttons = {wish: QPushButton(self) for wish in PackWish}
        for wish, button in self._buttons.items():
            button.clicked.connect(lambda _=False, wish=wish: self._on_clicked(wish))
        pause, cancel = self._buttons[PackWish.PAUSE], self._buttons[PackWish.CANCEL]
        self.progress = PackProgressRow(theme, (pause, cancel), self)
        self._error = _label("danger", self)
        self._question = _label("muted", self)
        self._yes, self._no = QPushButton(tr("Yes"), self), QPushButton(tr("Not now"), self)
        self._no.setProperty("kind", "quiet")
        self._yes.clicked.connect(self._on_yes)
        self._no.clicked.connect(self.take_back)
        self._choices, self._consent = Flow(self), Flow(self)
        self._fill()

    @property
    def sentences(self) -> str:
        """What it says besides its buttons."""
        labels = (self._error, self._question)
        shown = [label.text() for label in labels if label.isVisibleTo(self)]
        if self.progress.isVisibleTo(self):
            shown.append(self.progress.sentences)
        return " ".join(shown)

    def button(self, wish: PackWish) -> QPushButton:
        """Give the button of a wish, on show or not."""
        return self._buttons[wish]

    @property
    def consent(self) -> QPushButton:
        """The button that says yes to what was asked."""
        return self._yes

    def in_order(self) -> tuple[QPushButton, ...]:
        """Give all buttons in the order in which they stand, for the Tab key."""
        return (
            self._yes,
            self._no,
            *(self._buttons[wish] for wish in (PackWish.PAUSE, PackWish.CANCEL, *_CHOICES)),
        )

    def show_view(self, view: PackView) -> None:
        """Show what can be done now; a question under way stays unless it makes no sense."""
        self._view = view
        if view.job is not None or self._asked not in self._offered(view):
            self._asked = None
        self._arrange(view)

    def ask(self, wish: PackWish) -> None:
        """Ask before doing it, if it can be done now."""
        view = self._view
        if view is not None and wish in self._offered(view):
            self._asked = wish
            self._arrange(view)
            self._yes.setFocus()
            self.asked.emit()

    def take_back(self) -> None:
        """Withdraw the question."""
        asked, self._asked = self._asked, None
        if self._view is not None:
            self._arrange(self._view)
        if asked is not None:
            self._buttons[asked].setFocus()

    def event(self, event: QEvent) -> bool:
        """Claim Esc while something is asked; the window's own would leave the page."""
        is_claimed = (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self._asked is not None
        )
        if is_claimed:
            event.accept()
        return is_claimed or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the question back on Esc."""
        if event.key() == Qt.Key.Key_Escape and self._asked is not None:
            self.take_back()
        else:
            super().keyPressEvent(event)

    def _fill(self) -> None:
        for wish in _CHOICES:
            self._choices.add(self._buttons[wish])
        for button in (self._yes, self._no):
            self._consent.add(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        parts = (self._error, self._question, self._consent, self.progress, self._choices)
        for widget in parts:
            column.addWidget(widget)

    def _arrange(self, view: PackView) -> None:
        focused = QApplication.focusWidget()
        had_focus = focused is not None and (focused is self or self.isAncestorOf(focused))
        self._show_buttons(view)
        is_busy = view.job is not None or view.change is not None or view.is_trying
        self._show_progress(view)
        self.progress.setVisible(is_busy and self._asked is None)
        has_error = view.error is not None and view.job is None
        self._error.setText(say_error(view.error) if view.error is not None else "")
        self._error.setVisible(has_error and self._asked is None)
        self._ask_about(view)
        self._question.setVisible(self._asked is not None)
        self._consent.setVisible(self._asked is not None)
        has_choices = any(not each.isHidden() for each in self._choices.findChildren(QPushButton))
        self._choices.setVisible(self._asked is None and has_choices)
        parts = (self._error, self._question, self._choices, self.progress)
        self.setVisible(any(not part.isHidden() for part in parts))
        if had_focus and focused not in self._usable():
            self._give_focus()

    def _usable(self) -> list[QPushButton]:
        return [each for each in self.in_order() if each.isVisibleTo(self) and each.isEnabled()]

    def _give_focus(self) -> None:
        """Keep the focus here: Qt gives that of a hidden button to another pack's."""
        usable = self._usable()
        (usable[0] if usable else self).setFocus()

    def _show_buttons(self, view: PackView) -> None:
        offered = self._offered(view)
        name = tr(view.listing.title)
        for wish, button in self._buttons.items():
            text = _text_of(wish, view)
            button.setText(text)
            button.setAccessibleName(
                tr("{action}: {name}", action=text.rstrip("…\N{NO-BREAK SPACE}"), name=name)
            )
            kind = "primary" if wish is _main_of(view) else _KINDS.get(wish, "")
            if button.property("kind") != kind:
                button.setProperty("kind", kind)
                button.style().unpolish(button)
                button.style().polish(button)
            button.setVisible(wish in offered)
        job = view.job
        for wish in (PackWish.PAUSE, PackWish.CANCEL):
            self._buttons[wish].setEnabled(job is None or not job.is_ending)

    def _show_progress(self, view: PackView) -> None:
        if view.job is not None:
            notice = view.job.progress.notice if view.job.progress is not None else ""
            self.progress.put(job_sentence(view.job), job_share(view.job), tr(notice))
        elif view.is_trying:
            words = tr("Loading the model; the first time takes up to a minute.")
            self.progress.put(words, None)
        elif view.change is not None:
            change = view.change
            share = change.done / change.total if change.total else None
            self.progress.put(change_sentence(change, view.answering_title), share)

    @staticmethod
    def _offered(view: PackView) -> frozenset[PackWish]:
        if view.job is not None:
            can_pause = view.job.kind is JobKind.DOWNLOAD
            return frozenset({PackWish.CANCEL} | ({PackWish.PAUSE} if can_pause else set()))
        if view.is_trying:
            return frozenset()
        wishes = {PackWish.FORGET} if view.old_bytes else set()
        if is_gone(view.listing):
            return frozenset(wishes)
        if view.listing.state is PackState.AVAILABLE:
            return frozenset(wishes | {PackWish.DOWNLOAD, PackWish.IMPORT})
        if view.listing.state is PackState.UNFINISHED:
            return frozenset(wishes | {PackWish.RESUME, PackWish.IMPORT, PackWish.REMOVE})
        if not view.is_chosen:
            wishes.add(PackWish.USE)
        if view.change is not None and view.change.is_paused:
            wishes.add(PackWish.RESUME)
        if view.listing.state is PackState.INSTALLED:
            wishes.add(PackWish.EXPORT)
            if not (view.is_answering or view.is_chosen):
                wishes.add(PackWish.REMOVE)
        return frozenset(wishes)

    def _ask_about(self, view: PackView) -> None:
        title = name_in_words(view.listing)
        is_possible = True
        match self._asked:
            case PackWish.DOWNLOAD:
                size = say_bytes(view.missing_bytes)
                yes, is_possible = tr("Download {size}", size=size), view.has_room
                question = room_sentence(view)
            case PackWish.USE if view.is_answering:
                yes = tr("Stay with {model}", model=title)
                question = tr("The change to the other model ends. What it learned so far is kept.")
            case PackWish.USE:
                yes, question = tr("Use {model}", model=title), cost_sentence(view)
            case PackWish.REMOVE if view.listing.state is PackState.UNFINISHED:
                yes = tr("Delete what is here")
                question = tr("What was downloaded so far is deleted.")
            case PackWish.REMOVE:
                yes = tr("Remove {model}", model=title)
                question = tr(
                    "The model's files are deleted from this computer. Getting it again means "
                    "downloading or importing it again."
                )
            case PackWish.FORGET:
                yes = tr("Delete {size}", size=say_bytes(view.old_bytes))
                question = tr(
                    "What this model learned of your library is deleted. Your files and the "
                    "model stay; using it again means learning again."
                )
            case _:
                yes, question = tr("Yes"), ""
        self._question.setText(question)
        self._offer(yes, is_possible=is_possible)

    def _offer(self, text: str, *, is_possible: bool) -> None:
        self._yes.setText(text)
        self._yes.setEnabled(is_possible)
        self._no.setText(tr("Not now") if is_possible else tr("Close"))
        kind = "primary" if self._asked in (PackWish.DOWNLOAD, PackWish.USE) else "danger"
        self._yes.setProperty("kind", kind)
        self._yes.style().unpolish(self._yes)
        self._yes.style().polish(self._yes)

    def _on_clicked(self, wish: PackWish) -> None:
        if self._view is None:
            return
        if wish in _NEEDS_CONSENT:
            self.ask(wish)
        else:
            self.wished.emit(wish, self._view.listing.name)

    def _on_yes(self) -> None:
        asked, self._asked = self._asked, None
        if self._view is not None and asked is not None:
            self._arrange(self._view)
            self.wished.emit(asked, self._view.listing.name)


_KINDS = {
    PackWish.PAUSE: "quiet",
    PackWish.CANCEL: "quiet",
    PackWish.IMPORT: "quiet",
    PackWish.REMOVE: "quiet",
    PackWish.FORGET: "quiet",
}


def _main_of(view: PackView) -> PackWish | None:
    return PackWish.RESUME if view.listing.state is PackState.UNFINISHED else None


def _text_of(wish: PackWish, view: PackView) -> str:
    match wish:
        case PackWish.CANCEL:
            is_download = view.job is not None and view.job.kind is JobKind.DOWNLOAD
            return tr("Cancel") if is_download else tr("Stop")
        case PackWish.REMOVE:
            is_unfinished = view.listing.state is PackState.UNFINISHED
            return tr("Discard…") if is_unfinished else tr("Remove…")
        case PackWish.USE if view.is_answering:
            return tr("Stay with this one")
        case PackWish.FORGET:
            # Translators: to make room on the disk.
            return tr("Free {size}…", size=say_bytes(view.old_bytes))
    return {
        PackWish.DOWNLOAD: tr("Download…"),
        PackWish.RESUME: tr("Resume"),
        PackWish.PAUSE: tr("Pause"),
        PackWish.IMPORT: tr("From a stick…"),
        PackWish.EXPORT: tr("Export…"),
        PackWish.USE: tr("Use…"),
    }[wish]


def _label(style: str, parent: QWidget) -> QLabel:
    label = plain_label(style, parent)
    label.hide()
    return label
