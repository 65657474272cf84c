"""The language that Lectern itself speaks: English in the source, others from catalogs.

A sentence is English where it stands. ``tr`` gives it in the language of the interface, which
a process speaks from its start on (``speak``; the window's does, the others and the command
line stay English, and so do logs and what the library stores). Catalogs are gettext's:
``resources/translations/*.po``, made and compiled by ``installer/translations.py``.
"""

from __future__ import annotations

import gettext
import string
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the interface: its own name, and how it writes numbers (CLDR 48)."""

    code: str
    name: str
    group: str = ","
    decimal: str = "."
    percent: str = "%"
    is_right_to_left: bool = False

    @property
    def qt_catalog(self) -> str:
        """The catalog of Qt's own words; simplified Chinese alone is named with a country."""
        return "qtbase_zh_CN" if self.code == "zh" else f"qtbase_{self.code}"


ENGLISH = Language("en", "English")
_ALL = (
    ENGLISH,
    Language("de", "Deutsch", ".", ",", "\N{NO-BREAK SPACE}%"),
    Language("fr", "Français", "\N{NARROW NO-BREAK SPACE}", ",", "\N{NARROW NO-BREAK SPACE}%"),
    Language("es", "Español", ".", ",", "\N{NO-BREAK SPACE}%"),
    Language("zh", "简体中文"),
    Language("ja", "日本語"),
    Language("ar", "العربية", is_right_to_left=True),
)
LANGUAGES: Mapping[str, Language] = MappingProxyType({each.code: each for each in _ALL})
"""The languages that Lectern speaks by their code, English first."""

# Who reads traditional characters is better served by the next language of the list.
_TRADITIONAL = ("hant", "tw", "hk", "mo")


class Worded(str):
    """An English sentence that remembers its parts, so that ``tr`` can say it anew.

    For what is said in one place and shown in another: an error of a parser process. It is
    a plain text to everything else, and picklable. ``many`` is the plural's template, ""
    where the sentence counts nothing.
    """

    __slots__ = ("many", "template", "values")

    template: str
    many: str
    values: dict[str, object]

    def __reduce__(self) -> tuple[Any, ...]:
        return _reword, (self.template, self.many, self.values)


class _Spoken:
    """What this process speaks; one for all of it, as gettext's own and Qt's translators."""

    __slots__ = ("catalog", "language")

    def __init__(self) -> None:
        self.catalog = gettext.NullTranslations()
        self.language = ENGLISH


class _Filler(string.Formatter):
    """Fills placeholders; numbers are written as the language writes them."""

    def __init__(self, language: Language) -> None:
        self._is_right_to_left = language.is_right_to_left
        self._signs = str.maketrans(
            {",": language.group, ".": language.decimal, "%": language.percent}
        )

    def format_field(self, value: object, format_spec: str) -> str:
        if not isinstance(value, int | float) or isinstance(value, bool):
            text = format(value, format_spec)
            is_foreign = self._is_right_to_left and direction_of(text) == "L"
            # Or a sentence that begins with a file's name would run as the name does.
            return isolate(text) if is_foreign else text
        written = format(value, format_spec or ("," if isinstance(value, int) else ""))
        return written.translate(self._signs)


@cache
def _filler(language: Language) -> _Filler:
    return _Filler(language)


_SPOKEN = _Spoken()
_ISOLATES = dict.fromkeys(map(ord, "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"))


