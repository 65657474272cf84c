"""The catalogs say everything that the source says, completely and with the same values."""

from __future__ import annotations

import gettext
import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from desktop_app.translation import ENGLISH, LANGUAGES, speak, speak_from, tr_n
from installer.translations import FOLDER, compile_catalogs, gather, is_translated, load

CODES = [code for code in LANGUAGES if code != ENGLISH.code]
_ENDINGS = {
    ":": ":：",  # noqa: RUF001 - of full width
    "?": "?？؟",  # noqa: RUF001
    ".": ".。",
}
"""How a text may end that ends so in English."""
_MOST_FORMS_OF = 1001
_COUNT = ("count", "", "")
_ISOLATES = "\u2066\u2067\u2068\u2069"


@pytest.fixture(scope="module")
def gathered() -> Catalog:
    return gather()


@pytest.fixture(scope="module", params=CODES)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    assert (FOLDER / f"{request.param}.po").is_file(), "python installer/translations.py update"
    return load(request.param)


def _sentences(catalog: Catalog) -> Iterator[Message]:
    return (each for each in catalog if each.id)


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _places(text: str) -> set[tuple[str, str, str]]:
    parts = string.Formatter().parse(text)
    return {(name, spec or "", how or "") for _, name, spec, how in parts if name is not None}


def _wrong(catalog: Catalog, is_right: Callable[[Message, int, str], bool]) -> list[str]:
    return [
        f"{_forms(message.id)[0]!r}: {form!r}"
        for message in _sentences(catalog)
        for number, form in enumerate(_forms(message.string))
        if form and not is_right(message, number, form)
    ]


def test_a_catalog_holds_what_the_source_says_and_nothing_else(catalog, gathered):
    wanted = {_forms(each.id) for each in _sentences(gathered)}
    there = {_forms(each.id) for each in _sentences(catalog)}
    assert sorted(wanted - there) == []
    assert sorted(there - wanted) == []
    assert not catalog.obsolete


def test_everything_is_translated_and_nothing_is_a_guess(catalog):
    open_ones = [
        _forms(each.id)[0] for each in _sentences(catalog) if not is_translated(each.string)
    ]
    assert open_ones == []
    assert [_forms(each.id)[0] for each in _sentences(catalog) if each.fuzzy] == []


def test_a_plural_has_the_forms_of_the_language(catalog):
    plurals = [each for each in _sentences(catalog) if each.pluralizable]
    assert plurals
    for each in plurals:
        assert len(_forms(each.string)) == catalog.num_plurals, each.id


def test_a_translation_has_the_places_of_the_english_text(catalog):
    numbers = _numbers_by_form(catalog)

    def is_right(message: Message, number: int, form: str) -> bool:
        *one, many = map(_places, _forms(message.id))
        if not message.pluralizable:
            return _places(form) == many
        # The form for one of something may say it in words, as English may.
        allowed = [many, *(one if 1 in numbers[number] else ())]
        if len(numbers[number]) == 1:
            allowed += [each - {_COUNT} for each in allowed]
        return _places(form) in allowed

    assert _wrong(catalog, is_right) == []


def _numbers_by_form(catalog: Catalog) -> dict[int, list[int]]:
    choose = gettext.c2py(catalog.plural_expr)
    found: dict[int, list[int]] = {}
    for number in range(_MOST_FORMS_OF):
        found.setdefault(choose(number), []).append(number)
    return found


def test_a_translation_begins_and_ends_as_the_english_text(catalog):
    def is_right(message: Message, number: int, form: str) -> bool:
        text = _forms(message.id)[-1]
        if (_space(text), text.count("\n")) != (_space(form), form.count("\n")):
            return False
        if ("…" in text) != ("…" in form):
            return False
        wanted = _ENDINGS.get(text.rstrip()[-1:], "")
        return not wanted or form.rstrip(f" {_ISOLATES}")[-1] in wanted

    assert _wrong(catalog, is_right) == []


def _space(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def test_a_translation_has_the_marks_of_the_english_text(catalog):
    """Tags, and the ampersand that Qt takes for a key."""

    def marks(text: str) -> list[str]:
        return sorted(re.findall(r"</?\w+[^>]*>|&\w", text))

    def is_right(message: Message, number: int, form: str) -> bool:
        return len(marks(form)) == len(marks(_forms(message.id)[-1]))

    assert _wrong(catalog, is_right) == []


def test_what_is_compiled_is_spoken(tmp_path: Path):
    compile_catalogs(tmp_path)
    try:
        for code in CODES:
            assert speak(code, tmp_path) is LANGUAGES[code]
            said = {tr_n("{count} file", "{count} files", count) for count in (0, 1, 2, 3, 11, 100)}
            assert "0 files" not in said, code
            if code == "ar":
                assert len(said) == 6
    finally:
        speak_from(gettext.NullTranslations(), ENGLISH)
