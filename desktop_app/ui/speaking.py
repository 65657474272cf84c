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


def locale_of(language: Language, system: QLocale) -> QLocale:
    """Give how dates are written: as the system does where it speaks the language too.

    In the digits of all other numbers of the window: "ar" alone would be that of Egypt, with
    its own ones, and ``ar_001`` is the world's.
    """
    own, world = QLocale(language.code), QLocale(f"{language.code}_001")
    # By its name, since the system's own may answer in another language.
    for each in (QLocale(system.name()), own, world):
        if each.language() == own.language() and each.zeroDigit() == "0":
            return each
    return own


def speak_in(app: QApplication, code: str, folder: Path) -> Language:
    """Speak a language in every window that is made from now on.

    ``folder`` holds the catalogs. Qt's own words (buttons of a file dialog) come from the
    catalogs that are installed with it, and stay English where there are none.
    """
    language = speak(code, folder)
    QLocale.setDefault(locale_of(language, QLocale.system()))
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