def isolate(text: str) -> str:
    """Set a text apart by Unicode's isolates (UAX 9), which a font draws as nothing."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def without_isolates(text: str) -> str:
    """Take the isolates out of a text that leaves the window: a pasted path holds none."""
    return text.translate(_ISOLATES)


def direction_of(text: str) -> str:
    """Give "L" or "R" by the first letter outside of isolates (UAX 9, P2, P3), "" without one."""
    depth = 0
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in ("LRI", "RLI", "FSI"):
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif not depth and kind in ("L", "R", "AL"):
            return "L" if kind == "L" else "R"
    return ""


def speak(code: str, folder: Path) -> Language:
    """Speak a language from now on; English where it has no catalog in the folder.

    Before the first widget of a window is made: what was said before stays as it is, and so
    a window speaks one language for as long as it lives. A catalog that is missing is a build
    without translations, not an error.
    """
    language = LANGUAGES.get(code, ENGLISH)
    catalog = folder / f"{language.code}.mo"
    if language is ENGLISH or not catalog.is_file():
        return speak_from(gettext.NullTranslations(), ENGLISH)
    with catalog.open("rb") as file:
        return speak_from(gettext.GNUTranslations(file), language)


def speak_from(catalog: gettext.NullTranslations, language: Language) -> Language:
    """Speak what a catalog says from now on, and write numbers as the language does."""
    _SPOKEN.catalog, _SPOKEN.language = catalog, language
    return language


def spoken() -> Language:
    """Give the language that this process speaks."""
    return _SPOKEN.language


def choose_language(wished: str, preferred: Sequence[str]) -> str:
    """Give the code of a language: the one wished for, else the first preferred one there is.

    ``preferred`` are the system's, as BCP 47 tags ("de-AT", "zh-Hant-TW"); English where
    none of them is spoken here.
    """
    if wished in LANGUAGES:
        return wished
    for tag in preferred:
        code, *parts = tag.lower().replace("_", "-").split("-")
        if code in LANGUAGES and not (code == "zh" and set(parts) & set(_TRADITIONAL)):
            return code
    return ENGLISH.code


def tr(text: str, /, **values: object) -> str:
    """Say a text in the interface's language, with its placeholders filled.

    ``text`` is a literal, or one that ``mark`` or ``worded`` made; one without a translation
    stays as it is. Whole numbers get their thousands separated. Any thread.
    """
    if isinstance(text, Worded):
        if text.many:
            counted = text.values["count"]
            assert isinstance(counted, int)
            said = _SPOKEN.catalog.ngettext(text.template, text.many, counted)
        else:
            said = _SPOKEN.catalog.gettext(text.template)
        return _fill(said, text.values) if text.values else said
    said = _SPOKEN.catalog.gettext(text) if text else ""
    return _fill(said, values) if values else said


def tr_n(one: str, many: str, count: int, /, **values: object) -> str:
    """Say a text in the form that the language has for ``count``, which fills ``{count}``."""
    return _fill(_SPOKEN.catalog.ngettext(one, many, count), {"count": count, **values})


def mark(text: str, /) -> str:
    """Return a literal as it is, so that it is translated; ``tr`` says it when it is shown."""
    return text


def mark_n(one: str, many: str, /) -> tuple[str, str]:
    """Return two literals as they are, for ``tr_n`` and ``worded_n``."""
    return one, many


def worded(text: str, /, **values: object) -> Worded:
    """Say a text in English and keep what ``tr`` needs to say it in another language.

    The values cross process borders: texts and numbers only. One that is itself ``worded``
    is said in the other language too.
    """
    return _reword(text, "", values)


def worded_n(one: str, many: str, count: int, /, **values: object) -> Worded:
    """Say a text in the English form for ``count``, and keep what the other forms need."""
    return _reword(one, many, {"count": count, **values})


# Translators: two sentences, one after the other; without a space in Chinese and Japanese.
_SENTENCES = mark("{sentence} {next}")
# Translators: a list that is put together item by item.
_ITEMS = mark("{items}, {item}")


def sentences(*said: str) -> str:
    """Put sentences one after the other, each of which ``tr`` says; empty ones are left out."""
    return joined(_SENTENCES, said)


def listed(said: Iterable[str]) -> str:
    """Put the items of a list one after the other, each of which ``tr`` says."""
    return joined(_ITEMS, said)


def joined(template: str, said: Iterable[str]) -> str:
    """Put texts one after the other with a template of two places, each of which ``tr`` says."""
    parts = (each if isinstance(each, Worded) else _reword(each, "", {}) for each in said)
    return _chain(template, parts, worded)


def say_in_turn(*said: str) -> str:
    """Put whole sentences, said already, after each other; empty ones are left out."""
    return _chain(_SENTENCES, said, tr)


def say_list(said: Iterable[str]) -> str:
    """Put items, said already, into one line, "German, English"; empty ones are left out."""
    return _chain(_ITEMS, said, tr)


def _chain(template: str, said: Iterable[str], fill: Callable[..., str]) -> str:
    before, after = (str(name) for _, name, _, _ in string.Formatter().parse(template))
    whole = ""
    for each in filter(None, said):
        whole = fill(template, **{before: whole, after: each}) if whole else each
    return whole


def _reword(template: str, many: str, values: dict[str, object]) -> Worded:
    is_one = not many or values["count"] == 1
    chosen = template if is_one else many
    made = Worded(_filler(ENGLISH).vformat(chosen, (), values) if values else chosen)
    made.template, made.many, made.values = template, many, values
    return made


def _fill(text: str, values: Mapping[str, object]) -> str:
    said = {name: tr(each) if isinstance(each, Worded) else each for name, each in values.items()}
    return _filler(_SPOKEN.language).vformat(text, (), said)
