"""From the question box to what was asked before, and back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.translation import mark, mark_n, tr, tr_n
from desktop_app.ui.habits import KeptHabits
from desktop_app.ui.library import LibraryPane
from desktop_app.ui.messages import MessageBar
from desktop_app.ui.narrowing import Narrowing
from desktop_app.ui.recall import Asked, Recall
from desktop_app.ui.recall_list import spoken
from desktop_app.ui.recall_sheet import RecallSheet
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.theme import Theme
from desktop_app.ui.top_row import TopRow
from desktop_app.ui.words import name_of

NOTE_MS = 6_000
"""How long it is said under which name a search was saved."""
_PAGE = 8
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _PAGE,
    Qt.Key.Key_PageUp: -_PAGE,
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NOTHING_YET = mark("Questions that you ask are offered here.")
_SWITCHED_OFF = mark("Earlier questions are not kept. The settings say so, and can say otherwise.")
_NO_MATCH = mark("No earlier question holds these words.")
_FORGOTTEN = mark_n(
    "{count} earlier question is forgotten.", "{count} earlier questions are forgotten."
)
_FORGOTTEN_FOR_GOOD = mark_n(
    "{count} earlier question is forgotten, and no more are kept.",
    "{count} earlier questions are forgotten, and no more are kept.",
)


class Recalling(QObject):
    """Offers earlier questions and saved searches below the question box.

    The focus stays in the box, so that typing filters; Down, Up and Enter choose, Delete
    removes, F2 names. A question is kept once Enter is pressed or its answer is used.
    """

    def __init__(
        self,
        theme: Theme,
        store: SettingsStore,
        habits: KeptHabits,
        top: TopRow,
        window: QWidget,
        *,
        library: LibraryPane,
        message: MessageBar,
    ) -> None:
        super().__init__(window)
        self._top, self._window = top, window
        self._library, self._message = library, message
        self.recall = Recall(store, is_on=habits.now.remembers)
        self.sheet = RecallSheet(theme, top.question, window)
        self.sheet.chosen.connect(self._on_chosen)
        self.sheet.removed.connect(self._on_removed)
        self.sheet.named.connect(self._on_named)
        self.sheet.all_forgotten.connect(self._on_all_forgotten)
        habits.changed.connect(lambda now: self._remember(is_on=now.remembers))
        top.question.recall_requested.connect(self.toggle)
        top.question.asked.connect(self._on_asked)
        self._edit = top.question.edit
        self._edit.textChanged.connect(self._on_typed)
        self._edit.installEventFilter(self)
        self.sheet.name.installEventFilter(self)
        window.installEventFilter(self)

    @property
    def present(self) -> Asked:
        """The search in the box now; its question is "" where there is none."""
        return Asked(self._top.question.question, self._top.narrowing.narrowing)

    def note_present(self, *_: object) -> None:
        """Keep the present question, whose answer is being used."""
        self.recall.note(self.present)

    def toggle(self) -> None:
        """Offer what was asked before, or no more."""
        if not self.dismiss():
            self._top.question.focus()
            self._offer("")

    def dismiss(self) -> bool:
        """Put the sheet away; False when there was none."""
        if self.sheet.isHidden():
            return False
        had_focus = self._is_inside(QApplication.focusWidget())
        self.sheet.hide()
        self._edit.setAccessibleDescription("")
        if had_focus:
            self._edit.setFocus()
        return True

    def save_present(self) -> None:
        """Ask under which name the present search is to be saved."""
        asked = self.present
        if not asked.question:
            self._message.show_note(
                tr("There is no question to save. Ask one, then save it under a name."),
                ms=NOTE_MS,
            )
            return
        name = self.recall.name_of(asked)
        self.sheet.ask_name(Asked(asked.question, asked.narrowing, name))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that walk through the sheet; close it on a click or focus elsewhere."""
        if watched is self._edit and isinstance(event, QKeyEvent):
            return event.type() == QEvent.Type.KeyPress and self._on_key(event)
        if self.sheet.isHidden():
            return False
        if event.type() == QEvent.Type.FocusOut:
            focused = QApplication.focusWidget()
            if focused is not self._edit and not self._is_inside(focused):
                self.dismiss()
        elif isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            box = self._top.question
            point = self._window.mapFromGlobal(event.globalPosition().toPoint())
            is_in_box = box.rect().contains(box.mapFrom(self._window, point))
            if not is_in_box and not self.sheet.geometry().contains(point):
                self.dismiss()
        elif watched is self._window and event.type() == QEvent.Type.Resize:
            self.sheet.place()
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if self.sheet.isHidden():
            is_wanted = key == Qt.Key.Key_Down and not self._top.question.question
            if not is_wanted or not (self.recall.saved or self.recall.earlier):
                return False
            self._offer("")
            self._step(1)
            return True
        current = self.sheet.list.current_asked()
        if key in _STEPS:
            self._step(_STEPS[key])
        elif key in _ENTER and current is not None:
            self._on_chosen(current)
        elif key == Qt.Key.Key_Delete and current is not None:
            self._on_removed(current)
        elif key == Qt.Key.Key_F2 and current is not None:
            self.sheet.ask_name(current)
        else:
            return False
        return True

    def _is_inside(self, widget: QWidget | None) -> bool:
        return widget is not None and self.sheet.isAncestorOf(widget)

    def _step(self, by: int) -> None:
        self.sheet.list.step(by)
        asked = self.sheet.list.current_asked()
        said = spoken(asked) if asked is not None else ""
        # The focus stays in the box, so that a screen reader must be told.
        self._edit.setAccessibleDescription(said)
        if said:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._edit, said))

    def _offer(self, words: str) -> None:
        saved, earlier = self.recall.matching(words)
        nothing = _NO_MATCH if words else _NOTHING_YET
        if not self.recall.is_on and not self.recall.saved:
            nothing = _SWITCHED_OFF
        self.sheet.show_asked(saved, earlier, nothing=tr(nothing))
        # Every press of the mouse comes by there, also what a widget keeps to itself.
        self._window.windowHandle().installEventFilter(self)

    def _on_typed(self, text: str) -> None:
        if not self.sheet.isHidden() and not self.sheet.is_naming:
            self._offer(text)

    def _on_asked(self, _question: str, is_submitted: bool) -> None:  # noqa: FBT001 - a signal
        if is_submitted:
            self.note_present()
            self.dismiss()

    def _on_chosen(self, asked: Asked) -> None:
        self.dismiss()
        narrowing = asked.narrowing
        folder = narrowing.folder
        if folder and folder not in {root.path for root in self._library.roots}:
            narrowing = Narrowing("", narrowing.kind, narrowing.age)
            self._message.show_note(
                tr(
                    "“{name}” is no longer in your library, so all folders are asked.",
                    name=name_of(folder),
                )
            )
        self._top.ask_again(asked.question, narrowing)
        self.note_present()
        self._library.choose(narrowing.folder)

    def _on_removed(self, asked: Asked) -> None:
        self.recall.forget(asked)
        row = self.sheet.list.currentRow()
        self._offer(self._edit.text())
        if row >= 0:
            self.sheet.list.setCurrentRow(min(row, self.sheet.list.count() - 1) - 1)
            self._step(1)
        if asked.name:
            self._message.offer_undo(
                tr("“{name}” is no longer saved.", name=asked.name),
                undo=lambda: self.recall.bring_back((asked,)),
                do=lambda: None,
            )

    def _on_named(self, asked: Asked, name: str) -> None:
        self.recall.save(asked, name)
        self._edit.setFocus()
        self.dismiss()
        self._message.show_note(
            tr("Saved as “{name}”. Down in the empty question box offers it.", name=name),
            ms=NOTE_MS,
        )

    def _on_all_forgotten(self) -> None:
        self._edit.setFocus()
        self.dismiss()
        self._forget(_FORGOTTEN)

    def _remember(self, *, is_on: bool) -> None:
        if is_on != self.recall.is_on:
            self.recall.is_on = is_on
            if not is_on:
                self._forget(_FORGOTTEN_FOR_GOOD)

    def _forget(self, words: tuple[str, str]) -> None:
        forgotten = self.recall.forget_all()
        if forgotten:
            self._message.offer_undo(
                tr_n(*words, len(forgotten)),
                undo=lambda: self.recall.bring_back(forgotten),
                do=lambda: None,
            )
