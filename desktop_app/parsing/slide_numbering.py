"""The numbers that a slide counts paragraphs with: "1.", "(b)", "iv)", "①".

A paragraph names the way in which it is counted, or the list style of its text does; whoever
speaks to the slide cites the number, so here it is a part of the text as in Word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import lxml.etree

from desktop_app.parsing.numbering import integer_of, write_number
from desktop_app.parsing.package import attribute, local_name

_SCHEME = re.compile(r"(\w+?)(ParenBoth|ParenR|Period|Plain)")
# ST_TextAutonumberScheme (ECMA-376, 20.1.10.61) in the words of ST_NumberFormat (17.18.59).
_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "alphaLc": "lowerLetter",
        "alphaUc": "upperLetter",
        "arabic": "decimal",
        "arabicDb": "decimalFullWidth",
        "romanLc": "lowerRoman",
        "romanUc": "upperRoman",
        "circleNumDb": "decimalEnclosedCircle",
        "circleNumWdBlack": "decimalEnclosedCircle",
        "circleNumWdWhite": "decimalEnclosedCircle",
        "ea1Chs": "chineseCountingThousand",
        "ea1Cht": "chineseCountingThousand",
        "ea1JpnChsDb": "chineseCountingThousand",
        "ea1JpnKor": "chineseCountingThousand",
    }
)
_AROUND: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"ParenBoth": ("(", ")"), "ParenR": ("", ")"), "Period": ("", "."), "Plain": ("", "")}
)
_BULLETS = frozenset({"buNone", "buChar", "buBlip"})


@dataclass(frozen=True, slots=True)
class Counting:
    """How a paragraph is counted: the name of the scheme, "" for not at all, from ``start`` on."""

    scheme: str = ""
    start: int = 1


def counting_of(properties: lxml.etree._Element) -> Counting | None:
    """Return what properties of a paragraph or of a level say; None where they say nothing."""
    for node in properties:
        name = local_name(node)
        if name == "buAutoNum":
            start = integer_of(attribute(node, "startAt"))
            return Counting(attribute(node, "type"), 1 if start is None else start)
        if name in _BULLETS:
            return Counting()
    return None


class SlideCounter:
    """The numbers of one text of a slide; ``style`` is its ``lstStyle``, None without one.

    Paragraphs of a level are counted on as long as they are counted alike, and nothing of a
    level above and nothing else of their own stands between them.
    """

    def __init__(self, style: lxml.etree._Element | None = None) -> None:
        self._style: dict[int, Counting] = {}
        self._reached: dict[int, tuple[Counting, int]] = {}
        for node in style if style is not None else ():
            level = re.fullmatch(r"lvl([1-9])pPr", local_name(node))
            said = counting_of(node) if level else None
            if level and said is not None:
                self._style[int(level.group(1)) - 1] = said

    def step(self, level: int, said: Counting | None) -> str:
        """Count a paragraph of a level (from 0); return its label, "" where it has none."""
        for deeper in [each for each in self._reached if each > level]:
            del self._reached[deeper]
        counting = self._style.get(level, Counting()) if said is None else said
        before, reached = self._reached.pop(level, (Counting(), 0))
        if not counting.scheme:
            return ""
        number = reached + 1 if before == counting else counting.start
        self._reached[level] = counting, number
        return _label(counting.scheme, number)


def _label(scheme: str, number: int) -> str:
    known = _SCHEME.fullmatch(scheme)
    written = write_number(number, _FORMATS.get(known.group(1), "")) if known else None
    if known is None or not written:
        return ""
    before, after = _AROUND[known.group(2)]
    return f"{before}{written}{after}"
