"""What a question wants to hear, and whether a sentence says something of that kind."""

# ruff: noqa: RUF001 - numerals of other scripts are what this file is about
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from desktop_app.domain.folding import fold
from desktop_app.search.question_words import (
    ASKS,
    CENTURIES,
    MONTHS,
    MONTHS_AND_MORE,
    NUMBERS,
    REASONS,
    SPANS,
    AnswerKind,
)

_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_MARKS = ".,;:!?()[]\"'“”„«»‘’"


def _any_of(phrases: Iterable[str]) -> str:
    """Return a pattern of whole words; scripts without spaces have none to be whole."""
    folded = sorted({fold(each) for each in phrases}, key=lambda each: (-len(each), each))
    whole = "|".join(re.escape(each) for each in folded if not _UNSPACED.search(each))
    parts = "|".join(re.escape(each) for each in folded if _UNSPACED.search(each))
    return "|".join(filter(None, (rf"\b(?:{whole})\b" if whole else "", parts)))


_ONE = r"\b(?:an?|one|ein(?:e[nmrs]?)?|un|une|una|uno|um|uma|een)\b"
_DIGITS = r"(?<!\w)\w*\d\w*(?:[.,:\u202f\u00a0 ]\d+)*"
_COUNTED = rf"{_DIGITS}|[一二三四五六七八九十百千万億亿两兩]+|{_any_of(NUMBERS)}"
_SPAN = rf"{_any_of(SPANS)}|年|个月|個月|か月|ヶ月|周|週間|日|天|小时|小時|時間|分|秒"
_DAY = (
    rf"\d{{1,2}}(?:st|nd|rd|th|er|\.)?(?: of| de| di)? (?:{_any_of((*MONTHS, *MONTHS_AND_MORE))})"
)
_PATTERNS = {
    AnswerKind.NUMBER: re.compile(_COUNTED),
    AnswerKind.DURATION: re.compile(rf"(?:{_COUNTED}|{_ONE})[ -]?(?:\S{{1,15}} )?(?:{_SPAN})"),
    AnswerKind.DATE: re.compile(
        r"(?<!\d)(?:1\d|20)\d\ds?(?!\w)|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\b\d{1,2}:\d\d\b"
        rf"|\d+ ?(?:年|月|日|世纪|世紀)|{_DAY}|{_any_of((*MONTHS, *CENTURIES))}"
    ),
}
_NAME_STEM = 5
"""Letters by which a name is the same in another form: Huguenot, Huguenots."""
_WITHOUT_CAPITALS = frozenset(("ar", "fa", "he", "hi", "ja", "ko", "th", "ur", "zh"))
_LABEL = re.compile(r"\s*(?:\(?(?:\d{1,3}|[a-z]|[ivx]{2,5})[.)]|\d{1,3}(?:\.\d{1,3})+\.?)\s")
"""The number of a clause or of an item counts nothing."""


@lru_cache(maxsize=16)
def _asked_by(language: str) -> tuple[tuple[re.Pattern[str], AnswerKind], ...]:
    """Return what asks for what, in the order of its say."""
    listed = [
        (is_noun, fold(phrase), kind)
        for kind, phrases in ASKS.get(language, {}).items()
        for is_noun, part in enumerate(phrases.split(";"))
        for phrase in part.split("|")
    ]
    listed.sort(key=lambda each: (each[0], -len(each[1])))
    return tuple((re.compile(_any_of((phrase,))), kind) for _, phrase, kind in listed)


@lru_cache(maxsize=16)
def _reasons(language: str) -> re.Pattern[str] | None:
    phrases = REASONS.get(language)
    return re.compile(_any_of(phrases.split("|"))) if phrases else None


def expected_kind(question: str, language: str) -> AnswerKind | None:
    """Return what a question in a language (ISO 639-1) asks for, None where it says nothing.

    The longest phrase decides: "how much notice" is a time span, "how much" a number. Pure.
    """
    folded = " ".join(fold(question).replace("’", "'").split())
    return next((kind for each, kind in _asked_by(language) if each.search(folded)), None)


def says_kind(kind: AnswerKind, sentence: str, language: str, question: str) -> bool:
    """Say whether a sentence in a language says something of a kind that the question does not.

    To "what happened in 1906" the year is no news. True where the language leaves it open. Pure.
    """
    asked = fold(question)
    if kind is AnswerKind.NAME:
        named = (fold(name)[:_NAME_STEM] for name in _names(sentence, language))
        return any(each not in asked for each in named)
    text = fold(sentence)
    if kind is AnswerKind.REASON:
        cues = _reasons(language)
        return cues is None or cues.search(text) is not None
    label = _LABEL.match(text)
    found = _PATTERNS[kind].finditer(text, label.end() if label else 0)
    return any(each[0] not in asked for each in found)


def _names(sentence: str, language: str) -> Iterator[str]:
    """Yield words that seem to be names; the sentence itself where its language has no capitals.

    A capital within a sentence makes one; in German, where every noun has one, two in a row.
    """
    if language in _WITHOUT_CAPITALS or sentence.lower() == sentence.upper():
        yield sentence
    before, was_capital = "", False
    for word in sentence.split():
        bare = word.strip(_MARKS)
        is_capital = len(bare) > 1 and bare[0].isupper()
        is_within = bool(before) and before[-1] not in ".:!?"
        if is_capital and is_within and (was_capital or language != "de"):
            yield bare
        before, was_capital = word, is_capital
