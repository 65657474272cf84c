"""Which part of a passage a row shows, and where its marks are after the cut."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

_ELLIPSIS = "… "
_CELL_BREAK = " | "
_ROW_BREAK = " · "
"""Stands where a row of a table ended, so that its cells do not run into the next row's."""
_LAST_NARROW = 0xFFFF
"""Characters above take two UTF-16 units (the Basic Multilingual Plane ends here)."""
_WIDEST_SHARE = 2
"""Of the characters cut, the layout shows about a half, since lines are shorter."""
_SENTENCE_ENDS = ".!?。！？؟।\n"  # noqa: RUF001 - full-width and Arabic marks end sentences too


@dataclass(frozen=True, slots=True)
class Snippet:
    """One line of text with the (start, end) offsets of what is marked in it.

    Offsets count code points, like all of Lectern's; ``utf16_spans`` converts for Qt.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    sentence: tuple[tuple[int, int], ...] = ()


def cut_snippet(
    text: str,
    highlights: Sequence[tuple[int, int]],
    *,
    characters: int,
    sentence: tuple[int, int] | None = None,
) -> Snippet:
    """Cut the stretch with most marks, at most ``characters`` long before the ellipsis.

    White space is folded to single spaces. The cut begins at a sentence where one begins
    close enough before the first mark, else at a word. The painter, which alone knows what
    fits, ends it earlier.
    """
    folded, positions = _fold(text)

    def place(marked: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        found = [
            (bisect.bisect_left(positions, start), bisect.bisect_left(positions, end))
            for start, end in marked
        ]
        return [(start, min(end, len(folded))) for start, end in found if start < end]

    spans, answer = place(highlights), place([sentence] if sentence else [])
    begin = _begin_of(answer[0], characters) if answer else _begin(folded, spans, characters)
    stop = min(len(folded), begin + characters)
    lead = _ELLIPSIS if begin else ""
    tail = _ELLIPSIS.strip() if stop < len(folded) else ""
    shift = len(lead) - begin

    def cut(marked: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        return tuple(
            (max(start, begin) + shift, min(end, stop) + shift)
            for start, end in marked
            if end > begin and start < stop
        )

    return Snippet(lead + folded[begin:stop] + tail, cut(spans), cut(answer))


def utf16_spans(text: str, spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Turn (start, end) in code points into (start, length) in UTF-16 units, as Qt counts."""
    if text.isascii():
        return tuple((start, end - start) for start, end in spans)
    wide = [at for at, character in enumerate(text) if ord(character) > _LAST_NARROW]

    def units(at: int) -> int:
        return at + bisect.bisect_left(wide, at)

    return tuple((units(start), units(end) - units(start)) for start, end in spans)


def _fold(text: str) -> tuple[str, list[int]]:
    """Fold white space; ``positions[i]`` is where folded character i stood in the text."""
    characters: list[str] = []
    positions: list[int] = []
    is_table = _CELL_BREAK in text
    for at, character in enumerate(text):
        is_space = character.isspace()
        if is_table and character == "\n" and characters and characters[-1] != " ":
            characters += _ROW_BREAK
            positions += [at] * len(_ROW_BREAK)
            continue
        if is_space and (not characters or characters[-1] == " "):
            continue
        characters.append(" " if is_space else character)
        positions.append(at)
    while characters and characters[-1] in _ROW_BREAK:
        characters.pop()
        positions.pop()
    return "".join(characters), positions


def _begin_of(sentence: tuple[int, int], characters: int) -> int:
    """Begin with the text where the whole sentence is shown so, else with the sentence."""
    return sentence[0] if sentence[1] > characters // _WIDEST_SHARE else 0


def _begin(text: str, spans: Sequence[tuple[int, int]], characters: int) -> int:
    if not spans or len(text) <= characters // _WIDEST_SHARE:
        return 0
    best = max(spans, key=lambda span: (_marked(spans, span[0], characters), -span[0]))[0]
    if best < characters // 3:
        return 0
    earliest = best - characters // 3
    for at in range(best, earliest, -1):
        if text[at - 1] in _SENTENCE_ENDS or text[at - 2 : at - 1] in tuple(_SENTENCE_ENDS):
            return at
    space = text.find(" ", best - characters // 6, best)
    return space + 1 if space >= 0 else max(0, best - characters // 12)


def _marked(spans: Sequence[tuple[int, int]], begin: int, characters: int) -> int:
    return sum(end - start for start, end in spans if begin <= start and end <= begin + characters)
