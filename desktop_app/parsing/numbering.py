"""Numbers of lists as Word and OpenDocument count and write them: "4.2", "(b)", "iv.", "第三条".

Clauses are cited by these numbers, and a PDF of the same document has them in its text, so
here too they are a part of the text, unlike those of Markdown and web pages.
"""

# ruff: noqa: RUF001 - letters of other scripts are what is counted with
from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

MOST_LEVELS = 10
_LONGEST_LABEL = 60
_LARGEST = 100_000
"""No list is that long; a file may say so all the same."""
_PLACE = re.compile(r"%(\d)")
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LARGEST_ROMAN = 3999
_HAN = "〇一二三四五六七八九"
_HAN_UNITS = ("", "十", "百", "千")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_RUSSIAN = "абвгдежзиклмнопрстуфхцчшщыэюя"
_ARABIC = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_ABJAD = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_AIUEO = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_IROHA = (
    "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
)
_ONES = (
    "", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
    "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
)  # fmt: skip
_TENS = ("", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety")
_ORDINALS = {
    "One": "First", "Two": "Second", "Three": "Third", "Five": "Fifth", "Eight": "Eighth",
    "Nine": "Ninth", "Twelve": "Twelfth",
}  # fmt: skip
_LARGEST_TEXT = 999
_RD = 3
ENGLISH_ALONE = frozenset({"ordinal", "cardinalText", "ordinalText"})
"""Formats that are written in the document's language, which only English is known of here."""
_MOST_LETTERS = 30
_CIRCLED = (1, 20)


@dataclass(frozen=True, slots=True)
class ListLevel:
    """One level of a list: ``pattern`` has "%1" where the number of level 1 stands.

    ``format`` is a name of ECMA-376, 17.18.59. ``restart`` is the level (from 1) that begins
    this one anew, 0 for none, None for each above. ``is_legal`` writes all numbers as
    decimals. ``gap`` stands between label and text.
    """

    format: str
    pattern: str
    start: int = 1
    restart: int | None = None
    is_legal: bool = False
    gap: str = " "


class ListCounter:
    """The numbers of one list; levels are counted from 0."""

    def __init__(self) -> None:
        self._numbers: list[int | None] = [None] * MOST_LEVELS

    def step(self, levels: Mapping[int, ListLevel], level: int, at: int | None = None) -> str:
        """Count an item, as ``at`` where that is given; return its label with the gap, or ""."""
        if not 0 <= level < MOST_LEVELS:
            return ""
        for above in range(level):
            # A level that was passed over counts as if its first item had been there.
            if self._numbers[above] is None:
                self._numbers[above] = _start(levels, above)
        before = self._numbers[level]
        if at is None:
            at = _start(levels, level) if before is None else before + 1
        self._numbers[level] = at
        for deeper in range(level + 1, MOST_LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or level + 1 <= restart:
                self._numbers[deeper] = None
        return self._label(levels, levels[level]) if level in levels else ""

    def _label(self, levels: Mapping[int, ListLevel], own: ListLevel) -> str:
        if own.format == "bullet":
            return ""
        parts: list[str] = []
        end = 0
        for place in _PLACE.finditer(own.pattern):
            parts.append(own.pattern[end : place.start()])
            end = place.end()
            number = self._written(levels, int(place.group(1)) - 1, is_legal=own.is_legal)
            if number is None:
                return ""  # rather none than one that the document does not show
            parts.append(number)
        label = " ".join("".join([*parts, own.pattern[end:]]).split())
        is_label = len(label) <= _LONGEST_LABEL and any(map(str.isalnum, label))
        return label + own.gap if is_label else ""

    def _written(
        self, levels: Mapping[int, ListLevel], level: int, *, is_legal: bool
    ) -> str | None:
        shown = levels.get(level)
        if shown is None:
            return ""
        number = self._numbers[level]
        number = shown.start if number is None else number
        is_number = shown.format not in {"none", "bullet"}
        return write_number(number, "decimal" if is_legal and is_number else shown.format)


def _start(levels: Mapping[int, ListLevel], level: int) -> int:
    return levels[level].start if level in levels else 1


def write_number(number: int, style: str) -> str | None:
    """Write a number in a format of ECMA-376, 17.18.59; None for one that is not known here."""
    if style in {"none", "bullet"}:
        return ""
    write = _FORMATS.get(style)
    if write is None or not -_LARGEST < number < _LARGEST:
        return None
    return write(number) if number > 0 or style == "decimalZero" else str(number)


def integer_of(text: str) -> int | None:
    """Return a small whole number that a file wrote, None where it is none."""
    return int(text) if _INTEGER.fullmatch(text) else None


def _roman(number: int) -> str:
    if number > _LARGEST_ROMAN:
        return str(number)
    parts = []
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        parts.append(letters * times)
    return "".join(parts)


def _repeated(letters: str) -> Callable[[int], str]:
    """Count as Word does: after the last letter comes the first twice (z, aa, bb)."""

    def write(number: int) -> str:
        times, at = divmod(number - 1, len(letters))
        return letters[at] * (times + 1) if times < _MOST_LETTERS else str(number)

    return write


def _positional(number: int) -> str:
    """Count as LibreOffice does where it is not told otherwise: z, aa, ab."""
    letters = []
    while number > 0:
        number, at = divmod(number - 1, len(_LATIN))
        letters.append(_LATIN[at])
    return "".join(reversed(letters))


def _han(number: int) -> str:
    """Count in Chinese and Japanese: 十一, 二十, and 一百零一, which both write differently."""
    if number >= 10 ** len(_HAN_UNITS):
        return str(number)
    digits = [int(digit) for digit in str(number)]
    parts: list[str] = []
    is_gap = False
    for unit, digit in zip(_HAN_UNITS[len(digits) - 1 :: -1], digits, strict=True):
        if digit:
            parts.append("零" * is_gap + _HAN[digit] + unit)
        is_gap = not digit
    text = "".join(parts)
    return text.removeprefix("一") if text.startswith("一十") else text


def _han_below_hundred(number: int) -> str:
    return _han(number) if number < 100 else _by_digit(_HAN)(number)  # noqa: PLR2004


def _by_digit(digits: Sequence[str]) -> Callable[[int], str]:
    return lambda number: "".join(digits[int(digit)] for digit in str(number))


def _circled(number: int) -> str:
    first, last = _CIRCLED
    return chr(ord("①") + number - first) if number <= last else str(number)


def _ordinal(number: int) -> str:
    last, before = number % 10, number // 10 % 10
    ending = ("th", "st", "nd", "rd")[last] if last <= _RD and before != 1 else "th"
    return f"{number}{ending}"


def _cardinal_text(number: int) -> str:
    """Count in English words as Word writes them: One, Twenty-One, One Hundred Five."""
    if number > _LARGEST_TEXT:
        return str(number)
    hundreds, rest = divmod(number, 100)
    parts = [f"{_ONES[hundreds]} Hundred"] if hundreds else []
    if rest >= len(_ONES):
        tens, ones = divmod(rest, 10)
        parts.append(f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens])
    elif rest:
        parts.append(_ONES[rest])
    return " ".join(parts)


def _ordinal_text(number: int) -> str:
    """Count in English words: First, Twenty-Second, One Hundredth."""
    if number > _LARGEST_TEXT:
        return _ordinal(number)
    text = _cardinal_text(number)
    start = max(text.rfind(" "), text.rfind("-")) + 1
    last = text[start:]
    irregular = _ORDINALS.get(last)
    if irregular is None:
        irregular = last.removesuffix("y") + "ieth" if last.endswith("y") else last + "th"
    return text[:start] + irregular


def _upper(write: Callable[[int], str]) -> Callable[[int], str]:
    return lambda number: write(number).upper()


_FORMATS: Mapping[str, Callable[[int], str]] = MappingProxyType(
    {
        "decimal": str,
        "decimalZero": lambda number: f"{number:02}",
        "lowerLetter": _repeated(_LATIN),
        "upperLetter": _upper(_repeated(_LATIN)),
        "lowerRoman": _roman,
        "upperRoman": _upper(_roman),
        "lowerLetterPositional": _positional,
        "upperLetterPositional": _upper(_positional),
        "russianLower": _repeated(_RUSSIAN),
        "russianUpper": _upper(_repeated(_RUSSIAN)),
        "arabicAlpha": _repeated(_ARABIC),
        "arabicAbjad": _repeated(_ABJAD),
        "aiueoFullWidth": _repeated(_AIUEO),
        "irohaFullWidth": _repeated(_IROHA),
        "chineseCounting": _han_below_hundred,
        "taiwaneseCounting": _han_below_hundred,
        "japaneseCounting": _han_below_hundred,
        "chineseCountingThousand": _han,
        "taiwaneseCountingThousand": _han,
        "ideographDigital": _by_digit(_HAN),
        "taiwaneseDigital": _by_digit(_HAN),
        "decimalFullWidth": _by_digit("０１２３４５６７８９"),
        "decimalEnclosedCircle": _circled,
        "decimalEnclosedCircleChinese": _circled,
        "ordinal": _ordinal,
        "cardinalText": _cardinal_text,
        "ordinalText": _ordinal_text,
    }
)
