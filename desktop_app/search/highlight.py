"""Where the words of a question stand in a passage."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.domain import Query
from desktop_app.search.words import Word, split_words

_SHORTEST_STEM = 4
_LONGEST_ENDING = 3
_SHORTEST_PREFIX = 5
_MOST_SPANS = 200
"""More marks make a passage harder to read, not easier."""


def highlight(text: str, query: Query) -> tuple[tuple[int, int], ...]:
    """Return (start, end) character offsets into ``text``; pure, any thread.

    Marked are phrases as a whole, the question's words, other forms of them (same stem,
    an ending of up to three letters on either side) and compounds that begin with them; in
    scripts without spaces pairs of characters. Sorted, not overlapping, at most 200.
    """
    words = tuple(split_words(text))
    spans = [span for phrase in query.phrases for span in _phrase_spans(words, phrase)]
    matches: dict[str, bool] = {}
    for word in words:
        if word.key not in matches:
            matches[word.key] = any(_is_same_word(term, word) for term in query.terms)
        if matches[word.key]:
            spans.append((word.start, word.end))
    return _merge(spans)[:_MOST_SPANS]


def is_form_of(term: str, word: str) -> bool:
    """Say whether a word of a text is a form of a question's word (both normalized)."""
    if term == word:
        return True
    common = 0
    for ours, theirs in zip(term, word, strict=False):
        if ours != theirs:
            break
        common += 1
    if common < _SHORTEST_STEM or any(map(str.isdigit, term[common:] + word[common:])):
        return False
    if common == len(term) and common >= _SHORTEST_PREFIX:
        return True
    return len(term) - common <= _LONGEST_ENDING and len(word) - common <= _LONGEST_ENDING


def _is_same_word(term: str, word: Word) -> bool:
    return term == word.key or (not word.is_unspaced and is_form_of(term, word.key))


def _phrase_spans(words: Sequence[Word], phrase: str) -> list[tuple[int, int]]:
    wanted = [word.key for word in split_words(phrase)]
    keys = [word.key for word in words]
    return [
        (words[first].start, words[first + len(wanted) - 1].end)
        for first in range(len(keys) - len(wanted) + 1)
        if wanted and keys[first] == wanted[0] and keys[first : first + len(wanted)] == wanted
    ]


def _merge(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
