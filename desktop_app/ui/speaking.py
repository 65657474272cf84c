"""The window's language: Lectern's own words, Qt's, the direction and how dates are written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from desktop_app.translation import Language, choose_language, speak
from desktop_app.ui.settings_store import SettingsStore


def wished_language(store: SettingsStore) -> str:
    """Give the code of the language that was chosen; of the system's, where none was."""
    return choose_language(store.text("language"), QLocale.system().uiLanguages())


def system_language() -> str:
    """Give the code of the language that is spoken where none was chosen."""
    return choose_language("", QLocale.system().uiLanguages())


def speak_in(app: QApplication, code: str, folder: Path) -> Language:
    """Speak a language in every window that is made from now on.

    ``folder`` holds the catalogs. Qt's own words (buttons of a file dialog) come from the
    catalogs that are installed with it, and stay English where there are none.
    """
    language = speak(code, folder)
    QLocale.setDefault(QLocale(language.code))
    is_rtl = language.is_right_to_left
    app.setLayoutDirection(
        Qt.LayoutDirection.RightToLeft if is_rtl else Qt.LayoutDirection.LeftToRight
    )
    for former in app.findChildren(QTranslator):
        QCoreApplication.removeTranslator(former)
        former.deleteLater()
    translator = QTranslator(app)
    place = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(language.qt_catalog, place):
        QCoreApplication.installTranslator(translator)
    return language
