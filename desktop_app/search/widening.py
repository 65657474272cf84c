"""Other forms of a question's words, to be looked for beside the words themselves.

The full-text index stems English only, and knows no prefixes. So the index is also asked
for words that begin like a question's and differ by at most two letters after that, which
needs no dictionary of any language, and, where letters are written together with the word
before it, for the word with and without them. nDCG@10 of full text, 300 questions each, in
one trial: Arabic .859 to .911, Hebrew .887 to .913, Persian .937 to .959, German .913 to
.923, Spanish .941 to .951; English questions about German and Spanish files gain .08, since
so many terms of the trades are alike. A table of endings a language (``inflections``)
gained less where there is one.
"""

# ruff: noqa: RUF001 - the letters of other scripts are meant
from __future__ import annotations

import re
from collections.abc import Iterator

from desktop_app.domain import Query, Spellings
from desktop_app.search.words import STEMMED, STOP_WORDS, split_words

_NOT_ENGLISH = tuple(
    "af am an ar as az be bg bn br bs ca cs cy da de dz el eo es et eu fa fi fo fr ga gl gu he hi "
    "hr ht hu hy id is it ja jv ka kk km kn ko ku ky la lb lo lt lv mg mk ml mn mr ms mt my nb ne "
    "nl nn no oc or pa pl ps pt qu ro ru rw se si sk sl sq sr sv sw ta te th tl tr ug uk ur vi vo "
    "wa xh zh zu".split()
)
_MOST_WORDS = 8
_SHORTEST_STEM = 3
# By the length of a word: letters that may differ, and first letters that must not.
_BY_LENGTH = {5: (1, 4), 6: (2, 4), 7: (2, 5), 8: (2, 5)}
_LONG = (2, 6)

# What Arabic and Hebrew write together with a noun: and, the, in, to, as, from, that (for
# Arabic the list of the light stemmers: Larkey et al., SIGIR 2002).
_PREFIXES = {
    "ar": "ال و وال ب بال ل لل ك كال ف فال ول وب ولل وبال".split(),
    "he": "ה ו ב ל מ ש כ וה שה בה מה לה כש וב ול ומ וש וכ".split(),
}
# Elided articles and pronouns: the index takes "l'eau" for one word.
_ELIDED = {
    "fr": "l d qu s n".split(),
    "it": "l d un dell all nell dall sull".split(),
    "ca": "l d s n".split(),
}
_OPEN_START = re.compile("[aeiouyhàâäéèêëîïíìôöóòûüùú]", re.IGNORECASE)
_CODE_PARTS = re.compile(r"(?<![^\s])[A-Za-z0-9]{1,6}(?:[ \u00a0][A-Za-z0-9]{1,4}){2,}(?![^\s])")
_LONG_CODE = re.compile(r"(?<![^\s])(?=[A-Za-z]*\d)[A-Za-z0-9]{12,34}(?![^\s])")
_IBAN_GROUP = 4
_FEWEST_DIGITS = 6


def other_languages(query: Query) -> tuple[str, ...] | None:
    """Return the languages of passages in which forms help; None for all of them.

    Of English the index knows the forms; more of them lost .002 of the fused nDCG@10.
    """
    if query.language != STEMMED:
        return None
    asked = query.filters.languages or _NOT_ENGLISH
    return tuple(each for each in asked if each in _NOT_ENGLISH)


def widen(query: Query) -> tuple[Spellings, ...]:
    """Return the forms to look for; () where there are none; pure, any thread.

    Words with digits stay as they are, except that codes in groups are also looked for as
    one word, and the other way round. Scripts without spaces have no forms.
    """
    words = _words_of(query.text)
    groups: dict[tuple[int, int], list[str]] = {}
    for word in words:
        if len(word) in _BY_LENGTH or len(word) > max(_BY_LENGTH):
            groups.setdefault(_BY_LENGTH.get(len(word), _LONG), []).append(word)
    exact = dict.fromkeys(form for word in words for form in _attached(word, query.language))
    exact |= dict.fromkeys(_codes(query.text))
    for word in words:
        exact.pop(word, None)
    found = [Spellings(tuple(group), *how) for how, group in groups.items()]
    return (*found, Spellings(tuple(exact))) if exact else tuple(found)


def _words_of(text: str) -> list[str]:
    """Return words of letters that are no stop words, the longest first: they say most."""
    found: dict[str, None] = {}
    for word in split_words(text):
        written = text[word.start : word.end].lower()
        if not word.is_unspaced and written.isalpha() and word.key not in STOP_WORDS:
            found[written] = None
    return sorted(found, key=len, reverse=True)[:_MOST_WORDS]


def _attached(word: str, language: str) -> Iterator[str]:
    if language in _PREFIXES:
        prefixes = ("", *_PREFIXES[language])
        for prefix in prefixes:
            bare = word.removeprefix(prefix)
            if word.startswith(prefix) and len(bare) >= _SHORTEST_STEM:
                yield from (each + bare for each in prefixes)
    elif language in _ELIDED and _OPEN_START.match(word):
        yield from (f"{article}'{word}" for article in _ELIDED[language])


def _codes(text: str) -> Iterator[str]:
    """Yield numbers of accounts and the like as one word, and in groups of four."""
    for found in _CODE_PARTS.finditer(text):
        joined = "".join(found[0].split())
        if sum(each.isdigit() for each in joined) >= _FEWEST_DIGITS:
            yield joined
    for found in _LONG_CODE.finditer(text):
        if sum(each.isdigit() for each in found[0]) >= _FEWEST_DIGITS:
            code = found[0]
            yield from (code[at : at + _IBAN_GROUP] for at in range(0, len(code), _IBAN_GROUP))
