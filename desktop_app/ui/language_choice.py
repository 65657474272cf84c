"""Which language the window speaks: kept here, and in force in the window that follows."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop_app.translation import spoken, tr
from desktop_app.ui.keeping import NOTE_MS, Keeping
from desktop_app.ui.messages import MessageBar
from desktop_app.ui.settings_page import SettingsPage
from desktop_app.ui.settings_store import SettingsStore
from desktop_app.ui.speaking import wished_language


class LanguageChoice(QObject):
    """Keeps what was chosen in the settings, and closes the window for one that speaks it.

    Texts are said when a widget is made, so a window speaks one language for as long as it
    lives. ``is_followed`` says that another one is to be opened, with the settings in front.
    """

    def __init__(
        self,
        store: SettingsStore,
        settings: SettingsPage,
        keeping: Keeping,
        message: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._store, self._settings, self._window = store, settings, window
        self._keeping, self._message = keeping, message
        self.is_followed = False
        settings.show_language(store.text("language"))
        settings.language_chosen.connect(self.choose)

    def choose(self, code: str) -> None:
        """Speak a language from now on; "" is the system's."""
        self._store.put("language", code)
        self._settings.show_language(code)
        if wished_language(self._store) == spoken().code:
            return
        if self._keeping.is_copying:
            # A window that closes withdraws the copy.
            self._message.show_note(
                tr("Lectern speaks it from its next start on: a backup is being made."), ms=NOTE_MS
            )
            return
        self.is_followed = True
        self._window.close()
