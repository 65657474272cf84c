"""Words of a text with their places, in scripts with and without spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from desktop_app.domain.folding import fold

# Scripts written without spaces: kana, Han (with extensions), Hangul, Thai, Lao, Burmese, Khmer.
# Hangul has spaces, but its particles are glued to the word, so pairs match better there too.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_PIECE = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|(?:(?![{_UNSPACED}])\w)+")
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ASCII_WORD = re.compile(r"\w+", re.ASCII)
_WORD = re.compile(r"\w+")
# Not begun anew within a code, and a code has a digit somewhere.
_CODE = re.compile(r"(?<![\w./-])(?=[\w./-]*\d)\w+(?:[./-]\w+)+")
_HIRAGANA = re.compile(r"[\u3040-\u309f]+")

_FIXED_WORDS = {
    "en": "a about an and any are as at be been but by can could did do does for from had has have "
    "he her his how i if in into is it its many me much my no not of on or our she should so than "
    "that the their them then there these they this those to was we were what when where which who "
    "whom whose why will with would you your",
    "de": "als am an auch auf aus bei bin bis das dass dem den der des die durch ein eine einem "
    "einen einer eines er es für hat haben hatte ich ihr im in ist kann mit nach nicht oder sie "
    "sich sind so über um und uns von vor war waren warum was welche welchem welchen welcher "
    "welches wem wen wenn wann wer werden wessen wie wir wird wo woher wohin wurde wurden "
    "zu zum zur",
    "es": "a al como con cual cuales cuando cuanta cuantas cuanto cuantos de del donde el ella en "
    "era es esta este fue ha hay la las le lo los más no o para pero por porque que quien "
    "quienes se ser si sin sobre son su sus un una y",
    "fr": "a au aux avec ce ces cette combien comment dans de des du elle en est et été il ils je "
    "la le les leur mais ne nous on ou où par pas pour pourquoi qu quand que quel quelle quelles "
    "quels qui sa se ses son sont sur un une vous",
}
STEMMED = "en"
"""The language whose words the index finds in all their forms."""


class Word(NamedTuple):
    """Characters ``start:end`` of a text; ``key`` is what equal words have in common."""

    start: int
    end: int
    key: str
    is_unspaced: bool


@lru_cache(maxsize=1 << 16)
def normalize_word(word: str) -> str:
    """Return the word without case, width variants and accents; any thread.

    Remembers 65,536 words: most words of any text are among them.
    """
    return fold(word)


STOP_WORDS = frozenset(
    normalize_word(word) for words in _FIXED_WORDS.values() for word in words.split()
)
"""Keys of words that say nothing about the topic; only highlighting, shares of words and
groups of letters skip them."""


def split_words(text: str) -> Iterator[Word]:
    """Yield the words of a text in order.

    In scripts without spaces every pair of neighboring characters is a word (a single
    character where it stands alone), so that no dictionary is needed; pairs of hiragana
    only are endings and particles and are left out.
    """
    for piece in _PIECE.finditer(text):
        start, end = piece.span()
        if piece["unspaced"] is None:
            yield Word(start, end, normalize_word(piece[0]), False)
        elif end - start == 1:
            yield Word(start, end, normalize_word(piece[0]), True)
        else:
            for first in range(start, end - 1):
                pair = text[first : first + 2]
                if not _HIRAGANA.fullmatch(pair):
                    yield Word(first, first + 2, normalize_word(pair), True)


def unspaced_or_word(text: str) -> Iterator[tuple[str, bool]]:
    """Yield whole words, and whole stretches of a script without spaces with True."""
    for piece in _PIECE.finditer(text):
        yield piece[0], piece["unspaced"] is not None


def word_keys(text: str) -> tuple[str, ...]:
    """Return the keys of ``split_words``, several times faster where words have spaces."""
    if text.isascii():
        return tuple(_ASCII_WORD.findall(text.lower()))
    if _ANY_UNSPACED.search(text):
        return tuple(word.key for word in split_words(text))
    return tuple(map(normalize_word, _WORD.findall(text)))


def find_codes(text: str) -> tuple[str, ...]:
    """Return the distinct numbers of parts and versions and codes of errors: "E-4711", "1.0.21"."""
    return tuple(dict.fromkeys(_CODE.findall(text)))


def without_codes(text: str) -> str:
    """Return the text with a space in place of each of its codes."""
    return _CODE.sub(" ", text)


def find_row(keys: Sequence[str], wanted: Sequence[str]) -> Iterator[int]:
    """Yield where some words begin that stand in a row, of a text's; both as ``word_keys``."""
    length = len(wanted)
    for first in range(len(keys) - length + 1 if wanted else 0):
        if keys[first] == wanted[0] and keys[first : first + length] == wanted:
            yield first


def content_words(text: str) -> tuple[str, ...]:
    """Return the distinct keys that carry the topic, in order.

    Where a text consists of stop words only, those are returned.
    """
    keys = tuple(dict.fromkeys(word_keys(text)))
    return tuple(key for key in keys if key not in STOP_WORDS) or keys
