"""Which language the window speaks: kept here, and in force in the window that follows."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.translation import spoken, tr
from desktop_app.ui.keeping import NOTE_MS
from desktop_app.ui.messages import MessageBar
from desktop_app.ui.settings_page import SettingsPage
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.speaking import wished_language


class Copying(Protocol):
    """Copies files now and then, and leaves nothing of what is broken off."""

    @property
    def is_copying(self) -> bool:
        """Whether it does now."""
        ...


class LanguageChoice(QObject):
    """Keeps what was chosen in the settings, and closes the window for one that speaks it.

    Texts are said when a widget is made, so a window speaks one language for as long as it
    lives. ``is_followed`` says that another one is to be opened, with the settings in front.
    """

    def __init__(
        self,
        store: SettingsStore,
        settings: SettingsPage,
        message: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._store, self._settings, self._window = store, settings, window
        self._message = message
        self._copying: tuple[Copying, ...] = ()
        self.is_followed = False
        settings.show_language(store.text("language"))
        settings.language_chosen.connect(self.choose)

    def wait_for(self, *copying: Copying) -> None:
        """Leave the language to the next start while one of these copies files."""
        self._copying = copying

    def choose(self, code: str) -> None:
        """Speak a language from now on; "" is the system's."""
        self._store.put("language", code)
        self._settings.show_language(code)
        if wished_language(self._store) == spoken().code:
            return
        if any(each.is_copying for each in self._copying):
            # A window that closes withdraws the copy.
            self._message.show_note(
                tr("Lectern speaks it from its next start on: files are being copied."), ms=NOTE_MS
            )
            return
        self.is_followed = True
        self._window.close()
