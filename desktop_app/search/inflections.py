"""Which words are forms of one word: tables of endings that go together, no dictionary."""

from __future__ import annotations

import re
from functools import lru_cache

SHORTEST_STEM = 3
"""Letters that two forms share at least: "add" and "adding", but not "use" and "using"."""
_SHORTEST_OTHER_STEM = 5
"""The same for languages without a table, where any two short endings go together; a letter
less where only one of the two has an ending."""
_LONGEST_OTHER_ENDING = 2
_SHORTEST_COMPOUND_START = 5
_SHORTEST_COMPOUND_END = 4
_OVERLAP = 3
"""Endings may begin alike ("-ies" and "-ied"), so stems this much shorter are tried too."""


def _paradigms(text: str) -> tuple[frozenset[str], ...]:
    # "-" stands for no ending.
    return tuple(
        frozenset(ending.replace("-", "") for ending in line.split()) for line in text.splitlines()
    )


# Each line holds endings that go together on one stem, without accents (words come so).
# English leaves out "-er" (a folder is not what one folds) and German "ge-" (it stands first).
_PARADIGMS = {
    "en": _paradigms(
        "- s ed ing ings\ne es ed ing ings\n- ly\nic ically\nle ly\ny ies ied ying\nily y\nf ves\n"
        "fe ves"
    ),
    "de": _paradigms(
        "- e en er ern es em n ns s sen ens\nen e t st te ten et ete eten est end ung ungen\n"
        "eln elt elte elten le lung lungen\nern ert erte erten ere erung erungen"
    ),
    "es": _paradigms(
        "- s es\no a os as\n- a as es\nz ces\nar a o an as ado ada ados adas ando amos\n"
        "er ir e o en es ido ida idos idas iendo emos imos"
    ),
    "fr": _paradigms(
        "- s e es x\nal ale ales aux\nif ifs ive ives\neux euse euses\n"
        "er e es ent ez ons ant ee ees\nir it is issent issant ie ies"
    ),
}
# Endings that need a longer stem, for they also make other words of short ones: "port" is no
# form of "portion", but "connect" one of "connection".
_LONG_STEM = 6
_LONG_PARADIGMS = {
    "en": _paradigms("- s ed ing ion ions ation ations\ne es ed ing ion ions ation ations")
}
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh|o)$")
_DOUBLED = re.compile(r"([bcdfgklmnprstvz])(ed|ings?)")
_WITHOUT_COMPOUNDS = frozenset({"en", "es", "fr", "it", "pt"})


@lru_cache(maxsize=1 << 14)
def is_form_of(term: str, word: str, language: str) -> bool:
    """Say whether a word of a text is a form of a question's word; pure, any thread.

    Both are ``words.normalize_word``; ``language`` is the question's. Forms are inflected
    forms ("controlled", "Verträge"), and words that are written together and begin with the
    question's word ("Vertragsstrafe") where the language does so. Remembers what it answered.
    """
    if term == word:
        return True
    stem = _common_length(term, word)
    if stem < SHORTEST_STEM or not (term[stem:] + word[stem:]).isalpha():
        return False
    if stem == len(term) and _is_compound(term, word, language):
        return True
    if language not in _PARADIGMS:
        is_whole = stem == min(len(term), len(word))
        longest = max(len(term), len(word)) - stem
        return stem + is_whole >= _SHORTEST_OTHER_STEM and longest <= _LONGEST_OTHER_ENDING
    return any(
        _go_together(term[:cut], term[cut:], word[cut:], language)
        for cut in range(stem, max(SHORTEST_STEM, stem - _OVERLAP) - 1, -1)
    )


def _common_length(term: str, word: str) -> int:
    for index, (ours, theirs) in enumerate(zip(term, word, strict=False)):
        if ours != theirs:
            return index
    return min(len(term), len(word))


def _is_compound(term: str, word: str, language: str) -> bool:
    return (
        language not in _WITHOUT_COMPOUNDS
        and len(term) >= _SHORTEST_COMPOUND_START
        and len(word) - len(term) >= _SHORTEST_COMPOUND_END
    )


def _go_together(stem: str, first: str, second: str, language: str) -> bool:
    if language == "en":
        if {first, second} == {"", "es"}:
            return bool(_SIBILANT.search(stem))
        first, second = (_single(stem, each) for each in (first, second))
    endings = _PARADIGMS[language]
    if len(stem) >= _LONG_STEM:
        endings += _LONG_PARADIGMS.get(language, ())
    return any(first in each and second in each for each in endings)


def _single(stem: str, ending: str) -> str:
    """Return an English ending without the consonant that it doubles: "planned" of "plan"."""
    doubled = _DOUBLED.fullmatch(ending)
    return doubled[2] if doubled and doubled[1] == stem[-1] else ending
