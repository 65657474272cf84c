"""What the user typed, taken apart: words, phrases and filters."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from desktop_app.domain import Filters, Query
from desktop_app.errors import QueryError
from desktop_app.parsing.language import detect_language
from desktop_app.search.words import content_words, split_words
from desktop_app.translation import mark, worded

if TYPE_CHECKING:
    from desktop_app.store.library import Library

_QUOTES = '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\uff02'
_SPECIAL = re.compile(
    rf"(?<![^\s{_QUOTES}])(?P<name>-?type|-?folder|-?after|-?before|-?lang)[:\uff1a]"
    rf"(?:[{_QUOTES}](?=[^{_QUOTES}]*[^{_QUOTES}\s]|(?P<mark>[{_QUOTES}])(?P=mark))"
    rf"(?P<quoted>(?:[^{_QUOTES}]|(?P<inner>[{_QUOTES}])(?P=inner))+)(?:[{_QUOTES}]|$)"
    rf"|(?P<plain>[^\s{_QUOTES}]+))"
    rf"|[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]",
    re.IGNORECASE,
)
# As the keyboards of Chinese, Japanese and Arabic write them.
_COMMAS = re.compile(r"[,\uff0c\u3001\u060c]")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_TYPE = re.compile(r"\w{1,10}")
_LANGUAGE = re.compile(r"[a-z]{2}|und")
_NOT_LEFT_OUT = {
    "-lang": mark('Name the languages that you want, as in "lang:en,de".'),
    "-after": mark('Write "before:" and the day.'),
    "-before": mark('Write "after:" and the day.'),
}
_UNSPEAKABLE = frozenset({"Cc", "Cs", "Co", "Cn"})
_IGNORABLE = "\u00ad\ufeff"
_MOST_TERMS = 64
"""More different words cannot be told apart on a page, and each costs time for every hit."""


def parse_query(raw: str, *, identify_language: Callable[[str], str] = detect_language) -> Query:
    """Take a question apart; pure, any thread.

    Filters are ``type:pdf``, ``folder:Contracts``, ``folder:"My Papers"``,
    ``after:2024-01-31``, ``before:2025`` (both inclusive, a year or month means all of it)
    and ``lang:de``; types and languages may be listed with commas, and a filter given twice
    widens (dates: the last one counts). ``-type:`` and ``-folder:`` leave out instead. A
    quote doubled in a quoted value is itself. Any
    other ``word:`` is text. What stands in quotes is a phrase and also text, filters in it
    included; a quote without a partner is ignored.
    Raises QueryError where nothing is asked or a filter's value makes no sense.
    """
    kept: list[str] = []
    phrases: list[str] = []
    values: dict[str, list[str]] = {}
    cleaned = _drop_controls(raw)
    position = 0
    for found in _SPECIAL.finditer(cleaned):
        kept.append(cleaned[position : found.start()])
        position = found.end()
        if found["name"] is None:
            phrase = _one_line(found["phrase"])
            kept.append(phrase)
            if _has_words(phrase):
                phrases.append(phrase)
        else:
            quoted = found["quoted"]
            value = _one_line(found["plain"]) if quoted is None else _unquoted(quoted)
            values.setdefault(found["name"].lower(), []).append(value)
    kept.append(cleaned[position:])
    filters = _make_filters(values)
    text = _one_line(re.sub(f"[{_QUOTES}]", " ", " ".join(kept)))
    if not _has_words(text):
        if filters:
            raise QueryError(
                mark("The question consists of filters only."),
                mark("Add at least one word to look for."),
            )
        raise QueryError(mark("The question is empty."), mark("Ask with at least one word."))
    return Query(
        raw=raw,
        text=text,
        terms=content_words(text)[:_MOST_TERMS],
        phrases=tuple(dict.fromkeys(phrases)),
        filters=filters,
        language=identify_language(text),
    )


def parse_query_of(library: Library, raw: str) -> Query:
    """Take a question to a library apart, which is likely in one of its languages.

    Raises QueryError and StoreError. Any thread.
    """
    expected = library.common_languages
    return parse_query(raw, identify_language=partial(detect_language, among=expected))


def plain_query(text: str) -> Query | None:
    """Return a text as a question in which quotes and filters are words; None without words."""
    if not _has_words(text):
        return None
    terms = content_words(text)[:_MOST_TERMS]
    return Query(raw=text, text=text, terms=terms, language=detect_language(text))


def _drop_controls(raw: str) -> str:
    # Lone surrogates and controls can neither be encoded for the models nor indexed. Joiners
    # (category Cf) stay: without them Persian and Indic words are other words.
    composed = unicodedata.normalize("NFC", raw)
    return "".join(
        " " if unicodedata.category(each) in _UNSPEAKABLE else each
        for each in composed
        if each not in _IGNORABLE
    )


def _make_filters(values: dict[str, list[str]]) -> Filters:
    for name, instead in _NOT_LEFT_OUT.items():
        if name in values:
            raise QueryError(worded("{name}: is no filter.", name=name), instead)
    after = [_day(value, is_end=False) for value in values.get("after", ())]
    before = [_day(value, is_end=True) for value in values.get("before", ())]
    if after and before and after[-1] > before[-1]:
        raise QueryError(
            worded(
                "No day is after {after} and before {before}.",
                after=str(after[-1]),
                before=str(before[-1]),
            ),
            mark("Exchange the two dates."),
        )
    return Filters(
        folders=tuple(dict.fromkeys(values.get("folder", ()))),
        types=_types(values.get("type", ())),
        folders_left_out=tuple(dict.fromkeys(values.get("-folder", ()))),
        types_left_out=_types(values.get("-type", ())),
        after=after[-1] if after else None,
        before=before[-1] if before else None,
        languages=_listed(
            values.get("lang", ()),
            _LANGUAGE,
            mark("{value} is not a language."),
            mark('Write its code as in "lang:de".'),
        ),
    )


def _types(values: list[str] | tuple[()]) -> tuple[str, ...]:
    return _listed(
        values, _TYPE, mark("{value} is not a file type."), mark('Write it as in "type:pdf".')
    )


def _listed(
    values: list[str] | tuple[()], form: re.Pattern[str], title: str, hint: str
) -> tuple[str, ...]:
    parts = [
        part.strip().removeprefix("*").removeprefix(".").lower()
        for value in values
        for part in _COMMAS.split(value)
    ]
    for part in parts:
        if part and not form.fullmatch(part):
            raise QueryError(worded(title, value=repr(part[:40])), hint)
    return tuple(dict.fromkeys(part for part in parts if part))


def _day(value: str, *, is_end: bool) -> date:
    found = _DATE.fullmatch(value)
    try:
        if not found:
            raise ValueError  # noqa: TRY301  # one sentence for both ways to be no date
        year = int(found[1])
        month = int(found[2] or (12 if is_end else 1))
        last = calendar.monthrange(year, month)[1]
        return date(year, month, int(found[3] or (last if is_end else 1)))
    except ValueError as error:
        raise QueryError(
            worded("{value} is not a date.", value=repr(value[:40])),
            mark("Write it as 2024, 2024-01 or 2024-01-31."),
        ) from error


def _has_words(text: str) -> bool:
    return any(True for _ in split_words(text))


def _unquoted(value: str) -> str:
    # Inner spaces stay: a folder may be named with two of them.
    return re.sub(f"([{_QUOTES}])\\1", r"\1", value).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())
