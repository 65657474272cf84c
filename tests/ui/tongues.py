"""Languages that nobody speaks, to see what a translation does to the window."""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from desktop_app.translation import ENGLISH, Language, speak_from, spoken


class Marked(gettext.NullTranslations):
    """Sets every text in brackets, so that one that was not translated stands out."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"[{msgid1 if n == 1 else msgid2}]"


class Longer(gettext.NullTranslations):
    """Makes every text 40 % longer, as German and French are."""

    def gettext(self, message: str) -> str:
        more = round(0.4 * len(message))
        return message + (" " + "lorem " * more)[: max(1, more)].rstrip()

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class Written(gettext.NullTranslations):
    """Says what a table says, and all else in English."""

    def __init__(self, table: Mapping[str, str]) -> None:
        super().__init__()
        self._table = table

    def gettext(self, message: str) -> str:
        return self._table.get(message, message)


@contextmanager
def speaking(catalog: gettext.NullTranslations, language: Language = ENGLISH) -> Iterator[None]:
    """Speak a catalog for as long as this lasts."""
    before = spoken()
    speak_from(catalog, language)
    try:
        yield
    finally:
        speak_from(gettext.NullTranslations(), before)
