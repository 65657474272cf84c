"""Text without case, width variants and accents, and where its characters came from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def fold(text: str) -> str:
    """Return a text without case, width variants and accents; pure, any thread."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def wanted(text: str) -> str:
    """Fold what is looked for: white space of any kind and length is one space."""
    return " ".join(fold(text).split())


def find_folded(text: str, needle: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of every place of a text that folds to ``needle``, from ``wanted``.

    Places do not overlap, though one character may fold to several ("…" to three points).
    """
    if not needle or needle not in " ".join(fold(text).split()):
        return
    folded, places = _with_places(text)
    at, last = folded.find(needle), 0
    while at >= 0:
        end = at + len(needle)
        if places[at] >= last:
            last = places[end - 1] + 1
            yield places[at], last
        at = folded.find(needle, end)


def _with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text and for each of its characters where it came from."""
    pieces: list[str] = []
    places: list[int] = []
    was_space = False
    for at, character in enumerate(text):
        piece = " " if character.isspace() else fold(character)
        if piece == " " and was_space:
            continue
        was_space = piece == " "
        pieces.append(piece)
        places += [at] * len(piece)
    return "".join(pieces), places
