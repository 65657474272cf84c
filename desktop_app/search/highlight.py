"""Where the words of a question stand in a passage."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from desktop_app.domain import Query
from desktop_app.search.inflections import SHORTEST_STEM, is_form_of
from desktop_app.search.words import (
    Word,
    find_codes,
    find_row,
    normalize_word,
    split_words,
    without_codes,
    word_keys,
)

_LONGEST_BIT = 3
"""Characters of a piece of a code that says nothing by itself: the E of E-4711 is in E-4712."""
_MOST_SPANS = 200
"""More marks make a passage harder to read, not easier."""


class Highlighter:
    """Marks one question's words; remembers what it saw, since hits share most words."""

    def __init__(self, query: Query) -> None:
        codes = find_codes(query.text)
        asked_alone = _asked_alone(query)
        bits = {key for code in codes for key in word_keys(code) if len(key) <= _LONGEST_BIT}
        terms = [term for term in query.terms if term not in bits - asked_alone]
        self._of_phrases = frozenset(terms) - asked_alone if query.phrases else frozenset()
        self._terms = frozenset(terms)
        self._language = query.language
        self._kin: dict[str, list[str]] = {}
        for term in terms:
            self._kin.setdefault(term[:SHORTEST_STEM], []).append(term)
        # Most words cannot match by their first letters, and this finds the others twenty times
        # faster than a loop; words with accents or in other scripts are all looked at. Only from
        # where a word begins: from each letter of a very long one it would take seconds.
        starts = "|".join(re.escape(start) for start in sorted(self._kin) if start.isascii())
        begun = rf"(?:{starts})\w*" if starts else r"(?!)"
        self._likely = re.compile(rf"(?<!\w)(?:\w*[^\W\x00-\x7f]\w*|{begun})", re.IGNORECASE)
        self._likely_in_ascii = re.compile(rf"\b{begun}", re.IGNORECASE | re.ASCII)
        self._phrases = [word_keys(phrase) for phrase in (*query.phrases, *codes)]
        self._meant: dict[str, frozenset[str]] = {}
        self._spans: dict[str, tuple[tuple[int, int], ...]] = {}

    def highlight(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return (start, end) character offsets into ``text``; one thread at a time.

        Marked are phrases and codes as a whole, and the question's words in all their forms, a
        phrase's own where the phrase does not stand; in scripts without spaces pairs of
        characters. Sorted, not overlapping, at most 200.
        """
        if text not in self._spans:
            self._spans[text] = self._mark(text)
        return self._spans[text]

    def _mark(self, text: str) -> tuple[tuple[int, int], ...]:
        spans: list[tuple[int, int]] = []
        keys = word_keys(text) if self._phrases else ()
        # Where they begin and end takes ten times as long to find, and most texts have none.
        if any(next(find_row(keys, phrase), None) is not None for phrase in self._phrases):
            words = tuple(split_words(text))
            spans = [span for phrase in self._phrases for span in _phrase_spans(words, phrase)]
        meant, left_out = self._meant, self._of_phrases if spans else frozenset()
        likely = self._likely_in_ascii if text.isascii() else self._likely
        for piece in likely.finditer(text):
            if piece[0].isascii():  # one word
                key = normalize_word(piece[0])
                if key not in meant:
                    meant[key] = self._terms_of(key, is_unspaced=False)
                if meant[key] - left_out:
                    spans.append(piece.span())
                continue
            for start, end, key, is_unspaced in split_words(piece[0]):
                if key not in meant:
                    meant[key] = self._terms_of(key, is_unspaced=is_unspaced)
                if meant[key] - left_out:
                    spans.append((piece.start() + start, piece.start() + end))
        return _merge(spans)[:_MOST_SPANS]

    def _terms_of(self, key: str, *, is_unspaced: bool) -> frozenset[str]:
        kin = () if is_unspaced else self._kin.get(key[:SHORTEST_STEM], ())
        forms = {term for term in kin if is_form_of(term, key, self._language)}
        return frozenset(forms | ({key} & self._terms))


def _asked_alone(query: Query) -> frozenset[str]:
    """Return the words that stand in the question outside of its phrases and codes."""
    words = Counter(word_keys(without_codes(query.text)))
    words.subtract(key for phrase in query.phrases for key in word_keys(without_codes(phrase)))
    return frozenset(key for key, count in words.items() if count > 0)


def _phrase_spans(words: Sequence[Word], wanted: Sequence[str]) -> list[tuple[int, int]]:
    keys = tuple(word.key for word in words)
    return [
        (words[first].start, words[first + len(wanted) - 1].end) for first in find_row(keys, wanted)
    ]


def _merge(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
